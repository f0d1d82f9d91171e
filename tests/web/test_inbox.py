"""The inbox, and deciding on a referral."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.people.actions import open_restricted
from linkwell.referrals.models import FeedbackToReferrer, Referral, State
from linkwell.support.models import Episode
from linkwell.team.access import COM, LW, MGR, REF, SUP
from tests.factories import AllocationFactory, MembershipFactory, PersonFactory, ReferralFactory, in_scheme
from tests.web.statements import own_statements

INBOX = "/referrals/"


@pytest.fixture
def lead(scheme):
    return MembershipFactory(role=SUP, account__name="Lena Lead")


@pytest.fixture
def asha(scheme):
    return MembershipFactory(role=LW, account__name="Asha Patel")


@pytest.fixture
def client(lead, client_for):
    return client_for(lead)


def waiting(days=0, **fields):
    fields.setdefault("person__family_name", "Example")
    return ReferralFactory(received_at=timezone.now() - timedelta(days=days), **fields)


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def address(name, referral):
    return reverse(f"referrals:{name}", args=[referral.pk])


def test_the_inbox_groups_what_waits_and_says_who_could_take_it_and_why_TA1_TA2(client, asha):
    waiting(9, needs=["loneliness"], reason="Since her husband died")
    waiting(1, urgency="urgent", person__family_name="Soon")
    waiting(2, state=State.ACCEPTED)
    waiting(3, state=State.RETURNED, state_reason="May we ring?")

    shown = text_of(client.get(INBOX))

    places = [shown.index(title) for title in ("Urgent (1)", "New (1)", "waiting for a link worker (1)", "answer (1)")]
    assert places == sorted(places)
    assert "Loneliness or isolation: Since her husband died" in shown
    assert "Asha Patel could take this on: 0 people now, 0 new this week; 30 hours a week" in shown
    assert "Overdue" in shown
    assert "We asked: May we ring?" in shown


def test_possible_duplicates_are_shown_for_staff_to_judge_RI5(client, asha):
    born = timezone.localdate() - timedelta(days=15000)
    known = PersonFactory(given_name="Ada", family_name="Example", born_on=born)
    AllocationFactory(referral__person=known, link_worker=asha)
    referral = waiting(person=PersonFactory(given_name="Ada", family_name="Example", born_on=born))

    assert "Same person? Ada Example, born" in text_of(client.get(INBOX))
    page = client.get(address("referral", referral))
    assert "Is this someone we know?" in text_of(page)
    assert f"/people/{known.pk}/" in page.content.decode()
    assert "has supported them before" in text_of(page)


def test_an_empty_inbox_says_how_referrals_come(client):
    assert "Nothing is waiting" in text_of(client.get(INBOX))


def test_the_inbox_takes_at_most_eight_statements_however_long_it_is(client, asha):
    for number in range(15):
        born = timezone.localdate() - timedelta(days=15000)
        waiting(number, person=PersonFactory(given_name="Ada", family_name="Example", born_on=born))
    assert len(own_statements(client, INBOX)) <= 8


def test_more_than_a_hundred_are_counted(client):
    for _ in range(101):
        waiting()
    assert "the first 100 of 101" in text_of(client.get(INBOX))


def test_a_link_worker_who_does_not_triage_learns_who_does(lead, asha, client_for):
    referral = waiting()
    client = client_for(asha)
    shown = text_of(client.get(INBOX))
    assert "In this scheme that is Lena Lead" in shown
    assert "Example" not in shown
    for name in ("referral", "decline", "ask"):
        assert client.get(address(name, referral)).status_code == 404
    assert client.post(address("accept", referral), {"link_worker": asha.pk}).status_code == 404
    assert Referral.objects.get().state == State.RECEIVED


def test_a_link_worker_who_triages_decides(scheme, client_for):
    triager = MembershipFactory(role=LW, may_triage=True)
    referral = waiting()
    response = client_for(triager).post(address("accept", referral), {"link_worker": triager.pk}, follow=True)
    assert "Open their record" in text_of(response)
    assert Episode.objects.get().link_worker_id == triager.pk


@pytest.mark.parametrize("role", [REF, MGR, COM])
def test_other_roles_find_no_inbox(scheme, client_for, role):
    assert client_for(MembershipFactory(role=role)).get(INBOX).status_code == 404


def test_accept_and_allocate_is_one_act_from_the_list_TA1(client, asha):
    referral = waiting()
    page = client.get(INBOX).content.decode()
    assert f'action="{address("accept", referral)}"' in page
    assert f'name="link_worker" value="{asha.pk}"' in page

    response = client.post(address("accept", referral), {"link_worker": asha.pk}, follow=True)

    assert "Ada Example is now with Asha Patel" in text_of(response)
    assert f"/people/{referral.person_id}/" in response.content.decode()
    assert Referral.objects.get().state == State.ALLOCATED
    events = set(AuditEvent.objects.values_list("event", flat=True))
    assert {"referral.accepted", "referral.allocated", "episode.opened"} <= events


def test_the_page_offers_every_link_worker_with_why_and_later(client, asha):
    MembershipFactory(role=LW, account__name="Sam Okafor")
    referral = waiting()
    shown = text_of(client.get(address("referral", referral)))
    for words in ("Asha Patel", "Sam Okafor", "Accept now, choose a link worker later", "Someone should have tried"):
        assert words in shown

    response = client.post(address("accept", referral), {"link_worker": "later"}, follow=True)

    assert "is accepted and waits for a link worker" in text_of(response)
    assert "Accept now" not in text_of(client.get(address("referral", referral)))
    client.post(address("accept", referral), {"link_worker": asha.pk})
    assert Episode.objects.get().link_worker_id == asha.pk


@pytest.mark.parametrize("chosen", ["", "0", "999999", "x"])
def test_a_worker_who_is_not_offered_is_refused_T02(client, asha, chosen):
    referral = waiting()
    response = client.post(address("accept", referral), {"link_worker": chosen})
    assert response.status_code == 200
    assert "Who takes this on?" in text_of(response)
    assert Referral.objects.get().state == State.RECEIVED


def test_a_worker_of_another_scheme_is_refused_T02(scheme, foreign_scheme, client):
    with in_scheme(foreign_scheme):
        theirs = MembershipFactory(role=LW)
    with in_scheme(scheme):
        referral = waiting()
        client.post(address("accept", referral), {"link_worker": theirs.pk})
        assert not Episode.objects.exists()


def test_who_comes_second_is_told_that_somebody_was_quicker_Z23(client, asha):
    referral = waiting()
    client.post(address("accept", referral), {"link_worker": asha.pk})
    client.get(INBOX)
    response = client.post(address("accept", referral), {"link_worker": asha.pk}, follow=True)
    assert "somebody was quicker" in text_of(response)
    assert Episode.objects.count() == 1


def test_a_decline_needs_a_reason_and_says_who_can_help_instead_TA1(client):
    referral = waiting()
    assert "Choose an answer" in text_of(client.post(address("decline", referral), {}))
    other = client.post(address("decline", referral), {"why": "other", "more": "Kept words"})
    assert "Say why, in words the referrer will understand" in text_of(other)
    assert "Kept words" in other.content.decode()

    client.post(address("decline", referral), {"why": "crisis", "more": "Ring first.", "who_instead": "NHS 111"})

    referral.refresh_from_db()
    assert referral.state == State.REDIRECTED
    told = FeedbackToReferrer.objects.get(kind="declined").text
    assert told == (
        "We could not take this referral on. This needs clinical or crisis help first. Ring first."
        " Who can help instead: NHS 111"
    )


def test_a_question_goes_out_and_an_answer_by_phone_is_written_down_TA1(client):
    referral = waiting()
    assert "Enter what do you need to know" not in text_of(client.get(address("ask", referral)))
    assert client.post(address("ask", referral), {"question": ""}).status_code == 200
    client.post(address("ask", referral), {"question": "May we ring?"})
    page = text_of(client.get(address("referral", referral)))
    assert "May we ring?" in page
    assert "Did they answer by phone?" in page

    response = client.post(address("answer", referral), {"answer": "Yes, mornings"}, follow=True)

    assert "You can decide now" in text_of(response)
    assert "Yes, mornings" in text_of(response)


def test_deciding_twice_is_refused_in_words(client):
    referral = waiting()
    client.post(address("accept", referral), {"link_worker": "later"})
    response = client.post(address("decline", referral), {"why": "age"})
    assert "cannot become" in text_of(response)
    referral.refresh_from_db()
    assert referral.state == State.ACCEPTED


def test_reading_a_referral_is_audited_with_its_person(client, lead):
    referral = waiting()
    client.get(address("referral", referral))
    event = AuditEvent.objects.get(event="referral.read")
    assert (event.person_id, event.membership_id, event.outcome) == (referral.person_id, lead.pk, "done")


def test_restricted_persons_are_in_no_list_and_no_count_P06(client):
    referral = waiting(person__is_restricted=True, person__family_name="Hidden")
    assert "Nothing is waiting" in text_of(client.get(INBOX))
    assert client.get(address("referral", referral)).status_code == 404


def test_restricted_records_that_were_opened_stand_in_the_leads_inbox_until_looked_into_T07(client, asha):
    now, referral = timezone.now(), ReferralFactory(
        person__is_restricted=True, person__family_name="Hidden", reference="LW-7K3PQX", state=State.ALLOCATED
    )  # fmt: skip
    opening = open_restricted(
        person=referral.person, reason="Emergency", text="She may be hurt", second_factor_at=now, by=asha, at=now
    )

    assert "Asha Patel · LW-7K3PQX" in text_of(client.get(INBOX))
    page = text_of(client.get(f"/people/openings/{opening.pk}/"))
    assert "She may be hurt" in page
    assert "Hidden" not in page
    client.post(f"/people/openings/{opening.pk}/")
    assert "LW-7K3PQX" not in text_of(client.get(INBOX))
    assert client.get(f"/people/openings/{opening.pk}/").status_code == 404


def test_the_referral_page_takes_at_most_fifteen_statements(client, asha):
    referral = waiting()
    assert len(own_statements(client, address("referral", referral))) <= 15
