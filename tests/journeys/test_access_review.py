"""A privacy officer goes through what stands out; a link worker sees who looked (SE3, PE12)."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from linkwell.common import audit
from linkwell.people.models import AccessFlag
from linkwell.team.access import IG, LW, SUP
from tests.browser import at_desk_width, at_phone_width, keep_picture, no_sideways_scroll, then_the_page_is_accessible
from tests.factories import EpisodeFactory, MembershipFactory, ReferralFactory, SchemeFactory, in_scheme

pytestmark = pytest.mark.journey


@pytest.fixture
def demo_site(live_site, settings):
    """The site in demo mode, where one click signs in: a link worker who looked at somebody of their name."""
    settings.DEMO = True
    with in_scheme(SchemeFactory(is_demo=True, name="Wickersea Social Prescribing")) as scheme:
        names = {LW: "Asha Patel", SUP: "Ruth Okonkwo", IG: "Grace Adeyemi"}
        team = {
            role: MembershipFactory(role=role, account__name=name, account__is_demo=True, job_title="")
            for role, name in names.items()
        }
        ravi = EpisodeFactory(link_worker=team[LW], person__given_name="Ravi", person__family_name="Patel").person
        ReferralFactory(person=ravi, reference="LW-7K3F2Q")
        audit.record("person.read", by=team[LW], person_id=ravi.pk, at=timezone.now())
    live_site.scheme, live_site.person_id = scheme, ravi.pk
    return live_site


def sign_in(page, site, name):
    page.context.clear_cookies()
    page.goto(f"{site.url}/demo/")
    page.get_by_role("button", name=f"Sign in as {name}").click()


def test_SE3_what_stands_out_is_found_questioned_and_seen_by_the_lead_with_the_name(demo_site, page):
    sign_in(page, demo_site, "Grace Adeyemi")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who looked at whom")
    expect(page.get_by_text("Nothing here stands out")).to_be_visible()
    then_the_page_is_accessible(page)
    page.get_by_role("button", name="Go through the last days now").click()
    look = page.get_by_role("listitem").filter(has_text="Asha Patel looked at someone with the same surname.")
    expect(look).to_contain_text("about LW-7K3F2Q")
    expect(page.get_by_text("Ravi")).to_have_count(0)
    for width in (at_phone_width, at_desk_width):
        width(page)
        no_sideways_scroll(page)
        keep_picture(page, "who-looked-at-whom")
    then_the_page_is_accessible(page)
    look.get_by_role("link", name="I have a question").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A look that stands out")
    page.get_by_label("I have a question").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Say what your question is")
    then_the_page_is_accessible(page)
    page.get_by_label("Note").fill("Are they related?")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved what you think of it.")).to_be_visible()
    with in_scheme(demo_site.scheme):
        assert AccessFlag.objects.get(kind="surname").state == "concern"

    sign_in(page, demo_site, "Ruth Okonkwo")
    page.goto(demo_site.url + reverse("looked:flags") + "?state=concern")
    expect(page.get_by_text("about Ravi Patel")).to_be_visible()
    then_the_page_is_accessible(page)


def test_PE12_a_link_worker_reads_who_looked_at_a_record(demo_site, page):
    sign_in(page, demo_site, "Asha Patel")
    page.goto(demo_site.url + reverse("people:person", args=[demo_site.person_id]))
    page.get_by_role("link", name="Who looked at this record").click()
    expect(page.get_by_role("row").filter(has_text="Asha Patel")).to_have_count(1)
    at_phone_width(page)
    no_sideways_scroll(page)
    then_the_page_is_accessible(page)
