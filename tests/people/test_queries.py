"""What is known of a person, and how persons are found."""

from datetime import UTC, date, datetime, timedelta

import pytest

from linkwell.common import audit
from linkwell.people import errors, queries
from linkwell.people.actions import Reach, record_consent, record_risk, renew_keys, set_reach
from linkwell.people.keys import NHS_NUMBER, Traits
from tests.factories import MembershipFactory, PersonFactory, in_scheme

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TODAY = NOW.date()
BORN = date(1984, 3, 15)


def test_the_banner_says_how_to_reach_someone_and_how_not(scheme):
    person = PersonFactory(given_name="Margaret", preferred_name="Peggy", born_on=BORN, needs_interpreter=True)
    reach = Reach(by_post=False, when="afternoons only", note="Never after 5pm", access_needs=("bsl",))
    set_reach(person=person, reach=reach, by=None, at=NOW)

    banner = queries.banner(person, link_worker="Asha", on=TODAY)

    assert banner.age == 42
    assert banner.preferred_name.startswith("Peggy ")
    assert banner.contact == ("Phone 07700 900123, afternoons only",)
    assert banner.not_contact == ("No voicemail", "No texts", "No letters", "Never after 5pm")
    assert banner.communication == ("Needs an interpreter", "British Sign Language")
    assert banner.risk == "unknown"


def test_the_banner_tells_known_risks_from_none_and_from_not_asked(scheme):
    person = PersonFactory()
    record_risk(person=person, text="", none_known=True, by=None, at=NOW)
    assert queries.banner(person, link_worker="", on=TODAY).risk == "none"
    record_risk(person=person, text="A dog that bites", none_known=False, by=None, at=NOW)
    banner = queries.banner(person, link_worker="", on=TODAY)
    assert (banner.risk, banner.risks) == ("some", ("A dog that bites",))


def test_a_rule_against_calls_takes_the_phone_off_the_banner(scheme):
    person = PersonFactory(email="ada@example.org")
    set_reach(person=person, reach=Reach(by_phone=False, by_email=True), by=None, at=NOW)
    rule = queries.contact_rule(person)
    assert rule.how == ("E-mail ada@example.org",)
    assert "No phone calls" in rule.how_not


def test_a_form_shows_the_rule_that_holds_or_how_one_begins(scheme):
    person = PersonFactory()
    assert queries.reach_now(person).channels == ("phone", "post")
    set_reach(person=person, reach=Reach(by_text=True, when="mornings"), by=None, at=NOW)
    now = queries.reach_now(person)
    assert (now.channels, now.when) == (("phone", "text", "post"), "mornings")


def test_someone_is_found_by_the_sound_of_a_name_and_a_birth_date(scheme):
    clarke = PersonFactory(family_name="Clarke", born_on=BORN)
    PersonFactory(family_name="Clarke", born_on=date(1984, 3, 16))

    found = queries.matching(scheme_id=scheme.pk, traits=Traits(family_name="Clark", born_on=BORN))

    assert list(found) == [clarke]


def test_all_traits_must_agree(scheme):
    PersonFactory(family_name="Clarke", born_on=BORN, postcode="M33 7ZF")
    traits = Traits(family_name="Clarke", born_on=BORN, postcode="M33 7ZG")
    assert not queries.matching(scheme_id=scheme.pk, traits=traits).exists()


def test_too_few_traits_find_nobody(scheme):
    with pytest.raises(errors.TooFewTraits):
        queries.matching(scheme_id=scheme.pk, traits=Traits(family_name="Clarke"))


def person_with(**fields):
    person = PersonFactory(health_number_system=NHS_NUMBER, **fields)
    renew_keys(person)
    return person


def test_the_same_person_may_be_one_of_the_same_number_name_or_neighbourhood(scheme):
    number = person_with(family_name="Other", health_number="9434765919")
    name = person_with(given_name="Ada", family_name="Clarke", born_on=BORN)
    near = person_with(given_name="Adah", family_name="Clark", born_on=BORN, postcode="M33 7ZF")
    person_with(given_name="Adah", family_name="Clark", born_on=BORN, postcode="M1 1AA")

    found = queries.same_person(
        scheme_id=scheme.pk, given_name="Ada", family_name="Clarke", born_on=BORN, postcode="M33 7ZF",
        number="943 476 5919",
    )  # fmt: skip

    assert found == [number.pk, name.pk, near.pk]


def test_a_whole_inbox_is_compared_in_one_statement(scheme, django_assert_num_queries):
    ada = person_with(given_name="Ada", family_name="Clarke", born_on=BORN, postcode="M33 7ZF")
    again = person_with(given_name="Ada", family_name="Clarke", born_on=BORN)
    near = person_with(given_name="A", family_name="Clark", born_on=BORN, postcode="m337zf")
    apart = person_with(given_name="B", family_name="Clark", born_on=BORN)
    numbered = person_with(family_name="Khan", health_number="9434765919")
    same = person_with(family_name="Kahn", health_number="9434765919")

    with django_assert_num_queries(1):
        found = queries.same_people(scheme_id=scheme.pk, person_ids=[ada.pk, apart.pk, numbered.pk])

    assert found == {ada.pk: [near.pk, again.pk], numbered.pk: [same.pk]}


def test_nobody_of_another_scheme_is_ever_the_same_person_T03(scheme, other_scheme):
    ours = person_with(given_name="Ada", family_name="Clarke", born_on=BORN, health_number="9434765919")
    with in_scheme(other_scheme):
        person_with(given_name="Ada", family_name="Clarke", born_on=BORN, health_number="9434765919")
    with in_scheme(scheme, other_scheme):
        assert queries.same_people(scheme_id=scheme.pk, person_ids=[ours.pk]) == {}


def test_the_newest_word_on_feedback_holds(scheme):
    ada, never = PersonFactory(), PersonFactory()
    record_consent(person=ada, purpose="feedback", given=True, by=None, at=NOW - timedelta(days=1))
    record_consent(person=ada, purpose="feedback", given=False, by=None, at=NOW)
    record_consent(person=never, purpose="referral", given=True, by=None, at=NOW)
    assert queries.feedback_agreed([ada.pk, never.pk]) == {ada.pk: False}


def test_searches_by_number_are_counted_by_member_and_day(scheme):
    asha, sam = MembershipFactory(), MembershipFactory()
    for by, at, purpose in (
        (asha, NOW, "family name, date of birth, number"),
        (asha, NOW - timedelta(days=1), "family name, date of birth, number"),
        (asha, NOW, "family name, date of birth"),
        (sam, NOW, "family name, postcode, number"),
    ):
        audit.record("person.searched", by=by, at=at, purpose=purpose)
    assert queries.number_searches(viewer=asha, since=NOW - timedelta(hours=10), at=NOW) == 1


def test_a_number_is_recognised_without_being_shown(scheme):
    ada = person_with(health_number="9434765919")
    assert queries.has_number(scheme.pk, ada.pk, "943 476 5919")
    assert not queries.has_number(scheme.pk, ada.pk, "9000000009")


def test_practices_are_given_by_person(scheme):
    ada = PersonFactory()
    assert queries.practices_of([ada.pk]) == {ada.pk: None}
