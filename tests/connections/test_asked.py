"""What a group was asked for and could not do: counts of its own answers (CO11)."""

import pytest

from linkwell.connections import actions, queries
from linkwell.connections.actions import Answer
from linkwell.team.access import LW, VOA
from tests.factories import MembershipFactory, OrganisationFactory
from tests.story import NOW


def say(story, connection, answer, why=""):
    given = Answer(answer=answer, text="Sorry", why=why)
    actions.note_answer_by_phone(connection_id=connection.pk, given=given, by=story.asha, at=NOW)


@pytest.fixture
def group(story):
    return MembershipFactory(role=VOA, organisation=story.service.organisation)


def test_CO11_a_group_sees_how_often_it_was_asked_and_why_it_said_no_by_its_last_answer(story, group):
    assert queries.asked_of_us(viewer=group, at=NOW) == []
    connection = story.refer()
    (line,) = queries.asked_of_us(viewer=group, at=NOW)
    assert (line.service, line.asked, line.no_answer) == (story.service.name, 1, 1)
    for answer, why, counted in (
        ("yes", "", "yes"),
        ("no", "funds", "funds"),
        ("no", "full", "full"),
        ("no", "", "other"),
    ):
        say(story, connection, answer, why)
        (line,) = queries.asked_of_us(viewer=group, at=NOW)
        named = {name: getattr(line, name) for name in ("yes", "wait", "full", "funds", "other", "no_answer")}
        assert named == dict.fromkeys(named, 0) | {counted: 1}


def test_CO11_another_group_another_role_and_another_year_see_none_of_it(story, group):
    story.refer()
    other = MembershipFactory(role=VOA, organisation=OrganisationFactory())
    assert queries.asked_of_us(viewer=other, at=NOW) == []
    assert queries.asked_of_us(viewer=MembershipFactory(role=LW), at=NOW) == []
    assert queries.asked_of_us(viewer=group, at=NOW + 2 * queries.asked.A_YEAR) == []


def test_CO11_the_page_of_a_group_holds_numbers_and_nobodys_name(story, group, client_for):
    say(story, story.refer(), "no", "full")
    page = client_for(group).get("/organisation/asked/").content.decode()
    assert "What we were asked for, and could not do" in page and "No: full" in page
    assert story.person.family_name not in page
    listing = client_for(group).get("/organisation/").content.decode()
    assert "/organisation/asked/" in listing
