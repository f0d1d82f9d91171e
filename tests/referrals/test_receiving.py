"""A referral comes in."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from linkwell.common.errors import NotVisible, TransitionRefused
from linkwell.common.models import AuditEvent
from linkwell.messages.models import Message
from linkwell.people import errors as person_errors
from linkwell.people.actions import Reach, record_risk
from linkwell.people.models import AccessNeed, Consent, ContactRule, Person, RiskStatement
from linkwell.referrals import errors
from linkwell.referrals.actions import add_note, answer_question, return_referral
from linkwell.referrals.models import FeedbackToReferrer, Referral, ReferralEvent, State
from linkwell.team.access import COM, LW, REF
from tests.factories import AgencyFactory, MembershipFactory, PracticeFactory, ReferralFactory, in_scheme
from tests.referrals.conftest import ADA, ASKED, NOW, refer


def test_a_referral_keeps_what_was_said_and_the_referrer_is_told_at_once_RI1_RI8(rana):
    asked = replace(ASKED, told_person="Someone will ring", on_behalf_of="Dr Who", needs=("loneliness", "loneliness"))

    referral = refer(rana, request=asked, reach=Reach(by_text=True, access_needs=("bsl",)))

    referral.refresh_from_db()
    assert (referral.state, referral.source, referral.needs) == (State.RECEIVED, "practice", ["loneliness"])
    assert (referral.practice_id, referral.referrer_name, referral.on_behalf_of) == (
        rana.practice_id, "Dr Rana", "Dr Who",
    )  # fmt: skip
    assert referral.person.practice_id == rana.practice_id
    assert ContactRule.objects.get(person=referral.person).by_text
    assert AccessNeed.objects.get(person=referral.person).code == "bsl"
    assert FeedbackToReferrer.objects.get(referral=referral).kind == "received"
    assert ReferralEvent.objects.get(referral=referral).now == State.RECEIVED
    assert AuditEvent.objects.get(event="referral.received").person_id == referral.person_id


def test_nobody_is_mailed_that_what_they_just_sent_arrived(rana):
    refer(rana)
    assert not Message.objects.exists()


def test_agreement_to_be_referred_and_to_feedback_are_kept_apart_RI10(rana):
    refer(rana, request=replace(ASKED, feedback_agreed=False))
    assert dict(Consent.objects.values_list("purpose", "given")) == {"referral": True, "feedback": False}


def test_why_a_person_was_not_asked_is_kept_RI10(rana):
    refer(rana, request=replace(ASKED, agreed=False, agreed_why_not="Unconscious", feedback_agreed=False))
    assert list(Consent.objects.values_list("given", "why_not")) == [(False, "Unconscious")] * 2


@pytest.mark.parametrize(
    ("details", "request_", "refusal"),
    [
        ({}, {"needs": (), "reason": ""}, errors.NothingToGoOn),
        ({"health_number": "", "born_on": None}, {}, errors.NotIdentified),
        ({}, {"agreed": False}, errors.AgreementMissing),
        ({"phone": ""}, {}, person_errors.NoWayToReach),
        ({"family_name": ""}, {}, person_errors.NameMissing),
        ({"health_number": "12"}, {}, person_errors.NotAHealthNumber),
    ],
)
def test_what_is_missing_is_refused_and_nothing_is_kept(rana, details, request_, refusal):
    with pytest.raises(refusal):
        refer(rana, details=replace(ADA, **details), request=replace(ASKED, **request_))
    assert not Person.objects.exists()
    assert not Referral.objects.exists()


def test_a_number_with_a_wrong_check_digit_is_kept_as_not_traced(rana):
    referral = refer(rana, details=replace(ADA, health_number="9434765918"))
    assert referral.person.health_number == "9434765918"
    assert not referral.person.health_number_traced


@pytest.mark.parametrize("role", [COM])
def test_other_roles_refer_nobody(scheme, role):
    with pytest.raises(NotVisible):
        refer(MembershipFactory(role=role))


def test_the_same_submission_is_the_same_referral_R01(rana):
    asked = replace(ASKED, submission_key=uuid4())
    first = refer(rana, request=asked)
    again = refer(rana, request=asked, at=NOW + timedelta(days=3))
    assert again.pk == first.pk
    assert Person.objects.count() == Referral.objects.count() == FeedbackToReferrer.objects.count() == 1


@pytest.mark.parametrize(("details", "words"), [({}, {"reason": "Something else"}), ({"family_name": "Khan"}, {})])
def test_the_same_key_with_other_content_is_refused_R02(rana, details, words):
    asked = replace(ASKED, submission_key=uuid4())
    refer(rana, request=asked)
    with pytest.raises(errors.SameKeyOtherReferral):
        refer(rana, details=replace(ADA, **details), request=replace(asked, **words))
    assert Referral.objects.count() == 1


def test_Z18_the_sender_s_own_reference_is_one_referral_for_ever(rana):
    asked = replace(ASKED, sender_reference=" E-7781 ")
    first = refer(rana, request=replace(asked, submission_key=uuid4()))
    again = refer(rana, request=replace(asked, submission_key=uuid4()), at=NOW + timedelta(days=400))

    assert again.pk == first.pk and first.sender_reference == "E-7781"
    assert Referral.objects.count() == Person.objects.count() == 1


def test_Z19_the_sender_s_reference_with_another_person_is_refused_and_the_first_stays(rana):
    asked = replace(ASKED, sender_reference="E-7781")
    first = refer(rana, request=asked)

    with pytest.raises(errors.ReferenceUsed, match=first.reference):
        refer(rana, details=replace(ADA, family_name="Khan"), request=asked)
    assert Referral.objects.count() == Person.objects.count() == 1


def test_R01_the_same_reference_of_two_practices_is_two_referrals(rana):
    asked = replace(ASKED, sender_reference="E-7781")
    refer(rana, request=asked)
    refer(MembershipFactory(role=REF), request=asked)

    assert Referral.objects.count() == 2


def test_R01_the_database_itself_holds_one_referral_of_a_practice_s_reference(rana):
    referral = refer(rana, request=replace(ASKED, sender_reference="E-7781"))
    other = refer(rana)

    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=other.pk).update(sender_reference=referral.sender_reference)


def test_the_practices_own_person_is_the_same_person_again(rana):
    first = refer(rana)
    assert refer(MembershipFactory(role=REF, practice=rana.practice)).person_id == first.person_id


def test_another_practices_person_becomes_a_record_of_its_own_R09(rana):
    first = refer(rana)
    second = refer(MembershipFactory(role=REF))
    assert second.person_id != first.person_id


@pytest.mark.parametrize("changed", [{"health_number": ""}, {"born_on": None}])
def test_anything_less_certain_becomes_a_record_of_its_own(rana, changed):
    first = refer(rana)
    assert refer(rana, details=replace(ADA, **changed)).person_id != first.person_id


def test_a_restricted_person_is_not_joined_P06(rana):
    first = refer(rana)
    Person.objects.filter(pk=first.person_id).update(is_restricted=True)
    assert refer(rana).person_id != first.person_id


def test_what_we_know_of_a_person_outlives_what_a_second_referral_says(rana):
    person = refer(rana, reach=Reach(by_phone=False, note="Never ring")).person
    record_risk(person=person, text="Her brother is violent", none_known=False, by=None, at=NOW)

    second = refer(
        rana,
        details=replace(ADA, phone="0161 496 0000", email="ada@example.org"),
        reach=Reach(note="Ring at night", access_needs=("bsl",)),
        request=replace(ASKED, risk_none_known=True),
    )

    person.refresh_from_db()
    assert (person.phone, person.email) == ("07700 900123", "ada@example.org")
    assert second.contact_given == "Phone: 0161 496 0000\nHow to reach them: Ring at night"
    assert ContactRule.objects.get(person=person).note == "Never ring"
    assert [risk.text for risk in RiskStatement.objects.filter(ended_at=None)] == ["Her brother is violent"]
    assert AccessNeed.objects.get(person=person).code == "bsl"


def test_risks_are_kept_as_the_referrer_knows_them(rana):
    refer(rana, request=replace(ASKED, risk_text="A dog that bites"))
    refer(
        rana, details=replace(ADA, family_name="Khan", health_number=""), request=replace(ASKED, risk_none_known=True)
    )
    assert set(RiskStatement.objects.values_list("text", "none_known")) == {("A dog that bites", False), ("", True)}


def test_staff_enter_a_referral_for_a_practice_which_is_told_by_mail(rana):
    asha = MembershipFactory(role=LW)
    asked = replace(ASKED, practice_id=rana.practice_id, referrer_name="Sister Joan")

    referral = refer(asha, request=asked)

    assert (referral.source, referral.practice_id, referral.referrer_name) == (
        "staff", rana.practice_id, "Sister Joan",
    )  # fmt: skip
    assert referral.person.practice_id == rana.practice_id
    message = Message.objects.get()
    assert (message.recipient_kind, message.recipient_id) == ("practice", rana.practice_id)


def test_staff_enter_a_referral_for_an_agency(scheme):
    agency, surgery = AgencyFactory(), PracticeFactory()
    referral = refer(
        MembershipFactory(role=LW),
        details=replace(ADA, practice_id=surgery.pk),
        request=replace(ASKED, agency_id=agency.pk),
    )
    assert (referral.agency_id, referral.practice_id, referral.person.practice_id) == (agency.pk, None, surgery.pk)


def test_staff_must_say_who_asked(scheme):
    with pytest.raises(errors.ReferrerMissing):
        refer(MembershipFactory(role=LW))
    assert not Referral.objects.exists()


@pytest.mark.parametrize("kind", ["practice_id", "agency_id"])
def test_a_practice_or_agency_of_another_scheme_is_refused_T02(scheme, other_scheme, kind):
    with in_scheme(other_scheme):
        theirs = PracticeFactory() if kind == "practice_id" else AgencyFactory()
    asha = MembershipFactory(role=LW)
    with in_scheme(scheme, other_scheme), pytest.raises(errors.NotOfThisScheme):
        refer(asha, request=replace(ASKED, **{kind: theirs.pk}))


def test_a_persons_practice_of_another_scheme_is_refused_T02(scheme, other_scheme, rana):
    with in_scheme(other_scheme):
        theirs = PracticeFactory()
    with in_scheme(scheme, other_scheme), pytest.raises(errors.NotOfThisScheme):
        refer(rana, details=replace(ADA, practice_id=theirs.pk))


def test_the_database_itself_refuses_a_practice_of_another_scheme_T02(scheme, other_scheme):
    with in_scheme(other_scheme):
        theirs = PracticeFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReferralFactory(practice=theirs)


def test_the_answer_to_a_question_makes_the_referral_new_again_TA1(rana, lead):
    referral = refer(rana)
    return_referral(referral_id=referral.pk, question="May we ring her?", by=lead, at=NOW)

    answer_question(referral_id=referral.pk, answer=" Yes, mornings ", by=rana, at=NOW)

    referral.refresh_from_db()
    assert (referral.state, referral.state_reason) == (State.RECEIVED, "Yes, mornings")
    assert referral.reason == "Since her husband died.\n\nYes, mornings"


def test_whoever_triages_writes_down_an_answer_given_by_phone(rana, lead):
    referral = refer(rana)
    return_referral(referral_id=referral.pk, question="May we ring her?", by=lead, at=NOW)
    assert answer_question(referral_id=referral.pk, answer="Yes", by=lead, at=NOW).state == State.RECEIVED


def test_nobody_else_answers(rana, lead):
    referral = refer(rana)
    return_referral(referral_id=referral.pk, question="May we ring her?", by=lead, at=NOW)
    for stranger in (MembershipFactory(role=REF), MembershipFactory(role=LW)):
        with pytest.raises(NotVisible):
            answer_question(referral_id=referral.pk, answer="Yes", by=stranger, at=NOW)


def test_an_empty_answer_or_one_to_no_question_is_refused(rana):
    referral = refer(rana)
    with pytest.raises(errors.AnswerMissing):
        answer_question(referral_id=referral.pk, answer=" ", by=rana, at=NOW)
    with pytest.raises(TransitionRefused):
        answer_question(referral_id=referral.pk, answer="Yes", by=rana, at=NOW)


def test_a_note_is_added_to_an_open_referral_RI5(rana):
    referral = refer(rana)
    add_note(referral_id=referral.pk, note="She has moved in with her son", by=rana, at=NOW)
    referral.refresh_from_db()
    assert referral.reason.endswith("She has moved in with her son")
    assert referral.state == State.RECEIVED
    assert AuditEvent.objects.filter(event="referral.note_added").exists()


def test_nothing_is_added_to_what_has_ended_is_empty_or_is_anothers(rana):
    ended = ReferralFactory(practice=rana.practice, state=State.DECLINED)
    with pytest.raises(errors.ReferralOver):
        add_note(referral_id=ended.pk, note="More", by=rana, at=NOW)
    with pytest.raises(errors.AnswerMissing):
        add_note(referral_id=ended.pk, note=" ", by=rana, at=NOW)
    with pytest.raises(NotVisible):
        add_note(referral_id=ReferralFactory().pk, note="More", by=rana, at=NOW)
