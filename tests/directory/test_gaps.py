"""Where is there no fit: the one statement for many questions against the slow definition (MA7, MA2)."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from linkwell.directory.models import Opening, Service, Source
from linkwell.directory.queries import gaps
from linkwell.directory.queries.suits import suited
from linkwell.matching.query import Query
from tests.directory import judge
from tests.directory.test_find_support import NEEDS, NOW, SALE, entry, place, random_entry, random_query, source, store

__all__ = ["source"]
ON = NOW.date()


def questions(chance, how_many):
    """Return random questions that name their needs and no words."""
    made = []
    while len(made) < how_many:
        query = replace(random_query(chance), words="", old_too=False, limit=10, offset=0)
        if query.needs:
            made.append(query)
    return made


@pytest.mark.parametrize("seed", range(4))
def test_MA7_what_each_limit_alone_keeps_out_is_counted_as_the_slow_definition_counts(source, seed):
    chance = random.Random(seed)
    entries = [random_entry(chance, pk) for pk in range(1, 81)]
    store(source, entries)
    asked = questions(chance, 25)
    for query, found in zip(asked, gaps.kept_out(asked, on=ON), strict=True):
        verdicts = judge.judge(query, entries, on=ON)
        expected = {"": len(judge.fitting(verdicts))}
        for one in judge.nearly(query, verdicts):
            (fails,) = one.fails
            expected[fails] = expected.get(fails, 0) + 1
        assert found == {fails: count for fails, count in expected.items() if count}, query


@pytest.mark.parametrize("seed", range(4))
def test_MA7_the_map_counts_what_fits_each_area_as_the_slow_definition_counts(source, seed):
    chance = random.Random(100 + seed)
    entries = [random_entry(chance, pk) for pk in range(1, 81)]
    store(source, entries)
    areas = [gaps.Area(code, "", replace(SALE, northing=SALE.northing + 2_000 * number))
             for number, code in enumerate(("M33", "M1", "WA14"))]  # fmt: skip
    for limits in questions(chance, 6):
        found = gaps.fitting(areas, NEEDS, limits, on=ON)
        assert set(found) == {(area.code, code) for area in areas for code in NEEDS}
        for area in areas:
            for code in NEEDS:
                verdicts = judge.judge(gaps.at_home(limits, area, [code]), entries, on=ON)
                assert found[area.code, code] == len(judge.fitting(verdicts)), (area.code, code, limits)


def test_MA7_the_nearest_is_named_with_what_keeps_it_out_and_never_one_whose_place_is_not_disclosed(source):
    store(source, [
        entry(pk=1, strong=("bereavement",), modes=("in_person",), undisclosed=True, places=[place(500, pk=1)]),
        entry(pk=2, strong=("bereavement",), modes=("in_person",), slots=1 << 6, places=[place(11_000, pk=2)]),
    ])  # fmt: skip
    query = Query(needs=("bereavement",), home=SALE, reach_metres=5_000, slots=1, modes=("in_person",))
    (found,) = gaps.nearest([query], on=ON)
    assert (found.service_id, round(found.metres), found.fails) == (2, 11_000, {"distance", "time"})


def test_no_question_asks_nothing(source):
    assert gaps.fitting([], NEEDS, Query(), on=ON) == {}


# --- when did it open? ---


def opening(service):
    return Opening.objects.filter(service=service).values_list("kind", "at").first()


def test_a_new_entry_and_one_that_takes_people_again_are_noted_by_the_database(source):
    store(source, [entry(pk=1), entry(pk=2, operating="closed")])
    new, closed = Service.objects.get(pk=1), Service.objects.get(pk=2)
    assert opening(new) == ("new", new.changed_at) and opening(closed) is None
    Service.objects.filter(pk=2).update(operating="open", changed_at=NOW)
    assert opening(closed) == ("again", NOW)
    Service.objects.filter(pk=2).update(name="Another name", changed_at=NOW + timedelta(days=1))
    assert opening(closed) == ("again", NOW)


@pytest.mark.parametrize(("run", "noted"), [("running", False), ("finished", True)])
def test_the_first_list_of_a_source_opens_nothing(source, run, noted):
    source.runs.create(state=run, started_at=NOW, format="csv")
    store(source, [entry(pk=1)])
    assert (opening(Service.objects.get(pk=1)) is not None) is noted


@pytest.mark.parametrize("now", [{"operating": "full"}, {"hidden_at": NOW}, {"listing": "inactive"}, {"ended_on": ON}])
def test_what_does_not_take_people_has_not_opened(source, now):
    store(source, [entry(pk=1, operating="paused")])
    Service.objects.filter(pk=1).update(**{"operating": "open", "changed_at": NOW, **now})
    assert not Opening.objects.exists() and Source.objects.exists()


# --- the index of this machine answers the same ---


def test_MA7_the_index_counts_what_the_database_counts(source, request):
    chance = random.Random(7)
    store(source, [random_entry(chance, pk) for pk in range(1, 121)])
    areas = [gaps.Area(code, "", replace(SALE, northing=SALE.northing + 2_500 * number))
             for number, code in enumerate(("M33", "M1", "WA14"))]  # fmt: skip
    asked = questions(chance, 12)
    by_database = [gaps.fitting(areas, NEEDS, limits, on=ON) for limits in asked]
    suits = suited(range(1, 121), asked, on=ON)
    request.getfixturevalue("search_index")
    assert [gaps.fitting(areas, NEEDS, limits, on=ON) for limits in asked] == by_database
    by_index = suited(range(1, 121), asked, on=ON)
    assert {pk: {one.question for one in its} for pk, its in by_index.items()} == {
        pk: {one.question for one in its} for pk, its in suits.items()
    }
