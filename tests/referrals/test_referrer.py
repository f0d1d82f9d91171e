"""What a practice or agency sees of its own referrals."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from linkwell.common.errors import NotVisible
from linkwell.people.models import Person
from linkwell.referrals.actions import accept_referral, mark_read, return_referral
from linkwell.referrals.models import State
from linkwell.referrals.queries import already_open, how_many_referrals, my_referrals, own_referral, receipt
from linkwell.team.access import LW, REF
from tests.factories import AgencyFactory, MembershipFactory, ReferralFactory
from tests.referrals.conftest import ADA, ASKED, BORN, NOW, refer


def test_a_care_navigator_sees_the_practices_list_newest_first_RI12(rana):
    old = refer(rana, at=NOW - timedelta(days=4))
    navigator = MembershipFactory(role=REF, practice=rana.practice)
    asked = replace(ASKED, on_behalf_of="Dr Who")
    new = refer(navigator, details=replace(ADA, family_name="Khan", health_number=""), request=asked)

    lines = my_referrals(viewer=rana, at=NOW)

    assert [line.referral_id for line in lines] == [new.pk, old.pk]
    assert [(line.name, line.referrer, line.days) for line in lines] == [
        ("Ada Khan", "Dr Who", 0), ("Ada Clarke", "Dr Rana", 4),
    ]  # fmt: skip
    assert lines[1].by_when == (NOW + timedelta(days=3)).date()


def test_the_list_is_narrowed_to_open_ones_and_to_my_own(rana):
    mine = refer(rana)
    ReferralFactory(practice=rana.practice, state=State.DECLINED)
    assert len(my_referrals(viewer=rana, at=NOW)) == how_many_referrals(viewer=rana) == 2
    for show in ("open", "mine"):
        assert [line.referral_id for line in my_referrals(viewer=rana, at=NOW, show=show)] == [mine.pk]
        assert how_many_referrals(viewer=rana, show=show) == 1


def test_other_practices_agencies_and_roles_see_none_of_it_R10(rana, lead):
    referral = refer(rana)
    agency = MembershipFactory(role=REF, agency=AgencyFactory())
    for member in (MembershipFactory(role=REF), agency, lead):
        assert my_referrals(viewer=member, at=NOW) == []
        with pytest.raises(NotVisible):
            own_referral(viewer=member, referral_id=referral.pk, at=NOW)


def test_a_restricted_person_is_absent_from_list_count_and_page_P06(rana):
    referral = refer(rana)
    Person.objects.filter(pk=referral.person_id).update(is_restricted=True)
    assert my_referrals(viewer=rana, at=NOW) == []
    assert how_many_referrals(viewer=rana) == 0
    with pytest.raises(NotVisible):
        own_referral(viewer=rana, referral_id=referral.pk, at=NOW)


def test_news_is_new_until_it_was_read(rana, lead):
    referral = refer(rana)
    assert not my_referrals(viewer=rana, at=NOW)[0].unread
    accept_referral(referral_id=referral.pk, by=lead, at=NOW + timedelta(hours=1))
    line = my_referrals(viewer=rana, at=NOW)[0]
    assert (line.unread, line.latest_kind) == (True, "accepted")
    mark_read(referral_id=referral.pk, by=rana, at=NOW)
    assert not my_referrals(viewer=rana, at=NOW)[0].unread


def test_whether_the_person_agreed_to_feedback_is_known(rana):
    refer(rana, request=replace(ASKED, feedback_agreed=False))
    assert not my_referrals(viewer=rana, at=NOW)[0].may_hear


def test_the_page_shows_what_was_written_asked_and_told(rana, lead):
    referral = refer(rana, request=replace(ASKED, told_person="Someone will ring", urgency="urgent"))
    return_referral(referral_id=referral.pk, question="May we ring?", by=lead, at=NOW + timedelta(hours=1))

    page = own_referral(viewer=rana, referral_id=referral.pk, at=NOW)

    assert (page.reason, page.told_person, page.question) == (
        "Since her husband died.", "Someone will ring", "May we ring?",
    )  # fmt: skip
    assert page.urgent
    assert [kind for _, _, kind, _ in page.feedback] == ["More needed", "Received"]


def test_the_list_costs_the_same_however_long_it_is(rana, django_assert_max_num_queries):
    for number in range(8):
        refer(rana, details=replace(ADA, family_name=f"Clarke{number}", health_number=""))
    with django_assert_max_num_queries(4):
        assert len(my_referrals(viewer=rana, at=NOW)) == 8


def test_pages_follow_each_other(rana):
    for number in range(3):
        refer(rana, details=replace(ADA, family_name=f"Clarke{number}", health_number=""))
    first, rest = my_referrals(viewer=rana, at=NOW, limit=2), my_referrals(viewer=rana, at=NOW, limit=2, offset=2)
    assert (len(first), len(rest)) == (2, 1)


WHO = {"health_number": "9434765919", "given_name": "Ada", "family_name": "Clarke", "born_on": BORN}


def test_an_open_referral_of_the_own_practice_is_shown_before_a_second_one_RI5(rana):
    referral = refer(rana)
    colleague = MembershipFactory(role=REF, practice=rana.practice)
    assert already_open(viewer=colleague, **WHO).referral_id == referral.pk
    by_name = {**WHO, "health_number": ""}
    assert already_open(viewer=colleague, **by_name).reference == referral.reference


def test_nobody_else_learns_that_a_person_is_known_R09(rana, lead):
    refer(rana)
    agency = MembershipFactory(role=REF, agency=AgencyFactory())
    for member in (MembershipFactory(role=REF), agency, lead, MembershipFactory(role=LW)):
        assert already_open(viewer=member, **WHO) is None


def test_ended_and_restricted_ones_are_not_shown_P06(rana):
    referral = refer(rana)
    Person.objects.filter(pk=referral.person_id).update(is_restricted=True)
    assert already_open(viewer=rana, **WHO) is None
    Person.objects.filter(pk=referral.person_id).update(is_restricted=False)
    type(referral).objects.filter(pk=referral.pk).update(state=State.DECLINED)
    assert already_open(viewer=rana, **WHO) is None


def test_a_form_sent_twice_is_not_its_own_duplicate_Z24(rana):
    key = uuid4()
    refer(rana, request=replace(ASKED, submission_key=key))
    assert already_open(viewer=rana, but_not=key, **WHO) is None
    assert already_open(viewer=rana, but_not=uuid4(), **WHO) is not None


def test_a_receipt_says_reference_and_by_when_to_who_sent_it(rana):
    referral = refer(rana, details=replace(ADA, health_number="9434765918"))
    shown = receipt(viewer=rana, referral_id=referral.pk)
    assert (shown.reference, shown.by_when) == (referral.reference, (NOW + timedelta(days=7)).date())
    assert shown.number_untraced
    with pytest.raises(NotVisible):
        receipt(viewer=MembershipFactory(role=REF, practice=rana.practice), referral_id=referral.pk)


def test_staff_get_a_receipt_for_what_they_entered_and_a_right_number_is_not_doubted(rana):
    asha = MembershipFactory(role=LW)
    referral = refer(asha, request=replace(ASKED, practice_id=rana.practice_id))
    assert not receipt(viewer=asha, referral_id=referral.pk).number_untraced
