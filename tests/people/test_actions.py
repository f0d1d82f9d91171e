"""What is written down of a person, and how records are opened that are not one's own."""

from datetime import UTC, date, datetime, timedelta

import pytest

from linkwell.common.errors import NotVisible
from linkwell.common.models import AuditEvent
from linkwell.people import actions, errors
from linkwell.people.actions import Details, Reach
from linkwell.people.keys import NHS_NUMBER
from linkwell.people.models import AccessNeed, Consent, ContactRule, Exclusion, Person, PersonKey, RiskStatement
from linkwell.team.access import LW, SUP
from tests.factories import MembershipFactory, PersonFactory

NOW = datetime(2026, 7, 23, 10, 0, tzinfo=UTC)  # 11am in London
ADA = Details(
    given_name=" Ada ", family_name="Example", born_on=date(1984, 3, 15), health_number="943 476 5919",
    health_number_system=NHS_NUMBER, phone="07700 900123", postcode="m33 7zf",
)  # fmt: skip


def test_a_person_is_added_with_keys_and_an_encrypted_number(scheme):
    person = actions.add_person(details=ADA, scheme_id=scheme.pk, at=NOW)

    person.refresh_from_db()
    assert (person.given_name, person.postcode, person.health_number) == ("Ada", "M33 7ZF", "9434765919")
    assert not person.health_number_traced
    kinds = set(PersonKey.objects.filter(person=person).values_list("kind", flat=True))
    assert kinds == {"family", "sound", "born", "sound_born", "name_born", "postcode", "number"}


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"given_name": " "}, errors.NameMissing),
        ({"born_on": date(2030, 1, 1)}, errors.BornInTheFuture),
        ({"health_number": "123"}, errors.NotAHealthNumber),
    ],
)
def test_details_that_cannot_be_are_refused_and_nobody_is_added(scheme, changed, refusal):
    with pytest.raises(refusal):
        actions.add_person(details=Details(**{**vars(ADA), **changed}), scheme_id=scheme.pk, at=NOW)
    assert not Person.objects.exists()


def test_what_was_unknown_of_a_known_person_is_filled_in_and_what_differs_is_handed_back(scheme):
    known = PersonFactory(phone="0161 496 0000", email="", postcode="")

    differs = actions.complete_details(
        person=known, details=Details(given_name="Ada", family_name="X", phone="07700 900123", email="a@example.org",
                                      postcode="M33 7ZF"),
        reach=Reach(access_needs=("bsl",)), at=NOW,
    )  # fmt: skip

    known.refresh_from_db()
    assert differs == ["Phone: 07700 900123"]
    assert (known.phone, known.email, known.postcode) == ("0161 496 0000", "a@example.org", "M33 7ZF")
    assert PersonKey.objects.filter(person=known, kind="postcode", key="M337ZF").exists()
    assert AccessNeed.objects.filter(person=known, code="bsl", ended_at=None).count() == 1


def test_an_address_is_neither_filled_in_nor_handed_back_where_the_place_is_hidden(scheme):
    hidden = PersonFactory(location_hidden=True)
    details = Details(given_name="Ada", family_name="X", address="1 High Street", postcode="M33 7ZF")

    differs = actions.complete_details(person=hidden, details=details, reach=Reach(), at=NOW)

    hidden.refresh_from_db()
    assert (hidden.address, hidden.postcode, hidden.latitude) == ("", "", None)
    assert differs == []


def test_the_same_number_written_another_way_is_no_difference(scheme):
    known = PersonFactory(phone="07700900123")
    details = Details(given_name="Ada", family_name="X", phone="07700 900 123")
    assert actions.complete_details(person=known, details=details, reach=Reach(), at=NOW) == []


def test_a_new_contact_rule_keeps_the_old_one_and_ends_needs_no_longer_named(scheme):
    person, asha = PersonFactory(), MembershipFactory()
    actions.set_reach(person=person, reach=Reach(access_needs=("bsl", "step_free")), by=asha, at=NOW)

    later = NOW + timedelta(days=1)
    actions.set_reach(person=person, reach=Reach(by_phone=False, access_needs=("bsl",)), by=asha, at=later)

    assert ContactRule.objects.filter(person=person).count() == 2
    ended = dict(AccessNeed.objects.filter(person=person).values_list("code", "ended_at"))
    assert ended == {"bsl": None, "step_free": later}


def test_a_risk_ends_none_known_and_the_same_risk_twice_is_one(scheme):
    person = PersonFactory()
    actions.record_risk(person=person, text="", none_known=True, by=None, at=NOW)
    actions.record_risk(person=person, text="A dog that bites", none_known=False, by=None, at=NOW)
    actions.record_risk(person=person, text="A dog that bites ", none_known=False, by=None, at=NOW)

    held = RiskStatement.objects.filter(person=person, ended_at=None)
    assert [risk.text for risk in held] == ["A dog that bites"]
    assert RiskStatement.objects.filter(person=person).count() == 2


def test_an_unclear_risk_is_refused(scheme):
    with pytest.raises(errors.RiskUnclear):
        actions.record_risk(person=PersonFactory(), text="", none_known=False, by=None, at=NOW)
    assert not RiskStatement.objects.exists()


def test_agreement_is_kept_with_why_not(scheme):
    person = PersonFactory()
    actions.record_consent(person=person, purpose="referral", given=False, why_not="Asleep", by=None, at=NOW)
    assert Consent.objects.get(person=person).why_not == "Asleep"
    assert AuditEvent.objects.filter(event="person.agreement_recorded", person_id=person.pk).exists()


def test_covering_lasts_until_midnight_in_london_and_is_audited_T07(scheme):
    person, sam = PersonFactory(), MembershipFactory()

    opening = actions.cover(person=person, reason="Taking a call", by=sam, at=NOW)

    assert opening.ends_at == datetime(2026, 7, 23, 23, 0, tzinfo=UTC)
    event = AuditEvent.objects.get(event="person.opened_covering")
    assert (event.person_id, event.membership_id, event.purpose) == (person.pk, sam.pk, "Taking a call")


def test_covering_without_a_reason_is_refused_and_opens_nothing(scheme):
    person = PersonFactory()
    with pytest.raises(errors.ReasonMissing):
        actions.cover(person=person, reason=" ", by=MembershipFactory(), at=NOW)
    assert not person.openings.exists()


def open_restricted(**changed):
    given = {"reason": "Emergency", "text": "She may be hurt", "second_factor_at": NOW, "at": NOW}
    return actions.open_restricted(**{**given, **changed})


def test_a_restricted_record_opens_for_sixty_minutes_T07(scheme):
    opening = open_restricted(person=PersonFactory(is_restricted=True), by=MembershipFactory())
    assert opening.ends_at - opening.began_at == timedelta(minutes=60)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"text": " "}, errors.ReasonMissing),
        ({"reason": ""}, errors.ReasonMissing),
        ({"second_factor_at": None}, errors.SecondFactorNeeded),
        ({"second_factor_at": NOW - timedelta(minutes=6)}, errors.SecondFactorNeeded),
    ],
)
def test_a_restricted_record_stays_closed_without_reason_words_and_second_factor_T07(scheme, changed, refusal):
    person = PersonFactory(is_restricted=True)
    with pytest.raises(refusal):
        open_restricted(person=person, by=MembershipFactory(), **changed)
    assert not person.openings.exists()


def test_a_team_lead_looks_into_an_opening_once(scheme):
    lead = MembershipFactory(role=SUP)
    opening = open_restricted(person=PersonFactory(is_restricted=True), by=MembershipFactory())

    actions.review_opening(opening_id=opening.pk, by=lead, at=NOW)

    opening.refresh_from_db()
    assert opening.reviewed_at == NOW
    with pytest.raises(NotVisible):
        actions.review_opening(opening_id=opening.pk, by=lead, at=NOW)


def test_nobody_else_looks_into_an_opening(scheme):
    person, opener = PersonFactory(is_restricted=True), MembershipFactory(role=SUP)
    kept_away = MembershipFactory(role=SUP)
    Exclusion.objects.create(scheme=scheme, person=person, membership=kept_away, added_at=NOW)
    opening = open_restricted(person=person, by=opener)

    for member in (opener, kept_away, MembershipFactory(role=LW)):
        with pytest.raises(NotVisible):
            actions.review_opening(opening_id=opening.pk, by=member, at=NOW)
