"""A directory editor agrees to a red list, answers a question and joins two entries. DI3, DI12, DI14."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from linkwell.directory import actions
from linkwell.directory.duplicates.proposing import propose_duplicates
from linkwell.directory.imports import import_records
from linkwell.directory.models import Service
from linkwell.interop.open_referral import FeedReader
from linkwell.team.access import DIR
from tests import browser
from tests.factories import MembershipFactory, in_scheme

pytestmark = pytest.mark.journey


def take(source, numbers, days, **fields):
    records = [
        {"id": f"{number}", "name": f"Choir of street {number}", "minimum_age": -1,
         "phones": [{"number": f"0161 912 2{number:03}"}], **fields} for number in numbers
    ]  # fmt: skip
    at = timezone.now() - timedelta(days=9 - days)
    import_records(reader=FeedReader(json.dumps(records).encode()), source=source, at=at)


@pytest.fixture
def signed_in(page: Page, live_site, scheme, client_for):
    """An editor at the desk, after some days of readings."""
    take("Trafford Council", range(40), 1, url="https://old.example.org")
    with in_scheme(scheme):
        editor = MembershipFactory(role=DIR, account__name="Dora Editor")
        entry = Service.objects.get(external_id="30")
        fields = {"url": "https://right.example.org"}
        actions.correct_service(service_id=entry.pk, fields=fields, by=editor, at=timezone.now())
        session = client_for(editor).cookies["linkwell-session"].value
    take("Trafford Council", range(20, 40), 2, url="https://new.example.org")
    take("Charity list", [25], 3, description="Sing with us.")
    propose_duplicates(at=timezone.now())
    page.context.add_cookies([{"name": "linkwell-session", "value": session, "domain": "localhost", "path": "/"}])
    return live_site.url


def look(page: Page, name: str) -> None:
    for width in (browser.at_phone_width, browser.at_desk_width):
        width(page)
        browser.then_the_page_is_accessible(page)
        browser.no_sideways_scroll(page)
        browser.keep_picture(page, name)


def test_an_editor_agrees_to_a_list_answers_a_question_and_joins_two_entries(page: Page, signed_in):
    page.goto(f"{signed_in}/directory/sources/")
    expect(page.get_by_text("1 question waits")).to_be_visible()
    look(page, "sources")

    page.get_by_role("link", name="Closings withheld").click()
    look(page, "sources-run")
    page.get_by_role("button", name="These have gone").click()
    expect(page.get_by_text("20 entries were closed")).to_be_visible()

    page.goto(f"{signed_in}/directory/sources/questions/")
    look(page, "sources-questions")
    page.get_by_role("button", name="Take theirs").click()
    expect(page.get_by_text("Settled")).to_be_visible()

    page.goto(f"{signed_in}/directory/sources/duplicates/")
    look(page, "sources-pairs")
    page.get_by_role("link", name="Choir of street 25").click()
    look(page, "sources-pair")
    page.get_by_role("button", name="Join these entries").click()
    expect(page.get_by_role("button", name="Take apart")).to_be_visible()

    for path, name in (("add/", "sources-add"), ("words/", "sources-words")):
        page.goto(f"{signed_in}/directory/sources/{path}")
        look(page, name)
    page.goto(f"{signed_in}/directory/sources/record/{Service.objects.get(external_id='30').pk}/")
    look(page, "sources-record")
