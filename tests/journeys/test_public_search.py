"""Somebody without an account looks for something near them and says that it was closed. DI7, DI9, DI10."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from linkwell.directory.derive import refresh_search
from linkwell.directory.models import Report
from linkwell.places.actions import OutcodeRow, load
from tests import browser
from tests.factories import LocationFactory, ServiceFactory, SourceFactory

pytestmark = pytest.mark.journey


@pytest.fixture
def town(live_site):
    """Three services of an approved source in Sale."""
    load([OutcodeRow("M33", 53.4205, -2.3251, 378_400.0, 391_600.0, "Sale", "Trafford", "ENG")], kind=OutcodeRow)
    source = SourceFactory(name="Trafford", is_approved=True, licence="Open Government Licence v3.0")
    for number, (name, needs) in enumerate(
        [("Sale Walking Group", ["activity"]), ("Walk and Talk", ["activity", "loneliness"]), ("Harbour", ["abuse"])]
    ):
        ServiceFactory(
            source=source, name=name, need_codes=needs, strong_needs=needs, is_free=True, modes=["in_person"],
            slots=0b111, times_text="Mondays 10am to noon", how_to_join="Just turn up", who_greets="Ann, at the door",
            confirmed_at=timezone.now(), confirmed_by="group", description_text="Along the canal, then tea.",
            location=LocationFactory(name="Canal basin", latitude=53.42 + number / 500, longitude=-2.32, town="Sale"),
        )  # fmt: skip
    refresh_search()
    return live_site.url


def look(page: Page, name: str) -> None:
    for width in (browser.at_phone_width, browser.at_desk_width):
        width(page)
        browser.then_the_page_is_accessible(page)
        browser.no_sideways_scroll(page)
        browser.keep_picture(page, name)


def test_DI7_DI9_DI10_somebody_finds_a_group_on_the_map_and_says_it_was_closed(page: Page, town):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{town}/find-help/")
    look(page, "public-search")
    page.get_by_label("What would help?").fill("walking")
    page.get_by_label("Where?").fill("M33 4AA")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("article")).to_have_count(2)
    assert "4AA" not in page.url and "near=M33" in page.url
    markers = page.get_by_role("region", name="Map of the list below").get_by_role("button", name=re.compile(r"^\d\. "))
    expect(markers).to_have_count(2)
    look(page, "public-found")

    markers.first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("href", re.compile("/find-help/s/"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Just turn up")
    look(page, "public-service")

    page.get_by_role("link", name="It was closed, or not as it says").click()
    page.get_by_label("It was closed, or nobody was there").check()
    look(page, "public-tell")
    page.get_by_role("button", name="Tell us").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert Report.objects.get().kind == "closed"

    page.get_by_role("contentinfo").get_by_role("link", name="Open data of this directory").click()
    expect(page.get_by_role("heading", name="Page by page")).to_be_visible()
    look(page, "open-referral")
    assert all(url.startswith(town) for url in asked), "The pages ask nobody else."


def test_PP6_a_private_topic_is_left_at_once_by_three_escapes(page: Page, town):
    page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    page.goto(f"{town}/find-help/")
    page.get_by_role("link", name="Abuse or feeling unsafe").click()
    page.get_by_role("link", name="Harbour").click()
    assert "Harbour" not in page.title()
    expect(page.get_by_role("link", name="Leave this page quickly")).to_be_visible()
    look(page, "public-private")
    for _ in range(3):
        page.keyboard.press("Escape")
    page.wait_for_url("https://www.bbc.co.uk/weather")
    page.go_back()
    assert "/s/" not in page.url
