"""A directory editor brings a spreadsheet in, puts a guess right and imports it. DI2."""

import re

import pytest
from playwright.sync_api import Page, expect

from linkwell.directory.models import Service, Upload
from linkwell.interop.files import jobs
from linkwell.team.access import DIR
from tests import browser
from tests.factories import MembershipFactory, SchemeFactory, in_scheme

pytestmark = pytest.mark.journey
LIST = """Group,More,Where it is,Post code,Tel,Open
Sale Men's Shed,A place to make things,1 School Road,M33 7XX,0161 496 0001,Tues 11am - 2pm
Tea at Three,Tea and company,2 High Street,m337xy,161 496 0002,Thursdays from three or so
,Nobody knows,3 High Street,M33 7XZ,,
"""


@pytest.fixture
def signed_in(page: Page, live_site, client_for):
    """A directory editor at the desk."""
    scheme = SchemeFactory()
    with in_scheme(scheme):
        editor = MembershipFactory(role=DIR, account__name="Dee Directory")
        session = client_for(editor).cookies["linkwell-session"].value
    page.context.add_cookies([{"name": "linkwell-session", "value": session, "url": live_site.url}])
    return live_site.url, scheme


def look(page: Page, name: str) -> None:
    for width in (browser.at_phone_width, browser.at_desk_width):
        width(page)
        browser.then_the_page_is_accessible(page)
        browser.no_sideways_scroll(page)
        browser.keep_picture(page, name)


def work(scheme, job):
    with in_scheme(scheme):
        upload_id = Upload.objects.get().pk
    job.func(scheme_id=scheme.pk, upload_id=upload_id)


def test_DI2_a_spreadsheet_comes_into_the_directory_by_its_columns(page: Page, signed_in):
    site, scheme = signed_in
    page.goto(f"{site}/directory/spreadsheets/")
    look(page, "bring-in")
    page.get_by_label("Spreadsheet").set_input_files(
        {"name": "groups.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    )
    page.get_by_role("button", name="Bring in").click()

    page.get_by_label("Whose list is this?").fill("Trafford Council")
    expect(page.get_by_label("Tel", exact=True)).to_have_value("phone")
    page.get_by_label("More", exact=True).select_option("Description")
    look(page, "bring-in-columns")
    page.get_by_role("button", name="Check all rows").click()
    expect(page.get_by_role("status")).to_contain_text("Every row is being read")

    work(scheme, jobs.check_upload)
    page.get_by_role("button", name="Import 2 entries").wait_for()  # the page looks again by itself
    expect(page.get_by_role("main")).to_contain_text("It has no name – left out")
    page.get_by_text("Row by row").click()
    look(page, "bring-in-rows")
    page.get_by_role("button", name="Import 2 entries").click()
    work(scheme, jobs.import_upload)

    expect(page.get_by_text("The list of Trafford Council is imported.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("See what was taken"))).to_be_visible()
    assert Service.objects.count() == 2
