"""The demo's front door in a browser: read, press once, be inside (UX4)."""

import pytest
from playwright.sync_api import expect

from linkwell.team.access import COM, LW, REF, SUP
from tests.browser import at_phone_width, keep_picture, no_sideways_scroll, then_the_page_is_accessible
from tests.factories import MembershipFactory, SchemeFactory, in_scheme

pytestmark = pytest.mark.journey


@pytest.fixture
def demo_site(live_site, settings):
    """The site in demo mode, with one account for some roles."""
    settings.DEMO = True
    with in_scheme(SchemeFactory(is_demo=True, name="Wickersea Social Prescribing")):
        for role, name in (
            (REF, "Dr Anna Whitcombe"),
            (REF, "Kelly Marsh"),
            (LW, "Asha Patel"),
            (SUP, "Ruth Okonkwo"),
            (COM, "Priya Nair"),
        ):
            MembershipFactory(role=role, account__name=name, account__is_demo=True, job_title="")
    return live_site


def test_a_visitor_reads_what_it_is_and_is_inside_with_one_click(demo_site, page):
    page.goto(demo_site.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Try Linkwell")
    then_the_page_is_accessible(page)
    keep_picture(page, "demo-front-door")
    page.get_by_role("button", name="Sign in as Asha Patel").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")
    expect(page.get_by_text("DEMO – every person here is made up")).to_be_visible()


def test_on_a_phone_someone_else_of_the_practice_can_be_chosen(demo_site, page):
    at_phone_width(page)
    page.goto(f"{demo_site.url}/demo/")
    page.get_by_text("Someone else: GP practice").click()
    no_sideways_scroll(page)
    then_the_page_is_accessible(page)
    keep_picture(page, "demo-front-door")
    page.get_by_role("button", name="Kelly Marsh").click()
    expect(page.get_by_text("Kelly Marsh").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("My referrals")


def test_without_javascript_the_door_opens_too(demo_site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo_site.url}/demo/")
    page.get_by_role("button", name="Sign in as Priya Nair").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/evidence/" in page.url
    context.close()
