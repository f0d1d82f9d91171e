"""T01, T02, T03, T09, T10: nothing of another scheme is seen, changed or noticed."""

import re
import uuid

import pytest
from django.db import DataError, OperationalError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from linkwell.common.jobs import POLICIES, scheme_job
from linkwell.common.models import AuditEvent
from linkwell.common.scope import NoScope, scope
from linkwell.messages.models import Message
from linkwell.people.models import Person, RecordOpening
from linkwell.referrals.models import Allocation, State
from linkwell.support.models import Episode, Strength, Task
from linkwell.team.access import COM, DIR, LW, MGR, REF, SUP
from linkwell.team.models import Invitation
from linkwell.web.checks import OTHER_PACKAGES, routes
from tests.factories import (
    ActionFactory,
    AgencyFactory,
    ConnectionFactory,
    EpisodeFactory,
    GoalFactory,
    MembershipFactory,
    PracticeFactory,
    ProgrammeFactory,
    ReferralFactory,
    in_scheme,
)

rolled_back = pytest.mark.django_db
NOW = timezone.now()
ROLES = [REF, LW, SUP, MGR, COM, DIR]
# Parameters that name nothing of a scheme: the directory is shared by schemes, occasions are words.
NOT_OF_A_SCHEME = {
    "service_id": 1,
    "public_id": str(uuid.uuid4()),
    "organisation_id": 1,
    "occasion": "review",
    "period": "all",
}


def everything_of(other):
    """Make one of each thing in another scheme; return {parameter of a route: its id}."""
    with in_scheme(other):
        worker = MembershipFactory(role=LW)
        episode = EpisodeFactory(link_worker=worker)
        goal = GoalFactory(episode=episode)
        strength = Strength.objects.create(scheme=other, episode=episode, text="Sings", added_at=NOW)
        task = Task.objects.create(
            scheme=other, member=worker, episode=episode, kind="reply", text="x", due_on=NOW.date(), added_at=NOW
        )
        invitation = Invitation.objects.create(
            scheme=other, email="new@team.example", role=LW, created_at=NOW, expires_at=NOW
        )
        opening = RecordOpening.objects.create(
            scheme=other,
            person=episode.person,
            membership=worker,
            kind="covering",
            reason="x",
            began_at=NOW,
            ends_at=NOW,
        )
        message = Message.objects.create(
            scheme=other, channel="email", template="referral_news", recipient_kind="practice", recipient_id=1,
            reference=uuid.uuid4(), created_at=NOW,
            next_attempt_at=NOW,
        )  # fmt: skip
        return {
            "person_id": episode.person_id,
            "episode_id": episode.pk,
            "referral_id": ReferralFactory(state=State.RECEIVED).pk,
            "goal_id": goal.pk,
            "action_id": ActionFactory(goal=goal).pk,
            "strength_id": strength.pk,
            "task_id": task.pk,
            "connection_id": ConnectionFactory(episode=episode).pk,
            "membership_id": worker.pk,
            "invitation_id": invitation.pk,
            "practice_id": PracticeFactory().pk,
            "agency_id": AgencyFactory().pk,
            "programme_id": ProgrammeFactory().pk,
            "message_id": message.pk,
            "opening_id": opening.pk,
            "account_id": worker.account_id,
            **NOT_OF_A_SCHEME,
        }


def routes_with_ids():
    """Return (name, its parameters, whether it works in a scheme) of every route that takes an id."""
    found = []
    for pattern, name, view in routes():
        parameters = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
        if parameters and not name.startswith(tuple(OTHER_PACKAGES)) and "secret" not in parameters:
            policy = getattr(view, "policy", None)
            if set(parameters) - set(NOT_OF_A_SCHEME) and policy and policy.roles:
                found.append((name, parameters, policy.relation != "account"))
    return sorted(found)


def fingerprint(other):
    """Return a checksum of all that the other scheme holds."""
    sums = []
    with scope(scheme_ids=[other.pk], scheme_id=None), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public' ORDER BY tablename")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '' ORDER BY id), '')) FROM \"{table}\" t")
            sums.append((table, cursor.fetchone()[0]))
    return sums


@rolled_back
@pytest.mark.parametrize("role", ROLES)
def test_T01_ids_of_another_scheme_are_absent_on_every_route_by_every_verb(scheme, other_scheme, client_for, role):
    ids = everything_of(other_scheme)
    client = client_for(MembershipFactory(role=role))
    before = fingerprint(other_scheme)
    tried = 0
    for name, parameters, in_a_scheme in routes_with_ids():
        address = reverse(name, kwargs={parameter: ids[parameter] for parameter in parameters})
        for verb in ("get", "post", "put", "patch", "delete"):
            refused = AuditEvent.objects.filter(outcome="refused").count()
            answer = getattr(client, verb)(address)
            assert answer.status_code in (404, 405), f"{verb} {name} as {role}: {answer.status_code}"
            if answer.status_code == 404 and in_a_scheme:
                assert AuditEvent.objects.filter(outcome="refused").count() == refused + 1, f"{verb} {name}"
            tried += 1
    assert tried > 50
    assert fingerprint(other_scheme) == before


@rolled_back
def test_T01_the_refusal_is_the_same_page_as_for_what_does_not_exist(scheme, other_scheme, client_for):
    ids = everything_of(other_scheme)
    client = client_for(MembershipFactory(role=LW))
    nonce = re.compile(rb'nonce="[^"]+"|(?:csrfmiddlewaretoken|once)" value="[^"]+"|X-CSRFToken": "[^"]+"')
    theirs = client.get(reverse("people:person", args=[ids["person_id"]]))
    nobodys = client.get(reverse("people:person", args=[999_999_999]))
    nowhere = client.get("/nowhere/at/all/")
    assert theirs.status_code == nobodys.status_code == nowhere.status_code == 404
    assert nonce.sub(b"", theirs.content) == nonce.sub(b"", nobodys.content)


@rolled_back
def test_T02_a_link_worker_of_another_scheme_cannot_be_given_a_referral(scheme, other_scheme, client_for):
    with in_scheme(other_scheme):
        theirs = MembershipFactory(role=LW)
    referral = ReferralFactory(state=State.RECEIVED)
    client = client_for(MembershipFactory(role=SUP))
    client.post(
        reverse("referrals:accept", args=[referral.pk]),
        {"link_worker_id": theirs.pk, "link_worker": theirs.pk, "worker": theirs.pk},
    )
    assert not Allocation.objects.exists()
    assert not Episode.objects.exists()


@rolled_back
def test_T02_parts_of_another_persons_plan_are_absent_under_ones_own_person(scheme, client_for):
    worker = MembershipFactory(role=LW)
    mine, colleagues = EpisodeFactory(link_worker=worker), EpisodeFactory(link_worker=MembershipFactory(role=LW))
    goal = GoalFactory(episode=colleagues)
    action = ActionFactory(goal=goal)
    client = client_for(worker)
    for name, args, body in (
        ("plan:goal", [mine.person_id, goal.pk], {"text": "Mine now", "status": "open"}),
        ("plan:action", [mine.person_id, goal.pk], {"text": "x", "who": "x"}),
        ("plan:action_status", [mine.person_id, action.pk], {"status": "done"}),
    ):
        assert client.post(reverse(name, args=args), body).status_code == 404
    goal.refresh_from_db()
    assert goal.text != "Mine now"


@rolled_back
def test_T03_filters_and_counts_speak_of_the_own_scheme_alone(scheme, other_scheme, client_for):
    worker = MembershipFactory(role=LW)
    EpisodeFactory(link_worker=worker, person__family_name="Ownperson")
    with in_scheme(other_scheme):
        practice = PracticeFactory(name="Foreign Surgery")
        EpisodeFactory(link_worker=MembershipFactory(role=LW), person__practice=practice, person__family_name="Foreign")
    client = client_for(worker)
    page = client.get(reverse("people:people")).content.decode()
    assert "Ownperson" in page and "Foreign" not in page
    narrowed = client.get(reverse("people:people"), {"practice": practice.pk}).content.decode()
    assert "Foreign" not in narrowed and "Ownperson" not in narrowed
    for wrong in ("x", "-1", "9" * 30, "1 OR 1=1"):
        assert client.get(reverse("people:people"), {"practice": wrong}).status_code == 200


class Stop(Exception):
    """Stands for any fault in the middle of a request."""


@pytest.mark.parametrize("fault", ["error", "timeout", "bad statement"])
def test_T09_a_connection_carries_no_scope_on_after_a_fault(cloned_database, fault):
    from tests.factories import PersonFactory, SchemeFactory

    made = SchemeFactory()
    with in_scheme(made):
        PersonFactory()
    with pytest.raises((Stop, OperationalError, DataError)), scope(scheme_ids=[made.pk], scheme_id=made.pk):
        assert Person.objects.count() == 1
        with connection.cursor() as cursor:
            if fault == "timeout":
                cursor.execute("SET LOCAL statement_timeout = 50")
                cursor.execute("SELECT pg_sleep(5)")
            elif fault == "bad statement":
                cursor.execute("SELECT 1 / 0")
        raise Stop
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('linkwell.scheme_ids', true), count(*) FROM people_person")
        setting, seen = cursor.fetchone()
    assert (setting or "", seen) == ("", 0)


@rolled_back
def test_T10_a_job_sees_its_own_scheme_and_without_a_scheme_nothing_runs(scheme, other_scheme):
    from tests.factories import PersonFactory

    with in_scheme(other_scheme):
        PersonFactory()
    seen = []
    job = scheme_job(name="tests.count_people", purpose="a test")(lambda **_: seen.append(Person.objects.count()))
    try:
        job.func(scheme_id=scheme.pk)
        job.func(scheme_id=other_scheme.pk)
        with pytest.raises(TypeError):
            job.func()
    finally:
        POLICIES.pop("tests.count_people")
        app.tasks.pop("tests.count_people")
    assert seen == [0, 1]


@rolled_back
def test_T10_outside_a_scope_a_command_reads_no_person():
    with pytest.raises(NoScope):
        Person.objects.first()
