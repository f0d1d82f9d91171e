"""Groups that are full or have no money are needs unmet here; what kept most out is the reason (CO11, MA7)."""

from datetime import date, timedelta

import pytest

from linkwell.connections import actions, errors, rules
from linkwell.connections.actions import Answer
from linkwell.connections.models import Reply, UnmetNeed
from tests.story import NOW


def say(story, connection, answer="no", why="full", at=NOW):
    given = Answer(answer=answer, text="Sorry", why=why)
    return actions.note_answer_by_phone(connection_id=connection.pk, given=given, by=story.asha, at=at)


@pytest.fixture
def shared(story):
    return story.refer()


@pytest.mark.parametrize("why", ["full", "funds"])
def test_CO11_a_group_that_is_full_or_has_no_money_feeds_what_is_missing_here(story, shared, why):
    connection = shared
    connection.need_code = "bereavement"
    connection.save()
    say(story, connection, why=why)
    found = UnmetNeed.objects.get()
    assert (found.code, found.main_reason, found.origin, found.connection) == ("bereavement", why, "group", connection)
    assert found.outcode == "M33" and Reply.objects.get().why == why


def test_CO11_another_no_or_a_yes_does_not_and_a_corrected_answer_takes_it_back(story, shared):
    shared.need_code = "bereavement"
    shared.save()
    say(story, shared, why="other")
    assert not UnmetNeed.objects.exists()
    say(story, shared, why="full")
    say(story, shared, why="funds")
    assert [row.main_reason for row in UnmetNeed.objects.filter(withdrawn_at=None)] == ["funds"]
    say(story, shared, answer="yes", why="full")
    assert not UnmetNeed.objects.filter(withdrawn_at=None).exists()
    assert Reply.objects.order_by("-pk").first().why == ""


def test_X04_an_answer_corrected_after_its_quarter_leaves_the_closed_figures_alone(story, shared):
    shared.need_code = "bereavement"
    shared.save()
    say(story, shared)
    say(story, shared, answer="yes", why="", at=NOW + timedelta(days=100))
    assert UnmetNeed.objects.get().withdrawn_at is None


def test_a_reason_that_is_none_of_ours_is_refused(story, shared):
    with pytest.raises(errors.UnknownAnswer):
        say(story, shared, why="weather")


@pytest.mark.parametrize(
    ("kept_out", "reason"),
    [
        ({}, "nothing"),
        ({"": 2}, "other"),
        ({"time": 3, "distance": 2}, "time"),
        ({"time": 3, "": 1}, "other"),
        ({"time": 2, "distance": 2}, "distance"),
        ({"paused": 1}, "closed"),
    ],
)
def test_MA7_what_kept_most_out_is_the_main_reason(kept_out, reason):
    assert rules.main_reason(kept_out) == reason


@pytest.mark.parametrize(
    ("found_on", "on", "counted"),
    [
        (date(2026, 9, 30), date(2026, 10, 1), True),
        (date(2026, 10, 1), date(2026, 12, 31), False),
        (date(2025, 12, 31), date(2026, 1, 1), True),
    ],
)
def test_X04_a_record_is_counted_once_its_calendar_quarter_has_closed(found_on, on, counted):
    assert rules.is_counted(found_on, on=on) is counted


def test_MA7_what_each_limit_kept_out_is_said_most_first():
    assert rules.kept_out_in_words({"": 2, "cost": 1, "time": 3}) == (
        "2 fit, 3 fit but for the days, 1 fits but for the cost"
    )
    assert rules.kept_out_in_words({}) == ""
