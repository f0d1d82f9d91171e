"""T01, L07, P06, R10, X08, A01, T05: every page, verb and relation of the other roles, and of those without a place."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.common.scope import scope
from tests.abuse.matrix import expected
from tests.abuse.matrix.cells import Runner, every_route, grid
from tests.abuse.matrix.scan import Scan
from tests.abuse.matrix.world import World
from tests.factories import AccountFactory
from tests.fixtures import ProductClient

pytestmark = pytest.mark.django_db
OWN = "own caseload"
OTHERS = [seat for seat in expected.SEATS if expected.ROLE[seat] != "LW"]
MEMBERS_ONLY = {name for name, rule in expected.ROUTES.items() if rule.about not in expected.OPEN_TO}


@pytest.mark.parametrize("seat", OTHERS)
def test_T01_P06_R10_X08_A01_every_cell_of_the_other_roles_is_as_the_judge_says(client_for, seat):
    world = World(seat)
    runner = Runner(world, client_for(world.viewer))
    outcome = runner.run(runner.cells(route for route in every_route() if not route.is_packages))
    assert not outcome.wrong, grid(seat, outcome)
    assert not runner.scan.leaks, runner.scan.report()
    assert outcome.tried > 200 and outcome.opened > 5


def nobody(world, client_for):
    return ProductClient()


def without_a_seat(world, client_for):
    world.viewer.account = AccountFactory()
    client = client_for(world.viewer)
    session = client.session
    del session["membership"]
    session.save()
    return client


def who_has_left(world, client_for):
    yesterday = timezone.localdate() - timedelta(days=1)
    type(world.viewer).objects.filter(account=world.account).update(ended_on=yesterday)
    return client_for(world.viewer)


def with_a_password_alone(world, client_for):
    client = ProductClient()
    client.force_login(world.account)
    return client


WITHOUT = {
    nobody: ("/account/login/",),
    without_a_seat: (),
    who_has_left: (),
    with_a_password_alone: ("/account/2fa/",),
}


@pytest.mark.parametrize("who", WITHOUT)
@pytest.mark.parametrize("method", ["get", "post", "put", "options"])
def test_T01_L07_T05_no_page_for_members_opens_to(client_for, who, method):
    world = World(expected.LW, (OWN,))
    client, scan = who(world, client_for), Scan(world.canaries, expected.LW)
    tried, wrong = 0, []
    for route in every_route():
        if route.name not in MEMBERS_ONLY:
            continue
        answer = getattr(client, method)(route.address(world.subjects[OWN].ids))
        scan.answer(route.name, answer)
        tried += 1
        sent_away = answer.status_code == 302 and answer.headers["Location"].startswith(WITHOUT[who] or ("no",))
        if not sent_away and answer.status_code not in ((404, 405) if not WITHOUT[who] else (405,)):
            wrong.append(f"{method} {route.name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert tried > 80 and not [str(where) for where in scan.seen if where.relation == OWN]
    with scope(scheme_ids=[world.here.pk], scheme_id=None):
        assert not AuditEvent.objects.exists(), "Who has no place here leaves no event in a scheme's trail."


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", ["mfa_remove_webauthn", "mfa_edit_webauthn"])
def test_L07_the_second_step_of_somebody_else_is_absent(client_for, name, method):
    world = World(expected.ADM, ())
    theirs = Authenticator.objects.create(
        user=world.places["here"].colleague.account, type=Authenticator.Type.WEBAUTHN, data={"name": "Their key"}
    )
    page = next(route for route in every_route() if route.name == name)
    answer = getattr(client_for(world.viewer), method)(page.address({"pk": theirs.pk}))
    assert answer.status_code in (302, 404), "A stranger's key is absent, or first one's own step is asked for again."
    assert "Their key" not in answer.content.decode()
    assert Authenticator.objects.get(pk=theirs.pk).data == {"name": "Their key"}
