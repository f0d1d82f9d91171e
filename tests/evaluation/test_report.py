"""The report, against people counted by hand (EV1, EV2, EV11, EV12)."""

from datetime import date, timedelta

import pytest

from linkwell.evaluation import report as reports
from linkwell.evaluation.disclosure import Split
from linkwell.evaluation.methods.quarters import Quarter, from_code
from linkwell.team.access import COM
from tests.evaluation.people import APRIL, JULY, TODAY, Town, moment
from tests.factories import MembershipFactory

Q2, Q3 = Quarter(2026, 2), Quarter(2026, 3)


@pytest.fixture
def viewer(scheme):
    return MembershipFactory(role=COM)


def read(viewer, quarter=None, today=TODAY):
    return reports.report(viewer=viewer, today=today, quarter=quarter)


def a_quarter_counted_by_hand(town, day=JULY):
    """110 referred: 10 declined, 100 accepted; 90 tried; 80 met; 70 planned; 50 connected; 30 attended; 20 went on."""
    town.refused(10, day, "declined")
    town.supported(10, day)  # waiting for a call
    town.supported(10, day, reached="tried", reason="not_reached", first=9)
    town.supported(10, day, reached="met", reason="declined", met=10)
    town.supported(20, day, reached="planned", first=1, met=2)
    town.supported(20, day, reached="connected", reason="disengaged", first=1, met=2)
    town.supported(10, day, reached="attended", joined="referral", first=1, met=2)
    town.supported(20, day, reached="attending", reason="goals_met", first=1, met=2)


def test_the_funnel_is_the_one_counted_by_hand(viewer):
    a_quarter_counted_by_hand(Town())
    funnel = read(viewer, Q3).funnel
    assert dict(funnel.reached) == {
        "referred": 110, "accepted": 100, "tried": 90, "met": 80, "planned": 70, "connected": 50, "attended": 30,
        "attending": 20,
    }  # fmt: skip
    assert funnel.share("met") == pytest.approx(80 / 110)
    assert (funnel.joined["signposted"], funnel.joined["referred"]) == (40, 10)


def test_every_reason_for_leaving_is_shown_with_when_it_was(viewer):
    a_quarter_counted_by_hand(Town())
    reasons = read(viewer, Q3).funnel.reasons
    assert {name: value for name, value in reasons["start"].cells.items() if value} == {
        "declined": 10, "not_reached": 10,
    }  # fmt: skip
    assert {name: value for name, value in reasons["middle"].cells.items() if value} == {}  # one cell of ten: hidden
    assert {name: value for name, value in reasons["end"].cells.items() if value} == {"disengaged": 20, "goals_met": 20}


def test_waits_are_the_middle_one_and_the_share_within_the_target(viewer):
    a_quarter_counted_by_hand(Town())
    found = read(viewer, Q3)
    # tried: 10 after 9 days, 10 after 3, 70 after 1; the 10 never tried are long over the target of 7
    assert (found.first_contact.median, found.first_contact.people) == (1, 90)
    assert dict(found.first_contact.by_target.cells) == {"in_time": 80, "late": 20, "open": None}
    assert found.first_contact.share_in_time == pytest.approx(0.8)
    assert (found.conversation.median, found.conversation.people) == (2, 80)


def wellbeing(town, day=JULY):
    """60 met: 20 better by 2, 10 the same, 10 worse by 1; 10 answered at the start only, 10 not at all."""
    town.supported(20, day, reached="met", happy=(4, 6))
    town.supported(10, day, reached="met", happy=(5, 5))
    town.supported(10, day, reached="met", happy=(6, 5))
    town.supported(10, day, reached="met", happy=(2, None))
    town.supported(10, day, reached="met")


def change_of(report, scale="happy"):
    return next(change for change in report.changes if change.scale.code == scale)


def test_the_paired_change_is_the_one_worked_out_by_hand(viewer):
    wellbeing(Town())
    change = change_of(read(viewer, Q3))
    assert dict(change.split.cells) == {"improved": 20, "same": 10, "worse": 10, "lost": 10, "not_asked": 10}
    assert (change.split.total, change.at_start, change.paired, change.unknown) == (60, 50, 40, 20)
    # 20 changes of 2, 10 of 0, 10 of -1: mean 0.75; sd 1.3156; half width 2.0227 * 1.3156 / sqrt(40) = 0.4207
    assert (change.change.mean, change.change.low, change.change.high) == (0.8, 0.3, 1.2)
    assert (change.start_of_paired.mean, change.start_of_lost) == (4.8, None)  # the lost all answered alike
    assert (change.share_of_paired("improved"), change.share_of_met("improved")) == (0.5, pytest.approx(1 / 3))
    assert (change.share_of_paired("worse"), change.share_of_met("worse")) == (0.25, pytest.approx(1 / 6))


def test_less_is_better_where_the_measure_says_so(viewer):
    town = Town()
    town.supported(15, JULY, reached="met", ucla3=(8, 6), anxious=(4, 5))
    town.supported(15, JULY, reached="met", ucla3=(6, 7), anxious=(6, 2))
    report = read(viewer, Q3)
    assert change_of(report, "ucla3").split.cells["improved"] == 15
    assert change_of(report, "ucla3").change.mean == 0.5
    assert change_of(report, "anxious").split.cells["worse"] == 15


def test_the_direct_question_has_directions_but_no_mean(viewer):
    town = Town()
    town.supported(20, JULY, reached="met", lonely=(1, 3))
    town.supported(10, JULY, reached="met", lonely=(3, 2))
    change = change_of(read(viewer, Q3), "lonely")
    assert (change.split.cells["improved"], change.split.cells["worse"], change.change) == (20, 10, None)


def test_those_lost_are_compared_at_the_start_with_those_followed(viewer):
    town = Town()
    for start in (1, 2, 3):
        town.supported(6, JULY, reached="met", happy=(start, None))
        town.supported(6, JULY, reached="met", happy=(start + 4, start + 5))
        town.supported(3, JULY, reached="met", happy=(start + 4, start + 4))
    change = change_of(read(viewer, Q3))
    assert (change.start_of_paired.mean, change.start_of_lost.mean) == (6.0, 2.0)


def test_x01_fewer_than_ten_have_no_mean_no_interval_and_no_median(viewer):
    Town().supported(7, JULY, reached="met", happy=(4, 6))
    report = read(viewer, Q3)
    change = change_of(report)
    assert change.split == Split(dict.fromkeys(change.split.cells), None)
    assert (change.change, change.start_of_paired, change.start_of_lost) == (None, None, None)
    assert (report.first_contact.median, report.conversation.median, report.first_contact.share_in_time) == (None,) * 3
    assert report.shows_nothing


def test_x06_people_who_all_answered_alike_have_no_mean(viewer):
    Town().supported(40, JULY, reached="met", happy=(4, 6))
    assert change_of(read(viewer, Q3)).change is None


@pytest.mark.parametrize("few", [{"practices": 2}, {"workers": 2}, {"practices": 1, "workers": 1}])
def test_x07_figures_of_one_or_two_practices_or_workers_are_hidden(viewer, few):
    wellbeing(Town(**few))
    report = read(viewer, Q3)
    assert report.shows_nothing
    assert change_of(report).change is None
    assert report.first_contact.median is None


def test_x02_all_quarters_are_the_sum_of_what_each_shows(viewer):
    town = Town()
    a_quarter_counted_by_hand(town)
    a_quarter_counted_by_hand(town, day=APRIL)
    town.refused(6, APRIL, "declined")
    town.refused(6, JULY, "redirected")
    both, first, second = read(viewer), read(viewer, Q2), read(viewer, Q3)
    assert [one.code for one in both.quarters] == ["2026-q2", "2026-q3"]
    for stage, value in both.funnel.reached.items():
        assert value == (first.funnel.reached[stage] or 0) + (second.funnel.reached[stage] or 0)
    for name, value in both.funnel.reasons["start"].cells.items():
        parts = [one.funnel.reasons["start"].cells[name] for one in (first, second)]
        assert value == (sum(part or 0 for part in parts) or None)
    assert both.first_contact.people == first.first_contact.people + second.first_contact.people


def test_x03_what_happens_after_the_last_closed_quarter_changes_nothing(viewer):
    town = Town()
    wellbeing(town)
    before = read(viewer, Q3, today=date(2026, 10, 1))
    town.supported(30, date(2026, 10, 5), reached="met", happy=(1, 9))
    from linkwell.support.models import Episode

    for episode in Episode.objects.filter(referral__received_at__lt=moment(date(2026, 10, 1)))[:30]:
        town._score(episode, "happy", "exit", date(2026, 11, 2), 0)
    assert read(viewer, Q3, today=date(2026, 10, 1)) == before
    assert read(viewer, Q3, today=TODAY) == before


@pytest.mark.parametrize("code", ["2026-q4", "2026-q1", "2027-q1"])
def test_x03_a_quarter_that_has_not_closed_or_had_no_referral_yet_is_refused(viewer, code):
    wellbeing(Town())
    with pytest.raises(reports.NoSuchQuarter):
        read(viewer, from_code(code))


def test_a_new_scheme_is_told_when_its_first_quarter_closes(viewer):
    found = read(viewer)
    assert found == reports.NotYet(first_closes_on=date(2027, 1, 1))
    Town().refused(1, TODAY - timedelta(days=5), "declined")
    assert read(viewer) == reports.NotYet(first_closes_on=date(2027, 1, 1))


def test_the_report_takes_as_many_statements_for_many_people_as_for_few(viewer, django_assert_num_queries):
    town = Town()
    wellbeing(town)
    with django_assert_num_queries(11):  # 4 of its own; the rest steps into the reporting role and back
        read(viewer)
    wellbeing(town, day=APRIL)
    with django_assert_num_queries(11):
        read(viewer)
