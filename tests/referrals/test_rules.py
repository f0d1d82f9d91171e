from datetime import date

import pytest

from linkwell.common.errors import TransitionRefused
from linkwell.referrals import errors, rules
from linkwell.referrals.models import State
from linkwell.referrals.waiting import first_contact_by

MONDAY = date(2026, 11, 23)
STEPS = {
    ("draft", "received"), ("received", "accepted"), ("received", "declined"), ("received", "redirected"),
    ("received", "returned"), ("returned", "received"), ("accepted", "allocated"), ("allocated", "closed"),
}  # fmt: skip


@pytest.mark.parametrize("was", State.values)
@pytest.mark.parametrize("now", State.values)
def test_only_the_steps_of_the_table_are_taken(was, now):
    if (was, now) in STEPS:
        rules.STATES.check(was, now)
    else:
        with pytest.raises(TransitionRefused, match="cannot become"):
            rules.STATES.check(was, now)


def test_a_reference_is_short_and_cannot_be_read_out_wrongly():
    made = [rules.reference(number * 7919**4) for number in range(500)]
    assert len(set(made)) > 490
    assert all(len(one) == 9 and one.startswith("LW-") for one in made)
    assert not set("".join(made).removeprefix("LW-").replace("LW-", "")) & set("01AEIOULS")


@pytest.mark.parametrize(("needs", "reason"), [(["debt"], ""), ([], "She is lonely")])
def test_a_need_or_a_sentence_is_enough(needs, reason):
    rules.check_enough(needs=needs, reason=reason)


def test_neither_is_not():
    with pytest.raises(errors.NothingToGoOn):
        rules.check_enough(needs=[], reason="  ")


def test_a_person_is_known_by_number_or_birth_date():
    rules.check_identified(health_number="9434765919", born_on=None)
    rules.check_identified(health_number="", born_on=MONDAY)
    with pytest.raises(errors.NotIdentified):
        rules.check_identified(health_number=" ", born_on=None)


def test_agreement_or_why_not():
    rules.check_agreement(agreed=True, why_not="")
    rules.check_agreement(agreed=False, why_not="Asleep")
    with pytest.raises(errors.AgreementMissing):
        rules.check_agreement(agreed=False, why_not=" ")


def test_a_reason_and_an_answer_hold_words():
    rules.check_reason("Lives in Leeds")
    rules.check_answer("Yes")
    with pytest.raises(errors.ReasonNeeded):
        rules.check_reason(" ")
    with pytest.raises(errors.AnswerMissing):
        rules.check_answer(" ")


def test_a_worker_who_has_left_takes_nobody_on():
    rules.check_still_here(ended_on=None, on=MONDAY)
    rules.check_still_here(ended_on=date(2026, 11, 24), on=MONDAY)
    with pytest.raises(errors.LinkWorkerHasLeft, match="left on 23 November 2026. Choose someone else."):
        rules.check_still_here(ended_on=MONDAY, on=MONDAY)


@pytest.mark.parametrize(
    ("days", "urgent", "by"),
    [(7, False, date(2026, 11, 30)), (7, True, date(2026, 11, 25)), (1, True, date(2026, 11, 24))],
)
def test_urgent_has_the_shorter_clock_RI9(days, urgent, by):
    assert first_contact_by(MONDAY, days=days, urgent=urgent) == by
