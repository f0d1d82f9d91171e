"""The index answers what the database would, and knows at once what changes."""

import random
from dataclasses import replace

import pytest

from linkwell.directory.models import Source
from linkwell.directory.queries.indexed import by_index
from linkwell.directory.queries.support import by_statement
from linkwell.matching import ranking
from linkwell.matching.index import Tried
from tests.directory.test_find_support import NOW, random_entry, random_query, store

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
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    store(source, [random_entry(chance, pk) for pk in range(1, 151)])
    found = 0
    for _ in range(60):
        query = replace(random_query(chance), limit=30)
        tried = {pk: Tried(chance.choice([-2.0, -0.3]), "tried in May") for pk in chance.sample(range(1, 151), 5)}

        answer = by_index(query, NOW, tried=tried, weights=EXACTLY)

        assert told(answer) == told(by_statement(query, NOW, tried=tried)), query
        found += answer.count
    assert found > 100
