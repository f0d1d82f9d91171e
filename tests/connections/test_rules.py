"""The life of a connection."""

from datetime import date
from pathlib import Path

import pytest

from linkwell.common.errors import TransitionRefused
from linkwell.connections import errors, rules
from linkwell.connections.models import ConnectionState as S
from linkwell.messages import rules as messages
from linkwell.referrals import rules as referrals
from linkwell.support import rules as support

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "reference" / "states.md"

THE_WAY = {
    (S.PROPOSED, S.SIGNPOSTED),
    (S.PROPOSED, S.SHARED),
    (S.SHARED, S.RECEIVED),
    (S.RECEIVED, S.ACCEPTED),
    (S.RECEIVED, S.WAITING),
    (S.RECEIVED, S.DECLINED_ORGANISATION),
    (S.RECEIVED, S.DECLINED_PERSON),
    (S.WAITING, S.ACCEPTED),
    (S.WAITING, S.DECLINED_ORGANISATION),
    (S.WAITING, S.DECLINED_PERSON),
    (S.SIGNPOSTED, S.FIRST_ATTENDED),
    (S.ACCEPTED, S.FIRST_ATTENDED),
    (S.FIRST_ATTENDED, S.ATTENDING),
}
NO_FROM_THE_PERSON = {(was, S.DECLINED_PERSON) for was in (S.PROPOSED, S.SIGNPOSTED, S.SHARED, S.ACCEPTED)}
CORRECTED = {
    (S.ACCEPTED, S.WAITING),
    (S.ACCEPTED, S.DECLINED_ORGANISATION),
    (S.DECLINED_ORGANISATION, S.ACCEPTED),
    (S.DECLINED_ORGANISATION, S.WAITING),
}
ENDED = {(was, S.ENDED) for was in rules.OPEN}


@pytest.mark.parametrize("was", S.values)
@pytest.mark.parametrize("now", S.values)
def test_T11_exactly_the_steps_of_the_table_may_be_taken(was, now):
    allowed = (was, now) in THE_WAY | NO_FROM_THE_PERSON | CORRECTED | ENDED
    assert rules.STATES.allows(was, now) == allowed
    if not allowed:
        with pytest.raises(TransitionRefused):
            rules.STATES.check(was, now)


@pytest.mark.parametrize(
    ("heading", "table"),
    [
        ("Referral", referrals.STATES),
        ("Episode of support", support.STATES),
        ("Connection", rules.STATES),
        ("Message", messages.STEPS),
    ],
)
def test_the_manual_shows_every_table_as_it_is(heading, table):
    assert f"## {heading}\n" in MANUAL.read_text()
    assert f"```mermaid\n{table.diagram()}\n```" in MANUAL.read_text()


@pytest.mark.parametrize("operating", ["open", "full", "waiting", "phone_only", "online_only", "moved"])
def test_a_service_that_runs_may_be_asked(operating):
    rules.check_taking(service="Shed", operating=operating, listing="listed")


@pytest.mark.parametrize(
    ("operating", "listing"),
    [
        ("paused", "listed"),
        ("closed", "listed"),
        ("open", "gone"),
        ("open", "defunct"),
        ("open", "inactive"),
        ("open", "temporarily_closed"),
    ],
)
def test_a_service_that_is_paused_closed_or_gone_is_not_asked(operating, listing):
    with pytest.raises(errors.NotTakingPeople, match="Shed is "):
        rules.check_taking(service="Shed", operating=operating, listing=listing)


def test_a_person_may_be_told_about_a_paused_service_but_not_about_a_closed_one():
    rules.check_can_be_told(service="Shed", operating="paused", listing="listed")
    for operating, listing in (("closed", "listed"), ("open", "gone")):
        with pytest.raises(errors.NotTakingPeople):
            rules.check_can_be_told(service="Shed", operating=operating, listing=listing)


def test_an_e_mail_needs_an_address_that_somebody_confirmed():
    for address, verified in (("", False), ("a@example.org", False), ("", True)):
        with pytest.raises(errors.NoReferralAddress, match="Ring them"):
            rules.check_address(organisation="Shed", address=address, verified=verified, channel="email")
    rules.check_address(organisation="Shed", address="a@example.org", verified=True, channel="email")
    rules.check_address(organisation="Shed", address="", verified=False, channel="phone")
    with pytest.raises(errors.UnknownAnswer):
        rules.check_address(organisation="Shed", address="a@example.org", verified=True, channel="pigeon")


def test_agreement_must_say_how():
    for how in ("", "somehow"):
        with pytest.raises(errors.AgreementMissing):
            rules.check_agreed(how)
    rules.check_agreed("phone")


def test_an_answer_is_one_of_four_and_a_no_says_why():
    rules.check_answer(answer="yes", text="", wait_weeks=None)
    rules.check_answer(answer="wait", text="", wait_weeks=104)
    with pytest.raises(errors.UnknownAnswer):
        rules.check_answer(answer="maybe", text="", wait_weeks=None)
    with pytest.raises(errors.ReasonMissing):
        rules.check_answer(answer="no", text=" ", wait_weeks=None)
    for weeks in (0, 105):
        with pytest.raises(errors.WeeksOutOfRange):
            rules.check_answer(answer="wait", text="", wait_weeks=weeks)


@pytest.mark.parametrize("state", S.values)
def test_an_answer_may_be_given_or_changed_until_we_acted_on_it(state):
    open_to_answer = state in (S.SHARED, S.RECEIVED, S.WAITING, S.ACCEPTED, S.DECLINED_ORGANISATION)
    assert rules.may_still_answer(state=state, settled=False) == open_to_answer
    assert not rules.may_still_answer(state=state, settled=True)


@pytest.mark.parametrize("state", S.values)
def test_V02_the_details_are_read_while_there_is_a_use_for_them(state):
    readable = state in (S.SHARED, S.RECEIVED, S.WAITING, S.ACCEPTED, S.FIRST_ATTENDED, S.ATTENDING)
    assert rules.may_read_packet(state) == readable


def test_the_first_visit_lies_between_being_told_and_today():
    told_on, on = date(2026, 11, 2), date(2026, 11, 23)
    for day in (told_on, on):
        rules.check_attended_on(day, told_on=told_on, on=on)
    for day in (date(2026, 11, 1), date(2026, 11, 24)):
        with pytest.raises(errors.AttendedInTheFuture):
            rules.check_attended_on(day, told_on=told_on, on=on)


def test_a_reason_holds_something():
    rules.check_reason("moved away")
    with pytest.raises(errors.ReasonMissing):
        rules.check_reason(" \n")
