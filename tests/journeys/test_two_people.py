"""What takes two people, and signing in with another organisation, in the browser. Features: SE4; abuse: A02, L11."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from linkwell.team import actions
from linkwell.team.access import DIR, IG, LW, MGR
from linkwell.team.actions import OutsideIdentity
from linkwell.web.signin.outside import provider
from tests import browser
from tests.factories import MembershipFactory, SchemeFactory, in_scheme
from tests.journeys.test_signing_in import code_now
from tests.web.fake_oidc import CLIENT, SECRET, fake_provider

pytestmark = pytest.mark.journey


def given_a_team():
    """Return a scheme with a manager (asha) and a privacy officer, each with a second step, and an editor."""
    home = SchemeFactory()
    with in_scheme(home):
        MembershipFactory(role=MGR, account__email="asha@example.org", account__second_factor=True)
        MembershipFactory(role=IG, account__email="grace@example.org", account__second_factor=True)
        MembershipFactory(role=DIR, account__name="Edi Torr", account__second_factor=True)
    return home


def sign_in(page: Page, site: str, address: str) -> None:
    page.context.clear_cookies()
    page.goto(site + "/account/login/")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password", exact=True).fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(code_now())
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "authenticate" not in url)


def then_it_is_fine_at_both_widths(page: Page) -> None:
    for at in (browser.at_phone_width, browser.at_desk_width):
        at(page)
        browser.then_the_page_is_accessible(page)
        browser.no_sideways_scroll(page)


def test_A02_one_asks_and_a_second_person_agrees(page: Page, live_site):
    given_a_team()
    sign_in(page, live_site.url, "asha@example.org")
    page.goto(live_site.url + "/team/invite/")
    page.get_by_label("E-mail address").fill("nia@example.org")
    page.get_by_role("radio", name=re.compile("^Link worker")).check()
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text("Nothing has changed yet")).to_be_visible()
    expect(page.get_by_role("heading", name="Waits for a second person")).to_be_visible()
    then_it_is_fine_at_both_widths(page)

    sign_in(page, live_site.url, "grace@example.org")
    page.goto(live_site.url + "/team/")
    page.get_by_role("link", name="Decide").click()
    expect(page.get_by_text("asks to invite nia@example.org as: Link worker")).to_be_visible()
    then_it_is_fine_at_both_widths(page)
    page.get_by_role("button", name="I agree").click()

    expect(page.get_by_role("heading", name="Give this link to nia@example.org")).to_be_visible()  # no mail server here
    page.goto(live_site.url + "/team/")
    expect(page.get_by_text("nia@example.org")).to_be_visible()


def test_L07_a_lost_second_step_is_reset_from_the_team_page(page: Page, live_site):
    given_a_team()
    sign_in(page, live_site.url, "asha@example.org")
    page.goto(live_site.url + "/team/")
    page.get_by_role("link", name="Edi Torr").click()
    page.get_by_role("link", name=re.compile("reset their second step")).click()
    then_it_is_fine_at_both_widths(page)
    page.get_by_role("button", name="Reset their second step").click()
    link = page.locator(".app-secret").inner_text()

    page.context.clear_cookies()
    page.goto(f"{live_site.url}/s/{link.partition('/s/')[2].strip()}")
    then_it_is_fine_at_both_widths(page)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_SE4_signing_in_with_another_organisation_works_without_scripts(page: Page, live_site, settings):
    home = SchemeFactory()
    with fake_provider() as fake:
        provider.forget()
        settings.LINKWELL_OIDC = {
            "issuer": fake.issuer, "client_id": CLIENT, "client_secret": SECRET, "name": "Care Identity",
            "assurance_claim": "acr", "assurance_values": ("aal2",),
        }  # fmt: skip
        fake.id_token = {"acr": "aal2"}
        with in_scheme(home):
            account = MembershipFactory(role=LW).account
            identity = OutsideIdentity(fake.issuer, "sub-asha")
            actions.link_identity(account=account, identity=identity, at=timezone.now())
        plain = page.context.browser.new_context(java_script_enabled=False).new_page()
        plain.goto(live_site.url + "/account/login/")
        plain.get_by_role("button", name="Sign in with Care Identity").click()
        plain.wait_for_url(lambda url: "/today/" in url)

        fake.subject = "somebody else"
        page.goto(live_site.url + "/account/login/")
        page.get_by_role("button", name="Sign in with Care Identity").click()
        expect(page.get_by_text("Accounts are made by invitation").first).to_be_visible()
        then_it_is_fine_at_both_widths(page)
        plain.context.close()
