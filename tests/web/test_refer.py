"""The referrer's pages: refer someone, my referrals, one referral."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.people.models import Consent, ContactRule, Person, RiskStatement
from linkwell.referrals.actions import accept_referral, decline_referral, return_referral
from linkwell.referrals.models import FeedbackRead, Referral, State
from linkwell.support.actions import Happened, accept_and_take_on, end_episode, log_contact
from linkwell.team.access import COM, LW, MGR, REF, SUP
from tests.factories import AgencyFactory, MembershipFactory, ReferralFactory, in_scheme
from tests.web.statements import own_statements

REFER = "/refer/new/"


@pytest.fixture
def rana(scheme):
    scheme.phone = "0161 496 0000"
    scheme.save()
    return MembershipFactory(role=REF, account__name="Dr Rana")


def filled(**changed):
    """Return the fewest answers that make a referral."""
    answers = {
        "given_name": "Ada", "family_name": "Clarke", "health_number": "943 476 5919",
        "born_on-day": "15", "born_on-month": "3", "born_on-year": "1984",
        "phone": "07700 900123", "ways": ["phone", "post"], "language": "en", "needs": ["loneliness"],
        "urgency": "routine", "risk": "unknown", "agreement": "agreed", "submission_key": str(uuid4()),
    }  # fmt: skip
    return {**answers, **changed}


def without(*names):
    return {name: value for name, value in filled().items() if not name.startswith(names)}


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_few_answers_make_a_referral_and_the_reference_comes_back_RI1(rana, client_for):
    client = client_for(rana)

    response = client.post(REFER, filled(), follow=True)

    referral = Referral.objects.get()
    assert response.redirect_chain == [(f"/refer/{referral.pk}/sent/", 302)]
    shown = text_of(response)
    assert referral.reference in shown
    assert "tries to reach Ada Clarke by" in shown
    assert "Ring us on 0161 496 0000" in shown


def test_the_questions_stand_in_the_order_of_a_conversation(rana, client_for):
    page = client_for(rana).get(REFER).content.decode()
    names = re.findall(r'name="([a-z_]+)(?:-day)?"', page)
    wanted = ["given_name", "health_number", "phone", "needs", "reason", "risk", "told_person", "agreement"]
    assert [name for name in dict.fromkeys(names) if name in wanted] == wanted
    assert page.index("999") < page.index("Send referral")


def test_all_that_is_missing_is_said_at_once_and_nothing_typed_is_lost(rana, client_for):
    response = client_for(rana).post(REFER, {"reason": "", "told_person": "Someone will ring", "urgency": "routine",
                                             "risk": "some", "postcode": "M33 7ZF"})  # fmt: skip

    page, shown = response.content.decode(), text_of(response)
    for sentence in (
        "Enter first name", "Enter family name", "Give the NHS number or the date of birth",
        "Give at least one way to reach the person", "Choose at least one need", "Say what the risk is",
        "Say whether they agree to be referred",
    ):  # fmt: skip
        assert sentence in shown
    assert "Someone will ring" in page
    assert 'value="M33 7ZF"' in page
    assert "Error:" in page
    assert not Referral.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"health_number": "12345"}, "An NHS number has 10 digits"),
        ({"agreement": "not_asked"}, "if they were not asked, say why"),
        ({"born_on-year": "2090"}, "or earlier"),
        ({"needs": ["no_such_need"]}, "Choose one of the answers"),
        ({"email": "nobody"}, "Enter an e-mail address in the correct format"),
    ],
)
def test_wrong_answers_are_refused_beside_their_field(rana, client_for, changed, sentence):
    assert sentence in text_of(client_for(rana).post(REFER, filled(**changed)))
    assert not Referral.objects.exists()


def test_a_number_or_a_birth_date_is_enough_and_so_is_any_way_to_reach_them(rana, client_for):
    client = client_for(rana)
    client.post(REFER, {**without("born_on"), "family_name": "One"})
    client.post(REFER, {**without("health_number", "phone"), "family_name": "Two", "no_fixed_abode": "on"})
    client.post(REFER, {**without("needs"), "family_name": "Three", "health_number": "", "reason": "Lonely"})
    assert Referral.objects.count() == 3


def test_a_number_that_does_not_add_up_is_a_warning_and_never_a_refusal(rana, client_for):
    response = client_for(rana).post(REFER, filled(health_number="9434765918"), follow=True)
    assert Person.objects.get().health_number == "9434765918"
    assert "Its digits do not add up. We kept it as not traced" in text_of(response)
    assert "9434765918" not in response.content.decode()


def test_how_to_reach_them_risks_and_agreement_are_kept_as_told_RI10(rana, client_for):
    client_for(rana).post(
        REFER,
        filled(ways=["text"], when="mornings", contact_note="Never after 5pm", access_needs=["interpreter"],
               language="ur", risk="some", risk_text="A dog that bites", agreement="no_feedback"),
    )  # fmt: skip
    rule, person = ContactRule.objects.get(), Person.objects.get()
    assert (rule.by_phone, rule.by_text, rule.by_post, rule.when, rule.note) == (
        False, True, False, "mornings", "Never after 5pm",
    )  # fmt: skip
    assert (person.language, person.needs_interpreter) == ("ur", True)
    assert RiskStatement.objects.get().text == "A dog that bites"
    assert dict(Consent.objects.values_list("purpose", "given")) == {"referral": True, "feedback": False}


def test_sending_the_form_twice_makes_one_referral_Z24_R01(rana, client_for):
    client, form = client_for(rana), filled()
    first, second = client.post(REFER, form), client.post(REFER, form)
    assert first["Location"] == second["Location"]
    assert Referral.objects.count() == Person.objects.count() == 1


def test_the_same_form_with_other_words_is_refused_and_they_are_kept_R02(rana, client_for):
    client, form = client_for(rana), filled(reason="Lonely")
    client.post(REFER, form)
    response = client.post(REFER, {**form, "reason": "In debt", "send_anyway": "yes"})
    assert "This form was already sent, with something else in it" in text_of(response)
    assert "In debt" in response.content.decode()
    assert Referral.objects.count() == 1


def test_an_open_referral_is_shown_before_a_second_one_is_sent_RI5(rana, client_for):
    client = client_for(rana)
    client.post(REFER, filled())
    referral = Referral.objects.get()

    form = filled(reason="Something new")
    response = client.post(REFER, form)

    assert "There is an open referral already" in text_of(response)
    assert f"/refer/{referral.pk}/" in response.content.decode()
    assert "Something new" in response.content.decode()
    assert Referral.objects.count() == 1
    client.post(REFER, {**form, "send_anyway": "yes"})
    assert Referral.objects.count() == 2
    assert Person.objects.count() == 1


def test_the_notice_comes_while_one_types_without_a_name_in_any_address_RI5(rana, client_for):
    client = client_for(rana)
    client.post(REFER, filled())

    response = client.post("/refer/new/check/", filled())

    assert "There is an open referral already" in text_of(response)
    assert "<html" not in response.content.decode()
    assert client.get("/refer/new/check/").status_code == 405
    half = client.post("/refer/new/check/", {"given_name": "Ada", "born_on-day": "15", "health_number": "9434765918"})
    assert "There is an open referral" not in text_of(half)
    assert "do not add up" in text_of(half)


def test_an_agency_and_another_practice_are_always_answered_received_R09(rana, scheme, client_for):
    client_for(rana).post(REFER, filled())
    for stranger in (MembershipFactory(role=REF), MembershipFactory(role=REF, agency=AgencyFactory())):
        client = client_for(stranger)
        assert "open referral" not in text_of(client.post("/refer/new/check/", filled()))
        response = client.post(REFER, filled(), follow=True)
        assert "Referral sent" in text_of(response)
    assert Referral.objects.count() == 3


def test_a_link_worker_enters_a_referral_for_a_practice(rana, client_for):
    asha = MembershipFactory(role=LW)
    client = client_for(asha)
    assert "Say which practice or agency asked for this" in text_of(client.post(REFER, filled()))

    response = client.post(
        REFER, filled(came_from=f"practice:{rana.practice_id}", referrer_name="Sister Joan"), follow=True
    )

    referral = Referral.objects.get()
    assert (referral.source, referral.practice_id, referral.referrer_name) == (
        "staff", rana.practice_id, "Sister Joan",
    )  # fmt: skip
    assert "Go to referrals" in text_of(response)
    assert len(client_for(rana).get("/refer/").content.split(b"Ada Clarke")) > 1


def test_a_practice_of_another_scheme_cannot_be_chosen_T02(scheme, foreign_scheme, client_for):
    with in_scheme(foreign_scheme):
        theirs = AgencyFactory()
    with in_scheme(scheme):
        response = client_for(MembershipFactory(role=LW)).post(REFER, filled(came_from=f"agency:{theirs.pk}"))
        assert "Choose one of the answers to: Who asked for this?" in text_of(response)
        assert not Referral.objects.exists()


@pytest.mark.parametrize("role", [MGR, COM])
@pytest.mark.parametrize("path", [REFER, "/refer/", "/refer/print/"])
def test_other_roles_find_no_such_page(scheme, client_for, role, path):
    assert client_for(MembershipFactory(role=role)).get(path).status_code == 404


def test_every_line_says_in_words_where_it_stands_RI12(rana, client_for):
    now, lead, asha = timezone.now(), MembershipFactory(role=SUP), MembershipFactory(role=LW)
    ago = {"practice": rana.practice, "received_at": now - timedelta(days=4)}

    def referral(**fields):
        return ReferralFactory(**{**ago, **fields})

    referral(person__family_name="New")
    asked = referral(person__family_name="Asked")
    return_referral(referral_id=asked.pk, question="May we ring?", by=lead, at=now)
    declined = referral(person__family_name="Declined")
    decline_referral(referral_id=declined.pk, reason="Lives in Leeds.", by=lead, at=now)
    accept_referral(referral_id=referral(person__family_name="Accepted").pk, by=lead, at=now)

    def taken_on(name):
        row = referral(person__family_name=name)
        return accept_and_take_on(referral_id=row.pk, link_worker_id=asha.pk, by=lead, at=now)

    taken_on("Given")
    log_contact(episode_id=taken_on("Tried").pk, happened=Happened(reached=False), by=asha, at=now)
    ended = taken_on("Ended")
    end_episode(episode_id=ended.pk, reason="not_reached", told_referrer="We could not reach her after 4 tries.",
                by=asha, at=now)  # fmt: skip

    page = text_of(client_for(rana).get("/refer/"))

    for words in (
        "New Waiting 4 days – not decided yet",
        "Waiting 4 days – we have a question for you",
        "We could not take this referral on. Lives in Leeds.",
        "Waiting 4 days – accepted, first call by",
        "Waiting 4 days – first call today",
        "Tried 1 time, not reached yet – next call",
        "We could not reach her after 4 tries.",
    ):
        assert words.removeprefix("New ") in page


def test_a_person_who_wants_no_feedback_is_only_with_a_link_worker_RI10(rana, client_for):
    client_for(rana).post(REFER, filled(agreement="no_feedback"))
    lead, asha = MembershipFactory(role=SUP), MembershipFactory(role=LW)
    referral, now = Referral.objects.get(), timezone.now()
    episode = accept_and_take_on(referral_id=referral.pk, link_worker_id=asha.pk, by=lead, at=now)
    log_contact(episode_id=episode.pk, happened=Happened(reached=False), by=asha, at=now)
    page = text_of(client_for(rana).get("/refer/"))
    assert "With a link worker" in page
    assert "Tried" not in page


def test_the_list_is_narrowed_paged_and_printed(rana, client_for):
    for number in range(30):
        ReferralFactory(practice=rana.practice, person__family_name=f"Name{number:02}", state=State.DECLINED)
    ReferralFactory(practice=rana.practice, person__family_name="Open", referrer=rana)
    client = client_for(rana)

    assert len(own_statements(client, "/refer/")) <= 8
    first = text_of(client.get("/refer/"))
    assert "31 referrals" in first
    assert "Name29" in first
    assert "Name03" not in first
    assert "Name03" in text_of(client.get("/refer/?page=2"))
    assert text_of(client.get("/refer/?show=open")).count("Ada ") == 1
    assert text_of(client.get("/refer/?show=mine&page=999")).count("Ada ") == 1
    printed = text_of(client.get("/refer/print/?show=all"))
    assert printed.count("Ada ") == 31
    assert "shred it" in printed


@pytest.mark.parametrize("query", ["?page=x", "?page=-1", "?show=' OR 1=1", "?page=99999999999999999999"])
def test_an_odd_address_shows_the_list(rana, client_for, query):
    assert client_for(rana).get(f"/refer/{query}").status_code == 200


def test_an_empty_list_says_what_to_do(rana, client_for):
    assert "No referrals yet" in text_of(client_for(rana).get("/refer/"))
    assert "See all referrals" in text_of(client_for(rana).get("/refer/?show=open"))


def test_opening_a_referral_counts_as_having_read_it_and_is_audited_RI12(rana, client_for):
    client = client_for(rana)
    client.post(REFER, filled(reason="Since her husband died", told_person="Someone will ring"))
    referral = Referral.objects.get()
    accept_referral(referral_id=referral.pk, by=MembershipFactory(role=SUP), at=timezone.now())
    assert "New" in text_of(client.get("/refer/"))

    shown = text_of(client.get(f"/refer/{referral.pk}/"))

    assert "We have accepted this referral" in shown
    assert "Since her husband died" in shown
    assert FeedbackRead.objects.filter(by=rana).count() == 2
    assert AuditEvent.objects.get(event="referral.own_read").person_id == referral.person_id


def test_a_question_is_answered_on_the_referrals_page_TA1(rana, client_for):
    client = client_for(rana)
    client.post(REFER, filled())
    referral = Referral.objects.get()
    return_referral(referral_id=referral.pk, question="May we ring?", by=MembershipFactory(role=SUP), at=timezone.now())
    assert "May we ring?" in text_of(client.get(f"/refer/{referral.pk}/"))

    assert "Enter your answer" in text_of(client.post(f"/refer/{referral.pk}/answer/", {"words": " "}))
    response = client.post(f"/refer/{referral.pk}/answer/", {"words": "Yes, mornings"}, follow=True)

    referral.refresh_from_db()
    assert referral.state == State.RECEIVED
    assert "We have your answer" in text_of(response)
    again = client.post(f"/refer/{referral.pk}/answer/", {"words": "Once more"})
    assert "cannot become" in text_of(again)
    assert "Once more" in again.content.decode()


def test_a_note_is_added_to_an_open_referral_and_refused_for_an_ended_one_RI5(rana, client_for):
    client = client_for(rana)
    client.post(REFER, filled())
    referral = Referral.objects.get()
    response = client.post(f"/refer/{referral.pk}/note/", {"words": "She has moved"}, follow=True)
    assert "Added to the referral" in text_of(response)
    assert "She has moved" in text_of(response)
    Referral.objects.filter(pk=referral.pk).update(state=State.DECLINED)
    assert "Send a new one" in text_of(client.post(f"/refer/{referral.pk}/note/", {"words": "And more"}))


@pytest.mark.parametrize("name", ["own", "answer", "note", "sent"])
def test_another_practices_referral_is_absent_R10(rana, client_for, name):
    theirs = ReferralFactory()
    address, client = reverse(f"refer:{name}", args=[theirs.pk]), client_for(rana)
    answer = client.post(address, {"words": "x"}) if name in ("answer", "note") else client.get(address)
    assert answer.status_code == 404
    assert client.get("/refer/999999/").status_code == 404


def test_the_referral_page_costs_few_statements(rana, client_for):
    client = client_for(rana)
    client.post(REFER, filled())
    referral = Referral.objects.get()
    client.get(f"/refer/{referral.pk}/")
    assert len(own_statements(client, f"/refer/{referral.pk}/")) <= 8
