"""The engine against the slow definition of matching, on random directories and questions; MA1, MA2, MA4."""

import random
from collections import Counter

import pytest

from linkwell.matching import ranking, vocabulary
from linkwell.matching.index import ServiceIndex
from tests.directory import judge
from tests.directory.test_find_support import NOW, random_entry, random_query
from tests.matching.entries import facts_of

TODAY = NOW.date()


def counted(entries):
    """Return the facets of entries that fit, counted one by one."""
    found = {facet: Counter() for facet in ("need", "mode", "day", "cost", "language")}
    for one in entries:
        modes = {"phone_only": ("phone",), "online_only": ("online",)}.get(one.operating, one.modes)
        found["need"].update({*one.strong, *one.weak})
        found["mode"].update(modes or ["unknown"])
        days = ["unknown"] if one.slots is None else [str(day) for day in vocabulary.days_of(one.slots)]
        found["day"].update(days)
        found["cost"][{True: "free", False: "paid", None: "unknown"}[one.free]] += 1
        found["language"].update(one.languages)
    return {facet: dict(values) for facet, values in found.items() if values}


def agrees(index, query, entries):
    """Hold one answer against the judge's verdicts; return how many fit."""
    verdicts = judge.judge(query, entries, on=TODAY)
    fits = {one.pk: one for one in judge.fitting(verdicts, old_too=query.old_too)}
    answer = index.search(query, on=TODAY)

    assert answer.count == len(fits), query
    assert {one.service_id: one.score for one in answer.suggestions} == pytest.approx(
        {pk: one.score for pk, one in fits.items()}, abs=2e-6
    ), query
    assert {facet: {one.value: one.count for one in values} for facet, values in answer.facets.items()} == counted(
        [entry for entry in entries if entry.pk in fits]
    ), query
    assert answer.not_shown == (0 if query.old_too else judge.not_shown(verdicts)), query
    names = {entry.pk: entry.name for entry in entries}
    place = {
        pk: (-round(one.score, 6), float("inf") if one.metres is None else round(one.metres, 6), names[pk], pk)
        for pk, one in fits.items()
    }
    order = [one.service_id for one in answer.suggestions]
    assert [place[pk][0] for pk in order] == pytest.approx(sorted(one[0] for one in place.values()), abs=2e-6), query
    nearly = {one.pk: one for one in judge.nearly(query, verdicts)}
    assert len(answer.near_misses) == min(5, len(nearly)), query
    for miss in answer.near_misses:
        assert {miss.code} == nearly[miss.service_id].fails, query
        assert miss.score == pytest.approx(nearly[miss.service_id].score, abs=2e-6), query
    best = sorted((one.score for one in nearly.values()), reverse=True)[:5]
    assert [one.score for one in answer.near_misses] == pytest.approx(best, abs=2e-6), query
    for one in answer.suggestions:
        assert one.parts.score == pytest.approx(one.score, abs=2e-6), query
        assert one.parts.unknown == pytest.approx(ranking.UNKNOWN * len(one.ask_first), abs=1e-9), query
    return len(fits)


@pytest.mark.parametrize("seed", range(4))
def test_ma2_the_engine_agrees_with_the_slow_definition_on_random_directories(tmp_path, seed):
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    entries = [random_entry(chance, pk) for pk in range(1, 151)]
    index = ServiceIndex.build(map(facts_of, entries), tmp_path)

    found = sum(agrees(index, random_query(chance), entries) for _ in range(100))

    assert found > 200


@pytest.mark.parametrize("seed", range(3))
def test_ma2_an_index_that_was_changed_agrees_as_one_that_was_built(tmp_path, seed):
    chance = random.Random(100 + seed)  # noqa: S311 - not for secrets
    entries = {pk: random_entry(chance, pk) for pk in range(1, 121)}
    index = ServiceIndex.build(map(facts_of, entries.values()), tmp_path)
    for _ in range(12):
        changed = [random_entry(chance, chance.randint(1, 140)) for _ in range(chance.randint(0, 9))]
        removed = [pk for pk in chance.sample(range(1, 141), 3) if pk not in {one.pk for one in changed}]
        entries |= {one.pk: one for one in changed}
        entries = {pk: one for pk, one in entries.items() if pk not in removed}

        index = index.update([facts_of(one) for one in {one.pk: one for one in changed}.values()], removed)

        assert len(index) == len(entries)
        for _ in range(8):
            agrees(index, random_query(chance), list(entries.values()))
