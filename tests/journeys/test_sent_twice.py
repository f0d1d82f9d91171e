"""Back, a double click, a reload, in a real browser: one record, and the page shows it. Security: Z24."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from linkwell.connections.models import Connection
from linkwell.messages.models import Message
from linkwell.referrals.models import Referral
from linkwell.support.models import Action, Contact, Goal
from linkwell.team.access import REF
from tests import browser as look
from tests.factories import MembershipFactory, in_scheme
from tests.story import tell

pytestmark = pytest.mark.journey
NOTE = "We walked to the allotment; she knew every plant by name."


@pytest.fixture
def told(live_site, scheme):
    with in_scheme(scheme):
        return tell(scheme)


@pytest.fixture(params=["script", "no script"])
def open_as(request, browser: Browser, live_site, client_for):
    """Return a function: member → a page signed in as that member, with and without JavaScript."""
    contexts = []

    def page_of(member) -> Page:
        context = browser.new_context(java_script_enabled=request.param == "script")
        contexts.append(context)
        session = client_for(member).cookies["linkwell-session"].value
        context.add_cookies([{"name": "linkwell-session", "value": session, "domain": "localhost", "path": "/"}])
        return context.new_page()

    yield page_of
    for context in contexts:
        context.close()


def fill_referral(page: Page, site) -> None:
    page.goto(site.url + reverse("refer:refer"))
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Family name").fill("Clarke")
    page.get_by_label("NHS number").fill("943 476 5919")
    page.get_by_label("Phone", exact=True).fill("07700 900123")
    page.get_by_label("In a sentence or two").fill("She has not been out of the house since spring.")
    page.get_by_label("Yes, to being referred and to you hearing what comes of it").check()


def count(scheme, model) -> int:
    with in_scheme(scheme):
        return model.objects.count()


def test_Z24_a_referral_sent_with_a_double_click_reloaded_and_sent_again_from_back_is_one(
    told, scheme, live_site, open_as
):
    with in_scheme(scheme):
        rana, before = MembershipFactory(role=REF), Referral.objects.count()
    page = open_as(rana)
    fill_referral(page, live_site)
    page.get_by_role("button", name="Send referral").dblclick()
    expect(page).to_have_url(re.compile(r"/refer/\d+/sent/$"))
    where = page.url
    page.reload()
    assert count(scheme, Referral) == before + 1

    page.go_back()
    expect(page.get_by_role("button", name="Send referral").first).to_be_visible()
    if not page.get_by_label("First name").input_value():  # the browser forgot what was typed
        fill_referral(page, live_site)
    page.get_by_role("button", name="Send referral").click()
    expect(page).to_have_url(where)
    assert count(scheme, Referral) == before + 1


def test_Z24_a_note_sent_with_a_double_click_reloaded_and_sent_again_from_back_is_one(told, scheme, live_site, open_as):
    page = open_as(told.asha)

    def write() -> None:
        page.get_by_label("What happened?").fill(NOTE)

    page.goto(live_site.url + reverse("people:person", args=[told.person.pk]))
    write()
    page.get_by_role("button", name="Save contact").dblclick()
    expect(page.get_by_role("status")).to_contain_text("Saved: you spoke to")
    page.reload()
    expect(page.get_by_text(NOTE)).to_have_count(1)

    page.go_back()
    write()
    page.get_by_role("button", name="Save contact").click()
    expect(page.get_by_label("What happened?")).to_have_value("")
    expect(page.get_by_text(NOTE)).to_have_count(1)
    assert count(scheme, Contact) == 1


def test_Z24_a_task_sent_with_a_double_click_and_again_from_back_is_one(told, scheme, live_site, open_as):
    page = open_as(told.asha)
    with in_scheme(scheme):
        goal = Goal.objects.get()
    page.goto(live_site.url + reverse("plan:action", args=[told.person.pk, goal.pk]))

    def write() -> None:
        page.get_by_label("What will be done?").fill("Ask at the library about the reading circle")
        page.get_by_label("Who will do it?").fill("Asha")

    def press(how: str) -> None:
        getattr(page.locator("main form button[type=submit]"), how)()
        expect(page).to_have_url(re.compile(r"/plan/(#.*)?$"))

    write()
    press("dblclick")
    page.go_back()
    write()
    press("click")

    assert count(scheme, Action) == 1


def test_Z24_a_referral_to_a_group_sent_with_a_double_click_leaves_once(told, scheme, live_site, open_as):
    page = open_as(told.asha)
    page.goto(f"{live_site.url}/people/{told.person.pk}/refer/{told.service.pk}/")
    page.get_by_label("What they hope for, in a sentence").fill("To make something with his hands, in company")
    page.get_by_role("button", name="See what they will read").click()
    page.get_by_label("In person").check()
    page.get_by_role("button", name="Send to Sale Men's Shed").dblclick()
    expect(page.get_by_role("status")).to_contain_text("is referred to Sale Men's Shed")
    page.reload()

    assert count(scheme, Connection) == 1
    with in_scheme(scheme):
        assert Message.objects.filter(template="organisation_referral").count() == 1


def test_Z19_other_words_from_back_are_answered_with_both_ways_on(told, scheme, live_site, open_as, request):
    if "no script" in request.node.name:
        pytest.skip("Without scripts the browser loads the page anew on Back, so its form is a new one.")
    page = open_as(told.asha)
    page.goto(live_site.url + reverse("people:person", args=[told.person.pk]))
    page.get_by_label("What happened?").fill(NOTE)
    page.get_by_role("button", name="Save contact").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.go_back()
    page.get_by_label("What happened?").fill("Something quite different was said.")
    page.get_by_role("button", name="Save contact").click()

    expect(page.get_by_role("heading", name="You sent this form before")).to_be_visible()
    for width in (look.at_desk_width, look.at_phone_width):
        width(page)
        look.then_the_page_is_accessible(page)
        look.no_sideways_scroll(page)
        look.keep_picture(page, "sent-before")
    page.get_by_role("button", name="Send this as well").click()
    expect(page.get_by_text("Something quite different was said.")).to_be_visible()
    assert count(scheme, Contact) == 2
