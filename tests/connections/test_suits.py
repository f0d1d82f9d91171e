"""Whom would it suit? The viewer's own people alone, by the limits of what is known of them (MA1, MA2, MA7)."""

import random
from datetime import date, timedelta

import pytest

from linkwell.connections import queries
from linkwell.connections.queries import suits
from linkwell.directory.actions import set_operating_status
from linkwell.directory.models import Opening
from linkwell.directory.queries.suits import suited
from linkwell.people.models import AccessNeed, Exclusion, RestrictedReader
from linkwell.places.models import Outcode
from linkwell.support.models import EpisodeNeed
from linkwell.team.access import COM, DIR, LW, MGR, SUP
from tests.directory import judge
from tests.directory.test_find_support import NOW as SEARCHED_AT
from tests.directory.test_find_support import random_entry, source, store
from tests.directory.test_gaps import questions
from tests.factories import (
    ConnectionFactory,
    EpisodeFactory,
    LocationFactory,
    MembershipFactory,
    ServiceFactory,
    in_scheme,
)
from tests.story import NOW

__all__ = ["source"]


@pytest.fixture
def asha(scheme):
    return MembershipFactory(role=LW)


@pytest.fixture
def choir(scheme):
    Outcode.objects.update_or_create(code="M33", defaults={"latitude": 53.4205, "longitude": -2.3251})
    facts = {"need_codes": ["creative"], "strong_needs": ["creative"], "modes": ["in_person"]}
    return ServiceFactory(name="Choir", location=LocationFactory(), **facts)


def given_someone(worker, *codes, **person):
    known = {"postcode": "M33 2AA", "born_on": date(1950, 3, 1)} | person
    episode = EpisodeFactory(link_worker=worker, **{f"person__{name}": value for name, value in known.items()})
    for code in codes:
        EpisodeNeed.objects.create(scheme=episode.scheme, episode=episode, code=code, raised_at=NOW, by=worker)
    return episode


def names(viewer, service, at=NOW):
    return [one.person_id for one in queries.whom_it_suits(viewer=viewer, service_id=service.pk, at=at)]


def test_MA1_people_whose_open_needs_it_fits_are_listed_the_best_first_with_why(asha, choir):
    half = given_someone(asha, "creative", "money")
    whole = given_someone(asha, "creative")
    given_someone(asha, "money")
    found = queries.whom_it_suits(viewer=asha, service_id=choir.pk, at=NOW)
    assert [one.person_id for one in found] == [whole.person_id, half.person_id]
    assert found[0].reasons[0] == "arts, music and making things"
    assert "away" in " ".join(found[0].reasons)


def test_a_need_that_ended_and_support_that_ended_fit_nothing(asha, choir):
    over = given_someone(asha, "creative")
    over.ended_at, over.end_reason, over.state = NOW, "goals_met", "ended"
    over.save()
    met = given_someone(asha, "creative")
    EpisodeNeed.objects.filter(episode=met).update(ended_at=NOW)
    assert names(asha, choir) == []


@pytest.mark.parametrize("service", [
    {"minimum_age": 90}, {"languages": ["pl"], "modes": ["in_person"]}, {"access_no": ["step_free"]},
    {"area_outcodes": ["ZZ9"]}, {"operating": "paused"}, {"modes": ["online"]},
])  # fmt: skip
def test_MA2_no_limit_of_what_is_known_of_somebody_is_broken(asha, choir, service):
    person = given_someone(asha, "creative", language="pa").person
    for code in ("step_free", "not_online"):
        AccessNeed.objects.create(scheme=person.scheme, person=person, code=code, began_at=NOW)
    fits = {"need_codes": ["creative"], "modes": ["in_person"]}
    assert names(asha, ServiceFactory(**fits)) == [person.pk]
    assert names(asha, ServiceFactory(**fits | service)) == []


def test_who_is_connected_already_or_said_no_is_left_out_and_whom_a_group_refused_is_not(asha, choir):
    for state in ("proposed", "attending", "declined_person"):
        ConnectionFactory(episode=given_someone(asha, "creative"), service=choir, state=state)
    refused = given_someone(asha, "creative")
    ConnectionFactory(episode=refused, service=choir, state="declined_org")
    assert names(asha, choir) == [refused.person_id]


def test_P01_nobody_is_listed_but_the_viewers_own_people_and_none_whom_they_may_not_see(asha, choir, foreign_scheme):
    mine = given_someone(asha, "creative")
    ben = MembershipFactory(role=LW)
    theirs = given_someone(ben, "creative")
    restricted = given_someone(asha, "creative", is_restricted=True)
    excluded = given_someone(asha, "creative")
    Exclusion.objects.create(scheme=asha.scheme, person=excluded.person, membership=asha, added_at=NOW)
    with in_scheme(foreign_scheme):
        given_someone(MembershipFactory(role=LW), "creative")
    assert names(asha, choir) == [mine.person_id]
    assert names(ben, choir) == [theirs.person_id]
    RestrictedReader.objects.create(scheme=asha.scheme, person=restricted.person, membership=asha, added_at=NOW)
    assert set(names(asha, choir)) == {mine.person_id, restricted.person_id}


def test_P01_also_where_the_team_shares_its_records_a_link_worker_sees_their_own_people_only(asha, choir):
    asha.scheme.team_access = True
    asha.scheme.save()
    given_someone(MembershipFactory(role=LW), "creative")
    assert names(asha, choir) == []


def test_P01_a_team_lead_sees_those_whose_records_they_may_open_and_other_roles_nobody(asha, choir):
    mine = given_someone(asha, "creative")
    given_someone(asha, "creative", is_restricted=True)
    assert names(MembershipFactory(role=SUP), choir) == [mine.person_id]
    for role in (MGR, COM, DIR):
        viewer = MembershipFactory(role=role)
        assert names(viewer, choir) == [] and queries.news(viewer=viewer, at=NOW) == []


def test_H06_whose_place_is_hidden_has_no_distance_to_anything(asha, choir):
    given_someone(asha, "creative", location_hidden=True)
    (found,) = queries.whom_it_suits(viewer=asha, service_id=choir.pk, at=NOW)
    assert "km" not in " ".join(found.reasons) and " m away" not in " ".join(found.reasons)


@pytest.mark.parametrize("seed", range(3))
def test_MA7_which_questions_a_service_fits_is_as_the_slow_definition_says(source, seed):
    chance = random.Random(200 + seed)
    entries = [random_entry(chance, pk) for pk in range(1, 61)]
    store(source, entries)
    asked, on = questions(chance, 30), SEARCHED_AT.date()
    found = suited([one.pk for one in entries], asked, on=on)
    for number, query in enumerate(asked):
        expected = {one.pk for one in judge.fitting(judge.judge(query, entries, on=on))}
        assert {pk for pk, its in found.items() if number in {suit.question for suit in its}} == expected, query


# --- what opened ---


def test_MA7_a_group_that_opened_says_how_many_of_my_people_may_be_suited(asha, choir):
    given_someone(asha, "creative")
    given_someone(asha, "creative")
    Opening.objects.update(at=NOW - timedelta(days=30))
    assert queries.news(viewer=asha, at=NOW) == []
    for status in ("closed", "open"):
        set_operating_status(service_id=choir.pk, status=status, by=asha, at=NOW)
    (news,) = queries.news(viewer=asha, at=NOW)
    assert (news.service.name, news.service.kind, news.people) == ("Choir", "again", 2)
    assert queries.news(viewer=asha, at=NOW + suits.OPENED_WITHIN + timedelta(seconds=1)) == []
    set_operating_status(service_id=choir.pk, status="full", by=asha, at=NOW)
    assert queries.news(viewer=asha, at=NOW) == []


def test_the_same_statements_are_asked_for_few_and_for_many(asha, choir, django_assert_num_queries):
    def statements(most):
        with django_assert_num_queries(most):
            assert queries.whom_it_suits(viewer=asha, service_id=choir.pk, at=NOW)
        with django_assert_num_queries(most + 1):
            assert queries.news(viewer=asha, at=NOW)

    Opening.objects.update(at=NOW - timedelta(days=1))
    given_someone(asha, "creative")
    queries.news(viewer=asha, at=NOW)  # puts its statements together once
    statements(8)
    for number in range(6):
        given_someone(asha, "creative", postcode=f"M33 2A{'ABCDEF'[number]}")
        ServiceFactory(need_codes=["creative"], modes=["phone"])
    Opening.objects.update(at=NOW - timedelta(days=1))
    statements(8)


def test_without_anything_new_one_statement_is_asked(asha, django_assert_num_queries):
    given_someone(asha, "creative")
    queries.news(viewer=asha, at=NOW)
    with django_assert_num_queries(1):
        assert queries.news(viewer=asha, at=NOW) == []
