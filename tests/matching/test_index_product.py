"""The engine against the slow definition of matching, on random directories and questions; MA1, MA2, MA4."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from linkwell.matching import ranking, vocabulary
from linkwell.matching.index import Questions, ServiceIndex
from linkwell.matching.query import Point
from linkwell.places import grid
from tests.directory import judge
from tests.directory.chance import NEEDS, NOW, SALE, random_entry, random_query
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


@pytest.mark.parametrize("seed", range(2))
def test_ma2_the_engine_agrees_with_the_slow_definition_on_random_directories(tmp_path, seed):
    chance = random.Random(seed)
    entries = [random_entry(chance, pk) for pk in range(1, 151)]
    index = ServiceIndex.build(map(facts_of, entries), tmp_path)

    found = sum(agrees(index, random_query(chance), entries) for _ in range(100))

    assert found > 200


@pytest.mark.parametrize("seed", range(2))
def test_ma2_an_index_that_was_changed_agrees_as_one_that_was_built(tmp_path, seed):
    chance = random.Random(100 + seed)
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


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A directory of one seed and its index."""
    chance = random.Random(7)
    entries = [random_entry(chance, pk) for pk in range(1, 151)]
    return chance, entries, ServiceIndex.build(map(facts_of, entries), tmp_path_factory.mktemp("town"))


def test_ma8_every_known_service_is_explained_as_the_slow_definition_judges_it(town):
    chance, entries, index = town
    for _ in range(12):
        query = random_query(chance)
        verdicts = {one.pk: one for one in judge.judge(query, entries, on=TODAY)}
        fits = {one.pk for one in judge.fitting(list(verdicts.values()), old_too=query.old_too)}
        ranks = {}
        for entry in entries:
            said = index.explain(query, entry.pk, on=TODAY)
            codes = {why.code for why in said.whys}

            assert (said.rank is not None) == (entry.pk in fits) == (not codes), query
            if entry.operating == "closed":
                assert codes == {"closed"}
            elif entry.listing not in ("listed", "temporarily_closed"):
                assert codes == {"listing"}
            else:
                assert ("relevance" in codes) == (entry.pk not in verdicts)
                if entry.pk in verdicts:
                    assert codes - {"old"} == verdicts[entry.pk].fails
            if said.rank:
                ranks[entry.pk] = said.rank
        order = [one.service_id for one in index.search(query, on=TODAY).suggestions]
        assert [ranks[pk] for pk in order] == list(range(1, len(order) + 1)), query


def test_a_service_fits_in_reverse_the_questions_that_find_it(town):
    chance, entries, index = town
    queries = [random_query(chance) for _ in range(120)]
    answers = [{one.service_id: one for one in index.search(query, on=TODAY).suggestions} for query in queries]
    packed = Questions.pack(queries, index)
    found = 0
    for entry in entries:
        expected = {place: answer[entry.pk].score for place, answer in enumerate(answers) if entry.pk in answer}

        fits = index.reverse(facts_of(entry), packed, on=TODAY)

        assert {one.question: one.score for one in fits} == pytest.approx(expected, abs=2e-6)
        assert [one.score for one in fits] == sorted((one.score for one in fits), reverse=True)
        found += len(fits)
    assert found > 200


def test_ma7_the_map_counts_what_a_search_from_each_area_finds(town):
    chance, entries, index = town
    changed = index.update([facts_of(random_entry(chance, pk)) for pk in range(140, 160)], [3, 4])
    areas = [(SALE, "M33"), (Point(53.5, -2.4, *grid.to_grid(53.5, -2.4)), ""), (Point(53.4, -2.3), "M41")]
    for _ in range(15):
        limits = replace(random_query(chance), needs=(), words="", reach_metres=chance.choice([2_000, 9_000, None]))

        counts = changed.gaps(areas, NEEDS, limits, on=TODAY)

        for area, (point, outcode) in enumerate(areas):
            for need, code in enumerate(NEEDS):
                query = replace(limits, needs=(code,), home=point, home_outcode=outcode)
                assert counts[area, need] == changed.search(query, on=TODAY).count, query
