"""A link worker looks something up, says how it is now, and leaves a remark. DI1, DI4, DI6, DI15, DI17."""

import json

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from linkwell.directory.imports import import_records
from linkwell.directory.models import Service
from linkwell.interop.open_referral import FeedReader
from linkwell.places.actions import OutcodeRow, load
from linkwell.team.access import LW
from tests import browser
from tests.factories import MembershipFactory, in_scheme

pytestmark = pytest.mark.journey
ENTRIES = [
    {
        "id": "1", "name": "Walton Park Lunch Club", "assured_date": str(timezone.localdate()),
        "description": "<h2>Lunch &amp; chat</h2><p>For lonely people.<script>document.title='taken'</script></p>",
        "fees": "£4 a meal", "application_process": "Just turn up", "organization": {"id": "o", "name": "Age Well"},
        "contacts": [{"name": "Jo", "phones": [{"number": "0161 912 2122"}]}], "languages": [{"name": "Urdu"}],
        "schedules": [{"freq": "WEEKLY", "byday": "TU,TH", "opens_at": "12:00", "closes_at": "14:00"}],
        "service_at_locations": [{"location": {"id": "l", "location_type": "physical", "name": "Walton Park Hall",
            "addresses": [{"address_1": "Walton Road", "city": "Sale", "postal_code": "M33 4AA"}],
            "accessibility": [{"description": "Level access, hearing loop"}]}}],
    },
    {
        "id": "2", "name": "Harbour Women's Refuge", "description": "Refuge accommodation after domestic abuse.",
        "service_at_locations": [{"location": {
            "id": "r", "addresses": [{"address_1": "9 Secret Lane", "city": "Sale"}]}}],
    },
    {"id": "3", "name": "Sale Walking Group", "description": "Health walks every week.", "fees": "Free"},
]  # fmt: skip


@pytest.fixture
def signed_in(page: Page, live_site, scheme, client_for):
    """A link worker at the desk, and a list that was imported."""
    load([OutcodeRow("M33", 53.4205, -2.3251, 378_400.0, 391_600.0, "Sale", "Trafford", "ENG")], kind=OutcodeRow)
    import_records(reader=FeedReader(json.dumps(ENTRIES).encode()), source="Trafford", at=timezone.now())
    with in_scheme(scheme):
        worker = MembershipFactory(role=LW, account__name="Asha Patel")
        session = client_for(worker).cookies["linkwell-session"].value
    page.context.add_cookies([{"name": "linkwell-session", "value": session, "domain": "localhost", "path": "/"}])
    return live_site.url


def look(page: Page, name: str) -> None:
    for width in (browser.at_phone_width, browser.at_desk_width):
        width(page)
        browser.then_the_page_is_accessible(page)
        browser.no_sideways_scroll(page)
        browser.keep_picture(page, name)


def test_a_link_worker_looks_something_up_and_says_how_it_is_now(page: Page, signed_in):
    page.goto(f"{signed_in}/directory/")
    page.get_by_label("Name or words").fill("lunch")
    page.get_by_label("Near").fill("m33")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("article")).to_have_count(1)
    look(page, "directory-list")

    page.get_by_role("link", name="Walton Park Lunch Club").click()
    for words in ("Tuesdays and Thursdays noon to 2pm", "Walton Park Hall", "Just turn up", "£4 a meal", "step-free"):
        expect(page.get_by_role("main")).to_contain_text(words)
    assert page.title() != "taken"
    look(page, "directory-service")

    page.get_by_text("How it works now, with a reason or a date").click()
    page.get_by_label("Has a waiting list").check()
    page.get_by_label("Weeks to wait").fill("6")
    page.get_by_role("button", name="Save how it works now").click()
    expect(page.get_by_role("main")).to_contain_text("Has a waiting list: about 6 weeks")

    page.get_by_label("What should your colleagues know?").fill("The door is at the back")
    page.get_by_role("button", name="Keep remark").click()
    expect(page.get_by_role("main")).to_contain_text("Asha Patel")
    look(page, "directory-service-changed")


def test_a_refuge_shows_its_area_alone(page: Page, signed_in):
    refuge = Service.objects.get(external_id="2")
    for address in ("/directory/", f"/directory/{refuge.pk}/"):
        page.goto(signed_in + address)
        expect(page.get_by_role("main")).to_contain_text("Sale")
        expect(page.locator("body")).not_to_contain_text("Secret")
    look(page, "directory-refuge")


def test_the_list_works_without_scripts(new_context, signed_in, page: Page):
    context = new_context(java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto(f"{signed_in}/directory/?words=walking")
    expect(plain.get_by_role("link", name="Sale Walking Group")).to_be_visible()
