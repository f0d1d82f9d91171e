"""Accepting, declining, asking back, allocating, closing; and the loop back to the referrer."""

from datetime import timedelta

import pytest

from linkwell.common.errors import NotVisible, TransitionRefused
from linkwell.common.models import AuditEvent
from linkwell.messages.models import Message
from linkwell.people.actions import record_consent
from linkwell.people.models import Exclusion, Person, RestrictedReader
from linkwell.referrals import actions, errors
from linkwell.referrals.models import Allocation, FeedbackRead, FeedbackToReferrer, State
from linkwell.team.access import LW, REF
from tests.factories import MembershipFactory, ReferralFactory, in_scheme
from tests.referrals.conftest import NOW, refer


def decide(name, referral, by, **given):
    return getattr(actions, name)(referral_id=referral.pk, by=by, at=NOW, **given)


DECISIONS = [
    ("accept_referral", {}),
    ("ensure_accepted", {}),
    ("decline_referral", {"reason": "Lives in Leeds"}),
    ("return_referral", {"question": "May we ring?"}),
]


def test_accepting_tells_the_practice_by_a_mail_that_names_nobody_TA1(rana, lead):
    referral = refer(rana)

    decide("accept_referral", referral, lead)

    referral.refresh_from_db()
    assert (referral.state, referral.decided_at) == (State.ACCEPTED, NOW)
    assert FeedbackToReferrer.objects.filter(referral=referral, kind="accepted").exists()
    message = Message.objects.get()
    assert (message.recipient_kind, message.recipient_id, message.words) == (
        "practice", rana.practice_id, {"reference": referral.reference},
    )  # fmt: skip
    assert AuditEvent.objects.get(event="referral.accepted").membership_id == lead.pk


def test_a_decline_reaches_the_referrer_with_its_reason_TA1(rana, lead):
    referral = decide("decline_referral", refer(rana), lead, reason="Lives in Leeds.")
    assert (referral.state, referral.closed_at) == (State.DECLINED, NOW)
    assert FeedbackToReferrer.objects.get(kind="declined").text == "We could not take this referral on. Lives in Leeds."


def test_who_can_help_instead_makes_it_a_redirection_TA1(rana, lead):
    referral = decide("decline_referral", refer(rana), lead, reason="Needs care first.", who_instead="Crisis team, 111")
    assert referral.state == State.REDIRECTED
    assert FeedbackToReferrer.objects.get(kind="declined").text.endswith("Who can help instead: Crisis team, 111")


def test_a_question_goes_back_to_the_referrer_TA1(rana, lead):
    referral = decide("return_referral", refer(rana), lead, question=" May we ring? ")
    assert (referral.state, referral.state_reason) == (State.RETURNED, "May we ring?")
    assert FeedbackToReferrer.objects.get(kind="returned").text == "We need to know more: May we ring?"


@pytest.mark.parametrize(
    ("name", "given"), [("decline_referral", {"reason": " "}), ("return_referral", {"question": ""})]
)
def test_no_decision_without_words(rana, lead, name, given):
    referral = refer(rana)
    with pytest.raises(errors.ReasonNeeded):
        decide(name, referral, lead, **given)
    referral.refresh_from_db()
    assert referral.state == State.RECEIVED


@pytest.mark.parametrize(("name", "given"), DECISIONS)
def test_only_who_triages_decides_T05(rana, name, given):
    referral = refer(rana)
    for member in (rana, MembershipFactory(role=LW)):
        with pytest.raises(NotVisible):
            decide(name, referral, member, **given)
    referral.refresh_from_db()
    assert referral.state == State.RECEIVED


def test_a_link_worker_who_triages_decides(rana):
    assert decide("accept_referral", refer(rana), MembershipFactory(role=LW, may_triage=True)).state == State.ACCEPTED


@pytest.mark.parametrize(("name", "given"), DECISIONS)
def test_a_referral_of_another_scheme_is_absent_T01(scheme, other_scheme, lead, name, given):
    with in_scheme(other_scheme):
        theirs = ReferralFactory()
    with in_scheme(scheme, other_scheme), pytest.raises(NotVisible):
        decide(name, theirs, lead, **given)


@pytest.mark.parametrize(("name", "given"), DECISIONS)
def test_excluded_and_restricted_persons_are_absent_P06(rana, lead, name, given):
    referral = refer(rana)
    Exclusion.objects.create(scheme_id=lead.scheme_id, person=referral.person, membership=lead, added_at=NOW)
    with pytest.raises(NotVisible):
        decide(name, referral, lead, **given)
    other = ReferralFactory(person__is_restricted=True)
    with pytest.raises(NotVisible):
        decide(name, other, lead, **given)


def test_a_named_reader_decides_on_a_restricted_persons_referral(lead):
    referral = ReferralFactory(person__is_restricted=True)
    RestrictedReader.objects.create(scheme_id=lead.scheme_id, person=referral.person, membership=lead, added_at=NOW)
    assert decide("accept_referral", referral, lead).state == State.ACCEPTED


@pytest.mark.parametrize("state", [State.ACCEPTED, State.DECLINED, State.ALLOCATED, State.RETURNED])
def test_what_is_decided_is_not_accepted_again(lead, state):
    with pytest.raises(TransitionRefused):
        decide("accept_referral", ReferralFactory(state=state), lead)


def test_accepting_twice_is_once_and_too_late_is_said_plainly_Z23(rana, lead):
    referral = refer(rana)
    decide("ensure_accepted", referral, lead)
    decide("ensure_accepted", referral, lead)
    assert FeedbackToReferrer.objects.filter(kind="accepted").count() == 1
    with pytest.raises(errors.TooLate, match="somebody was quicker"):
        decide("ensure_accepted", ReferralFactory(state=State.ALLOCATED), lead)


def test_an_accepted_referral_is_given_to_a_link_worker_TA2(lead):
    referral, asha = ReferralFactory(state=State.ACCEPTED), MembershipFactory(role=LW)

    allocation = decide("allocate_referral", referral, lead, link_worker_id=asha.pk)

    referral.refresh_from_db()
    assert (referral.state, allocation.link_worker_id, allocation.began_at) == (State.ALLOCATED, asha.pk, NOW)


def test_a_worker_who_has_left_is_refused_and_nothing_changes(lead):
    referral = ReferralFactory(state=State.ACCEPTED)
    gone = MembershipFactory(role=LW, ended_on=NOW.date() - timedelta(days=3))
    with pytest.raises(errors.LinkWorkerHasLeft, match="Choose someone else"):
        decide("allocate_referral", referral, lead, link_worker_id=gone.pk)
    referral.refresh_from_db()
    assert referral.state == State.ACCEPTED
    assert not Allocation.objects.exists()


def test_only_a_current_link_worker_of_the_scheme_takes_someone_on_T02(scheme, other_scheme, lead):
    referral = ReferralFactory(state=State.ACCEPTED)
    with in_scheme(other_scheme):
        theirs = MembershipFactory(role=LW)
    locked_out = MembershipFactory(role=LW, account__is_active=False)
    for worker_id in (theirs.pk, lead.pk, locked_out.pk, 0):
        with pytest.raises(errors.NotALinkWorker):
            decide("allocate_referral", referral, lead, link_worker_id=worker_id)


def test_a_link_worker_kept_from_the_person_cannot_take_them_on_and_nobody_reads_why(lead):
    referral, asha = ReferralFactory(state=State.ACCEPTED), MembershipFactory(role=LW)
    Exclusion.objects.create(scheme_id=lead.scheme_id, person=referral.person, membership=asha, added_at=NOW)
    with pytest.raises(errors.CannotTakeOn, match="Choose someone else"):
        decide("allocate_referral", referral, lead, link_worker_id=asha.pk)


@pytest.mark.parametrize("state", [State.RECEIVED, State.ALLOCATED])
def test_only_an_accepted_referral_is_given_away(lead, state):
    asha = MembershipFactory(role=LW)
    with pytest.raises(errors.NotAccepted):
        decide("allocate_referral", ReferralFactory(state=state), lead, link_worker_id=asha.pk)


def closed(lead, **person):
    referral, asha = ReferralFactory(state=State.ACCEPTED), MembershipFactory(role=LW)
    decide("allocate_referral", referral, lead, link_worker_id=asha.pk)
    referral.refresh_from_db()
    return referral, asha


def test_the_referrer_hears_how_it_ended_RI12(lead):
    referral, asha = closed(lead)
    actions.close_referral(referral=referral, kind="ended", told="We met 3 times.", by=asha, at=NOW)
    referral.refresh_from_db()
    assert (referral.state, referral.closed_at) == (State.CLOSED, NOW)
    assert FeedbackToReferrer.objects.get(kind="ended").text == "We met 3 times."
    assert Allocation.objects.get().ended_at == NOW


def test_a_person_who_wants_no_feedback_is_heeded_and_the_loop_still_closes_RI10(lead):
    referral, asha = closed(lead)
    record_consent(person=referral.person, purpose="feedback", given=False, by=None, at=NOW)
    actions.close_referral(referral=referral, kind="ended", told="We met 3 times.", by=asha, at=NOW)
    assert FeedbackToReferrer.objects.get(kind="ended").text == actions.NOTHING_TO_TELL


def test_reading_is_noted_once_for_each_reader_RI12(rana, lead):
    referral = decide("accept_referral", refer(rana), lead)
    colleague = MembershipFactory(role=REF, practice=rana.practice)

    assert actions.mark_read(referral_id=referral.pk, by=rana, at=NOW) == 2
    assert actions.mark_read(referral_id=referral.pk, by=rana, at=NOW) == 0
    assert actions.mark_read(referral_id=referral.pk, by=colleague, at=NOW) == 2
    assert FeedbackRead.objects.count() == 4


def test_nobody_reads_another_practices_feedback_R10(rana, lead):
    referral = refer(rana)
    for member in (MembershipFactory(role=REF), lead):
        with pytest.raises(NotVisible):
            actions.mark_read(referral_id=referral.pk, by=member, at=NOW)
    Person.objects.filter(pk=referral.person_id).update(is_restricted=True)
    with pytest.raises(NotVisible):
        actions.mark_read(referral_id=referral.pk, by=rana, at=NOW)
