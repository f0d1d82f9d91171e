"""Looks that somebody should think about: each rule fires where it must, and only there. Abuse: P07, E05."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.common.models import AuditEvent
from linkwell.messages.models import Message
from linkwell.people.models import AccessFlag, Exclusion, RecordOpening
from linkwell.support import errors, rules
from linkwell.support.actions import access_review
from linkwell.support.models import Task
from linkwell.support.queries import looked
from linkwell.support.queries.access_flags import flags_of_day
from linkwell.team.access import IG, LW, MGR, SUP
from tests.factories import AccountFactory, EpisodeFactory, MembershipFactory, PersonFactory, ReferralFactory, in_scheme

WEDNESDAY = date(2026, 11, 18)
NOON = datetime.combine(WEDNESDAY, time(12), tzinfo=UTC)
Kind = AccessFlag.Kind


def member(name="Asha Patel", role=LW, **account):
    return MembershipFactory(role=role, account=AccountFactory(name=name, **account))


def looks(who, *people, at=NOON, outcome="done"):
    for person in people:
        audit.record("person.read", by=who, person_id=person.pk, at=at, outcome=outcome)


def kinds(scheme, day=WEDNESDAY):
    return {flag.kind for flag in flags_of_day(scheme_id=scheme.pk, day=day)}


def found(scheme, day=WEDNESDAY):
    access_review.find_access_flags(scheme_id=scheme.pk, days=[day], at=NOON)
    return list(AccessFlag.objects.order_by("pk"))


def test_an_ordinary_day_raises_no_flag(scheme):
    looks(member(), *(PersonFactory() for _ in range(6)))
    assert flags_of_day(scheme_id=scheme.pk, day=WEDNESDAY) == []


TIES = {
    "own by name": (Kind.OWN, {"given_name": "Asha", "family_name": "PATEL"}),
    "own by preferred name": (Kind.OWN, {"given_name": "Aishwarya", "preferred_name": "Asha", "family_name": "Patel"}),
    "own by e-mail": (Kind.OWN, {"family_name": "Other", "email": "ASHA@example.org"}),
    "surname": (Kind.SURNAME, {"given_name": "Ravi", "family_name": "Patél"}),
    "colleague": (Kind.COLLEAGUE, {"given_name": "Tom", "family_name": "Brennan"}),
    "colleague by e-mail": (Kind.COLLEAGUE, {"family_name": "Other", "email": "tom@example.org"}),
}


@pytest.mark.parametrize("tie", TIES)
def test_P07_a_look_at_somebody_one_may_know_privately_is_flagged(scheme, tie):
    kind, fields = TIES[tie]
    asha = member(email="asha@example.org")
    member("Tom Brennan", email="tom@example.org")
    looks(asha, PersonFactory(**fields), PersonFactory(family_name="Stranger", phone=""))

    (flag,) = flags_of_day(scheme_id=scheme.pk, day=WEDNESDAY)

    assert (flag.kind, flag.membership_id, flag.acts) == (kind, asha.pk, 1)


SHARED = {
    "phone": {"phone": "+44 7700 900 777"},
    "e-mail": {"email": "Home@example.org"},
    "address": {"address": "1, Mill  Lane", "postcode": "m33 7zf"},
}


@pytest.mark.parametrize("shared", SHARED)
def test_P07_a_look_at_somebody_of_ones_own_household_is_flagged(scheme, shared):
    asha = member()
    PersonFactory(
        given_name="Asha", family_name="Patel", phone="07700 900777", email="home@example.org",
        address="1 Mill Lane", postcode="M33 7ZF",
    )  # fmt: skip
    fields = {"given_name": "Joan", "family_name": "Stranger", "phone": ""} | SHARED[shared]
    looks(asha, PersonFactory(**fields))
    assert kinds(scheme) == {Kind.HOUSEHOLD}


def test_a_hidden_place_is_not_compared(scheme):
    asha = member()
    place = {"address": "1 Mill Lane", "postcode": "M33 7ZF", "phone": ""}
    PersonFactory(given_name="Asha", family_name="Patel", **place)
    looks(asha, PersonFactory(family_name="Stranger", location_hidden=True, **place))
    assert kinds(scheme) == set()


@pytest.mark.parametrize(
    ("at", "flagged"),
    [
        (datetime(2026, 11, 18, 6, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 18, 7, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 18, 19, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 18, 20, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), True),  # a Saturday
        (datetime(2026, 7, 15, 6, 30, tzinfo=UTC), False),  # half past seven in summer
        (datetime(2026, 7, 15, 19, 30, tzinfo=UTC), True),
    ],
)
def test_looks_outside_working_hours_are_flagged_by_the_schemes_clock(scheme, at, flagged):
    looks(member(), PersonFactory(), PersonFactory(), at=at)
    flags = flags_of_day(scheme_id=scheme.pk, day=timezone.localdate(at))
    assert [(flag.kind, flag.acts, flag.persons) for flag in flags] == [(Kind.HOURS, 2, 2)] * flagged


def many_events(who, person_ids, at):
    AuditEvent.objects.bulk_create(
        AuditEvent(
            scheme_id=who.scheme_id, membership_id=who.pk, person_id=number, at=at, event="person.read", outcome="done"
        )
        for number in person_ids
    )


def test_E05_many_more_people_than_on_ones_own_days_is_flagged_with_both_numbers(scheme):
    asha, busy = member(), member("Busy Worker")
    for back in range(1, 15):
        many_events(asha, range(8), NOON - timedelta(days=back))
        many_events(busy, range(40 + back), NOON - timedelta(days=back))
    many_events(asha, range(30), NOON)
    many_events(busy, range(45), NOON)

    flags = flags_of_day(scheme_id=scheme.pk, day=WEDNESDAY)

    assert [(flag.kind, flag.membership_id, flag.persons, flag.usual) for flag in flags] == [
        (Kind.VOLUME, asha.pk, 30, 20)
    ]


def test_E05_many_small_reads_of_the_same_people_are_not_many_people(scheme):
    asha = member()
    for minute in range(30):
        many_events(asha, range(4), NOON + timedelta(minutes=minute))
    assert kinds(scheme) == set()


def test_the_baseline_agrees_with_scipy_and_statsmodels():
    stats = pytest.importorskip("scipy.stats")
    robust = pytest.importorskip("statsmodels.robust")
    import random

    rng = random.Random(7)
    for _ in range(200):
        days = [rng.randrange(0, 80) for _ in range(rng.randrange(5, 29))]
        middle = sorted(days)[len(days) // 2] if len(days) % 2 else None
        spread = stats.median_abs_deviation(days, scale="normal")
        assert robust.mad(days) == pytest.approx(spread)
        if middle is None:
            import statistics

            middle = statistics.median(days)
        if spread:
            assert rules.usually_at_most(days) == max(20, int(middle + 3.5 * spread + 1e-9))


@pytest.mark.parametrize(
    ("days", "usual"),
    [
        ([], 20),
        ([90, 90, 90, 90], 20),  # too few days to say
        ([5] * 28, 20),
        ([30] * 28, 30),
        ([30] * 27 + [58], 34),  # half the days are equal: mean deviation 1, so 30 + 3.5 × 1 / 0.7979
        ([28, 29, 30, 31, 32], 35),  # median 30, MAD 1: 30 + 3.5 / 0.6745
        ([20, 30, 40, 50, 60, 70, 80], 153),  # median 50, MAD 20: 50 + 103.78
    ],
)
def test_what_is_usual_for_somebody(days, usual):
    assert rules.usually_at_most(days) == usual


def test_covering_opening_a_restricted_record_and_nobody_looking_into_it(scheme):
    asha = member()
    common = {"scheme": scheme, "membership": asha, "ends_at": NOON + timedelta(hours=1), "reason": "Emergency"}
    RecordOpening.objects.create(**common, person=PersonFactory(), kind="covering", began_at=NOON)
    opened = RecordOpening.objects.create(**common, person=PersonFactory(), kind="restricted", began_at=NOON)
    assert kinds(scheme) == {Kind.COVERING, Kind.RESTRICTED}

    assert kinds(scheme, WEDNESDAY + timedelta(days=5)) == set()
    assert kinds(scheme, WEDNESDAY + timedelta(days=6)) == {Kind.OVERDUE}
    opened.reviewed_at = NOON + timedelta(days=2)
    opened.save()
    assert kinds(scheme, WEDNESDAY + timedelta(days=6)) == set()


def test_trying_to_open_somebody_one_is_kept_from_is_flagged_whichever_seat_was_kept_away(scheme):
    asha = member()
    other_seat = MembershipFactory(role=SUP, account=asha.account)
    ada, joan = PersonFactory(), PersonFactory()
    Exclusion.objects.create(scheme=scheme, person=ada, membership=other_seat, added_at=NOON)
    looks(asha, ada, ada, joan, outcome="refused")

    (flag,) = flags_of_day(scheme_id=scheme.pk, day=WEDNESDAY)

    assert (flag.kind, flag.person_id, flag.acts) == (Kind.EXCLUDED, ada.pk, 2)


@pytest.mark.parametrize(("times", "flagged"), [(9, False), (10, True)])
def test_refusals_in_series_are_flagged(scheme, times, flagged):
    looks(member(), *(PersonFactory() for _ in range(times)), outcome="refused")
    assert kinds(scheme) == ({Kind.REFUSALS} if flagged else set())


def test_another_schemes_looks_raise_no_flag_here(scheme, other_scheme):
    with in_scheme(other_scheme):
        looks(member(), PersonFactory(given_name="Asha", family_name="Patel"))
    assert flags_of_day(scheme_id=scheme.pk, day=WEDNESDAY) == []


def test_a_flag_is_kept_once_and_a_judgement_survives_the_next_search(scheme):
    asha, officer = member(), member("Privacy Officer", role=IG)
    looks(asha, PersonFactory(given_name="Asha", family_name="Patel"))
    (flag,) = found(scheme)
    access_review.judge_flag(flag_id=flag.pk, state="cleared", note="", by=officer, at=NOON)

    assert access_review.find_access_flags(scheme_id=scheme.pk, days=[WEDNESDAY], at=NOON) == 0
    (flag,) = AccessFlag.objects.all()
    assert (flag.state, flag.decided_by_id) == ("cleared", officer.pk)
    assert AuditEvent.objects.filter(event="access_flag.cleared", person_id=flag.person_id).count() == 1


@pytest.fixture
def flagged(scheme):
    """A link worker's own record, looked at by themselves."""
    asha = member()
    ada = PersonFactory(given_name="Asha", family_name="Patel")
    ReferralFactory(person=ada, reference="R-77")
    EpisodeFactory(person=ada)
    looks(asha, ada)
    (flag,) = found(scheme)
    return flag


def lines(viewer):
    page = looked.access_flags(viewer=viewer, state="", kind="", at=NOON)
    assert sum(page.counts.values()) == len(page.lines)
    return page.lines


def test_a_privacy_officer_reads_a_reference_and_a_team_lead_the_name(flagged):
    (line,) = lines(member("Privacy Officer", role=IG))
    assert "Patel" not in line.about and line.about and line.person_id is None
    (line,) = lines(member("Lead", role=SUP))
    assert (line.about, line.person_id) == ("Asha Patel", flagged.person_id)


@pytest.mark.parametrize("role", [LW, MGR])
def test_others_read_no_flag_at_all(flagged, role):
    viewer = member("Someone", role=role)
    assert lines(viewer) == ()
    with pytest.raises(NotVisible):
        looked.access_flag(viewer=viewer, flag_id=flagged.pk, at=NOON)
    with pytest.raises(NotVisible):
        access_review.judge_flag(flag_id=flagged.pk, state="cleared", note="", by=viewer, at=NOON)


def test_a_restricted_person_is_neither_named_nor_described_to_a_lead_off_the_list(flagged):
    person = flagged.person
    person.is_restricted = True
    person.save()
    (line,) = lines(member("Lead", role=SUP))
    assert (line.about, line.person_id, line.kind) == ("", None, "private")


def test_a_flag_about_somebody_one_is_kept_from_is_absent(scheme, flagged):
    lead = member("Lead", role=SUP)
    Exclusion.objects.create(scheme=scheme, person=flagged.person, membership=lead, added_at=NOON)
    assert lines(lead) == ()
    with pytest.raises(NotVisible):
        access_review.judge_flag(flag_id=flagged.pk, state="cleared", note="", by=lead, at=NOON)


def test_nobody_judges_their_own_looks_from_whichever_seat(flagged):
    same_human = MembershipFactory(role=IG, account=flagged.membership.account)
    assert lines(same_human) == ()
    with pytest.raises(NotVisible):
        access_review.judge_flag(flag_id=flagged.pk, state="cleared", note="", by=same_human, at=NOON)


def test_a_question_needs_words_and_tells_managers_and_other_privacy_officers(flagged):
    lead, officer, manager = member("Lead", role=SUP), member("Officer", role=IG), member("Manager", role=MGR)
    with pytest.raises(errors.NoteMissing):
        access_review.judge_flag(flag_id=flagged.pk, state="concern", note=" ", by=lead, at=NOON)
    access_review.judge_flag(flag_id=flagged.pk, state="concern", note="Why on a Sunday?", by=lead, at=NOON)

    told = {task.member_id: task for task in Task.objects.all()}
    assert set(told) == {officer.pk, manager.pk}
    assert "Patel" not in told[manager.pk].text and "Sunday" not in told[manager.pk].text
    assert {message.recipient_id for message in Message.objects.all()} == {officer.pk, manager.pk}


def test_a_manager_reads_counts_alone(flagged):
    counts = looked.flag_counts(viewer=member("Manager", role=MGR), at=NOON)
    assert [(row.kind, row.open, row.cleared, row.concern) for row in counts] == [(Kind.OWN, 1, 0, 0)]
    with pytest.raises(NotVisible):
        looked.flag_counts(viewer=member("Lead", role=SUP), at=NOON)


def test_PE12_who_looked_is_shown_to_staff_of_the_record_with_the_reason_for_covering(scheme):
    asha, tom = member(), member("Tom Brennan")
    episode = EpisodeFactory(link_worker=asha)
    RecordOpening.objects.create(
        scheme=scheme, person=episode.person, membership=tom, kind="covering", reason="Taking a call",
        began_at=NOON, ends_at=NOON + timedelta(hours=12),
    )  # fmt: skip
    looks(tom, episode.person, episode.person)
    looks(asha, episode.person, at=NOON - timedelta(days=1))

    shown = looked.who_looked(viewer=asha, person_id=episode.person_id, at=NOON).rows

    assert [(look.name, look.times, look.why) for look in shown] == [
        ("Tom Brennan", 2, "Taking a call"),
        ("Asha Patel", 1, ""),
    ]
    with pytest.raises(NotVisible):
        looked.who_looked(viewer=member("Stranger"), person_id=episode.person_id, at=NOON + timedelta(days=3))
