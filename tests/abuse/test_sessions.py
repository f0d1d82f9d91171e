"""L04, L05, L06, L07, L09, L10: sessions, what opens them, how long they live, and where sign-in leads."""

import time
from dataclasses import replace
from urllib.parse import quote, unquote

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from linkwell.team import actions
from linkwell.team.access import COM, LW, MGR
from linkwell.team.models import Account
from linkwell.team.rules import Place
from linkwell.web.checks import routes
from linkwell.web.signin import session_clock
from linkwell.web.signin.session_clock import Moment
from tests.codes import code_now
from tests.factories import PASSWORD, MembershipFactory
from tests.fixtures import ProductClient
from tests.web.test_signin import AUTHENTICATE, LOGIN

HOUR, IDLE, WHOLE = 3600, 30 * 60, 12 * 3600
BEGAN = Moment(wall=1_800_000_000, steady=50_000, run="this run")


@pytest.fixture(autouse=True)
def no_traces_of_other_tests(request):
    if "scheme" in request.fixturenames:
        request.getfixturevalue("db")
        cache.clear()


@pytest.fixture
def worker(scheme):
    return MembershipFactory(role=LW, account__second_factor=True)


def begun(at=BEGAN):
    session: dict[str, object] = {}
    session_clock.note(session, at)
    return session


def after(seconds, *, wall=None):
    """Return the moment so many real seconds later; `wall` is what the wall clock says has passed."""
    return Moment(BEGAN.wall + (seconds if wall is None else wall), BEGAN.steady + seconds, BEGAN.run)


# --- L06: two clocks ---


@pytest.mark.parametrize(
    ("seconds", "wall", "over"),
    [
        (IDLE, None, False), (IDLE + 1, None, True),
        (IDLE + 1, 60, True), (WHOLE, -10, True), (45 * 60, 0, True),
        (10, -30, False), (10, -HOUR, True), (10, 26 * HOUR, True),
    ],
    ids=[
        "30 minutes", "a second more", "clock set back within them", "set back to when it began", "clock that stands",
        "a little back", "an hour back", "a day forward",
    ],
)  # fmt: skip
def test_L06_setting_the_clock_gives_nobody_a_minute_more(seconds, wall, over):
    assert session_clock.is_over(begun(), after(seconds, wall=wall)) is over


def test_L06_twelve_hours_end_a_session_that_is_used_all_the_time_also_with_a_clock_that_goes_back_and_back():
    for drift in (0, -50):
        session, at, lasted = begun(), BEGAN, 0
        while not session_clock.is_over(session, at) and lasted < 2 * WHOLE:
            session_clock.note(session, at)
            lasted += 600
            at = Moment(at.wall + 600 + drift, at.steady + 600, at.run)
        assert WHOLE <= lasted <= WHOLE + 600


@pytest.mark.parametrize(("wall", "over"), [(60, False), (IDLE + 1, True), (-HOUR, True)])
def test_L06_on_another_machine_or_after_a_restart_the_wall_clock_decides(wall, over):
    elsewhere = Moment(BEGAN.wall + wall, 12, "another run")

    assert session_clock.is_over(begun(), elsewhere) is over


def test_L06_a_machine_that_cannot_name_its_run_goes_by_the_wall_clock():
    nameless = replace(BEGAN, run="")

    assert not session_clock.is_over(begun(nameless), replace(nameless, steady=9_999_999))


@given(steps=st.lists(st.tuples(st.integers(0, 2 * HOUR), st.integers(-3 * HOUR, 3 * HOUR)), max_size=12))
@settings(max_examples=150, deadline=None)
def test_L06_whatever_the_clock_does_no_session_outlives_its_limits(steps):
    session, real, at = begun(), 0, BEGAN
    seen = 0
    for passes, jump in steps:
        real += passes
        at = Moment(at.wall + passes + jump, BEGAN.steady + real, BEGAN.run)
        if session_clock.is_over(session, at):
            return
        assert real - seen <= IDLE + 60 and real <= WHOLE
        session_clock.note(session, at)
        seen = real


def test_L06_a_session_ends_in_the_product_when_the_clock_says_so(client_for, worker, monkeypatch):
    theirs = client_for(worker)
    assert theirs.get("/more/").status_code == 200
    real = session_clock.now()
    monkeypatch.setattr(session_clock, "now", lambda: replace(real, steady=real.steady + IDLE + 1))

    assert theirs.get("/more/").url.startswith(LOGIN)
    monkeypatch.setattr(session_clock, "now", lambda: real)  # it does not come back when the clock does
    assert theirs.get("/more/").url.startswith(LOGIN)


# --- L04, L05 ---


def sign_in(browser, account):
    browser.post(LOGIN, {"login": account.email, "password": PASSWORD})
    return browser.post(AUTHENTICATE, {"code": code_now()})


def test_L04_each_step_of_signing_in_gives_a_new_session_id(client, worker):
    client.get(LOGIN)
    keys = [client.session.session_key]
    client.post(LOGIN, {"login": worker.account.email, "password": PASSWORD})
    keys.append(client.session.session_key)
    client.post(AUTHENTICATE, {"code": code_now()})
    keys.append(client.session.session_key)
    client.post("/account/2fa/reauthenticate/", {"code": code_now(periods=1)})
    keys.append(client.session.session_key)

    thief = ProductClient()
    for key in keys[:-1]:
        thief.cookies["linkwell-session"] = key or ""
        assert thief.get("/more/").status_code == 302
    assert keys[-1] not in keys[:-1] and client.get("/more/").status_code == 200


def reset_password(worker, manager):
    worker.account.set_password("another long pass phrase")
    worker.account.save()


def lose_role(worker, manager):
    actions.change_member(membership_id=worker.pk, place=Place(role=COM), by=manager, at=_now())


def leave(worker, manager):
    actions.end_membership(membership_id=worker.pk, on=_now().date(), by=manager, at=_now())


def suspend(worker, manager):
    Account.objects.filter(pk=worker.account_id).update(is_active=False)


def lose_second_step(worker, manager):
    actions.reset_second_step(membership_id=worker.pk, by=manager, at=_now())


def _now():
    from django.utils import timezone

    return timezone.now()


@pytest.mark.parametrize("change", [reset_password, lose_role, leave, suspend, lose_second_step])
def test_L05_a_stolen_cookie_is_refused_with_the_next_request(client_for, worker, change):
    thief = client_for(worker)
    assert thief.get("/today/").status_code == 200

    change(worker, MembershipFactory(role=MGR))

    answer = thief.get("/today/")
    assert answer.status_code == 404 or answer.url.startswith(LOGIN)


def test_L05_each_request_reads_the_rights_anew_as_another_process_left_them(client_for, worker):
    theirs = client_for(worker)
    for role in ("LW", "MGR", "LW", "IG", "DIR", "ADM"):
        type(worker).objects.filter(pk=worker.pk).update(role=role)
        opens = theirs.get("/team/access/").status_code == 200
        assert opens is (role in ("MGR", "ADM", "IG"))


# --- L07 ---


def test_L07_no_route_of_the_product_opens_with_the_password_alone(worker):
    browser = ProductClient()
    browser.force_login(worker.account)  # a session that has shown the password and no more
    open_to_all = (
        "static/",
        "healthz",
        "r/",
        "i/",
        "s/",
        "demo/",
        "account/logout",
        "account/2fa/reauthenticate",
        "account/2fa/webauthn/reauthenticate",
    )
    looked = 0
    for pattern, _name, _view in routes():
        if "<" in pattern or "(" in pattern or pattern.startswith(open_to_all):
            continue
        for answer in (browser.get("/" + pattern), browser.post("/" + pattern)):
            assert answer.status_code == 302 and answer.url.startswith("/account/2fa/reauthenticate/"), pattern
        looked += 1
    assert looked > 40


def test_L07_there_is_no_remember_me(client):
    assert b"remember" not in client.get(LOGIN).content.lower()
    assert django_settings.ACCOUNT_SESSION_REMEMBER is False and django_settings.SESSION_EXPIRE_AT_BROWSER_CLOSE


# --- L09 ---

TRICKS = [
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/%2f/evil.example",
    "%2f%2fevil.example", "/%5cevil.example", "/\t/evil.example", "\n//evil.example",
    "/\r\nLocation: https://evil.example", "javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
    "/\u2215evil.example", "\uff0f\uff0fevil.example", "/\u3000/evil.example", "http:evil.example",
    "https:/evil.example", "///evil.example", "/.//evil.example", "/..//evil.example", "/ /evil.example",
    "http://testserver@evil.example", "https://testserver.evil.example", "//testserver:80@evil.example",
    "\x00//evil.example", "//evil\u3002example", "/\\/evil.example", "/%0d%0aSet-Cookie:x", "/more//evil.example",
]  # fmt: skip
SCRAPS = st.sampled_from(
    ["/", "\\", "//", "%2f", "%5c", ":", "@", "evil.example", "http", "https", "javascript", "\t", "\r\n", "\u2215",
     "\uff0f", "%00", ".", "..", "?", "#", "testserver", " ", "more"]
)  # fmt: skip


def stays_here(where):
    """Say whether a browser that gets this as Location stays on the site, by the rules of the URL standard."""
    if any(letter in where for letter in "\r\n\t\x00") or not where.startswith("/"):
        return False
    path = unquote(where.partition("?")[0]).replace("\\", "/")
    return "//" not in path and not {".", ".."} & set(path.split("/"))


@pytest.fixture(scope="module")
def ready():
    """Where the redirects of sign-in are decided, asked without a database."""
    from allauth.account.adapter import get_adapter
    from allauth.core import context
    from django.test import RequestFactory

    request = RequestFactory().get(LOGIN)
    with context.request_context(request):
        yield get_adapter(request)


@given(where=st.one_of(st.text(max_size=40), st.lists(SCRAPS, min_size=1, max_size=7).map("".join)))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(where="/more/")
def test_L09_only_a_plain_path_of_ours_is_ever_followed(ready, where):
    if ready.is_safe_url(where):
        assert stays_here(where)


def test_L09_the_page_one_wanted_is_followed(ready):
    for where in ("/more/", "/people/3/?tab=plan", "/team/waiting/7/"):
        assert ready.is_safe_url(where)


@pytest.mark.parametrize("where", TRICKS)
def test_L09_every_trick_ends_on_the_first_page_of_the_role(client, worker, where):
    client.post(LOGIN, {"login": worker.account.email, "password": PASSWORD, "next": where})
    answer = client.post(AUTHENTICATE + "?next=" + quote(where), {"code": code_now(), "next": where})

    assert answer.url == "/" and client.get("/").url == "/today/"


@pytest.mark.parametrize("where", TRICKS[:12])
def test_L09_no_other_page_that_takes_next_leads_away(client_for, worker, where):
    theirs = client_for(worker)

    for answer in (
        theirs.post("/account/logout/", {"next": where}),
        client_for(worker).post(f"/more/where/{worker.pk}/", {"next": where}),
    ):
        assert stays_here(answer.url)


# --- L10 ---


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"HTTP_ORIGIN": "null"}, {"HTTP_ORIGIN": "https://evil.example"}, {"HTTP_ORIGIN": "http://testserver.evil.example"},
        {"HTTP_ORIGIN": "http://sub.testserver"}, {"HTTP_REFERER": "https://evil.example/"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [LOGIN, "/account/logout/", "/account/password/reset/", "/outside/", "/team/invite/"])
def test_L10_a_form_of_another_site_is_refused_everywhere(scheme, path, headers):
    browser = Client(enforce_csrf_checks=True)
    browser.get(LOGIN)  # it holds our cookie
    token = browser.cookies["linkwell-csrf"].value

    right_token = {"csrfmiddlewaretoken": token} if "HTTP_ORIGIN" in headers else {}
    assert browser.post(path, right_token, **headers).status_code == 403


def test_L10_a_cookie_planted_by_a_sub_domain_cannot_carry_a_name_of_ours_over_https():
    """A browser takes a __Host- cookie only from the host itself, over TLS, for the whole host."""
    import os
    import subprocess
    import sys

    show = (
        "from linkwell.config import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME,"
        " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, getattr(s, 'SESSION_COOKIE_DOMAIN', None),"
        " getattr(s, 'SESSION_COOKIE_PATH', '/'), s.SESSION_COOKIE_SAMESITE)"
    )
    environment = {**os.environ, "LINKWELL_PUBLIC_URL": "https://x.example", "LINKWELL_SECRET_KEY": "x"}
    environment.setdefault("DATABASE_URL", "postgresql:///x")
    said = subprocess.run([sys.executable, "-c", show], env=environment, capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["__Host-session", "__Host-csrf", "True", "True", "None", "/", "Lax"]


def test_the_clock_of_this_machine_goes_forward():
    first = session_clock.now()
    assert session_clock.now().steady >= first.steady and abs(first.wall - time.time()) < 60 * HOUR
