"""Refer on, tell about, and what becomes of it: the link worker's pages."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from linkwell.connections import actions
from linkwell.connections.models import Connection, Reply, SharePacket
from linkwell.messages.models import Message
from linkwell.people.models import Exclusion, RiskStatement
from linkwell.team.access import ADM, COM, DIR, IG, LW, MGR, REF, SUP
from tests.factories import ConnectionFactory, EpisodeFactory, MembershipFactory, ServiceFactory
from tests.story import NOW, link


@pytest.fixture
def asha(story, client_for):
    return client_for(story.asha)


def refer_url(story) -> str:
    return reverse("connect:refer", args=[story.person.pk, story.service.pk])


def ticks(**changed) -> dict:
    return {"ticked": ["name", "contact"], "hope": "Company", "channel": "email", "days": "90", **changed}


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def previewed(client, story, **changed) -> tuple[str, str]:
    page = text_of(client.post(refer_url(story), ticks(**changed)))
    return page, re.search(r'name="previewed"[^>]*value="([0-9a-f]+)"', page).group(1)


def test_the_form_has_the_usual_facts_ticked_and_says_how_they_would_read(story, asha):
    page = text_of(asha.get(refer_url(story)))
    for code in ("name", "contact"):
        assert re.search(rf'value="{code}" checked', page), code
    for code in ("full_name", "age_band", "needs"):
        assert re.search(rf'value="{code}"(?! checked)', page), code
    assert "Not usually needed" in page
    assert "Phone 07700 900123, afternoons only. No voicemail" in page
    assert "Only for someone who visits at home" in page
    assert 'value="address"' not in page


def test_referring_goes_from_ticks_to_preview_to_agreement_to_sent(story, asha):
    page, mark = previewed(asha, story)
    assert "Company" in page
    assert "How did they agree" in page
    assert not Connection.objects.exists()

    done = asha.post(
        refer_url(story), ticks() | {"previewed": mark, "agreed_how": "in_person", "send": "1"}, follow=True
    )

    connection = Connection.objects.get()
    assert done.redirect_chain == [(reverse("connect:connection", args=[connection.pk]), 302)]
    assert "is referred to Sale Men&#39;s Shed" in text_of(done)
    packet = SharePacket.objects.get()
    assert ["What they hope for", "Company"] in packet.content
    for _label, value in packet.content:
        assert value.replace("'", "&#39;") in page  # what was previewed is what is kept
    assert Message.objects.count() == 1


def test_a_hope_that_is_left_empty_is_not_told_and_one_that_is_typed_is(story, asha):
    page, _mark = previewed(asha, story, hope="  ")
    assert "What they hope for" not in page
    story.episode.goals.all().delete()
    story.episode.needs.all().delete()
    page, _mark = previewed(asha, story, hope="Company on Thursdays")
    assert "Company on Thursdays" in page


def test_without_agreement_it_is_not_sent_and_the_preview_stays(story, asha):
    _page, mark = previewed(asha, story)
    page = text_of(asha.post(refer_url(story), ticks() | {"previewed": mark, "send": "1"}))
    assert "Choose an answer: How did they agree" in page
    assert "What they will read" in page
    assert not Connection.objects.exists()


def test_what_changed_since_the_preview_is_shown_again_before_it_goes(story, asha):
    _page, mark = previewed(asha, story)
    story.person.preferred_name = "Addie"
    story.person.save()
    send = ticks() | {"agreed_how": "phone", "send": "1"}
    page = text_of(asha.post(refer_url(story), send | {"previewed": mark}))
    assert "Something has changed since you looked" in page
    assert "Addie" in page
    new = re.search(r'name="previewed"[^>]*value="([0-9a-f]+)"', page).group(1)
    asha.post(refer_url(story), send | {"previewed": new})
    assert Connection.objects.get().state == "shared"


def test_from_the_preview_one_can_go_back_and_nothing_typed_is_lost(story, asha):
    page = text_of(asha.post(refer_url(story), ticks(hope="To make a chair", days="30") | {"change": "1"}))
    assert "To make a chair</textarea>" in page
    assert 'value="30" selected' in page
    assert "What do they need to know?" in page


def test_V08_an_unusual_fact_without_a_reason_is_refused_on_the_page(story, asha):
    page = text_of(asha.post(refer_url(story), ticks(ticked=["name"], extra=["needs"])))
    assert "Groups like this do not usually need: Everything they would like help with" in page
    page = text_of(asha.post(refer_url(story), ticks(ticked=["name"], extra=["needs"], extra_reason="They do debts")))
    assert "Your reason: They do debts" in page


@pytest.mark.parametrize("ticked", [[], ["address"], ["health_number"], ["risks", "name"]])
def test_nothing_ticked_or_what_may_not_be_told_stays_on_the_form(story, asha, ticked):
    page = text_of(asha.post(refer_url(story), ticks(ticked=ticked, hope="") | {"send": "1", "agreed_how": "phone"}))
    assert "There is a problem" in page
    assert not Connection.objects.exists()


def test_a_group_without_a_confirmed_address_offers_phone_and_paper_alone(story, asha):
    story.group.referral_email, story.group.referral_email_verified_at = "", None
    story.group.save()
    page = text_of(asha.get(refer_url(story)))
    assert "has no confirmed e-mail for referrals" in page
    assert 'value="email"' not in page
    sent = text_of(asha.post(refer_url(story), ticks(channel="email") | {"send": "1", "agreed_how": "phone"}))
    assert "There is a problem" in sent
    _page, mark = previewed(asha, story, channel="phone")
    asha.post(refer_url(story), ticks(channel="phone") | {"send": "1", "agreed_how": "phone", "previewed": mark})
    assert SharePacket.objects.get().channel == "phone"


def test_a_paused_group_is_refused_with_where_to_go_next(story, asha):
    story.service.operating = "paused"
    story.service.save()
    page = text_of(asha.get(refer_url(story)))
    assert "not taking new people" in page
    assert "Find another" in page


def test_who_is_referred_already_is_led_to_the_connection(story, asha):
    connection = story.refer()
    for answer in (asha.get(refer_url(story)), asha.post(refer_url(story), ticks() | {"send": "1"})):
        assert answer.url == reverse("connect:connection", args=[connection.pk])
    told = reverse("connect:signpost", args=[story.person.pk, story.service.pk])
    assert asha.get(told).url == reverse("connect:connection", args=[connection.pk])


def test_SU13_telling_takes_one_button_and_says_that_no_details_leave(story, asha):
    url = reverse("connect:signpost", args=[story.person.pk, story.service.pk])
    page = text_of(asha.get(url))
    assert "No details leave" in page
    assert "Sale Men&#39;s Shed" in page
    done = asha.post(url, follow=True)
    assert "has been told about" in text_of(done)
    assert Connection.objects.get().state == "signposted"
    assert not Message.objects.exists()


def test_nobody_is_sent_to_a_closed_door(story, asha):
    story.service.operating = "closed"
    story.service.save()
    url = reverse("connect:signpost", args=[story.person.pk, story.service.pk])
    assert "Do not send anyone there now" in text_of(asha.get(url))
    assert asha.post(url).status_code == 200
    assert not Connection.objects.exists()


def test_a_service_is_kept_on_the_short_list(story, asha):
    asha.post(reverse("connect:keep", args=[story.person.pk, story.service.pk]))
    asha.post(reverse("connect:keep", args=[story.person.pk, story.service.pk]))
    connection = Connection.objects.get()
    assert connection.state == "proposed"
    page = text_of(asha.get(reverse("connect:connection", args=[connection.pk])))
    assert refer_url(story) in page


def page_of(client, connection):
    return text_of(client.get(reverse("connect:connection", args=[connection.pk])))


def test_the_page_tells_what_was_told_answered_and_comes_next(story, asha):
    connection = story.refer()
    actions.open_packet(token_id=link().pk, at=NOW)
    story.answer("wait", wait_weeks=3, text="Ask for Jo", answered_by="Jo Smith")
    page = page_of(asha, connection)
    for words in ("Company on Thursdays", "about 3 weeks", "Ask for Jo", "Jo Smith", "In person", "Ada Example knows"):
        assert words in page, words
    assert page.count("nhsuk-button nhsuk-button--") >= 1


def test_each_step_on_the_page_is_taken(story, asha):
    connection = story.refer(channel="phone")

    def post(name, **data):
        return text_of(asha.post(reverse(f"connect:{name}", args=[connection.pk]), data, follow=True))

    assert "Noted what they said" in post("answer", **{"answer_form-answer": "yes"})
    assert "Noted that the person knows" in post("settle")
    today = NOW.date()
    day = {"first_form-attended_on-day": today.day, "first_form-attended_on-month": today.month}
    assert "They went" in post("first_time", **day, **{"first_form-attended_on-year": today.year})
    assert "they go there now" in post("going")
    assert "Ended." in post("end", **{"end_form-reason": "Found work"})
    connection.refresh_from_db()
    assert (connection.state, connection.reason) == ("ended", "Found work")


def test_when_the_person_says_no_the_reason_is_kept(story, asha):
    connection = story.refer()
    url = reverse("connect:said_no", args=[connection.pk])
    assert "Say why, in a few words" in text_of(asha.post(url, {}))
    asha.post(url, {"no_form-reason": "Too noisy"})
    connection.refresh_from_db()
    assert (connection.state, connection.reason) == ("declined_person", "Too noisy")


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("answer", {"answer_form-answer": "no"}, "Say why, in a few words"),
        ("answer", {"answer_form-answer": "wait", "answer_form-wait_weeks": "900"}, "between 1 and 104 weeks"),
        ("first_time", {}, "Enter when did they go"),
        ("end", {}, "Say why, in a few words"),
        ("going", {}, "cannot become"),
    ],
)
def test_a_refusal_stands_on_the_page_and_nothing_changes(story, asha, name, data, says):
    connection = story.refer()
    page = text_of(asha.post(reverse(f"connect:{name}", args=[connection.pk]), data))
    assert says in page or says.replace("Enter when did", "Answer the question: When did") in page
    connection.refresh_from_db()
    assert connection.state == "shared"


def test_withdrawing_takes_the_page_away_and_says_so(story, asha):
    connection = story.refer()
    done = asha.post(reverse("connect:withdraw", args=[connection.pk]), follow=True)
    assert "Withdrawn" in text_of(done)
    assert "Withdraw now" not in text_of(done)
    assert asha.get(reverse("connect:print", args=[connection.pk])).status_code == 404


def test_what_we_told_them_can_be_printed(story, asha):
    connection = story.refer(channel="print")
    page = text_of(asha.get(reverse("connect:print", args=[connection.pk])))
    assert SharePacket.objects.get().reference in page
    assert "Company on Thursdays" in page
    told = actions.signpost(episode_id=story.episode.pk, service_id=ServiceFactory().pk, by=story.asha, at=NOW)
    assert asha.get(reverse("connect:print", args=[told.pk])).status_code == 404


ROUTES = ["refer", "signpost", "keep"]
STEPS = ["connection", "print", "answer", "settle", "first_time", "going", "said_no", "end", "withdraw"]


@pytest.mark.parametrize("name", ROUTES + STEPS)
@pytest.mark.parametrize("role", [LW, SUP, MGR, REF, COM, DIR, IG, ADM])
def test_T01_others_find_nothing_there_and_change_nothing(story, client_for, name, role):
    connection = story.refer()
    other = client_for(MembershipFactory(role=role))
    args = [story.person.pk, story.service.pk] if name in ROUTES else [connection.pk]
    url = reverse(f"connect:{name}", args=args)
    may_read = role == SUP and name in ("connection", "print")
    answers = [other.post(url, {}).status_code] if name not in ("connection", "print") else [other.get(url).status_code]
    assert answers == [200 if may_read else 404]
    connection.refresh_from_db()
    assert (connection.state, Connection.objects.count()) == ("shared", 1)


def test_T02_another_schemes_connection_is_absent(story, client_for, other_scheme, foreign_scheme):
    connection = story.refer()
    for scheme in (other_scheme, foreign_scheme):
        stranger = client_for(MembershipFactory(scheme=scheme))
        assert stranger.get(reverse("connect:connection", args=[connection.pk])).status_code == 404
        assert stranger.get(refer_url(story)).status_code == 404


def test_an_excluded_worker_finds_nothing(story, asha):
    connection = story.refer()
    Exclusion.objects.create(scheme=story.scheme, person=story.person, membership=story.asha, added_at=NOW)
    assert asha.get(reverse("connect:connection", args=[connection.pk])).status_code == 404
    assert asha.get(refer_url(story)).status_code == 404


def test_a_team_lead_reads_without_any_button(story, client_for):
    connection = story.refer()
    story.answer("yes")
    page = page_of(client_for(MembershipFactory(role=SUP)), connection)
    assert "What we told them" in page
    assert "Withdraw now" not in page
    assert "knows</button>" not in page


def test_P04_scripts_in_what_people_write_are_shown_as_text(story, asha):
    connection = story.refer(hope="<script>alert(1)</script>")
    story.answer("no", text='"><img src=x onerror=alert(2)>', answered_by="<b>Jo</b>")
    page = page_of(asha, connection)
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "<b>Jo" not in page


def test_the_list_on_the_persons_page_leads_to_each_connection(story, asha):
    connection = story.refer()
    story.answer("yes")
    page = text_of(asha.get(reverse("people:person", args=[story.person.pk])))
    assert reverse("connect:connection", args=[connection.pk]) in page
    assert "They have answered: tell the person" in page


def test_a_person_with_risks_and_a_visit_offers_both(story, asha):
    story.service.modes = ["home_visit"]
    story.service.save()
    RiskStatement.objects.create(scheme=story.scheme, person=story.person, text="A large dog", began_at=NOW)
    page = text_of(asha.get(refer_url(story)))
    assert "A large dog" in page
    assert 'value="address" checked' in page


@pytest.mark.parametrize("more", [0, 20])
def test_the_connection_page_takes_the_same_statements_however_much_there_is(
    story, asha, django_assert_max_num_queries, more
):
    connection = story.refer()
    for number in range(more):
        actions.open_packet(token_id=link().pk, at=NOW + timedelta(minutes=number))
        ConnectionFactory(episode=EpisodeFactory(person=story.person, link_worker=story.asha))
    url = reverse("connect:connection", args=[connection.pk])
    asha.get(url)
    with django_assert_max_num_queries(22):  # 12 of the page's own; session, seat, scope and audit are the rest
        asha.get(url)


def test_the_refer_page_takes_at_most_fifteen_statements_of_its_own(story, asha, django_assert_max_num_queries):
    asha.get(refer_url(story))
    with django_assert_max_num_queries(26):
        asha.get(refer_url(story))


def test_no_answer_is_kept_from_a_refused_page(story, asha):
    story.refer()
    assert not Reply.objects.exists()


def test_DI11_a_full_group_is_asked_for_its_waiting_list_and_for_nothing_else(story, asha):
    story.service.operating = "full"
    story.service.save()
    page = text_of(asha.get(refer_url(story)))
    assert "is full" in page and "Ask for their waiting list" in page and "Keep it for later" in page
    assert "is full" in text_of(asha.post(refer_url(story), ticks(channel="phone") | {"send": "1"}))
    waiting = refer_url(story) + "?waiting=yes"
    assert "asks for a place on their waiting list" in text_of(asha.get(waiting))
    shown = text_of(asha.post(waiting, ticks(channel="phone")))
    assert "A place on your waiting list" in shown
    mark = re.search(r'name="previewed"[^>]*value="([^"]+)"', shown)[1]
    asha.post(waiting, ticks(channel="phone") | {"send": "1", "agreed_how": "phone", "previewed": mark})
    assert SharePacket.objects.get().content[0] == ["What we ask for", "A place on your waiting list"]


def test_DI11_a_paused_group_can_be_kept_for_later(story, asha):
    story.service.operating = "paused"
    story.service.save()
    page = text_of(asha.get(refer_url(story)))
    assert "Keep it for later" in page and "waiting list" not in page
    asha.post(reverse("connect:keep", args=[story.person.pk, story.service.pk]))
    assert Connection.objects.get().state == "proposed"
