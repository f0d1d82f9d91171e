"""Find support: the SQL against a second definition, and the promises one by one."""

import random
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linkwell.directory.derive import refresh_search
from linkwell.directory.models import Location, Service, ServiceAtLocation, Source
from linkwell.directory.queries import find_support
from linkwell.matching import ranking, vocabulary
from linkwell.matching.query import Query
from linkwell.places import grid
from tests.directory import judge
from tests.directory.chance import NEEDS as NEEDS
from tests.directory.chance import NOW, SALE, random_entry, random_query


@pytest.fixture
def source(db):
    return Source.objects.create(name="Test", created_at=NOW)


def store(source, entries):
    """Put the judge's entries into the directory, with the same ids."""
    Service.objects.bulk_create(
        Service(
            pk=one.pk,
            source=source,
            external_id=str(one.pk),
            name=one.name,
            description_text=one.text,
            changed_at=datetime.combine(one.loaded_on or NOW.date(), time(12), UTC),
            break_from=one.break_from,
            break_until=one.break_until,
            need_codes=[*one.strong, *one.weak],
            strong_needs=list(one.strong),
            modes=list(one.modes),
            languages=list(one.languages),
            access_yes=list(one.yes),
            access_no=list(one.no),
            slots=one.slots,
            is_free=one.free,
            minimum_age=one.low,
            maximum_age=one.high,
            area_outcodes=list(one.areas),
            operating=one.operating,
            wait_weeks=one.wait_weeks,
            listing=one.listing,
            is_undisclosed=one.undisclosed,
            gone_on=NOW.date() if one.listing == "gone" else None,
            source_checked_on=one.right_on,
        )
        for one in entries
    )
    for one in entries:
        for place in one.places:
            row = Location.objects.create(
                pk=place.pk,
                source=source,
                external_id=str(place.pk),
                latitude=place.latitude,
                longitude=place.longitude,
                easting=place.easting,
                northing=place.northing,
                precision=place.precision if place.latitude else "none",
                is_undisclosed=place.undisclosed,
                access_yes=list(place.yes),
                access_no=list(place.no),
            )
            ServiceAtLocation.objects.create(service_id=one.pk, location=row)
    refresh_search()


@pytest.mark.parametrize("seed", range(6))
def test_the_statement_agrees_with_the_slow_definition_on_random_questions(source, seed):
    chance = random.Random(seed)
    entries = [random_entry(chance, pk) for pk in range(1, 151)]
    store(source, entries)
    found = 0
    for _ in range(60):
        query = random_query(chance)
        verdicts = judge.judge(query, entries, on=NOW.date())
        expected = {one.pk: one.score for one in judge.fitting(verdicts, old_too=query.old_too)}

        answer = find_support(query, NOW)

        assert answer.count == len(expected), query
        assert answer.not_shown == (0 if query.old_too else judge.not_shown(verdicts)), query
        assert {one.service_id: one.score for one in answer.suggestions} == pytest.approx(expected, abs=2e-6), query
        scores = [one.score for one in answer.suggestions]
        assert scores == sorted(scores, reverse=True)
        assert {one.service_id for one in answer.near_misses} <= {one.pk for one in judge.nearly(query, verdicts)}
        assert len(answer.near_misses) == min(5, len(judge.nearly(query, verdicts)))
        for suggestion in answer.suggestions:
            assert suggestion.parts.score == pytest.approx(suggestion.score, abs=2e-6)
            assert suggestion.parts.unknown == pytest.approx(ranking.UNKNOWN * len(suggestion.ask_first), abs=1e-9), (
                query
            )
        found += len(expected)
    assert found > 100


def entry(pk=1, **fields):
    return judge.Entry(
        **{"pk": pk, "name": f"Lunch club {pk}", "strong": ("loneliness",), "modes": ("in_person",), **fields}
    )


def place(metres_north=1_000.0, pk=1, **fields):
    latitude, longitude = grid.from_grid(SALE.easting, SALE.northing + metres_north)
    return judge.Place(latitude, longitude, SALE.easting, SALE.northing + metres_north, pk=pk, **fields)


def ask(source, *entries, **limits):
    store(source, entries)
    return find_support(
        Query(**{"needs": ("loneliness",), "home": SALE, "home_label": "M33", "reach_metres": 5_000, **limits}), NOW
    )


@pytest.mark.parametrize(
    ("facts", "limits", "fails"),
    [
        ({"operating": "paused"}, {}, "not taking new people at the moment"),
        ({"operating": "full"}, {"wants_capacity": True}, "full at the moment"),
        ({"free": False}, {"free_only": True}, "costs money"),
        ({"low": 18, "high": 25}, {"age": 60}, "for ages 18 to 25"),
        ({"slots": vocabulary.slots_of([2])}, {"slots": vocabulary.slots_of([1, 3])}, "fits, but Wednesdays only"),
        ({"languages": ("pl",)}, {"languages": ("ur",)}, "in Polish only"),
        ({"modes": ("online",)}, {"modes": ("in_person",)}, "only online"),
        ({"no": ("step_free",)}, {"access_needs": ("step_free",)}, "not step-free"),
        ({"areas": ("BS1",)}, {"home_outcode": "M33"}, "for people of another area"),
        ({"places": [place(7_200)]}, {}, "7.2 km away, beyond 5.0 km"),
    ],
)
def test_a_hard_limit_is_never_broken_and_the_near_miss_says_what_fails(source, facts, limits, fails):
    answer = ask(source, entry(**{"places": [place()], **facts}), **limits)

    assert answer.count == 0
    assert [one.fails for one in answer.near_misses] == [fails]


@pytest.mark.parametrize(
    "gone", [{"operating": "closed"}, {"listing": "gone"}, {"listing": "inactive"}, {"listing": "defunct"}]
)
def test_what_is_closed_or_gone_is_not_even_a_near_miss(source, gone):
    answer = ask(source, entry(places=[place()], **gone))

    assert (answer.count, answer.near_misses) == (0, ())


@pytest.mark.parametrize(
    ("known", "limits", "unknown"),
    [
        ({"free": True}, {"free_only": True}, "cost"),
        ({"yes": ("step_free",)}, {"access_needs": ("step_free",)}, "step-free"),
        ({"slots": vocabulary.slots_of([1])}, {"slots": vocabulary.slots_of([1])}, "days and times"),
        ({"languages": ("ur",)}, {"languages": ("ur",)}, "languages"),
        ({"low": 18}, {"age": 60}, "ages"),
        ({"modes": ("in_person",)}, {"modes": ("in_person",)}, "how one takes part"),
    ],
)
def test_what_is_not_known_is_neither_yes_nor_no_and_stands_below_a_yes(source, known, limits, unknown):
    silent = entry(1, places=[place(pk=1)], **({"modes": ()} if "modes" in known else {}))
    answer = ask(source, silent, entry(2, places=[place(pk=2)], **known), **limits)

    assert [one.service_id for one in answer.suggestions] == [2, 1]
    assert answer.suggestions[1].ask_first_line == f"Ask first: {unknown} not stated"
    assert answer.suggestions[0].ask_first_line == ""


def test_a_service_without_a_place_is_found_and_says_so_below_every_known_near_one(source):
    answer = ask(
        source,
        entry(1, modes=()),
        entry(2, places=[place(4_900, pk=2)]),
        entry(3, modes=(), places=[place(4_950, pk=3)]),
    )

    assert [one.service_id for one in answer.suggestions] == [2, 3, 1]
    assert "Place not stated" in answer.suggestions[2].reasons
    assert answer.suggestions[2].where == "Place not stated"


def test_an_address_that_no_table_can_place_is_shown_and_its_distance_is_not_known(source):
    known = judge.Place(None, None, None, None, "none", pk=1)
    store(source, [entry(places=[known])])
    Location.objects.update(address="1 High Street", town="Sale")

    (found,) = find_support(Query(needs=("loneliness",), home=SALE, reach_metres=5_000), NOW).suggestions

    assert (found.where, found.metres) == ("1 High Street, Sale", None)
    assert "Distance not known" in found.reasons


@pytest.mark.parametrize(("mode", "words"), [("phone", "By phone"), ("online", "Online"), ("home_visit", "At home")])
def test_what_comes_by_phone_online_or_to_the_house_appears_from_any_distance(source, mode, words):
    answer = ask(source, entry(modes=("in_person", mode), places=[place(400_000)]))

    assert answer.count == 1
    assert words in answer.suggestions[0].reasons


def test_an_address_that_is_not_disclosed_gives_neither_place_nor_distance(source):
    answer = ask(source, entry(undisclosed=True, places=[place()]))

    assert answer.suggestions[0].metres is None
    assert "(address not given)" in answer.suggestions[0].where or answer.suggestions[0].where == "Address not given"
    assert not any("km" in reason or " m " in reason for reason in answer.suggestions[0].reasons)


def test_reasons_are_made_of_what_ranked(source):
    answer = ask(
        source,
        entry(
            name="Men's shed",
            text="a place to make things",
            strong=("creative",),
            weak=("loneliness",),
            places=[place(1_200)],
            free=True,
            yes=("step_free",),
            slots=vocabulary.slots_of([3]),
            low=18,
            right_on=NOW.date(),
        ),
        words="shed",
        needs=("loneliness",),
        access_needs=("step_free",),
        slots=vocabulary.slots_of([1, 3]),
        age=80,
    )

    assert answer.suggestions[0].reasons[1:] == (
        "Mentions “shed”",
        "1.2 km away",
        "Step-free",
        "On Thursdays",
        "Free",
        "For people aged 18 and over",
    )
    assert answer.suggestions[0].reasons[0] == "loneliness or isolation (by its description)"


def test_a_persons_own_words_are_heard_as_needs_and_the_reason_quotes_them(source):
    answer = ask(
        source, entry(strong=("bereavement",), places=[place()]), needs=(), words="since my wife died I sit alone"
    )

    assert answer.heard == (("bereavement", "died"),)
    assert "“died” sounds like grief or bereavement, which it is for" in answer.suggestions[0].reasons


def test_a_search_word_does_not_widen_to_everything_of_its_need(source):
    answer = ask(
        source,
        entry(1, name="Bowling club", strong=("activity",)),
        entry(2, name="Yoga", strong=("activity",)),
        needs=(),
        words="bowling",
    )

    assert [one.name for one in answer.suggestions] == ["Bowling club"]


def test_words_that_nothing_holds_find_nothing_and_are_named(source):
    answer = ask(source, entry(places=[place()]), needs=(), words="xyzzy")

    assert (answer.count, answer.words_not_found) == (0, ("xyzzy",))


def test_a_place_known_by_outward_code_only_says_about(source):
    answer = ask(source, entry(places=[place(2_100, precision="outcode")]))

    assert "About 2 km away" in answer.suggestions[0].reasons


def test_a_home_known_by_outward_code_only_says_so(source):
    answer = ask(source, entry(places=[place(2_100)]), home_is_approximate=True)

    assert "About 2 km away (only M33 is known)" in answer.suggestions[0].reasons


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"operating": "waiting", "wait_weeks": 6}, "Has a waiting list: about 6 weeks"),
        ({"operating": "full"}, "Full at the moment: ask about a waiting list"),
        ({"operating": "moved"}, "Has moved: ask where it is now"),
    ],
)
def test_how_it_works_now_ranks_and_is_said(source, facts, status):
    answer = ask(source, entry(1, places=[place(pk=1)], **facts), entry(2, places=[place(pk=2)]))

    assert [one.service_id for one in answer.suggestions] == [2, 1]
    assert answer.suggestions[1].status == status


def test_a_place_that_is_not_step_free_gives_way_to_one_that_is(source):
    near, far = place(500, pk=1, no=("step_free",)), place(3_000, pk=2, yes=("step_free",))

    answer = ask(source, entry(places=[near, far]), access_needs=("step_free",))

    assert answer.suggestions[0].metres == pytest.approx(3_000, abs=1)


def test_a_stale_entry_says_so_and_stands_below_a_confirmed_one(source):
    answer = ask(
        source,
        entry(1, places=[place(pk=1)], right_on=NOW.date() - timedelta(days=430)),
        entry(2, places=[place(pk=2)], right_on=NOW.date() - timedelta(days=20)),
    )

    assert [(one.service_id, one.freshness, one.is_stale) for one in answer.suggestions] == [
        (2, "Checked by Test 2 weeks ago", False),
        (1, "Nobody has confirmed this for 14 months: ring first", True),
    ]


def test_facets_count_all_that_fits_not_only_the_page(source):
    entries = [
        entry(pk, free=pk % 2 == 0, slots=vocabulary.slots_of([pk % 7]), places=[place(pk=pk)]) for pk in range(1, 31)
    ]

    answer = ask(source, *entries, limit=5)

    assert (answer.count, len(answer.suggestions)) == (30, 5)
    assert {facet.value: facet.count for facet in answer.facets["cost"]} == {"free": 15, "paid": 15}
    assert sum(facet.count for facet in answer.facets["day"]) == 30


def test_pages_follow_on_without_overlap(source):
    store(source, [entry(pk, places=[place(pk * 10, pk=pk)]) for pk in range(1, 13)])
    pages = [
        find_support(Query(needs=("loneliness",), home=SALE, limit=5, offset=skip), NOW).suggestions
        for skip in (0, 5, 10)
    ]

    assert [one.service_id for page in pages for one in page] == list(range(1, 13))


@pytest.mark.parametrize("number", [1, 60])
def test_three_statements_answer_however_many_services_there_are(source, number):
    store(source, [entry(pk, places=[place(pk=pk)]) for pk in range(1, number + 1)])

    with CaptureQueriesContext(connection) as statements:
        find_support(Query(needs=("loneliness",), words="lunch club", home=SALE, limit=50), NOW)

    assert len(statements) == 3


@pytest.mark.parametrize(
    "words", ["'; DROP TABLE directory_service; --", "a & b | c:*", "\\", "'", "%s %(x)s {0}", "🎨 música"]
)
def test_no_words_can_break_the_statement(source, words):
    assert ask(source, entry(places=[place()]), words=words).count >= 0
