"""T05, T07, P01, P02, P06, R01, R09, R10: whom one may see inside the own scheme, and referring as a way to pry."""

import re
import threading
import uuid
from datetime import timedelta
from unittest import mock

import pytest
from django.db import connections
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.people.models import Exclusion, Person, RecordOpening, RestrictedReader
from linkwell.referrals.models import Referral, State
from linkwell.referrals.queries import reach
from linkwell.support.models import Episode
from linkwell.team.access import COM, LW, MGR, REF, SUP
from linkwell.web.checks import OTHER_PACKAGES, routes
from tests.factories import (
    ActionFactory,
    ConnectionFactory,
    EpisodeFactory,
    GoalFactory,
    MembershipFactory,
    PersonFactory,
    PracticeFactory,
    ReferralFactory,
    ServiceFactory,
    in_scheme,
)
from tests.prepared import asked_anew

rolled_back = pytest.mark.django_db
NOW = timezone.now()
CANARY = "Zyxwcanary"


def form(**changed):
    return {
        "given_name": "Ada", "family_name": "Clarke", "health_number": "9434765919",
        "born_on-day": "15", "born_on-month": "3", "born_on-year": "1984", "phone": "07700 900123",
        "ways": ["phone"], "language": "en", "needs": ["loneliness"], "urgency": "routine", "risk": "unknown",
        "agreement": "agreed", "submission_key": str(uuid.uuid4()), **changed,
    }  # fmt: skip


def text_of(response):
    plain = re.sub(r'nonce="[^"]+"|value="[^"]{64}"|X-CSRFToken": "[^"]+"', "", response.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", plain).split())


def all_ids(person, worker):
    """Make one of each thing about a person; return {parameter of a route: its id}."""
    episode = EpisodeFactory(person=person, link_worker=worker)
    goal, service = GoalFactory(episode=episode), ServiceFactory()
    opening = RecordOpening.objects.create(
        scheme=episode.scheme, person=person, membership=worker, kind="restricted", reason="x", text=CANARY,
        began_at=NOW, ends_at=NOW, reviewed_at=NOW,
    )  # fmt: skip
    return {
        "person_id": person.pk,
        "episode_id": episode.pk,
        "referral_id": episode.referral_id,
        "goal_id": goal.pk,
        "action_id": ActionFactory(goal=goal).pk,
        "strength_id": 1,
        "connection_id": ConnectionFactory(episode=episode).pk,
        "opening_id": opening.pk,
        "service_id": service.pk,
        "public_id": str(service.public_id) if hasattr(service, "public_id") else "",
        "organisation_id": service.organisation_id,
        "occasion": "review",
        "period": "all",
    }


def addresses(ids, *, only_about_people):
    """Yield (name, address) of every route whose parameters are known."""
    for pattern, name, view in routes():
        parameters = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
        mine = not name.startswith(tuple(OTHER_PACKAGES)) and getattr(view, "policy", None) and view.policy.roles
        about_people = bool(set(parameters) & {"person_id", "episode_id", "referral_id", "connection_id", "goal_id"})
        if mine and set(parameters) <= set(ids) and (about_people or not only_about_people):
            yield name, reverse(name, kwargs={parameter: ids[parameter] for parameter in parameters})


@rolled_back
def test_T07_no_page_about_a_person_outside_the_caseload_opens_by_any_verb(scheme, client_for):
    ids = all_ids(PersonFactory(family_name=CANARY), MembershipFactory(role=LW))
    client, tried = client_for(MembershipFactory(role=LW)), 0
    for name, address in addresses(ids, only_about_people=True):
        for verb in ("get", "post"):
            answer = getattr(client, verb)(address)
            assert answer.status_code in (404, 405), f"{verb} {name}: {answer.status_code}"
            assert CANARY not in answer.content.decode()
            tried += 1
    assert tried > 20
    assert not AuditEvent.objects.filter(event="person.read", outcome="done").exists()


@rolled_back
def test_T07_the_guard_can_fail(scheme, client_for):
    """The mutant: with everyone in reach the page opens, so the test above would turn red."""
    ids = all_ids(PersonFactory(family_name=CANARY), MembershipFactory(role=LW))
    with asked_anew(), mock.patch.object(reach, "_within", lambda viewer, at, person: ~Q(pk__in=[])):
        answer = client_for(MembershipFactory(role=LW)).get(reverse("people:person", args=[ids["person_id"]]))
    assert answer.status_code == 200


@rolled_back
@pytest.mark.parametrize("role", [LW, SUP, REF, MGR, COM])
@pytest.mark.parametrize("how", ["restricted", "excluded"])
def test_P06_a_hidden_person_is_on_no_page_of_anyone_not_on_the_list(scheme, client_for, role, how):
    practice = PracticeFactory()
    member = MembershipFactory(role=role, practice=practice if role == REF else None)
    worker = member if role == LW else MembershipFactory(role=LW)
    person = PersonFactory(given_name=CANARY, family_name=CANARY, is_restricted=how == "restricted")
    ids = all_ids(person, worker)
    Referral.objects.filter(pk=ids["referral_id"]).update(practice=practice, referrer=member, reason=CANARY)
    waiting = ReferralFactory(person=person, practice=practice, referrer=member, reason=CANARY)
    if how == "excluded":
        Exclusion.objects.create(scheme=scheme, person=person, membership=member, added_at=NOW)
    client, seen = client_for(member), 0
    for referral_id in (ids["referral_id"], waiting.pk):
        for name, address in addresses(ids | {"referral_id": referral_id}, only_about_people=False):
            answer = client.get(address)
            assert answer.status_code in (200, 302, 404, 405), f"{name}: {answer.status_code}"
            assert CANARY not in b"".join(answer).decode("utf-8", "replace"), f"{name} as {role} shows a hidden person"
            seen += answer.status_code == 200
    assert seen >= 4


@rolled_back
def test_P06_a_named_reader_sees_the_record(scheme, client_for):
    worker = MembershipFactory(role=LW)
    person = PersonFactory(family_name=CANARY, is_restricted=True)
    all_ids(person, worker)
    RestrictedReader.objects.create(scheme=scheme, person=person, membership=worker, added_at=NOW)
    assert CANARY in client_for(worker).get(reverse("people:person", args=[person.pk])).content.decode()


@rolled_back
@pytest.mark.parametrize("search", [{}, {"q": "%"}, {"q": "'; --"}, {"family_name": "C"}, {"postcode": "M33 7ZF"}])
def test_P02_broad_searches_list_nobody(scheme, client_for, search):
    EpisodeFactory(person=PersonFactory(family_name=CANARY, postcode="M33 7ZF"))
    answer = client_for(MembershipFactory(role=LW)).post("/people/search/", search)
    assert "Enter at least two of" in text_of(answer)
    assert CANARY not in answer.content.decode()


@rolled_back
def test_P01_referring_tells_nobody_whether_a_number_is_known(scheme, client_for):
    client_for(MembershipFactory(role=REF)).post("/refer/new/", form())
    answers = []
    for number in ("9434765919", "9000000009"):
        stranger = client_for(MembershipFactory(role=REF, account__name="Dr Who", practice__name="Elsewhere"))
        checked = stranger.post("/refer/new/check/", form(health_number=number))
        sent = stranger.post("/refer/new/", form(health_number=number), follow=True)
        shown = re.sub(r"LW-\w+", "", text_of(sent))
        answers.append((checked.status_code, text_of(checked), sent.status_code, shown))
    assert answers[0] == answers[1]


@rolled_back
def test_R09_a_known_and_an_unknown_person_get_the_same_received(scheme, client_for):
    EpisodeFactory(
        person=PersonFactory(given_name="Ada", family_name="Clarke", born_on=NOW.date().replace(1984, 3, 15))
    )
    client = client_for(MembershipFactory(role=REF))
    known = client.post("/refer/new/", form(health_number=""), follow=True)
    unknown = client.post("/refer/new/", form(health_number="", given_name="Ida"), follow=True)
    strip = re.compile(r"LW-\w+|Ada|Ida")
    assert strip.sub("", text_of(known)) == strip.sub("", text_of(unknown))
    assert known.redirect_chain[0][1] == unknown.redirect_chain[0][1] == 302


@rolled_back
def test_R10_a_referrer_sees_the_own_practice_and_the_status_only(scheme, client_for):
    rana = MembershipFactory(role=REF)
    own = EpisodeFactory(referral__practice=rana.practice)
    GoalFactory(episode=own, text=CANARY)
    other = ReferralFactory(reason=CANARY)
    client = client_for(rana)
    page = client.get(reverse("refer:own", args=[own.referral_id]))
    assert page.status_code == 200
    assert CANARY not in page.content.decode()
    assert client.get(reverse("refer:own", args=[other.pk])).status_code == 404
    assert client.get(reverse("people:person", args=[own.person_id])).status_code == 404


@rolled_back
def test_T05_a_right_to_triage_that_is_taken_away_ends_with_the_next_press(scheme, client_for):
    triager, referral = MembershipFactory(role=LW, may_triage=True), ReferralFactory()
    client = client_for(triager)
    accept = reverse("referrals:accept", args=[referral.pk])
    assert client.get(reverse("referrals:referral", args=[referral.pk])).status_code == 200
    triager.may_triage = False
    triager.save()
    assert client.post(accept, {"link_worker": triager.pk}).status_code == 404
    assert Referral.objects.get().state == State.RECEIVED


@rolled_back
def test_T05_a_leaver_or_suspended_member_sends_nothing_that_was_typed_before(scheme, client_for):
    for change in ("ended", "suspended", "another role"):
        rana = MembershipFactory(role=REF)
        client = client_for(rana)
        assert client.get("/refer/new/").status_code == 200
        if change == "ended":
            rana.ended_on = timezone.localdate()
        elif change == "suspended":
            rana.account.is_active = False
            rana.account.save()
        else:
            rana.role = COM
        rana.save()
        assert client.post("/refer/new/", form()).status_code in (302, 404)
        assert not Referral.objects.exists(), change


@rolled_back
def test_T05_a_person_handed_over_is_out_of_reach_at_once(scheme, client_for):
    worker = MembershipFactory(role=LW)
    episode = EpisodeFactory(link_worker=worker)
    client = client_for(worker)
    person = reverse("people:person", args=[episode.person_id])
    assert client.get(person).status_code == 200
    episode.referral.allocations.update(ended_at=timezone.now() + timedelta(seconds=1))
    assert client.get(person).status_code == 404
    assert client.post(reverse("people:log", args=[episode.person_id]), {"mode": "phone"}).status_code == 404


def test_R01_the_same_form_sent_five_times_at_once_is_one_referral(cloned_database, scheme, client_for):
    with in_scheme(scheme):
        rana = MembershipFactory(role=REF)
    sent, answers, barrier = form(), [], threading.Barrier(5)
    clients = [client_for(rana) for _ in range(5)]

    def send(client):
        barrier.wait()
        try:
            answers.append(client.post("/refer/new/", sent)["Location"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with in_scheme(scheme):
        assert Referral.objects.count() == Person.objects.count() == 1
        assert answers == [reverse("refer:sent", args=[Referral.objects.get().pk])] * 5


def test_Z23_two_leads_who_accept_at_once_make_one_episode(cloned_database, scheme, client_for):
    with in_scheme(scheme):
        worker, referral = MembershipFactory(role=LW), ReferralFactory()
        leads = [MembershipFactory(role=SUP) for _ in range(2)]
    clients, statuses, barrier = [client_for(lead) for lead in leads], [], threading.Barrier(2)
    accept = reverse("referrals:accept", args=[referral.pk])

    def press(client):
        barrier.wait()
        try:
            statuses.append(client.post(accept, {"link_worker": worker.pk}).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with in_scheme(scheme):
        assert Episode.objects.count() == 1
        assert Referral.objects.get().state == State.ALLOCATED
    assert all(status < 500 for status in statuses), statuses
