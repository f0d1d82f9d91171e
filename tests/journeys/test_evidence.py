"""The manager and the commissioner read, on two years of the demo scheme, whether it helps; staff ask the questions."""

import csv
import io
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from linkwell.common.scope import scope
from linkwell.demo.load import load_demo
from linkwell.support.models import Episode
from linkwell.team.access import COM, LW, MGR, SUP
from linkwell.team.models import Membership
from tests import browser

pytestmark = pytest.mark.journey


@pytest.fixture
def demo(live_site, settings, tmp_path):
    """The demo scheme, served."""
    settings.HOME, settings.DEMO = tmp_path, True
    load_demo(last_day=timezone.localdate())
    return live_site


@pytest.fixture
def look_as(page: Page, demo, client_for):
    """Return a function role, path → the page, open in the browser as a member of that role."""

    def look(role, path):
        member = Membership.objects.select_related("account").filter(scheme__is_demo=True, role=role).first()
        session = client_for(member).cookies["linkwell-session"].value
        site = urlsplit(demo.url)
        cookie = {"name": "linkwell-session", "value": session, "domain": site.hostname, "path": "/"}
        page.context.add_cookies([cookie])
        page.goto(demo.url + path)
        return page

    return look


def at_both_widths(page: Page, name: str):
    """Look at the page on a desk and on a phone: accessible, no sideways scroll, a picture of each."""
    for width in (browser.at_desk_width, browser.at_phone_width):
        width(page)
        browser.then_the_page_is_accessible(page)
        browser.no_sideways_scroll(page)
        browser.keep_picture(page, name)


def test_the_evidence_on_two_years_of_the_demo_scheme(look_as, demo):
    """One loaded scheme for all stories: loading takes longer than reading."""
    a_commissioner_reads_whether_it_helps_chooses_a_quarter_and_takes_the_tables_along(look_as)
    a_manager_sees_waits_caseloads_and_what_is_overdue(look_as)
    a_commissioner_sees_what_is_missing_here(look_as)
    a_link_worker_hears_of_a_group_that_opened_and_whom_it_would_suit(look_as)
    a_link_worker_asks_the_questions_and_sees_what_changed(look_as, demo)


def a_commissioner_reads_whether_it_helps_chooses_a_quarter_and_takes_the_tables_along(look_as):
    page = look_as(COM, "/evidence/")
    expect(page.get_by_role("heading", name="Is it helping?", level=1)).to_be_visible()
    expect(page.get_by_text("A change is not an effect")).to_be_visible()
    expect(page.get_by_role("cell", name="[c]").first).to_be_attached()
    at_both_widths(page, "evidence")

    with page.expect_download() as download:
        page.get_by_role("link", name="Download these tables").click()
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert any(row and row[0] == "Referred" for row in rows)

    page.get_by_text("Choose another period").click()
    page.get_by_role("navigation", name="Periods").get_by_role("link").nth(1).click()
    expect(page.get_by_role("navigation", name="Periods").locator("a").nth(1)).to_have_attribute("aria-current", "page")
    at_both_widths(page, "evidence-quarter")

    page.locator('a[href$="#paired-change"]').first.click()
    expect(page.get_by_role("heading", name="What changed for people")).to_be_visible()
    at_both_widths(page, "evidence-definitions")


def a_manager_sees_waits_caseloads_and_what_is_overdue(look_as):
    page = look_as(MGR, "/manage/")
    expect(page.get_by_role("heading", name="Where the work stands")).to_be_visible()
    at_both_widths(page, "overview")
    look_as(SUP, "/manage/")
    expect(page.get_by_role("link", name="Open the referrals")).to_be_visible()


def a_commissioner_sees_what_is_missing_here(look_as):
    page = look_as(COM, "/missing-here/")
    expect(page.get_by_role("heading", name="What would close the biggest gaps")).to_be_visible()
    expect(page.get_by_role("heading", name="ZZ4: Loneliness or isolation")).to_be_visible()
    page.get_by_label("Need", exact=True).select_option("Loneliness or isolation")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("img", name="one tile for each area")).to_be_visible()
    page.get_by_text("People who went without, by need and area").first.click()
    browser.at_phone_width(page)
    browser.then_the_page_is_accessible(page)
    browser.no_sideways_scroll(page)
    browser.keep_picture(page, "missing-here")


def a_link_worker_hears_of_a_group_that_opened_and_whom_it_would_suit(look_as):
    page = look_as(LW, "/today/")
    page.get_by_role("link", name="of your people may be suited").first.click()
    expect(page.get_by_role("heading", name="Whom would it suit?")).to_be_visible()
    expect(page.get_by_role("button", name="Suggest for the plan").first).to_be_visible()
    browser.at_phone_width(page)
    browser.then_the_page_is_accessible(page)
    browser.no_sideways_scroll(page)
    browser.keep_picture(page, "suits")
    browser.at_desk_width(page)


def a_link_worker_asks_the_questions_and_sees_what_changed(look_as, demo):
    page = look_as(LW, "/today/")
    worker = Membership.objects.filter(scheme__is_demo=True, role=LW).first()
    with scope(scheme_ids=[worker.scheme_id], scheme_id=None):
        mine = Episode.objects.filter(link_worker=worker, state="engaged", completions__occasion="review")
        person_id = mine.exclude(completions__answers={}).order_by("pk").first().person_id
    page.goto(f"{demo.url}/measures/{person_id}/")
    at_both_widths(page, "measures")
    page.goto(f"{demo.url}/measures/{person_id}/review/")
    at_both_widths(page, "measures-ask")
    page.get_by_role("button", name="Save answers").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose at least one answer")
    browser.then_the_page_is_accessible(page)
    question = page.get_by_role("group", name="how satisfied are you")
    question.get_by_text("8", exact=True).click()
    page.get_by_text("By phone").click()
    page.get_by_text("Not asked: Loneliness").click()
    page.get_by_text("There was no time").locator("visible=true").first.click()
    page.get_by_role("button", name="Save answers").click()
    expect(page.get_by_role("link", name="See the answers")).to_be_visible()
