"""The same thing sent twice, and two people at once. Security: Z18, Z22, Z23."""

import re
import threading
from collections import Counter
from functools import partial

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from linkwell.common.models import SentForm
from linkwell.people.models import Person
from linkwell.referrals.actions import cover_person
from linkwell.referrals.models import Allocation, Referral, State
from linkwell.support.models import Contact, Episode
from linkwell.team.access import LW, REF, SUP
from tests.factories import EpisodeFactory, MembershipFactory, ReferralFactory, in_scheme
from tests.web.test_refer import REFER, filled

pytestmark = pytest.mark.fault


def at_once(*acts):
    """Run all at the same moment, each in a thread with a connection of its own; return their answers in order."""
    barrier, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        barrier.wait(timeout=60)
        try:
            answers[place] = act()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert None not in answers, "one did not come back"
    return answers


@pytest.mark.parametrize("times", [2, 5])
def test_Z18_a_referral_delivered_several_times_in_parallel_is_one_with_one_answer(
    cloned_database, scheme, client_for, times
):
    with in_scheme(scheme):
        rana = MembershipFactory(role=REF)
    sent = filled(once="z" * 22)
    del sent["submission_key"]  # the key of the form alone
    clients = [client_for(rana) for _ in range(times)]

    answers = at_once(*(partial(client.post, REFER, sent) for client in clients))

    with in_scheme(scheme):
        assert Referral.objects.count() == Person.objects.count() == 1
        assert {answer["Location"] for answer in answers} == {reverse("refer:sent", args=[Referral.objects.get().pk])}


def test_Z18_whoever_waited_for_a_sending_that_failed_does_it(cloned_database, scheme, client_for):
    with in_scheme(scheme):
        worker = MembershipFactory(role=LW)
        episode = EpisodeFactory(link_worker=worker)
    where = reverse("people:log", args=[episode.person_id])
    wrong = {"once": "y" * 22, "mode": "phone", "reached": "yes", "note": "Long enough to be somebody's words"}
    right = {**wrong, "minutes": "5"}
    clients = [client_for(worker) for _ in range(4)]

    sent = [{**wrong, "minutes": "x"}] * 2 + [right] * 2
    answers = at_once(*(partial(client.post, where, fields) for client, fields in zip(clients, sent, strict=True)))

    with in_scheme(scheme):
        assert Contact.objects.count() == SentForm.objects.count() == 1
    assert [answer.status_code for answer in answers[2:]] == [302, 302]


def test_Z22_two_workers_who_add_notes_at_once_lose_neither(cloned_database, scheme, client_for):
    with in_scheme(scheme):
        worker, colleague = MembershipFactory(role=LW), MembershipFactory(role=LW)
        episode = EpisodeFactory(link_worker=worker)
        cover_person(person_id=episode.person_id, reason="leave", text="", by=colleague, at=timezone.now())
    where = reverse("people:log", args=[episode.person_id])
    clients = [client_for(member) for member in (worker, colleague) * 3]

    def note(client, number):
        told = {"once": str(number) * 22, "mode": "phone", "reached": "yes", "note": f"Note number {number}"}
        return client.post(where, told)

    answers = at_once(*(partial(note, client, number) for number, client in enumerate(clients)))

    assert [answer.status_code for answer in answers] == [302] * 6
    with in_scheme(scheme):
        assert sorted(row.note for row in Contact.objects.all()) == [f"Note number {number}" for number in range(6)]
        assert set(Contact.objects.values_list("by", flat=True)) == {worker.pk, colleague.pk}


def test_Z23_of_two_leads_who_allocate_one_wins_and_the_other_is_told(cloned_database, scheme, client_for):
    with in_scheme(scheme):
        workers = [MembershipFactory(role=LW) for _ in range(2)]
        referrals = [ReferralFactory() for _ in range(4)]
        leads = [MembershipFactory(role=SUP) for _ in range(2)]
    clients = [client_for(lead) for lead in leads]
    told = []

    def give(client, accept, worker):
        return client.post(accept, {"link_worker": worker.pk}, follow=True)

    for referral in referrals:
        accept = reverse("referrals:accept", args=[referral.pk])
        pairs = zip(clients, workers, strict=True)
        answers = at_once(*(partial(give, client, accept, worker) for client, worker in pairs))
        told += [re.sub(r"<[^>]+>|\s+", " ", answer.content.decode()) for answer in answers]

    with in_scheme(scheme):
        assert Counter(Referral.objects.values_list("state", flat=True)) == {State.ALLOCATED: 4}
        assert Episode.objects.count() == Allocation.objects.count() == 4
    assert sum("somebody was quicker" in page for page in told) == 4, told
    assert sum("is now with" in page for page in told) == 4
