"""What is missing here: services by area, people who went without, and nothing to subtract (MA7, CO11, X02, X04)."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linkwell.connections.models import UnmetNeed
from linkwell.evaluation import gaps
from linkwell.evaluation.methods.quarters import Quarter
from linkwell.evaluation.queries import UnmetRow
from linkwell.matching.query import Query
from linkwell.places.models import Outcode
from linkwell.team.access import COM, MGR
from tests.evaluation.people import APRIL, JULY, TODAY, Town, moment
from tests.factories import (
    EpisodeFactory,
    LocationFactory,
    MembershipFactory,
    PracticeFactory,
    ServiceFactory,
    in_scheme,
)

Q2, Q3 = Quarter(2026, 2), Quarter(2026, 3)
NEAR = Query(reach_metres=5_000, modes=("in_person",))


def row(episode, *, day=JULY, need="bereavement", outcode="M33", reason="time", contributor=None, worker=None):
    """One recorded need; practices and workers take turns."""
    practice = contributor if contributor is not None else f"practice {episode % 3}"
    return UnmetRow(episode, practice, worker if worker is not None else episode % 3, need, outcode, reason, day)


def rows(*counts, outcodes=("M33", "M1", "WA14"), **fields):
    """Return as many people as said in each outward code."""
    made, number = [], 0
    for outcode, count in zip(outcodes, counts, strict=False):
        for _ in range(count):
            number += 1
            made.append(row(number, outcode=outcode, **fields))
    return made


def shown(found):
    return gaps.people_without(found, exact=False)


# --- people, counted by the rule ---


def test_MA7_people_are_counted_once_for_a_need_and_a_quarter_where_it_was_first_missing():
    twice = [*rows(12), row(1, outcode="M1", day=JULY + timedelta(days=3)), row(1, need="money")]
    exact = gaps.people_without(twice, exact=True)
    assert exact == {("M33", "bereavement"): 12, ("M33", "money"): 1}


def test_EV12_small_numbers_and_few_contributors_are_hidden_and_all_others_rounded():
    found = shown([*rows(23, 6), *rows(30, need="money", contributor="practice 1")])
    assert found == {("M33", "bereavement"): 25, ("M1", "bereavement"): None, ("M33", "money"): None}


def test_X02_several_quarters_are_the_sum_of_what_each_shows():
    spring, summer = rows(23, 12, day=APRIL), rows(17, 6, day=JULY)
    both, first, second = shown(spring + summer), shown(spring), shown(summer)
    for key in both:
        values = [value for value in (first.get(key), second.get(key)) if value is not None]
        assert both[key] == (sum(values) if values else None)


@pytest.mark.parametrize("others", [(0, 0), (25, 0), (25, 30), (9, 4)])
def test_X06_whoever_knows_the_rule_cannot_tell_a_hidden_number_from_any_other_small_one(others):
    """Worlds that differ by one person in a hidden cell show the same table, whatever else is in it."""
    seen = {tuple(sorted(shown(rows(*others, count)).items())) for count in range(1, 8)}
    without = {key: value for key, value in shown(rows(*others, 0)).items() if value is not None}
    assert len({tuple((key, value) for key, value in table if value is not None) for table in seen}) == 1
    assert without == {key: value for key, value in next(iter(seen)) if value is not None}


def test_X02_reasons_are_named_in_order_and_never_counted_beside_the_numbers_by_area():
    found = [*rows(23, reason="distance"), *(row(number, reason="funds") for number in range(24, 36)), row(99)]
    assert gaps.reasons(found, exact=False) == [("distance", None), ("funds", None)]
    assert gaps.reasons(found, exact=True) == [("distance", 23), ("funds", 12), ("time", 1)]


# --- the report of a scheme ---


@pytest.fixture
def town(scheme):
    """Sale and what lies 3 and 30 km north of it; three practices in Sale."""
    for code, latitude in (("M33", 53.4205), ("M32", 53.4475), ("BL9", 53.69)):
        Outcode.objects.update_or_create(code=code, defaults={"latitude": latitude, "longitude": -2.3251, "town": code})
    made = Town()
    for practice in made.practices:
        practice.postcode = "M33 2AA"
        practice.save()
    return made


def given_unmet(town, how_many, *, day=JULY, outcode="M33", need="bereavement", **fields):
    for _ in range(how_many):
        practice, worker = town.next()
        episode = EpisodeFactory(
            person__found_by=False, referral__practice=practice, referral__received_at=moment(day), link_worker=worker
        )
        UnmetNeed.objects.create(
            scheme=episode.scheme, episode=episode, code=need, outcode=outcode, at=moment(day), by=worker, **fields
        )


def report(role=COM, quarter=Q3, limits=NEAR, exact=True, today=TODAY):
    viewer = MembershipFactory(role=role)
    return gaps.gap_report(viewer=viewer, today=today, quarter=quarter, limits=limits, exact=exact)


def test_MA7_the_areas_are_those_of_the_practices_and_around_them_not_of_people(town):
    given_unmet(town, 9, outcode="BL9")
    assert [area.code for area in report().areas] == ["M32", "M33"]


def test_MA7_a_gap_says_who_went_without_and_what_is_nearest(town):
    given_unmet(town, 24)
    far = LocationFactory(latitude=53.5205, longitude=-2.3251, easting=None, northing=None, precision="exact")
    group = ServiceFactory(name="Grief café", need_codes=["bereavement"], modes=["in_person"], slots=1 << 6)
    group.at_locations.all().delete()
    group.at_locations.create(location=far)
    (found,) = report(limits=Query(reach_metres=5_000, modes=("in_person",), slots=1)).biggest
    assert (found.area, found.need, found.people, found.fits) == ("M33", "bereavement", 25, 0)
    assert (found.nearest.name, round(found.nearest.metres, -3)) == ("Grief café", 11_000)
    assert found.nearest.fails == {"distance", "time"}


def test_EV12_only_the_scheme_s_own_manager_sees_exact_numbers_and_the_file_holds_none(town):
    given_unmet(town, 3)
    assert report(MGR).people == {("M33", "bereavement"): 3}
    assert report(MGR, exact=False).people == report(COM).people == {("M33", "bereavement"): None}
    assert not report(COM).exact


def test_X03_X04_neither_limits_nor_areas_nor_a_later_day_change_a_number_of_people(town):
    """Every report that a commissioner can fetch of a quarter shows the same people: nothing is left to subtract."""
    given_unmet(town, 23)
    given_unmet(town, 6, outcode="M32")
    given_unmet(town, 12, outcode="BL9")
    choices = product((1_500, None), ((), ("in_person",)), (0, 1), (False, True))
    first = report().people
    for reach, modes, slots, free in choices:
        limits = Query(reach_metres=reach, modes=modes, slots=slots, free_only=free)
        assert report(limits=limits).people == first
    PracticeFactory(postcode="BL9 1AA")
    assert report().people == first
    given_unmet(town, 5, day=date(2026, 11, 2))  # a quarter that is open
    assert report(today=TODAY + timedelta(days=20)).people == first
    assert report(quarter=None).people == first


def test_T03_what_was_withdrawn_or_happened_in_another_scheme_is_not_counted(town, foreign_scheme):
    given_unmet(town, 2, withdrawn_at=moment(JULY))
    with in_scheme(foreign_scheme):
        given_unmet(Town(), 2)
    assert report(MGR).people == {}


def test_an_open_or_unknown_quarter_is_refused_and_before_the_first_there_is_nothing(town):
    given_unmet(town, 1)
    with pytest.raises(gaps.NoSuchQuarter):
        report(quarter=Quarter(2026, 4))
    assert isinstance(report(quarter=None, today=JULY), gaps.NotYet)


def test_the_report_asks_the_same_number_of_statements_however_much_there_is(town):
    viewer = MembershipFactory(role=COM)

    def statements():
        with CaptureQueriesContext(connection) as asked:
            gaps.gap_report(viewer=viewer, today=TODAY, quarter=None, limits=NEAR, exact=False)
        return len(asked)

    given_unmet(town, 24)
    statements()  # puts its statements together once
    few = statements()
    given_unmet(town, 24, outcode="M32", need="money")
    ServiceFactory(need_codes=["money"], modes=["in_person"], location=LocationFactory())
    assert statements() == few <= 17
