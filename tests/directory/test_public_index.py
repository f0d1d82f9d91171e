"""The public search and the words of the feed: the index answers what the database would; DI7, DI13, DI17, MA1."""

import random
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from linkwell.directory.derive import refresh_search
from linkwell.directory.models import Location, SearchChange, Service, Source
from linkwell.directory.queries import find_support, public_search
from linkwell.directory.queries.feed_filters import FeedQuery, service_keys, services
from linkwell.directory.queries.public_filters import facets
from linkwell.directory.queries.public_search import asked_of_index, known_words
from linkwell.directory.queries.public_statement import by_statement
from linkwell.directory.searching import meaning
from linkwell.matching.query import Query
from tests.directory.chance import random_entry, random_query
from tests.directory.test_find_support import NOW, SALE, entry, place, store
from tests.factories import OrganisationFactory

TODAY = NOW.date()
STATEMENT = sys.modules[by_statement.__module__]


@pytest.fixture
def source(db):
    return Source.objects.create(name="Test", created_at=NOW, is_approved=True)


@pytest.fixture
def uncut(monkeypatch):
    """The statement looks through as many as there are: then it defines what the index answers."""
    monkeypatch.setattr(STATEMENT, "MOST_NEAR", 10_000)
    monkeypatch.setattr(STATEMENT, "MOST_ANYWHERE", 10_000)


def town(source, chance, size=150):
    """Store a random directory; some of it is hidden, ended, joined, or its list is not approved."""
    store(source, [random_entry(chance, pk) for pk in range(1, size + 1)])
    other = Source.objects.create(name="Not approved", created_at=NOW)
    for fields in ({"hidden_at": NOW}, {"ended_on": TODAY}, {"joined_into_id": 1}, {"source_id": other.pk}):
        Service.objects.filter(pk__in=chance.sample(range(2, size + 1), 3)).update(**fields)


def stated(query):
    with connection.cursor() as cursor:
        return by_statement(cursor, query, TODAY)


def same(query):
    """Hold the index's answer against the statement's; return it."""
    expected = stated(query)

    answer, _ = asked_of_index(query, TODAY, expands=False)

    assert (answer.count, answer.page, answer.pages) == (expected.count, expected.page, expected.pages), query
    assert {hit.service_id: hit.location_id for hit in answer.hits} == {
        hit.service_id: hit.location_id for hit in expected.hits
    }, query
    metres = {hit.service_id: hit.metres for hit in expected.hits}
    assert {hit.service_id: hit.metres for hit in answer.hits} == pytest.approx(metres, abs=0.01), query
    assert [hit.score for hit in answer.hits] == pytest.approx([hit.score for hit in expected.hits], abs=2e-6), query
    assert facets(answer.counts) == facets(expected.counts), query
    assert (answer.heard, answer.meant, answer.not_found) == (expected.heard, expected.meant, expected.not_found), query
    return answer


@pytest.mark.parametrize("seed", range(2))
def test_DI7_MA1_the_public_search_of_the_index_is_that_of_the_database(search_index, source, uncut, seed):
    chance = random.Random(seed)
    town(source, chance)
    undisclosed = set(Service.objects.filter(is_undisclosed=True).values_list("pk", flat=True))
    found, filtered = 0, 0
    for number in range(40):
        query = replace(random_query(chance), reach_metres=chance.choice([1_000, 5_000, 20_000]))
        query = replace(query, words=chance.choice([query.words, "gardenning chior", "debtt"]))
        if number % 3 == 0:  # a filter at a time finds more than all of them
            plain = Query(needs=query.needs, words=query.words, home=query.home, home_outcode=query.home_outcode,
                          reach_metres=query.reach_metres, limit=500)  # fmt: skip
            one = chance.choice(["modes", "languages", "access_needs", "slots", "free_only", "age"])
            query = replace(plain, **{one: getattr(query, one)})

        answer = same(query)

        found += answer.count
        filtered += sum(count for values in answer.counts.values() for count in values.values())
        for hit in answer.hits:
            assert hit.service_id not in undisclosed or (hit.location_id, hit.metres) == (None, None)
    assert found > 200 and filtered > 700


def test_DI7_the_index_turns_the_pages_that_the_database_turns(search_index, source, uncut):
    town(source, random.Random(3), size=90)
    everything = Query(home=SALE, reach_metres=20_000, limit=500)
    ids = [hit.service_id for hit in same(everything).hits]
    pages = [same(replace(everything, limit=10, offset=10 * number)).hits for number in range(len(ids) // 10 + 1)]

    assert [hit.service_id for page in pages for hit in page] == ids
    last = same(replace(everything, limit=10, offset=690))
    assert last.page == last.pages < 70 and [hit.service_id for hit in last.hits] == ids[(last.page - 1) * 10 :]


def two_clubs(source):
    store(source, [entry(1, places=[place(pk=1)]), entry(2, places=[place(2_000, pk=2)])])
    return Query(needs=("loneliness",), home=SALE, reach_metres=5_000)


def shown(query):
    return [one.pk for one in public_search(query, NOW).services]


def test_DI7_a_filter_for_what_no_entry_states_leaves_nothing_and_its_counts_stay(search_index, source, uncut):
    query = two_clubs(source)
    for unstated in ({"access_needs": ("bsl",)}, {"languages": ("cy",)}, {"slots": 1}, {"free_only": True}):
        answer = same(replace(query, **unstated))

        assert answer.count == 0
    assert same(replace(query, free_only=True, age=40)).counts["age"] == {}
    assert same(replace(query, age=40)).count == 2


LEAVES = [
    {"operating": "closed"}, {"hidden_at": NOW}, {"ended_on": TODAY}, {"listing": "gone", "gone_on": TODAY},
    {"joined_into_id": 2}, {"changed_at": NOW - timedelta(days=4_000)},
]  # fmt: skip


@pytest.mark.parametrize("change", LEAVES, ids=lambda change: next(iter(change)))
def test_DI7_what_left_a_moment_ago_is_not_shown_by_an_index_that_was_told_nothing(search_index, source, change):
    query = two_clubs(source)
    assert shown(query) == [1, 2]

    Service.objects.filter(pk=1).update(**change)
    SearchChange.objects.all().delete()

    assert shown(query) == [2]


def test_D12_what_an_unapproved_list_says_is_gone_at_the_next_search(search_index, source):
    query = two_clubs(source)
    assert shown(query) == [1, 2]

    Source.objects.update(is_approved=False)

    assert shown(query) == []


def test_DI7_what_is_paused_full_or_waiting_is_listed_lower_with_its_state(search_index, source):
    query = two_clubs(source)
    first, _ = public_search(query, NOW).services
    assert (first.pk, first.status) == (1, "")

    Service.objects.filter(pk=1).update(operating="paused")
    paused = public_search(query, NOW)
    Service.objects.filter(pk=1).update(operating="open", listing="temporarily_closed")
    closed_for_now = public_search(query, NOW)

    for answer in (paused, closed_for_now):
        assert [one.pk for one in answer.services] == [2, 1]
        assert answer.services[1].status
    Service.objects.filter(pk=1).update(operating="waiting", listing="listed", wait_weeks=30)
    assert [one.pk for one in public_search(query, NOW).services] == [2, 1]


@pytest.mark.parametrize("noted", [True, False], ids=["noted", "never noted"])
def test_DI17_a_place_that_may_not_be_given_out_is_given_out_by_no_old_index(search_index, source, noted):
    query = two_clubs(source)
    Location.objects.update(address="1 High Street")
    first = public_search(query, NOW).services[0]
    assert first.latitude is not None and first.distance and "High Street" in first.where

    Service.objects.filter(pk=1).update(is_undisclosed=True)
    Location.objects.filter(pk=2).update(is_undisclosed=True)
    if not noted:
        SearchChange.objects.all().delete()

    for one in public_search(query, NOW).services:
        assert (one.latitude, one.longitude, one.distance) == (None, None, "")
        assert "High Street" not in one.where


def test_DI7_the_index_costs_one_statement_however_much_it_finds(search_index, source, django_assert_num_queries):
    query = two_clubs(source)
    for asked in (query, replace(query, words="lunch club gardenning"), Query(words="xyzzy"), Query()):
        public_search(asked, NOW)
        with django_assert_num_queries(1):
            public_search(asked, NOW)
    with django_assert_num_queries(0):
        assert known_words("Margaret likes lunch", most=3) == ["lunch"]


def test_DI7_other_words_misspelt_words_and_the_name_of_who_runs_it_are_found(search_index, source):
    two_clubs(source)
    Service.objects.filter(pk=1).update(name="Falconry evening", need_codes=[], strong_needs=[])
    Service.objects.filter(pk=2).update(organisation=OrganisationFactory(name="Citizens Advice Trafford"))
    refresh_search()

    misspelt = public_search(Query(words="falconary"), NOW)
    assert [one.pk for one in misspelt.services] == [1] and misspelt.meant == (("falconary", "falconry"),)
    other = public_search(Query(words="CAB"), NOW)
    assert [one.pk for one in other.services] == [2] and other.meant == (("CAB", "citizens advice"),)
    for found in (
        shown(Query(words="trafford")),
        [one.service_id for one in find_support(Query(words="trafford"), NOW).suggestions],
    ):
        assert found == [2]
    heard = public_search(Query(words="lonliness"), NOW)
    assert heard.heard == ("loneliness",) and 2 in [one.pk for one in heard.services] and heard.not_found == ()
    assert public_search(Query(words="xyzzy"), NOW).not_found == ("xyzzy",)


def test_MA3_a_sentence_finds_what_means_the_same(search_index, source, settings):
    settings.LINKWELL_OWN_WORDS = "words"
    store(source, [entry(1, name="Kind Hours", strong=(), text="Bereavement support for widows. Volunteers listen."),
                   entry(2, name="Pavilion", strong=(), text="Flat green bowls in summer.")])  # fmt: skip
    search_index.current()
    with connection.cursor() as cursor:
        meaning.keep(search_index.folder / "meaning", "words", cursor)

    assert shown(Query(words="i cry since my husband died"))[:1] == [1]


def test_DI13_the_words_of_the_feed_find_in_the_index_what_they_find_in_the_database(search_index, source):
    town(source, random.Random(0))
    Service.objects.filter(pk__lte=20).update(organisation=OrganisationFactory(name="Shedders of Sale"))
    refresh_search()
    search_index.current()
    Service.objects.filter(pk__in=range(30, 40)).update(hidden_at=NOW)  # and what changes after it was made
    Service.objects.filter(pk=41).update(name="Quietly")
    refresh_search([41])
    found = 0
    for words in (
        "shed",
        "sh",
        "choir gard",
        "walk lunch",
        "quiet",
        "quietly",
        "x",
        "the",
        "sale",
        "men's WALKS 12",
        "1",
    ):
        query = FeedQuery(search=words)

        keys = list(service_keys(query, on=TODAY))

        assert keys == list(services(query, on=TODAY).values_list("pk", flat=True)), words
        found += len(keys)
    assert found > 100


def test_DI13_the_words_of_the_feed_cost_one_statement(search_index, source, django_assert_num_queries):
    two_clubs(source)
    list(service_keys(FeedQuery(search="lunch"), on=TODAY))
    with django_assert_num_queries(1):
        assert list(service_keys(FeedQuery(search="lunch"), on=TODAY)) == [1, 2]
    both = FeedQuery(search="lunch", minimum_age=3)
    assert list(service_keys(both, on=TODAY)) == []
