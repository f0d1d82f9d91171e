"""The freshness contract: closed forms, the order of evidence, and the trigger that keeps the same numbers."""

from datetime import UTC, date, datetime, time, timedelta
from math import exp, isclose, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.directory import freshness
from linkwell.directory.freshness import Evidence
from linkwell.directory.models import Organisation, Service
from tests.factories import OrganisationFactory, ServiceFactory, SourceFactory

DAY = date(2026, 3, 1)
RUN_BY = st.sampled_from(sorted(freshness.RUN_BY))
HOW = st.sampled_from(sorted(freshness.TRUST))


def test_DI4_the_chance_has_a_closed_form():
    assert isclose(freshness.fades("council"), 0.5)
    assert isclose(freshness.fades("voluntary"), 0.8)
    assert freshness.probability(trust=0.9, fades=0.5, days=0) == 0.9
    assert isclose(freshness.probability(trust=0.9, fades=0.5, days=2 * 365.25), 0.9 * exp(-1))


def test_DI4_times_fade_faster_than_a_number_and_a_number_faster_than_a_name():
    def left(fact, run_by="council"):
        return freshness.fact_probability(fact, run_by=run_by, days=365)

    assert left("times") < left("phone") < left("name")
    assert left("times", "voluntary") < left("times")


def test_DI4_an_entry_is_right_while_all_of_its_facts_are():
    each = 1.0
    for fact in freshness.FACTS:
        each *= freshness.fact_probability(fact, run_by="voluntary", days=400)

    assert isclose(each, freshness.probability(trust=1, fades=freshness.fades("voluntary"), days=400))


def test_DI4_an_entry_sinks_on_the_first_day_below_the_line_and_leaves_on_the_first_below_the_next():
    kept = freshness.dates([Evidence("phone", DAY)], run_by="council")
    for on, line in ((kept.sinks_on, 0.5), (kept.leaves_on, 0.25)):
        days = (on - DAY).days
        assert freshness.probability(trust=0.97, fades=0.5, days=days) < line
        assert freshness.probability(trust=0.97, fades=0.5, days=days - 1) >= line
    assert (kept.sinks_on - DAY).days == int(365.25 * log(0.97 / 0.5) / 0.5) + 1


def test_DI4_a_volunteer_run_group_only_sinks():
    kept = freshness.dates([Evidence("feed_read", DAY)], run_by="voluntary")

    assert kept.sinks_on is not None
    assert kept.leaves_on is None


def test_DI4_reports_lower_it_and_never_make_an_entry_leave():
    sound = freshness.dates([Evidence("group", DAY)], run_by="council")
    reported = freshness.dates([Evidence("group", DAY)], run_by="council", open_reports=50)

    assert reported.trust < sound.trust
    assert reported.sinks_on < DAY
    assert reported.leaves_on == sound.leaves_on


@given(HOW, RUN_BY, st.integers(0, 3000), st.integers(0, 400))
def test_DI4_the_chance_never_grows_with_age(how, run_by, days, more):
    kept = freshness.dates([Evidence(how, DAY)], run_by=run_by)
    chance = freshness.probability(trust=kept.trust, fades=kept.fades, days=days)

    assert 0 < freshness.probability(trust=kept.trust, fades=kept.fades, days=days + more) <= chance <= 1


@given(st.lists(st.builds(Evidence, HOW, st.dates(date(2020, 1, 1), date(2026, 1, 1))), min_size=1), RUN_BY)
def test_DI4_a_look_of_today_by_the_group_beats_everything_before(found, run_by):
    kept = freshness.dates([*found, Evidence("group", date(2026, 1, 2))], run_by=run_by)

    assert (kept.right_from, kept.trust) == (date(2026, 1, 2), freshness.TRUST["group"])


def test_DI4_a_list_read_again_says_nothing_new():
    old = freshness.evidence(confirmed=None, checked_on=date(2021, 1, 1), changed_on=None, loaded_on=DAY, seen_on=DAY)

    assert old == [Evidence("feed_assured", date(2021, 1, 1))]


def test_DI4_a_day_that_lies_ahead_counts_as_the_day_of_reading():
    found = freshness.evidence(
        confirmed=None, checked_on=date(2099, 1, 1), changed_on=date(2098, 1, 1), loaded_on=None, seen_on=DAY
    )

    assert [one.on for one in found] == [DAY, DAY]


@pytest.mark.parametrize(
    ("who", "how", "key"),
    [
        ("group", "email", "group"),
        ("group", "phone", "group"),
        ("worker", "phone", "phone"),
        ("worker", "visit", "visit"),
        ("worker", "web", "web"),
        ("public", "visit", "public"),
    ],
)
def test_DI4_who_looked_and_how_decides_how_sure_it_is(who, how, key):
    assert freshness.trust_of(who=who, how=how) == key


def at(day):
    return datetime.combine(day, time(12), UTC) if day else None


def as_the_contract_says(row):
    confirmed = None
    if row.confirmed_at:
        how = freshness.trust_of(who=row.confirmed_by, how=row.confirmed_how)
        confirmed = Evidence(how, row.confirmed_at.date())
    found = freshness.evidence(
        confirmed=confirmed, checked_on=row.source_checked_on,
        changed_on=row.source_changed_at.date() if row.source_changed_at else None,
        loaded_on=row.changed_at.date(), seen_on=row.seen_at.date() if row.seen_at else None,
    )  # fmt: skip
    return freshness.dates(found, run_by=row.run_by, open_reports=row.open_reports)


def test_DI4_the_trigger_keeps_what_the_contract_says(db):
    import random

    chance = random.Random(4)
    source = SourceFactory()
    owners = [OrganisationFactory(source=source, kind=kind) for kind in freshness.RUN_BY]

    def day(share=0.5):
        return DAY - timedelta(days=chance.randint(0, 2500)) if chance.random() < share else None

    Service.objects.bulk_create(
        Service(
            source=source, external_id=f"f{number}", name="A", organisation=chance.choice([*owners, None]),
            changed_at=at(day(1)), confirmed_at=at(day()), confirmed_by=chance.choice(["group", "worker", "public"]),
            confirmed_how=chance.choice(["phone", "email", "visit", "web", "text", ""]), source_checked_on=day(),
            source_changed_at=at(day()), seen_at=at(day()), open_reports=chance.choice([0, 0, 1, 2, 5]),
        )
        for number in range(300)
    )  # fmt: skip

    for row in Service.objects.select_related("organisation"):
        kept = as_the_contract_says(row)
        assert row.run_by == (row.organisation.kind if row.organisation else "unknown")
        assert (row.right_from, row.sinks_on, row.leaves_on) == (kept.right_from, kept.sinks_on, kept.leaves_on)
        assert isclose(row.trust, kept.trust)
        assert isclose(row.fades, kept.fades)


def test_DI4_an_entry_follows_the_kind_of_its_organisation(db):
    service = ServiceFactory(organisation=OrganisationFactory(kind="council"))
    service.refresh_from_db()
    assert service.leaves_on is not None

    Organisation.objects.filter(pk=service.organisation_id).update(kind="voluntary")

    service.refresh_from_db()
    assert (service.run_by, service.leaves_on) == ("voluntary", None)
