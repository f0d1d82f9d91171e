"""Every route and field declares its policy, and each route answers each role as it says. Abuse: T08, L07."""

import importlib
import re
import sys
import types

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import OperationalError
from django.http import HttpResponse
from django.urls import path, reverse

from linkwell.common.jobs import POLICIES
from linkwell.common.models import AuditEvent
from linkwell.team.access import LW, MGR, ROLE_NAMES, SUP, VOA
from linkwell.team.models import Practice
from linkwell.web import checks
from linkwell.web.policy import by_account, by_token, public, route
from tests.factories import MembershipFactory, OrganisationFactory
from tests.fixtures import ProductClient

NO_SUCH_ID = 999_999_999
STAND_INS = {
    "int": NO_SUCH_ID,
    "str": "x" * 43,
    "slug": "x",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "path": "x",
}
NO_SUCH_PAGE = "/no/such/page/"
FINE = {200, 302, 303, 400, 405, 409, 422}  # the page, on to another, or a form that says what is missing


def ours():
    """Return (name, address with ids that do not exist, whether it has ids, policy) of every route of the product."""
    found = []
    for pattern, name, view in checks.routes():
        if hasattr(view, "policy"):
            parameters = re.findall(r"<(?:(\w+):)?(\w+)>", pattern)
            address = reverse(name, kwargs={key: STAND_INS[kind or "str"] for kind, key in parameters})
            found.append((name, address, bool(parameters), view.policy))
    return found


def ask(client, address, policy):
    """Return the answer to looking, or to pressing where there is nothing to look at."""
    client.raise_request_exception = False
    answer = client.get(address)
    return client.post(address) if answer.status_code == 405 else answer


def bare(answer):
    return re.sub(r'(value="|X-CSRFToken": "|nonce=")[\w+/=-]+"', "", answer.content.decode())


# --- T08: nothing starts without a declaration ---


@pytest.fixture
def addresses(settings):
    """Let a test serve routes of its own."""

    def serve(*patterns):
        module = types.ModuleType("addresses_of_a_test")
        module.urlpatterns = list(patterns)
        sys.modules[module.__name__] = module
        settings.ROOT_URLCONF = module.__name__

    yield serve
    sys.modules.pop("addresses_of_a_test", None)


def plain(request):
    return HttpResponse()


def test_the_product_declares_everything(db):
    assert checks.every_route_has_a_policy() == []
    assert checks.every_field_has_a_class() == []
    assert checks.every_job_has_a_policy() == []
    assert len(ours()) > 20 and POLICIES


def test_t08_a_route_without_a_policy_stops_the_start_up(addresses):
    addresses(path("people/export/", plain, name="export"))

    with pytest.raises(SystemCheckError, match="declares no policy"):
        call_command("check")


def test_t08_a_route_cannot_pass_as_one_of_another_package(addresses):
    addresses(path("account/people/", plain, name="account_people"), path("x/", plain, name="mfa_people"))

    assert len(checks.every_route_has_a_policy()) == 2


def test_t08_a_route_with_any_of_the_four_declarations_may_start(addresses):
    addresses(
        path("a/", route(roles={LW}, relation="none")(plain)),
        path("b/", public()(plain)),
        path("c/<str:secret>/", by_token(purpose="x")(plain)),
        path("d/", by_account()(plain)),
    )

    assert checks.every_route_has_a_policy() == []


@pytest.mark.parametrize("roles", [set(), {"BOSS"}])
def test_t08_a_route_names_roles_that_exist(roles):
    with pytest.raises(ValueError, match="names the roles"):
        route(roles=roles, relation="none")


@pytest.mark.parametrize("change", [{"email": None}, {"colour": "public"}, {"email": "secret"}])
def test_t08_a_field_without_a_class_or_with_a_made_up_one_stops_the_start_up(monkeypatch, change):
    declared = {**Practice.field_classes, **change}
    monkeypatch.setattr(Practice, "field_classes", {name: kind for name, kind in declared.items() if kind})

    with pytest.raises(SystemCheckError, match="team.Practice"):
        call_command("check")


def test_t08_a_job_without_a_policy_stops_the_start_up(monkeypatch):
    monkeypatch.delitem(POLICIES, next(iter(POLICIES)))

    with pytest.raises(SystemCheckError, match="The job"):
        call_command("check")


# --- every route, as every role ---


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_every_route_answers_a_role_as_its_policy_says(client_for, scheme, role):
    client = client_for(MembershipFactory(role=role, organisation=OrganisationFactory() if role == VOA else None))
    absent = client.get(NO_SUCH_PAGE)
    wrong = []
    for name, address, has_ids, policy in ours():
        if policy.is_public:
            continue
        refused_before = AuditEvent.objects.filter(outcome="refused").count()
        answer = ask(client, address, policy)
        if policy.demo_only or role not in policy.roles or (has_ids and answer.status_code == 404):
            fine = answer.status_code == 404 and bare(answer) == bare(absent)
            if not policy.demo_only and policy.relation != "account":
                fine = fine and AuditEvent.objects.filter(outcome="refused").count() == refused_before + 1
        elif policy.relation == "account" and answer.status_code == 404:
            fine = bare(answer) == bare(absent)  # nothing waits for this account there
        else:
            fine = answer.status_code in FINE and not (has_ids and answer.status_code == 200)
        if not fine:
            wrong.append((name, answer.status_code))

    assert absent.status_code == 404
    assert wrong == []


def test_every_route_sends_a_stranger_to_sign_in(db):
    client, wrong = ProductClient(), []
    for name, address, _has_ids, policy in ours():
        answer = ask(client, address, policy)
        to_sign_in = answer.status_code == 302 and answer.url.startswith("/account/login/?next=")
        if to_sign_in == policy.is_public or answer.status_code == 500:
            wrong.append((name, answer.status_code))

    assert wrong == []


def test_l07_no_route_of_staff_opens_without_a_second_factor(scheme):
    client, wrong = ProductClient(), []
    client.force_login(MembershipFactory(role=SUP).account)
    for name, address, _has_ids, policy in ours():
        for answer in (client.get(address), client.post(address)):
            if not policy.is_public and (answer.status_code, answer.headers.get("Location")) != (
                302,
                "/account/2fa/totp/activate/",
            ):
                wrong.append((name, answer.status_code))

    assert wrong == []


def test_a_link_that_is_unknown_is_absent(client, db):
    for _name, address, has_ids, policy in ours():
        if policy.relation == "token" and has_ids:
            assert ask(client, address, policy).status_code == 404


def test_a_part_of_a_page_asked_for_too_late_leads_the_whole_page_to_sign_in(client, scheme):
    answer = client.get("/team/", headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"].startswith("/account/login/")


def test_t08_the_web_server_itself_refuses_to_start(addresses):
    addresses(path("people/export/", plain, name="export"))
    sys.modules.pop("linkwell.config.wsgi", None)

    with pytest.raises(ImproperlyConfigured, match="does not start.*people/export/"):
        importlib.import_module("linkwell.config.wsgi")


@pytest.mark.parametrize("where", ["linkwell.web.policy.seat_of", "linkwell.web.signin.sessions.SessionStore.load"])
def test_a_database_that_is_away_is_said_so_and_nothing_typed_is_lost(client_for, scheme, monkeypatch, where):
    def away(*args, **kwargs):
        raise OperationalError("server closed the connection")

    client = client_for(MembershipFactory(role=MGR))
    client.raise_request_exception = False
    monkeypatch.setattr(where, away)

    typed = {"name": "A practice with quite a long name", "oldpassword": "my own old long pass phrase"}
    answer = client.post("/team/practices/add/", typed)

    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert "A practice with quite a long name" in answer.content.decode()
    assert "pass phrase" not in answer.content.decode()
