"""T01, T05–T08, T11, P06, H04: every page, verb and relation of a link worker; and the matrix itself can fail.

The judge is `matrix/expected.py`, written from section 3 of the security reference; the other roles are in
`test_matrix_roles.py`. `make matrix` sends every cell, also those whose answer a page cannot vary.
"""

from unittest import mock

import pytest
from django.db.models import Q

from linkwell.common.scope import scope
from linkwell.support.models import Task
from linkwell.team.access import SIGNED_IN, RoutePolicy
from linkwell.web import errors, policy
from tests.abuse.matrix import cells, expected
from tests.abuse.matrix.cells import Route, Runner, every_route, grid
from tests.abuse.matrix.world import World
from tests.prepared import asked_anew

OWN, RESTRICTED = "own caseload", "restricted, own caseload, not on the list"


def test_T08_every_route_role_relation_and_parameter_has_its_place_in_the_matrix():
    problems = [*cells.forgotten(every_route()), *cells.missing_roles(SIGNED_IN)]
    assert not problems, "\n".join(problems)


@pytest.mark.django_db
@pytest.mark.parametrize("seat", [expected.LW, expected.TRIAGE])
def test_T01_T07_P06_H04_every_cell_of_a_link_worker_is_as_the_judge_says(client_for, seat):
    world = World(seat)
    runner = Runner(world, client_for(world.viewer))
    outcome = runner.run(runner.cells(route for route in every_route() if not route.is_packages))
    assert not outcome.wrong, grid(seat, outcome)
    assert not runner.scan.leaks, runner.scan.report()
    assert outcome.tried > 350 and outcome.opened > 60


# --- the matrix can fail ---


def some_cells(runner, *names):
    return runner.cells(route for route in every_route() if route.name in names)


def run(client_for, seat, relations, *names):
    world = World(seat, relations)
    with mock.patch.multiple(cells, BEST=relations[0], WORST=relations[-1], TELLING=relations, OPENED=relations):
        runner = Runner(world, client_for(world.viewer))
        return runner, runner.run(some_cells(runner, *names))


@pytest.mark.django_db
def test_control_without_the_reach_filter_the_matrix_is_red(client_for):
    relations = (OWN, RESTRICTED, "excluded by name, own caseload")
    with asked_anew(), mock.patch("linkwell.referrals.queries.reach.not_hidden", lambda *_given: Q()):
        runner, outcome = run(client_for, expected.SUP, relations, "people:person")
    assert {cell.relation for cell, _problem in outcome.wrong} == set(relations[1:])
    assert runner.scan.leaks
    assert "should be as absent" in grid(expected.SUP, outcome)


@pytest.mark.django_db
def test_control_a_route_open_to_one_role_more_is_red(client_for):
    of = next(route.policy for route in every_route() if route.name == "team:practices")
    with mock.patch.dict(of.__dict__, {"roles": of.roles | {"COM"}}):
        _runner, outcome = run(client_for, expected.COM, (OWN,), "team:practices")
    assert [cell.method for cell, _problem in outcome.wrong] == ["GET"]


@pytest.mark.django_db
def test_control_a_refusal_without_its_audit_event_is_red(client_for):
    with mock.patch.object(policy, "_refused", lambda request, *_rest: errors.not_found(request)):
        _runner, outcome = run(client_for, expected.LW, (OWN, "a colleague's"), "people:person")
    assert any("audit" in problem for _cell, problem in outcome.wrong)


@pytest.mark.django_db
def test_control_a_refusal_that_tells_more_than_absence_is_red(client_for):
    def talks(request, *_rest):
        return errors.refused(request, "This record is hidden from you.")

    with mock.patch.object(policy, "_refused", talks):
        _runner, outcome = run(client_for, expected.LW, (OWN, "a colleague's"), "people:person")
    assert any("409" in problem for _cell, problem in outcome.wrong)


@pytest.mark.django_db
def test_control_a_refused_act_that_changes_something_is_red(client_for):
    refuse = policy._refused

    def writes(request, scheme_id, *rest):
        with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
            Task.objects.update(text="Changed though refused")
        return refuse(request, scheme_id, *rest)

    with mock.patch.object(policy, "_refused", writes):
        _runner, outcome = run(client_for, expected.LW, (OWN, "a colleague's"), "people:attempt")
    assert any("still changed support_task" in problem for _cell, problem in outcome.wrong)


@pytest.mark.django_db
def test_control_a_page_read_without_an_audit_event_is_red(client_for):
    of = next(route.policy for route in every_route() if route.name == "people:person")
    with mock.patch.dict(of.__dict__, {"audit": ""}):
        _runner, outcome = run(client_for, expected.LW, (OWN,), "people:person")
    assert any("no audit event names the person" in problem for _cell, problem in outcome.wrong)


def test_control_a_new_page_parameter_and_role_are_told_where_they_belong():
    new = Route("people:pets", ("person_id", "pet_id"), RoutePolicy(frozenset({"LW"}), "caseload"))
    told = list(cells.forgotten([*every_route(), new]))
    assert len(told) == 2 and "pet_id" in told[0] and "_ROUTES of tests/abuse/matrix/expected.py" in told[1]
    assert "The role VOL is new" in next(cells.missing_roles({*SIGNED_IN, "VOL"}))
