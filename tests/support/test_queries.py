"""Today, People and the record, as far as the viewer may see them (SU1, SU14, PE9)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from linkwell.common.errors import NotVisible
from linkwell.people.models import Exclusion, RecordOpening, RestrictedReader
from linkwell.referrals.queries import people_in_reach
from linkwell.support import actions
from linkwell.support.actions import Happened
from linkwell.support.queries import caseload, current_episode, plan, progress, record, today, visible_episode
from linkwell.team.access import COM, LW, MGR, REF, SUP
from tests.factories import EpisodeFactory, MembershipFactory, PracticeFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def worker(scheme):
    return MembershipFactory(role=LW)


def reach(viewer, at=NOW):
    return set(people_in_reach(viewer=viewer, at=at).values_list("pk", flat=True))


def test_a_link_worker_reaches_the_own_caseload_and_no_other(worker):
    mine, other = EpisodeFactory(link_worker=worker), EpisodeFactory(link_worker=MembershipFactory(role=LW))
    assert reach(worker) == {mine.person_id}
    with pytest.raises(NotVisible):
        visible_episode(viewer=worker, episode_id=other.pk, at=NOW)


@pytest.mark.parametrize("role", [MGR, COM, REF])
def test_managers_commissioners_and_referrers_reach_no_record(scheme, role):
    EpisodeFactory(link_worker=MembershipFactory(role=LW))
    assert reach(MembershipFactory(role=role)) == set()


def test_a_team_lead_and_with_team_access_the_team_reach_all(scheme, worker):
    other = EpisodeFactory(link_worker=MembershipFactory(role=LW))
    assert reach(MembershipFactory(role=SUP)) == {other.person_id}
    assert reach(worker) == set()
    scheme.team_access = True
    scheme.save()
    worker.scheme.refresh_from_db()
    assert reach(worker) == {other.person_id}


def test_support_that_ended_with_me_stays_readable_and_what_was_handed_on_does_not(worker):
    mine = EpisodeFactory(link_worker=worker)
    actions.end_episode(episode_id=mine.pk, reason="goals_met", told_referrer="Done.", by=worker, at=NOW)
    assert reach(worker) == {mine.person_id}
    handed_on = EpisodeFactory(link_worker=worker)
    handed_on.referral.allocations.update(ended_at=NOW + timedelta(hours=1))
    assert handed_on.person_id not in reach(worker)


def test_a_restricted_record_is_absent_but_for_its_readers_and_while_it_is_opened(worker):
    lead = MembershipFactory(role=SUP)
    episode = EpisodeFactory(link_worker=worker, person__is_restricted=True)
    person = episode.person
    assert reach(worker) == reach(lead) == set()
    RestrictedReader.objects.create(scheme=person.scheme, person=person, membership=worker, added_at=NOW)
    assert reach(worker) == {person.pk}
    RecordOpening.objects.create(
        scheme=person.scheme, person=person, membership=lead, kind="restricted", reason="x", text="x", began_at=NOW,
        ends_at=NOW + timedelta(minutes=60),
    )  # fmt: skip
    assert reach(lead) == {person.pk}
    assert reach(lead, at=NOW + timedelta(minutes=60)) == set()


def test_an_excluded_member_never_reaches_the_person(worker):
    episode = EpisodeFactory(link_worker=worker)
    Exclusion.objects.create(scheme=episode.scheme, person=episode.person, membership=worker, added_at=NOW)
    assert reach(worker) == set()
    assert today(viewer=worker, at=NOW).rows == ()
    assert caseload(viewer=worker, at=NOW) == []


def test_covering_ends_at_its_end(worker):
    episode = EpisodeFactory(link_worker=MembershipFactory(role=LW))
    RecordOpening.objects.create(
        scheme=episode.scheme, person=episode.person, membership=worker, kind="covering", reason="Taking a call",
        began_at=NOW, ends_at=NOW + timedelta(hours=2),
    )  # fmt: skip
    assert reach(worker) == {episode.person_id}
    assert reach(worker, at=NOW + timedelta(hours=2)) == set()
    seen = today(viewer=episode.link_worker, at=NOW + timedelta(minutes=5)).openings
    assert len(seen) == 1 and worker.name in seen[0] and "Taking a call" in seen[0]


def test_people_are_listed_longest_silent_first_never_heard_on_top(worker):
    day = timedelta(days=1)
    long_ago = EpisodeFactory(link_worker=worker, last_heard_at=NOW - 30 * day)
    never = EpisodeFactory(link_worker=worker, last_heard_at=None)
    lately = EpisodeFactory(link_worker=worker, last_heard_at=NOW - day)
    lines = caseload(viewer=worker, at=NOW)
    assert [line.episode_id for line in lines] == [never.pk, long_ago.pk, lately.pk]
    assert lines[1].silent_days == 30


def test_a_team_lead_sees_the_people_of_every_link_worker_with_whose_they_are(worker):
    other = MembershipFactory(role=LW)
    mine, theirs = EpisodeFactory(link_worker=worker), EpisodeFactory(link_worker=other)

    lines = caseload(viewer=MembershipFactory(role=SUP), at=NOW)

    assert {(line.episode_id, line.link_worker) for line in lines} == {(mine.pk, worker.name), (theirs.pk, other.name)}
    assert [line.link_worker for line in caseload(viewer=worker, at=NOW)] == [worker.name]


def test_people_can_be_narrowed_to_a_practice(worker):
    here, there = PracticeFactory(), PracticeFactory()
    mine = EpisodeFactory(link_worker=worker, person__practice=here)
    EpisodeFactory(link_worker=worker, person__practice=there)
    assert [line.episode_id for line in caseload(viewer=worker, at=NOW, practice_id=here.pk)] == [mine.pk]


def test_today_asks_for_the_first_contact_then_for_another_try(worker):
    episode = EpisodeFactory(
        link_worker=worker, state="new", opened_at=NOW - timedelta(days=6), first_conversation_at=None,
        next_step="", next_step_on=None, attempts_count=0,
    )  # fmt: skip
    (row,) = today(viewer=worker, at=NOW).rows
    assert (row.kind, row.text) == ("CALL", "First contact, day 6 of 7")
    actions.log_contact(episode_id=episode.pk, happened=Happened(reached=False), by=worker, at=NOW)
    day = today(viewer=worker, at=NOW)
    assert day.rows == ()
    assert "try 2" in day.later[0].text


def test_today_takes_the_same_number_of_statements_for_one_person_and_for_twenty(worker, django_assert_max_num_queries):
    for _ in range(20):
        EpisodeFactory(link_worker=worker, state="new", first_conversation_at=None, next_step_on=NOW.date())
    with django_assert_max_num_queries(8):
        assert len(today(viewer=worker, at=NOW).rows) == 20


def test_today_is_for_link_workers(scheme):
    with pytest.raises(NotVisible):
        today(viewer=MembershipFactory(role=SUP), at=NOW)


def test_the_record_tells_the_timeline_newest_first(worker):
    episode = EpisodeFactory(link_worker=worker, state="new", first_conversation_at=None)
    for days, reached in ((3, False), (1, True)):
        happened = Happened(reached=reached, minutes=10 if reached else 0, happened_at=NOW - timedelta(days=days))
        actions.log_contact(episode_id=episode.pk, happened=happened, by=worker, at=NOW)
    found = current_episode(viewer=worker, person_id=episode.person_id, at=NOW)
    shown = record(episode=found, plan=plan(episode=found))
    contacts = [item.title for item in shown.timeline if item.kind != "step"]
    assert contacts == ["Contact, phone, 10 minutes", "Phone: no answer"]
    assert (shown.contacts, shown.attempts) == (1, 1)


def test_a_referrer_hears_how_it_goes_and_no_more(worker):
    episode = EpisodeFactory(link_worker=worker, contacts_count=3, attempts_count=1)
    told = progress([episode.referral_id])[episode.referral_id]
    assert (told.contacts, told.attempts, told.end_reason) == (3, 1, "")
    assert not hasattr(told, "note")
