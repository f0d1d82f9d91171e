"""Choosing together: side by side, the short list, and the page that a person opens. Features: MA6."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from linkwell.directory.models import Source
from linkwell.people.models import ContactRule
from linkwell.team import tokens
from linkwell.team.models import Token
from tests import browser
from tests.factories import ServiceFactory, in_scheme
from tests.story import tell

pytestmark = pytest.mark.journey


@pytest.fixture
def told(live_site, scheme):
    """The story, committed; a second group, and a person who agreed to texts."""
    with in_scheme(scheme):
        story = tell(scheme)
        story.choir = ServiceFactory(source=story.service.source, name="Sale Singers", need_codes=["loneliness"])
        Source.objects.update(is_approved=True)
        ContactRule.objects.create(scheme=scheme, person=story.person, by_text=True, recorded_at=timezone.now())
        return story


def looked_at(page: Page, name: str) -> None:
    for width in (browser.at_desk_width, browser.at_phone_width):
        width(page)
        browser.then_the_page_is_accessible(page)
        browser.no_sideways_scroll(page)
        browser.keep_picture(page, name)
    browser.at_desk_width(page)


def test_MA6_two_groups_are_compared_kept_and_sent_to_a_person(page: Page, live_site, told, scheme, client_for):
    session = client_for(told.asha).cookies["linkwell-session"].value
    page.context.add_cookies([{"name": "linkwell-session", "value": session, "domain": "localhost", "path": "/"}])
    chosen = f"service={told.service.pk}&service={told.choir.pk}"
    page.goto(f"{live_site.url}/people/{told.person.pk}/side-by-side/?{chosen}")
    looked_at(page, "side-by-side")

    for name in (told.service.name, told.choir.name):
        page.goto(f"{live_site.url}/people/{told.person.pk}/side-by-side/?{chosen}")
        page.get_by_role("button", name=f"Short list {name}").click()
    page.get_by_role("link", name="See the short list").click()
    looked_at(page, "short-list")
    page.get_by_role("button", name="By text").click()
    expect(page.get_by_role("status")).to_contain_text("A link to the list is on its way")

    with in_scheme(scheme):
        secret = tokens.secret_of(Token.objects.get(purpose="short_list"))
    page.context.clear_cookies()
    page.goto(f"{live_site.url}/l/{secret}/")
    expect(page.get_by_role("heading", name="Sale Singers")).to_be_visible()
    looked_at(page, "short-list-sent")
