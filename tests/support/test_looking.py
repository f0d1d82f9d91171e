"""Looking for and into what is not one's own."""

from datetime import UTC, date, datetime, timedelta
from unittest import mock

import pytest

from linkwell.common.errors import NotVisible
from linkwell.common.models import AuditEvent
from linkwell.messages.models import Message
from linkwell.people.errors import NothingToOpen, ReasonMissing, SecondFactorNeeded, TooFewTraits
from linkwell.people.keys import Traits
from linkwell.people.models import Exclusion, RecordOpening
from linkwell.support.actions import looking, note_refused_opening, note_search, open_restricted_record, review_opening
from linkwell.support.models import Task
from linkwell.team.access import LW, MGR, SUP
from tests.factories import MembershipFactory, ReferralFactory

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BY_NUMBER = Traits(family_name="Clarke", born_on=date(1984, 3, 15), number="9434765919")


@pytest.fixture
def asha(scheme):
    return MembershipFactory(role=LW, account__name="Asha Patel")


@pytest.fixture
def lead(scheme):
    return MembershipFactory(role=SUP)


def search(by, traits=BY_NUMBER, reference="", at=NOW):
    note_search(traits=traits, reference=reference, by=by, at=at)


def test_a_search_is_written_down_by_its_kinds_and_never_by_its_values_P02(asha):
    search(asha)
    search(asha, Traits(), "LW-7K3PQX")
    purposes = list(AuditEvent.objects.filter(event="person.searched").values_list("purpose", flat=True).order_by("pk"))
    assert purposes == ["family name, date of birth, number", "reference"]


def test_a_search_with_too_little_or_by_another_role_is_refused_P02(asha):
    with pytest.raises(TooFewTraits):
        search(asha, Traits(family_name="Clarke"))
    with pytest.raises(NotVisible):
        search(MembershipFactory(role=MGR))
    assert not AuditEvent.objects.exists()


def test_the_leads_are_told_once_of_more_than_twenty_searches_by_number_in_a_day_P01(asha, lead):
    for _ in range(20):
        search(asha)
    assert not Task.objects.exists()

    search(asha)
    search(asha)

    task = Task.objects.get()
    assert task.member_id == lead.pk
    assert task.text.startswith("Asha Patel searched by NHS number more than 20 times today")
    message = Message.objects.get()
    assert (message.template, message.recipient_id, message.words) == ("staff_notice", lead.pk, {})


def test_searches_of_yesterday_and_by_other_traits_do_not_count_P01(asha, lead):
    for _ in range(15):
        search(asha, at=NOW - timedelta(days=1))
        search(asha, Traits(family_name="Clarke", postcode="M33 7ZF"))
        search(asha)
    assert not Task.objects.exists()


@pytest.fixture
def restricted(scheme):
    return ReferralFactory(person__is_restricted=True, reference="LW-7K3PQX", person__family_name="Hidden")


def open_it(by, **changed):
    given = {"reference": "lw-7k3pqx", "reason": "Emergency", "text": "She may be hurt", "second_factor_at": NOW}
    return open_restricted_record(by=by, at=NOW, **{**given, **changed})


def test_opening_a_restricted_record_tells_the_leads_at_once_and_names_nobody_T07(asha, lead, restricted):
    opening = open_it(asha)

    assert (opening.person_id, opening.ends_at) == (restricted.person_id, NOW + timedelta(minutes=60))
    task = Task.objects.get(member=lead)
    assert task.text == "Asha Patel opened a restricted record (LW-7K3PQX): Emergency. Look into why."
    assert (task.due_on, task.link) == (date(2026, 11, 28), f"/people/openings/{opening.pk}/")
    assert Message.objects.get().recipient_id == lead.pk
    assert AuditEvent.objects.get(event="person.opened_restricted").person_id == restricted.person_id


def test_a_lead_who_opens_one_is_looked_into_by_the_others(lead, restricted):
    other = MembershipFactory(role=SUP)
    open_it(lead)
    assert Task.objects.get().member_id == other.pk


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"second_factor_at": None}, SecondFactorNeeded),
        ({"second_factor_at": NOW - timedelta(minutes=10)}, SecondFactorNeeded),
        ({"reason": ""}, ReasonMissing),
        ({"text": " "}, ReasonMissing),
        ({"reference": "LW-999999"}, NothingToOpen),
    ],
)
def test_a_restricted_record_stays_closed_without_all_that_it_needs_T07(asha, lead, restricted, changed, refusal):
    with pytest.raises(refusal):
        open_it(asha, **changed)
    assert not RecordOpening.objects.exists()
    assert not Task.objects.exists()


def test_unknown_unrestricted_and_excluded_references_get_one_and_the_same_answer_P06(scheme, asha, restricted):
    ReferralFactory(reference="LW-222222")
    Exclusion.objects.create(scheme=scheme, person=restricted.person, membership=asha, added_at=NOW)
    answers = set()
    for reference in ("LW-222222", "LW-333333", "LW-7K3PQX"):
        with pytest.raises(NothingToOpen) as refused:
            open_it(asha, reference=reference)
        answers.add(str(refused.value))
    assert len(answers) == 1


def test_without_the_second_factor_nobody_learns_whether_a_reference_is_right_P06(asha, restricted):
    for reference in ("LW-7K3PQX", "LW-333333"):
        with pytest.raises(SecondFactorNeeded):
            open_it(asha, reference=reference, second_factor_at=None)


def test_a_refused_try_leaves_its_trace(asha):
    note_refused_opening(by=asha, at=NOW)
    event = AuditEvent.objects.get()
    assert (event.event, event.outcome, event.membership_id) == ("person.opened_restricted", "refused", asha.pk)


def test_one_lead_looks_into_it_for_all(asha, lead, restricted):
    MembershipFactory(role=SUP)
    opening = open_it(asha)
    assert Task.objects.filter(done_at=None).count() == 2

    review_opening(opening_id=opening.pk, by=lead, at=NOW)

    assert not Task.objects.filter(done_at=None).exists()
    with pytest.raises(NotVisible):
        review_opening(opening_id=opening.pk, by=asha, at=NOW)


def test_who_searches_on_is_reported_though_the_twenty_first_search_was_missed_P01(asha, lead):
    with mock.patch.object(looking, "number_searches", return_value=25):
        search(asha)
        search(asha)
    assert Task.objects.get().member_id == lead.pk


def test_an_excluded_lead_is_not_told_of_an_opening_on_any_seat_P06(scheme, asha, lead, restricted):
    before = MembershipFactory(role=LW, account=lead.account)
    Exclusion.objects.create(scheme=scheme, person=restricted.person, membership=before, added_at=NOW)
    other = MembershipFactory(role=SUP)
    open_it(asha)
    assert Task.objects.get().member_id == Message.objects.get().recipient_id == other.pk


@pytest.mark.parametrize("who", ["the only lead", "the same human on another seat"])
def test_where_no_other_lead_is_the_managers_are_told_and_of_no_person_T07(lead, restricted, who):
    manager = MembershipFactory(role=MGR)
    by = lead if who == "the only lead" else MembershipFactory(role=LW, account=lead.account)
    open_it(by)
    task = Task.objects.get()
    assert (task.member_id, task.episode_id, task.link) == (manager.pk, None, "")
    assert "Hidden" not in task.text
    assert Message.objects.get().recipient_id == manager.pk
