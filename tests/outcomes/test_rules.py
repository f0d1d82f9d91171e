"""Scores, refusals and due dates, without a database (OU1-OU3)."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.outcomes import errors, rules
from linkwell.outcomes.definitions import SHIPPED, load
from linkwell.outcomes.models import Help, Occasion

MEASURES = load([SHIPPED])
ONS4, UCLA3, LONELY = MEASURES["ons4"], MEASURES["ucla3"], MEASURES["lonely"]
MONDAY = date(2026, 11, 23)
GROWN_UP = date(1950, 3, 1)


def check(measure, answers, *, how="phone", helped_by="", born_on=GROWN_UP):
    rules.check_answers(measure, answers, how=how, helped_by=helped_by, born_on=born_on, on=MONDAY)


def test_each_wellbeing_question_stands_alone():
    assert rules.score(ONS4, {"satisfied": 5, "anxious": 8}) == {"life_satisfaction": 5, "anxious": 8}


def test_the_three_loneliness_answers_are_added():
    for answers in product((1, 2, 3), repeat=3):
        given_answers = dict(zip(("companionship", "left_out", "isolated"), answers, strict=True))
        assert rules.score(UCLA3, given_answers) == {"ucla3": sum(answers)}


def test_two_of_three_loneliness_answers_make_no_score():
    assert rules.score(UCLA3, {"companionship": 3, "isolated": 3}) == {}


def test_the_direct_question_is_its_own_score():
    assert rules.score(LONELY, {"lonely": 1}) == {"lonely": 1}


@given(st.dictionaries(st.sampled_from(["satisfied", "worthwhile", "happy", "anxious"]), st.integers(0, 10)))
def test_every_score_lies_in_its_range(answers):
    for scale in ONS4.scales:
        value = rules.score(ONS4, answers).get(scale.code)
        assert value is None or scale.lowest <= value <= scale.highest


def test_answers_in_range_are_taken():
    check(ONS4, {"satisfied": 0, "anxious": 10})
    check(UCLA3, {"companionship": 1}, helped_by=Help.INTERPRETER)
    check(LONELY, {"lonely": 5}, born_on=None)


@pytest.mark.parametrize("value", [-1, 11, 3.5, True, "7", None])
def test_an_answer_that_is_not_offered_is_refused(value):
    with pytest.raises(errors.AnswerOutOfRange, match="Choose one of the answers"):
        check(ONS4, {"satisfied": value})


def test_nought_is_no_answer_to_a_loneliness_question():
    with pytest.raises(errors.AnswerOutOfRange):
        check(UCLA3, {"left_out": 0})


def test_a_question_of_another_measure_is_refused():
    with pytest.raises(errors.UnknownQuestion):
        check(ONS4, {"lonely": 1})


def test_no_answers_at_all_are_refused():
    with pytest.raises(errors.NothingAnswered):
        check(ONS4, {})


@pytest.mark.parametrize("measure", [ONS4, UCLA3, LONELY])
def test_somebody_elses_answers_are_refused(measure):
    answers = {item.code: item.answers[0][0] for item in measure.items}
    with pytest.raises(errors.ProxyNotAllowed, match="only be answered by the person"):
        check(measure, answers, helped_by=Help.PROXY)


def test_a_person_one_day_too_young_is_refused_and_on_the_birthday_not():
    with pytest.raises(errors.TooYoung, match="16 and over"):
        check(ONS4, {"happy": 5}, born_on=date(2010, 11, 24))
    check(ONS4, {"happy": 5}, born_on=date(2010, 11, 23))


def test_how_it_was_asked_must_be_said_and_be_allowed():
    with pytest.raises(errors.HowMissing):
        check(ONS4, {"happy": 5}, how="")
    with pytest.raises(errors.WayNotAllowed):
        check(ONS4, {"happy": 5}, how="pigeon")


def test_answers_at_the_start_are_refused_once_later_ones_are_there():
    with pytest.raises(errors.LaterAnswersExist):
        rules.check_occasion(Occasion.BASELINE, ended=False, has_later=True)
    rules.check_occasion(Occasion.REVIEW, ended=False, has_later=True)


def test_after_an_ending_only_the_end_and_later_can_be_recorded():
    for occasion in (Occasion.BASELINE, Occasion.REVIEW):
        with pytest.raises(errors.SupportIsOver):
            rules.check_occasion(occasion, ended=True, has_later=False)
    for occasion in (Occasion.EXIT, Occasion.MONTHS_3, Occasion.MONTHS_6):
        rules.check_occasion(occasion, ended=True, has_later=True)


def test_before_an_ending_nothing_lies_three_months_after_it():
    with pytest.raises(errors.SupportNotOver):
        rules.check_occasion(Occasion.MONTHS_3, ended=False, has_later=True)
    rules.check_occasion(Occasion.EXIT, ended=False, has_later=True)


def course(**facts):
    defaults = {
        "first_conversation_on": date(2026, 9, 1), "ended_on": None, "may_be_asked": True, "review_due_on": None,
        "answered_at_start": True, "last_done": {Occasion.BASELINE: date(2026, 9, 1)},
    }  # fmt: skip
    return rules.Course(**{**defaults, **facts})


DUE = [
    ("nothing before the first conversation", {"first_conversation_on": None, "last_done": {}}, None),
    ("the start, until asked or skipped", {"last_done": {}}, (Occasion.BASELINE, date(2026, 9, 1))),
    ("nothing more once skipped at the start", {"answered_at_start": False}, None),
    ("no start any more once a review was done", {"last_done": {Occasion.REVIEW: MONDAY}}, None),
    ("a review on its day", {"review_due_on": MONDAY}, (Occasion.REVIEW, MONDAY)),
    ("no review before its day", {"review_due_on": date(2026, 11, 24)}, None),
    (
        "no second time for one review",
        {"review_due_on": MONDAY, "last_done": {"baseline": MONDAY, "review": date(2026, 11, 20)}},
        None,
    ),
    ("the end after an ending", {"ended_on": date(2026, 11, 20)}, (Occasion.EXIT, date(2026, 11, 20))),
    ("not after four weeks", {"ended_on": date(2026, 10, 26)}, None),
    ("three months later", {"ended_on": date(2026, 8, 23)}, (Occasion.MONTHS_3, MONDAY)),
    ("six months later", {"ended_on": date(2026, 5, 1)}, (Occasion.MONTHS_6, date(2026, 11, 1))),
    ("not without answers at the start", {"ended_on": MONDAY, "answered_at_start": False}, None),
    ("never someone who died or said no", {"ended_on": MONDAY, "may_be_asked": False}, None),
]


@pytest.mark.parametrize(("why", "facts", "expected"), DUE, ids=[row[0] for row in DUE])
def test_the_questions_are_due(why, facts, expected):
    found = rules.due(course(**facts), on=MONDAY)
    assert (found and (found.occasion, found.since)) == expected


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 8, 31), 3, date(2026, 11, 30)),
        (date(2026, 9, 15), 6, date(2027, 3, 15)),
        (date(2026, 12, 31), 6, date(2027, 6, 30)),
    ],
)
def test_months_after_a_day(day, months, expected):
    assert rules.months_after(day, months) == expected
