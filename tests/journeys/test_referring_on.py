"""From "Refer" to "They go there now": the link worker, and the group without an account. Features: CO1 CO2 CO3 CO7."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from linkwell.team.access import MGR
from linkwell.web import words
from tests import browser
from tests.factories import MembershipFactory, in_scheme
from tests.story import secret, tell

pytestmark = pytest.mark.journey


@pytest.fixture
def told(live_site, scheme, settings):
    """The story, committed, served in demo mode: its mails can be read at /demo/mail/."""
    settings.DEMO = True
    scheme.is_demo = True
    scheme.save()
    with in_scheme(scheme):
        return tell(scheme)


@pytest.fixture
def sign_in(page: Page, live_site, client_for):
    """Return a function that makes the browser a member's."""

    def as_member(member):
        session = client_for(member).cookies["linkwell-session"].value
        page.context.add_cookies([{"name": "linkwell-session", "value": session, "domain": "localhost", "path": "/"}])
        return page

    return as_member


def at_both_widths(page: Page, name: str) -> None:
    for width in (browser.at_desk_width, browser.at_phone_width):
        width(page)
        browser.then_the_page_is_accessible(page)
        browser.no_sideways_scroll(page)
        browser.keep_picture(page, name)
    browser.at_desk_width(page)


def nobody_looks(page: Page, name: str) -> None:
    """axe is a script: where scripts are off, the steps alone are tried."""


def refer(page: Page, site, story) -> None:
    """Tick, read, agree, send."""
    page.goto(f"{site.url}/people/{story.person.pk}/refer/{story.service.pk}/")
    at_both_widths(page, "refer-on")
    page.get_by_label("What they hope for, in a sentence").fill("To make something with his hands, in company")
    page.get_by_role("button", name="See what they will read").click()
    expect(page.get_by_role("heading", name="What they will read")).to_be_visible()
    at_both_widths(page, "refer-on-preview")
    page.get_by_label("In person").check()
    page.get_by_role("button", name="Send to Sale Men's Shed").click()
    expect(page.get_by_role("status")).to_contain_text("is referred to Sale Men's Shed")


def answer(group: Page, site, look) -> None:
    """The group: mail, link, code, details, answer, and a second thought."""
    group.goto(f"{site.url}/demo/mail/")
    look(group, "demo-mails")
    group.get_by_role("link", name="A referral for your group").click()
    look(group, "demo-mail")
    group.get_by_role("link", name=f"{site.url}/r/").click()
    expect(group.get_by_role("heading", name="A referral for your group")).to_be_visible()
    expect(group.get_by_text("Ada")).to_have_count(0)
    look(group, "reply-front")
    group.get_by_role("button", name="Send me a code").click()
    look(group, "reply-code")
    mailbox = group.context.new_page()
    mailbox.goto(f"{site.url}/demo/mail/")
    mailbox.get_by_role("link", name="Your code for").click()
    code = mailbox.locator("main").inner_text().split("Your code is ")[1][:9]
    mailbox.close()
    group.get_by_label("The code from the e-mail").fill(code)
    group.get_by_role("button", name="Continue").click()
    expect(group.get_by_text("To make something with his hands")).to_be_visible()
    look(group, "reply-referral")
    group.get_by_label("Yes, there is a wait").check()
    group.get_by_label("How many weeks, about?").fill("3")
    group.get_by_label("Your name").fill("Jo")
    group.get_by_role("button", name="Send our answer").click()
    expect(group.get_by_text("You told us: Yes, there is a wait")).to_be_visible()
    look(group, "reply-answered")
    group.get_by_role("button", name="Change our answer").or_(
        group.get_by_role("link", name="Change our answer")
    ).click()
    group.get_by_label("Yes, we can").check()
    group.get_by_role("button", name="Send our answer").click()
    expect(group.get_by_text("You told us: Yes, we can")).to_be_visible()


@pytest.mark.parametrize("with_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_someone_is_referred_the_group_answers_without_an_account_and_they_go(
    told, live_site, sign_in, new_context, with_scripts
):
    page = sign_in(told.asha)
    refer(page, live_site, told)
    at_both_widths(page, "connection-sent")
    group = new_context(java_script_enabled=with_scripts).new_page()
    answer(group, live_site, look=at_both_widths if with_scripts else nobody_looks)

    page.goto(f"{live_site.url}/today/")
    page.get_by_role("link", name="can help").or_(page.get_by_text("can help")).first.wait_for()
    page.goto(f"{live_site.url}/people/{told.person.pk}/")
    page.get_by_role("link", name="Men's Shed Thursdays").click()
    at_both_widths(page, "connection-answered")
    page.get_by_role("button", name="Ada Example knows").click()
    today = timezone.localdate()
    for part, value in (("Day", today.day), ("Month", today.month), ("Year", today.year)):
        page.get_by_label(part, exact=True).fill(str(value))
    page.get_by_role("button", name="Save the first visit").click()
    page.get_by_role("button", name="They go there now").click()
    expect(page.get_by_role("status")).to_contain_text("they go there now")
    expect(page.get_by_text(words.day(today)).first).to_be_visible()
    at_both_widths(page, "connection-going")


def test_what_was_told_is_withdrawn_and_the_group_finds_nothing(told, live_site, sign_in):
    page = sign_in(told.asha)
    refer(page, live_site, told)
    with in_scheme(told.scheme):
        address = f"{live_site.url}/r/{secret()}/"
    page.get_by_text("Withdraw what we told them").click()
    page.get_by_role("button", name="Withdraw now").click()
    expect(page.get_by_role("status")).to_contain_text("Withdrawn")
    at_both_widths(page, "connection-withdrawn")
    assert page.goto(address).status == 404


def test_telling_someone_about_a_group_takes_one_button(told, live_site, sign_in):
    page = sign_in(told.asha)
    page.goto(f"{live_site.url}/people/{told.person.pk}/tell/{told.service.pk}/")
    expect(page.get_by_text("No details leave")).to_be_visible()
    at_both_widths(page, "signpost")
    page.get_by_role("button", name="I told them about it").click()
    expect(page.get_by_role("status")).to_contain_text("No details left")
    at_both_widths(page, "connection-told")


def test_a_manager_looks_after_the_outbox(told, live_site, sign_in):
    page = sign_in(told.asha)
    refer(page, live_site, told)
    with in_scheme(told.scheme):
        manager = MembershipFactory(role=MGR)
    sign_in(manager).goto(f"{live_site.url}/outbox/")
    expect(page.get_by_text("A referral for a group")).to_be_visible()
    at_both_widths(page, "outbox")
