"""Asking the wellbeing questions on a page, and reading how the answers changed (OU2, OU3, OU4)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from linkwell.outcomes.models import Completion, Score
from linkwell.outcomes.queries import history
from linkwell.team.access import COM, MGR, REF, SUP
from linkwell.web.measures.forms import MeasuresForm
from tests.factories import EpisodeFactory, MembershipFactory

ANSWERS = {
    "ons4_satisfied": "4", "ons4_worthwhile": "5", "ons4_happy": "none", "ons4_anxious": "7",
    "ucla3_companionship": "3", "ucla3_left_out": "3", "ucla3_isolated": "2", "lonely_lonely": "1", "how": "phone",
}  # fmt: skip


@pytest.fixture
def episode(scheme):
    return EpisodeFactory(first_conversation_at=timezone.now(), state="engaged")


@pytest.fixture
def address(episode):
    return reverse("measures:ask", args=[episode.person_id, "baseline"])


def test_answers_are_saved_and_an_unanswered_question_has_no_score(episode, address, client_for):
    answer = client_for(episode.link_worker).post(address, ANSWERS)
    assert answer.status_code == 302
    scores = dict(Score.objects.values_list("scale", "value"))
    assert scores == {"life_satisfaction": 4, "worthwhile": 5, "anxious": 7, "ucla3": 8, "lonely": 1}


def test_every_question_stands_on_the_page_with_its_introduction(episode, address, client_for):
    shown = client_for(episode.link_worker).get(address).content.decode()
    assert "Overall, how satisfied are you with your life nowadays?" in shown
    assert "How often do you feel that you lack companionship?" in shown
    assert "on a scale of nought to 10, where nought is &#39;not at all&#39;" in shown
    assert "0 is not at all anxious, 10 is completely anxious" in shown


def test_a_whole_measure_can_be_left_out_with_a_reason(episode, address, client_for):
    said = {
        "skip_ons4": "other",
        "skip_ons4_other": "Her bus came",
        "skip_ucla3": "did_not_want",
        "skip_lonely": "unwell",
    }
    assert client_for(episode.link_worker).post(address, said).status_code == 302
    assert dict(Completion.objects.values_list("measure", "skipped_why")) == {
        "ons4": "Her bus came", "ucla3": "They would rather not", "lonely": "They were too unwell or upset",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "Choose at least one answer, or say why the questions were not asked."),
        ({"ons4_happy": "none"}, "Choose at least one answer"),
        ({"ons4_happy": "5"}, "Say how the questions were answered"),
        ({**ANSWERS, "ons4_happy": "11"}, "Choose one of the answers to: Overall, how happy"),
        ({**ANSWERS, "skip_ons4": "no_time"}, "Keep one of the two."),
        ({"skip_ons4": "other"}, "Say why the questions were not asked"),
        ({**ANSWERS, "helped_by": "proxy"}, "can only be answered by the person"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_saved(episode, address, client_for, said, sentence):
    answer = client_for(episode.link_worker).post(address, said)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Completion.objects.exists()


def test_what_was_chosen_is_not_lost_by_a_refusal(episode, address, client_for):
    answer = client_for(episode.link_worker).post(address, {**ANSWERS, "helped_by": "proxy"})
    assert 'name="ucla3_isolated" type="radio" value="2" checked' in answer.content.decode()


def test_a_double_click_saves_once(episode, address, client_for):
    client = client_for(episode.link_worker)
    key = {"submission_key": "7b6a4a9e-93c0-4d0c-8f3e-0d7c4d3c2b1a"}
    client.post(address, {**ANSWERS, **key})
    client.post(address, {**ANSWERS, **key})
    assert Completion.objects.count() == 3


def test_someone_too_young_is_asked_nothing(scheme, client_for):
    young = EpisodeFactory(
        first_conversation_at=timezone.now(), person__born_on=timezone.localdate() - timedelta(days=365 * 14)
    )
    shown = client_for(young.link_worker).get(reverse("measures:ask", args=[young.person_id, "baseline"]))
    assert "None of the questions is meant for someone of this age" in shown.content.decode()


def test_an_occasion_that_does_not_exist_is_absent(episode, client_for):
    address = reverse("measures:ask", args=[episode.person_id, "birthday"])
    assert client_for(episode.link_worker).get(address).status_code == 404


def test_t07_nobody_else_reaches_the_questions_or_the_answers(episode, address, client_for):
    shown = reverse("measures:history", args=[episode.person_id])
    for member in (MembershipFactory(), *(MembershipFactory(role=role) for role in (MGR, COM, REF))):
        assert client_for(member).get(address).status_code == 404
        assert client_for(member).post(address, ANSWERS).status_code == 404
        assert client_for(member).get(shown).status_code == 404
    lead = client_for(MembershipFactory(role=SUP))
    assert lead.get(shown).status_code == 200
    assert lead.get(address).status_code == 404


def test_a_history_shows_change_in_words_and_what_was_not_asked(episode, address, client_for):
    client = client_for(episode.link_worker)
    client.post(address, {**ANSWERS, "skip_lonely": "", "lonely_lonely": "none"})
    later = reverse("measures:ask", args=[episode.person_id, "review"])
    client.post(later, {"ons4_satisfied": "7", "ons4_anxious": "9", "skip_ucla3": "not_now", "how": "phone"})
    shown = client.get(reverse("measures:history", args=[episode.person_id])).content.decode()
    assert "Better" in shown and "Worse" in shown
    assert "It was not the right moment" in shown
    assert "UK average, year to March 2023: 7.45" in shown


def test_an_empty_history_says_when_the_questions_are_offered(episode, client_for):
    shown = client_for(episode.link_worker).get(reverse("measures:history", args=[episode.person_id]))
    assert "No answers yet" in shown.content.decode()
    assert "Ask the questions now" in shown.content.decode()


def test_a_page_that_holds_other_things_may_save_without_any_answer(episode):
    from linkwell.outcomes.catalogue import measures

    form = MeasuresForm({"how": ""}, measures=measures().values(), may_be_empty=True)
    assert form.is_valid() and form.is_left_empty
    assert (form.answers(), form.skipped()) == ({}, {})


def test_the_history_page_takes_as_many_statements_for_many_answers_as_for_few(
    episode, address, client_for, django_assert_max_num_queries
):
    client = client_for(episode.link_worker)
    client.post(address, ANSWERS)
    for _ in range(4):
        client.post(reverse("measures:ask", args=[episode.person_id, "review"]), ANSWERS)
    with django_assert_max_num_queries(26):  # 13 of them are sign-in, scope, audit and transaction control
        client.get(reverse("measures:history", args=[episode.person_id]))
    assert len(history(episode=episode).measures[0].scales[0].points) == 5
