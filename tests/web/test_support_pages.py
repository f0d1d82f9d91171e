"""Today, people, a person, the first conversation, plan, review, ending and find support, page by page.

SU1, SU2, SU4, SU5, SU8, SU14, PE9, MA1, MA7.
"""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.outcomes.models import Completion
from linkwell.referrals.models import FeedbackToReferrer
from linkwell.support import actions
from linkwell.support.models import AboutMe, Contact, Episode, PlanVersion
from linkwell.team.access import LW, MGR, SUP
from tests.factories import ContactFactory, EpisodeFactory, GoalFactory, MembershipFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
OVERHEAD = 13  # the test scope, sign-in, seat, scope, audit and transaction control


@pytest.fixture
def worker(scheme):
    return MembershipFactory(role=LW)


@pytest.fixture
def staff(client_for, worker):
    return client_for(worker)


@pytest.fixture
def episode(worker):
    return EpisodeFactory(link_worker=worker, state="new", first_conversation_at=None, person__postcode="")


def at(name, *args):
    return reverse(name, args=args)


def text_of(answer):
    return answer.content.decode()


def test_today_offers_the_act_beside_the_name(staff, episode):
    page = text_of(staff.get(at("today:today")))
    assert episode.person.called in page
    assert at("people:attempt", episode.person_id) in page and at("conversation:first", episode.person_id) in page


def test_today_with_nothing_due_says_what_to_do(staff, scheme):
    assert "Nothing is due" in text_of(staff.get(at("today:today")))


def test_no_answer_is_one_tap_and_twice_the_same_tap_is_once(staff, episode):
    key = str(uuid.uuid4())
    for _ in range(2):
        answer = staff.post(at("people:attempt", episode.person_id), {"submission_key": key})
        assert answer.status_code == 302
    assert Contact.objects.count() == 1
    assert not Contact.objects.get().reached


@pytest.mark.parametrize(("number", "page", "most"), [(20, "today:today", 15), (20, "people:people", 8)])
def test_lists_take_a_bounded_number_of_statements(staff, worker, django_assert_max_num_queries, number, page, most):
    for _ in range(number):
        EpisodeFactory(link_worker=worker, next_step_on=NOW.date(), last_heard_at=NOW - timedelta(days=20))
    with django_assert_max_num_queries(most + OVERHEAD):
        staff.get(at(page))


def test_a_persons_page_takes_a_bounded_number_of_statements(staff, worker, django_assert_max_num_queries):
    episode = EpisodeFactory(link_worker=worker)
    ContactFactory.create_batch(30, episode=episode)
    GoalFactory.create_batch(5, episode=episode)
    with django_assert_max_num_queries(15 + OVERHEAD):
        assert staff.get(at("people:person", episode.person_id)).status_code == 200


def test_reading_a_person_is_audited_with_who_and_whom(staff, worker, episode):
    staff.get(at("people:person", episode.person_id))
    event = AuditEvent.objects.get(event="person.read")
    assert (event.person_id, event.membership_id, event.route) == (episode.person_id, worker.pk, "people:person")


def test_people_without_anyone_says_so(staff, scheme):
    assert "Nobody is with you yet" in text_of(staff.get(at("people:people")))


@pytest.mark.parametrize("role", [SUP])
def test_a_team_lead_reads_and_cannot_write(client_for, episode, role):
    lead = client_for(MembershipFactory(role=role))
    assert episode.person.called in text_of(lead.get(at("people:person", episode.person_id)))
    assert lead.post(at("people:log", episode.person_id), {"reached": "yes", "mode": "phone"}).status_code == 404
    assert lead.post(at("plan:plan", episode.person_id), {"goal-text": "x"}).status_code == 404
    assert not Contact.objects.exists()


def test_a_manager_finds_no_person(client_for, episode):
    manager = client_for(MembershipFactory(role=MGR))
    assert manager.get(at("people:person", episode.person_id)).status_code == 404
    refused = AuditEvent.objects.get(outcome="refused")
    assert (refused.person_id, refused.role) == (episode.person_id, MGR)


def test_a_contact_with_a_mistake_keeps_what_was_typed(staff, episode):
    answer = staff.post(
        at("people:log", episode.person_id), {"reached": "yes", "mode": "phone", "minutes": "999", "note": "Long talk."}
    )
    assert answer.status_code == 200
    assert "Long talk." in text_of(answer)
    assert not Contact.objects.exists()


def test_what_a_person_says_is_shown_as_text(staff, episode):
    staff.post(
        at("people:log", episode.person_id),
        {"reached": "yes", "mode": "phone", "note": "<script>alert(1)</script>{{ 7 * 7 }}"},
    )
    page = text_of(staff.get(at("people:person", episode.person_id)))
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page and "{{ 7 * 7 }}" in page


def conversation(**said):
    usual = {"matters": "My garden", "needs": ["loneliness"], "own_words": "so quiet", "risk": "none", "mode": "phone"}
    usual |= {"minutes": "50", "questions": "later", "channels": ["phone"], "submission_key": str(uuid.uuid4())}
    return {**usual, **said}


def test_a_first_conversation_is_kept_and_leads_to_the_plan(staff, episode):
    answer = staff.post(at("conversation:first", episode.person_id), conversation())
    assert answer.url == at("people:person", episode.person_id)
    page = text_of(staff.get(answer.url))
    assert "My garden" in page and "so quiet" in page and "Write the plan together" in page
    assert "No known risks" in page


def test_a_conversation_without_risks_is_not_done_and_keeps_every_word(staff, episode):
    answer = staff.post(at("conversation:first", episode.person_id), conversation(risk=""))
    assert "No known risks" in text_of(answer) and "My garden" in text_of(answer)
    assert not AboutMe.objects.exists()


def test_questions_they_would_rather_not_answer_are_skipped_with_the_reason(staff, episode):
    staff.post(at("conversation:first", episode.person_id), conversation(questions="skip", skip_why="Too tired"))
    assert set(Completion.objects.values_list("skipped_why", flat=True)) == {"Too tired"}


def test_a_skip_without_a_reason_keeps_nothing(staff, episode):
    answer = staff.post(at("conversation:first", episode.person_id), conversation(questions="skip"))
    assert answer.status_code == 200
    assert not Contact.objects.exists() and not Completion.objects.exists()


def test_asking_the_questions_next_leads_to_them(staff, episode):
    answer = staff.post(at("conversation:first", episode.person_id), conversation(questions="ask"))
    assert answer.url == at("measures:ask", episode.person_id, "baseline")


def test_a_plan_is_written_agreed_and_printed(staff, episode):
    person = episode.person_id
    staff.post(at("plan:plan", person), {"goal-text": "Go out twice a week", "goal-importance": "9"})
    goal = episode.goals.get()
    staff.post(at("plan:action", person, goal.pk), {"text": "Ring the choir", "who": "Asha"})
    staff.post(at("plan:strength", person), {"strength-text": "Knows everyone"})
    staff.post(at("plan:agree", person), {"agree-agreed_how": "in_person"})
    assert PlanVersion.objects.get().number == 1
    paper = text_of(staff.get(at("plan:print", person), {"size": "large"}))
    for words in ("Go out twice a week", "Ring the choir", "Knows everyone", "app-large-print"):
        assert words in paper


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("plan:plan", {"goal-text": ""}, "Enter goal"),
        ("plan:agree", {"agree-agreed_how": "phone"}, "Write at least one goal"),
        ("plan:agree", {}, "Choose an answer"),
        ("plan:strength", {"strength-text": ""}, "Enter what they bring"),
    ],
)
def test_a_plan_says_what_is_missing(staff, episode, name, body, sentence):
    assert sentence in text_of(staff.post(at(name, episode.person_id), body))


def test_an_action_is_ticked_off_and_an_unknown_state_is_refused_in_words(staff, episode):
    goal = GoalFactory(episode=episode)
    action = actions.add_action(goal_id=goal.pk, text="Ring", who="Asha", by=episode.link_worker, at=NOW)
    address = at("plan:action_status", episode.person_id, action.pk)
    staff.post(address, {"status": "done"})
    action.refresh_from_db()
    assert action.status == "done"
    assert staff.post(address, {"status": "sideways"}).status_code == 409


def test_a_review_is_held_and_the_next_one_set(staff, episode):
    actions.log_contact(episode_id=episode.pk, happened=actions.Happened(), by=episode.link_worker, at=NOW)
    answer = staff.post(
        at("review:review", episode.person_id),
        {"note": "Going well", "mode": "phone", "questions": "skip", "skip_why": "No time",
         "submission_key": str(uuid.uuid4())},
    )  # fmt: skip
    assert answer.status_code == 302
    assert episode.reviews.get().note == "Going well"


def test_an_ending_tells_the_referrer_the_words_for_the_reason_if_none_were_written(staff, episode):
    page = text_of(staff.get(at("ending:end", episode.person_id)))
    assert "We could not reach the person" in page
    staff.post(at("ending:end", episode.person_id), {"reason": "not_reached"})
    told = FeedbackToReferrer.objects.get(kind="not_reached")
    assert told.text.startswith("We could not reach the person")
    assert Episode.objects.get().end_reason == "not_reached"


def test_an_ending_without_a_reason_asks_for_it(staff, episode):
    assert "Choose an answer" in text_of(staff.post(at("ending:end", episode.person_id), {"note": "x"}))
    assert Episode.objects.get().ended_at is None


def test_find_support_starts_from_what_is_known_and_says_when_nothing_fits(staff, episode):
    page = text_of(staff.get(at("support_search:for_person", episode.person_id)))
    assert "Nothing here fits all of this" in page
    assert "Record as missing here" in page


def test_an_unknown_place_is_said_at_its_field(staff, scheme):
    page = text_of(staff.post(at("support_search:search"), {"place": "Nowhere upon Nothing"}))
    assert "We do not know this place" in page


def test_ended_support_can_be_read_and_not_written(staff, episode):
    actions.end_episode(
        episode_id=episode.pk, reason="moved_away", told_referrer="Moved.", by=episode.link_worker,
        at=NOW + timedelta(seconds=1),
    )  # fmt: skip
    page = text_of(staff.get(at("people:person", episode.person_id)))
    assert "Moved away" in page or "moved away" in page
    assert "Save contact" not in page
    refused = staff.post(at("people:log", episode.person_id), {"reached": "yes", "mode": "phone"})
    assert "This support has ended" in text_of(refused)
