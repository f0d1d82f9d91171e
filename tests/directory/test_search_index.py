"""The index answers what the database would, and knows at once what changes."""

import random
import re
from dataclasses import replace
from importlib import import_module

import pytest
from django.db import connection

from linkwell.directory.models import SearchChange, Service, ServiceAtLocation, Source
from linkwell.directory.queries import find_support
from linkwell.directory.queries.indexed import by_index
from linkwell.directory.queries.support import by_statement
from linkwell.directory.searching import changes, keeping, loading
from linkwell.matching import ranking
from linkwell.matching.index import Tried
from linkwell.matching.query import Query
from tests.directory.test_find_support import NOW, SALE, entry, place, random_entry, random_query, store

EXACTLY = ranking.Weights(expands=False)  # other words for the same thing are looked for by the index alone


@pytest.fixture
def source(db):
    return Source.objects.create(name="Test", created_at=NOW, is_approved=True)


def told(answer):
    """Return an answer as it can be compared: points to six places."""
    rounded = [
        (
            one.service_id,
            round(one.score, 5),
            one.location_id,
            one.reasons,
            one.ask_first,
            one.where,
            one.when,
            one.status,
            one.freshness,
            one.cost,
            one.metres and round(one.metres, 2),
        )
        for one in answer.suggestions
    ]
    misses = [(one.service_id, one.fails) for one in answer.near_misses]
    return (answer.count, answer.not_shown, rounded, misses, answer.facets, answer.heard, answer.words_not_found)


@pytest.mark.parametrize("seed", range(2))
def test_MA1_MA2_the_index_answers_word_for_word_what_the_database_answers(search_index, source, seed):
    chance = random.Random(seed)
    store(source, [random_entry(chance, pk) for pk in range(1, 151)])
    found = 0
    for _ in range(60):
        query = replace(random_query(chance), limit=30)
        tried = {pk: Tried(chance.choice([-2.0, -0.3]), "tried in May") for pk in chance.sample(range(1, 151), 5)}

        answer = by_index(query, NOW, tried=tried, weights=EXACTLY)

        assert told(answer) == told(by_statement(query, NOW, tried=tried)), query
        found += answer.count
    assert found > 100


def two_clubs(source):
    store(source, [entry(1, places=[place(pk=1)]), entry(2, places=[place(2_000, pk=2)])])
    return Query(needs=("loneliness",), home=SALE, reach_metres=5_000)


def shown(query):
    return [one.service_id for one in find_support(query, NOW).suggestions]


@pytest.mark.parametrize("change", [{"operating": "closed"}, {"hidden_at": NOW}, {"ended_on": NOW.date()}])
def test_what_was_closed_a_moment_ago_is_not_shown_by_an_index_that_was_told_nothing(search_index, source, change):
    query = two_clubs(source)
    assert shown(query) == [1, 2]
    before = search_index.current()

    Service.objects.filter(pk=1).update(**change)

    assert [one.service_id for one in before.index.search(query, on=NOW.date()).suggestions] == [1, 2]
    assert shown(query) == [2]


def test_what_opened_a_moment_ago_is_found(search_index, source):
    query = two_clubs(source)
    Service.objects.update(operating="closed")
    assert shown(query) == []

    Service.objects.filter(pk=2).update(operating="open")

    assert shown(query) == [2]


def test_a_closed_entry_is_not_shown_even_where_the_change_was_never_noted(search_index, source):
    query = two_clubs(source)
    assert shown(query) == [1, 2]
    Service.objects.filter(pk=1).update(operating="closed")
    SearchChange.objects.all().delete()

    assert shown(query) == [2]


def test_a_deleted_entry_leaves_the_index(search_index, source):
    query = two_clubs(source)
    assert shown(query) == [1, 2]
    ServiceAtLocation.objects.filter(service=2).delete()
    Service.objects.filter(pk=2).delete()

    assert shown(query) == [1]


def test_own_changes_that_are_not_committed_never_reach_the_index_of_other_processes(search_index, source):
    query = two_clubs(source)
    kept = search_index.current()
    Service.objects.filter(pk=1).update(operating="closed")

    with connection.cursor() as cursor, pytest.raises(changes.OwnChanges):
        keeping.caught_up(kept, search_index.folder, cursor)

    assert kept.latest().index.search(query, on=NOW.date()).count == 2


def test_the_loader_reads_what_the_triggers_watch():
    watched = {
        name.removesuffix("_id") for name in import_module("linkwell.directory.migrations.0018_searching").SERVICE
    }
    never_searched = {"public", "organisation", "alternate_name", "description_text"}
    read = set(re.findall(r"\bs\.([a-z_]+)", loading.FACTS)) - {"id"}
    assert {name.removesuffix("_id") for name in read} - watched <= never_searched
