"""A scheme begins: from the console's link to a team that is invited and practices that refer. Features: SE4, TA10."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from linkwell.places.models import ReferencePractice
from linkwell.team import actions
from linkwell.team.access import LW, MGR
from tests import browser
from tests.codes import code_now
from tests.factories import PASSWORD, EpisodeFactory, MembershipFactory, SchemeFactory, in_scheme

pytestmark = pytest.mark.journey


def given_a_new_scheme() -> str:
    """Add a scheme as the console does and return the path of the one-time link."""
    return actions.add_scheme(
        name="Trafford Together", admin_email="mo@example.org", at=timezone.now()
    ).invitation_url_path


def join(page: Page, address: str, name: str) -> None:
    """Choose a password behind an invitation's link and set up the app."""
    page.goto(address)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    page.get_by_text("I cannot scan the picture").click()
    secret = page.locator(".app-secret").inner_text().replace(" ", "")
    page.get_by_label("The six numbers").fill(code_now(secret))
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()


def look(page: Page, name: str) -> None:
    """Check a page at a desk and on a phone, and keep its pictures."""
    for width in (browser.at_phone_width, browser.at_desk_width):
        width(page)
        browser.then_the_page_is_accessible(page)
        browser.no_sideways_scroll(page)
        browser.keep_picture(page, name)


def test_a_manager_joins_arranges_the_scheme_and_invites_a_link_worker(page: Page, live_site):
    ReferencePractice.objects.create(
        system="https://fhir.nhs.uk/Id/ods-organization-code", code="P91004", name="LIMELIGHT HEALTH PRACTICE",
        address="1 St Brides Way, Old Trafford", postcode="M16 9NW",
    )  # fmt: skip
    link = live_site.url + given_a_new_scheme()
    page.goto(link)
    look(page, "join")
    join(page, link, "Mo Manager")

    page.get_by_role("link", name="Go to your first page").click()
    page.get_by_role("link", name="Team", exact=True).click()
    expect(page.get_by_role("table")).to_contain_text("Mo Manager")
    look(page, "team")

    page.get_by_role("link", name="Settings").click()
    page.get_by_label("What you call a link worker").fill("community connector")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("The settings are changed")
    look(page, "team-settings")

    page.get_by_role("link", name="Practices", exact=True).click()
    page.get_by_role("link", name="Add a practice").click()
    page.get_by_label("Find it in the register").fill("limelight")
    page.get_by_role("button", name="Find").click()
    look(page, "team-register")
    page.get_by_role("link", name="LIMELIGHT HEALTH PRACTICE").click()
    expect(page.get_by_label("Organisation code")).to_have_value("P91004")
    page.get_by_role("button", name="Add practice").click()
    expect(page.get_by_role("status")).to_contain_text("can refer now")
    look(page, "team-practices")

    page.get_by_role("link", name="Team", exact=True).click()
    page.get_by_role("link", name="Invite someone").click()
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter e-mail address")
    look(page, "team-invite-problem")
    page.get_by_label("E-mail address").fill("asha@example.org")
    page.get_by_label("Name").fill("Asha Patel")
    page.get_by_label("Referrer").check()
    expect(page.get_by_label("Which practice or agency?")).to_be_visible()
    page.get_by_label("Community connector").check()
    page.get_by_label("Hours a week").fill("30")
    page.get_by_label("May decide on new referrals").check()
    look(page, "team-invite")
    page.get_by_role("button", name="Invite").click()
    handed_over = page.locator(".app-secret").inner_text()
    look(page, "team-invited")
    page.get_by_role("link", name="I have passed it on").click()
    expect(page.get_by_text("asha@example.org · invited on")).to_be_visible()

    theirs = page.context.browser.new_context()
    second = theirs.new_page()
    join(second, live_site.url + re.sub(r"^https?://[^/]+", "", handed_over), "Asha Patel")
    second.get_by_role("link", name="Go to your first page").click()
    expect(second).to_have_url(re.compile("/today/"))
    theirs.close()
    page.reload()
    expect(page.get_by_role("table")).to_contain_text("Asha Patel")


def test_a_leaver_is_shown_out_and_their_people_are_not_forgotten(page: Page, live_site, sign_in_as):
    home = SchemeFactory(name="Trafford Together")
    with in_scheme(home):
        manager = MembershipFactory(role=MGR, account__name="Mo Manager", account__second_factor=True)
        worker = MembershipFactory(role=LW, account__name="Asha Patel")
        EpisodeFactory(link_worker=worker)
        sign_in_as(manager)

    page.goto(live_site.url + "/team/")
    page.get_by_role("link", name="Asha Patel").click()
    expect(page.get_by_text("1 person is with them now.")).to_be_visible()
    look(page, "team-member")
    page.get_by_role("link", name="They are leaving").click()
    look(page, "team-leaving")
    page.get_by_role("button", name="End their place").click()

    expect(page.get_by_role("status")).to_contain_text("Asha Patel's place is ended")
    expect(page.get_by_text("1 person was with Asha Patel, who has left.")).to_be_visible()
    look(page, "team-left-behind")


def test_the_other_pages_of_the_team_are_fit_to_read(page: Page, live_site, sign_in_as):
    home = SchemeFactory(name="Trafford Together")
    other = SchemeFactory(host=home.host, name="Salford Together")
    with in_scheme(home):
        manager = MembershipFactory(role=MGR, account__name="Mo Manager", account__second_factor=True)
        sign_in_as(manager)
    with in_scheme(other):
        MembershipFactory(role=MGR, account=manager.account)

    for address in ("/more/", "/more/where/", "/team/access/", "/team/programmes/", "/team/agencies/add/"):
        page.goto(live_site.url + address)
        look(page, "team" + address.replace("/", "-").rstrip("-"))


def test_an_invitation_is_taken_up_without_javascript(browser_without_scripts, live_site):
    page = browser_without_scripts
    join_address = live_site.url + given_a_new_scheme()
    page.goto(join_address)
    page.get_by_label("Your name").fill("Mo Manager")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_contain_text("too short")
    join(page, join_address, "Mo Manager")

    page.get_by_role("link", name="Go to your first page").click()
    page.get_by_role("link", name="Team", exact=True).click()
    page.get_by_role("link", name="Invite someone").click()
    page.get_by_label("E-mail address").fill("dr.rana@example.org")
    page.get_by_label("Referrer").check()
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose the practice or agency")


@pytest.fixture
def browser_without_scripts(playwright, browser_type_launch_args):
    chromium = playwright.chromium.launch(**browser_type_launch_args)
    page = chromium.new_context(java_script_enabled=False, viewport=browser.PHONE).new_page()
    yield page
    chromium.close()


@pytest.fixture
def sign_in_as(page: Page, live_site, client_for):
    """Return a function membership → the page's browser is signed in as that member."""

    def sign_in(membership):
        session = client_for(membership).cookies["linkwell-session"].value
        page.context.add_cookies([{"name": "linkwell-session", "value": session, "url": live_site.url}])

    return sign_in
