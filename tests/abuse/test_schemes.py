"""T01, T02, T03, T09, T10: nothing of another scheme is seen, changed or noticed."""

import re

import pytest
from django.db import DataError, OperationalError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from linkwell.common.jobs import POLICIES, scheme_job
from linkwell.common.scope import NoScope, scope
from linkwell.people.models import Person
from linkwell.referrals.models import Allocation, State
from linkwell.support.models import Episode
from linkwell.team.access import LW, SUP
from tests.factories import (
    ActionFactory,
    EpisodeFactory,
    GoalFactory,
    MembershipFactory,
    PracticeFactory,
    ReferralFactory,
    in_scheme,
)

rolled_back = pytest.mark.django_db
NOW = timezone.now()


@rolled_back
def test_T01_the_refusal_is_the_same_page_as_for_what_does_not_exist(scheme, other_scheme, client_for):
    with in_scheme(other_scheme):
        foreign = EpisodeFactory(link_worker=MembershipFactory(role=LW)).person_id
    client = client_for(MembershipFactory(role=LW))
    nonce = re.compile(rb'nonce="[^"]+"|(?:csrfmiddlewaretoken|once)" value="[^"]+"|X-CSRFToken": "[^"]+"')
    theirs = client.get(reverse("people:person", args=[foreign]))
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
