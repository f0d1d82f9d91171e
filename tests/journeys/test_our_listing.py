"""A group changes its listing; an editor compares, takes it, and removes an address. DI8, DI11, DI17, DI18."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from linkwell.directory.editing import keeping
from linkwell.team.access import DIR, VOA
from tests import browser
from tests.factories import MembershipFactory, OrganisationFactory, ServiceFactory, in_scheme

pytestmark = pytest.mark.journey
STANDS = {
    "description": "A place to make things and talk.",
    "times": "Tuesday 14:00 to 16:00, every week",
    "places": "Name: Sale Hall\nAddress: 1 High Street\nTown: Sale\nPostcode: M33 7WR",
    "phones": "0161 496 0000 (office)",
    "first_visit": "Tea first, tools later.",
}


@pytest.fixture
def two_seats(page: Page, live_site, scheme, client_for):
    """An entry of a group with an account, and a directory editor; `sit(name)` changes the seat."""
    with in_scheme(scheme):
        group = OrganisationFactory(name="Sale Shed CIO")
        shed = ServiceFactory(name="Sale Men's Shed", organisation=group)
        editor = MembershipFactory(role=DIR, account__name="Dina Example")
        keeping.edit_entry(service_id=shed.pk, fields=STANDS, by=editor, at=timezone.now())
        on = timezone.localdate()
        keeping.record_check(
            organisation_id=group.pk, kind="insurance", checked_on=on.replace(year=on.year - 2, day=1),
            valid_until=on.replace(year=on.year - 1, day=1), by=editor, at=timezone.now(),
        )  # fmt: skip
        seats = {"group": MembershipFactory(role=VOA, organisation=group, account__name="Jo Carver"), "editor": editor}
        cookies = {name: client_for(seat).cookies["linkwell-session"].value for name, seat in seats.items()}

    def sit(name: str) -> None:
        page.context.clear_cookies()
        cookie = {"name": "linkwell-session", "value": cookies[name], "domain": "localhost", "path": "/"}
        page.context.add_cookies([cookie])

    return live_site.url, shed, sit


def look(page: Page, name: str) -> None:
    for width in (browser.at_phone_width, browser.at_desk_width):
        width(page)
        browser.then_the_page_is_accessible(page)
        browser.no_sideways_scroll(page)
        browser.keep_picture(page, name)


def test_a_group_changes_its_listing_and_an_editor_decides(page: Page, two_seats):
    url, shed, sit = two_seats
    sit("group")
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sale Men's Shed")
    page.get_by_text("Change: When").click()
    page.get_by_text("Change: Where and how").click()
    page.get_by_text("Pause, full, waiting list, open again").click()
    look(page, "our-listing")
    page.get_by_role("combobox", name="Day of row 1").select_option("Thursday")
    page.get_by_label("To, row 1").fill("16:30")
    page.get_by_role("button", name="Suggest this change When").click()
    expect(page.get_by_role("main")).to_contain_text("Somebody looks at it before everybody sees it")
    expect(page.get_by_role("main")).to_contain_text("Waits until somebody looks at it")
    page.get_by_role("button", name="Everything is still right").click()
    expect(page.get_by_role("main")).to_contain_text("Confirmed by the group today")

    sit("editor")
    page.goto(f"{url}/directory/changes/")
    expect(page.get_by_role("main")).to_contain_text("Papers past their day")
    look(page, "changes-waiting")
    page.get_by_role("link", name="Sale Men's Shed").click()
    look(page, "change-decide")
    expect(page.locator("ins").first).to_contain_text("Thursday")
    page.get_by_role("button", name="Take what is ticked").click()
    page.goto(f"{url}/directory/{shed.pk}/")
    expect(page.get_by_role("main")).to_contain_text("Thursdays 2pm to 4:30pm")
    look(page, "entry-kept")
    for path, name in (("edit", "entry-edit"), ("history", "entry-history"), ("address-given-out", "entry-address")):
        page.goto(f"{url}/directory/{shed.pk}/{path}/")
        look(page, name)
    page.get_by_label("Why?").fill("A refuge now")
    page.get_by_role("button", name="Remove the address").click()
    expect(page.get_by_role("main")).to_contain_text("The address is not given out")
    expect(page.get_by_role("main")).not_to_contain_text("High Street")
    for path, name in (("checks", "group-checks"), ("accounts", "group-accounts")):
        page.goto(f"{url}/directory/organisations/{shed.organisation_id}/{path}/")
        look(page, name)
