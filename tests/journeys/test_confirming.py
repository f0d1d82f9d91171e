"""A group answers the question mailed to it; a link worker marks it closed and the next search knows. DI4, DI5, DI6."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from linkwell.directory.confirming import actions, queries
from linkwell.directory.models import Service
from linkwell.team import tokens
from linkwell.team.access import LW
from linkwell.team.models import Token
from tests import browser
from tests.factories import MembershipFactory, OrganisationFactory, ServiceFactory, SourceFactory, in_scheme

pytestmark = pytest.mark.journey


def look(page: Page, name: str) -> None:
    for width in (browser.at_phone_width, browser.at_desk_width):
        width(page)
        browser.then_the_page_is_accessible(page)
        browser.no_sideways_scroll(page)
        browser.keep_picture(page, name)


def test_DI5_DI6_a_group_answers_and_a_link_worker_marks_it_closed(page: Page, live_site, scheme, client_for):
    now = timezone.now()
    with in_scheme(scheme):
        source = SourceFactory(is_approved=True)
        group = OrganisationFactory(source=source, name="Chess Friends", email="info@chess.example")
        service = ServiceFactory(
            source=source, organisation=group, name="Chess Club", changed_at=now - timedelta(days=900), modes=["phone"],
            times_text="Tuesdays 2pm to 4pm", how_to_join="Ring the bell",
        )  # fmt: skip
        actions.ask(organisation_id=group.pk, scheme_id=scheme.pk, at=now)
        secret = tokens.secret_of(Token.objects.get(purpose=queries.PURPOSE))
        session = client_for(MembershipFactory(role=LW)).cookies["linkwell-session"].value

    page.goto(live_site.url + reverse("confirming:entries", args=[secret]))
    page.get_by_role("button", name="Send our answer").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "is-this-still-right")
    page.get_by_label("Still right").check()
    page.get_by_label("Your name").first.fill("Jo")
    page.get_by_role("button", name="Send our answer").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()

    page.context.add_cookies([{"name": "linkwell-session", "value": session, "domain": "localhost", "path": "/"}])
    page.goto(f"{live_site.url}/find/")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("article")).to_contain_text("Confirmed by the group today")
    page.get_by_role("article").get_by_text("Closed, full or different?").click()
    look(page, "how-it-is-now")
    page.get_by_role("button", name="Closed Chess Club").click()
    expect(page.get_by_text("Searches know it from now on")).to_be_visible()
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("Nothing here fits all of this")).to_be_visible()

    page.goto(f"{live_site.url}/directory/calls/")
    look(page, "who-to-ring")
    page.goto(f"{live_site.url}/manual/freshness/")
    look(page, "manual-freshness")
    with in_scheme(scheme):
        assert Service.objects.get(pk=service.pk).operating == "closed"
