"""From the surgery to a link worker and back: refer, decide, look up. Features RI1 RI5 RI9 RI10 RI12 TA1 TA2 PE12."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from linkwell.people.models import RecordOpening
from linkwell.referrals.models import Referral
from linkwell.team.access import LW, REF, SUP
from tests import browser
from tests.factories import EpisodeFactory, MembershipFactory, PersonFactory, ReferralFactory, in_scheme

pytestmark = pytest.mark.journey


@pytest.fixture
def team(live_site, scheme):
    """A GP, a team lead and two link workers, committed."""
    scheme.phone = "0161 496 0000"
    scheme.save()
    with in_scheme(scheme):
        return {
            "rana": MembershipFactory(role=REF, account__name="Dr Rana", practice__name="Woodside Surgery"),
            "lead": MembershipFactory(role=SUP, account__name="Lena Lead"),
            "asha": MembershipFactory(role=LW, account__name="Asha Patel"),
            "sam": MembershipFactory(role=LW, account__name="Sam Okafor"),
        }


def sign_in(page: Page, client_for, member) -> None:
    session = client_for(member).cookies["linkwell-session"].value
    page.context.add_cookies([{"name": "linkwell-session", "value": session, "domain": "localhost", "path": "/"}])


def at_both_widths(page: Page, name: str) -> None:
    for width in (browser.at_desk_width, browser.at_phone_width):
        width(page)
        browser.then_the_page_is_accessible(page)
        browser.no_sideways_scroll(page)
        browser.keep_picture(page, name)
    browser.at_desk_width(page)


def type_who(page: Page, family_name: str) -> None:
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Family name").fill(family_name)
    for part, typed in (("Day", "15"), ("Month", "3"), ("Year", "1984")):
        page.get_by_role("textbox", name=part, exact=True).fill(typed)


def test_a_gp_refers_by_keyboard_alone_RI1(page: Page, live_site, scheme, team, client_for):
    sign_in(page, client_for, team["rana"])
    page.goto(f"{live_site.url}/refer/new/")
    press, typed = page.keyboard.press, page.keyboard.type
    page.get_by_label("First name").focus()
    for words in ("Ada", "Example", "943 476 5919", "15", "3", "1984"):
        typed(words)
        press("Tab")
    press("Tab")  # past the folded part about names
    typed("07700 900123")
    page.get_by_label("Loneliness or isolation").focus()
    press("Space")
    page.get_by_label("In a sentence or two").focus()
    typed("Since her husband died the house is so quiet.")
    page.get_by_label("Yes, to being referred and to you").focus()
    press("Space")
    page.get_by_role("button", name="Send referral").focus()
    press("Enter")

    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    with in_scheme(scheme):
        referral = Referral.objects.get()
        assert referral.needs == ["loneliness"]
        assert referral.person.born_on == date(1984, 3, 15)
    expect(page.get_by_text(referral.reference).first).to_be_visible()
    at_both_widths(page, "refer-sent")


def test_nothing_typed_is_lost_and_the_page_says_what_is_missing(page: Page, live_site, team, client_for):
    sign_in(page, client_for, team["rana"])
    page.goto(f"{live_site.url}/refer/new/")
    at_both_widths(page, "refer")
    page.get_by_label("There is a risk").check()
    page.get_by_label("What is the risk?").fill("A dog that bites")
    page.get_by_label("In a sentence or two").fill("The house is so quiet")
    page.get_by_role("button", name="Send referral").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter first name")
    expect(page.get_by_label("In a sentence or two")).to_have_value("The house is so quiet")
    expect(page.get_by_label("What is the risk?")).to_have_value("A dog that bites")
    page.get_by_role("link", name="Say whether they agree to be referred").click()
    expect(page.get_by_label("Yes, to being referred and to you")).to_be_focused()
    at_both_widths(page, "refer-missing")


def test_an_open_referral_shows_while_one_types_and_stops_a_second_one_RI5(
    page: Page, live_site, scheme, team, client_for
):
    rana = team["rana"]
    with in_scheme(scheme):
        person = PersonFactory(family_name="Example", born_on=date(1984, 3, 15), practice=rana.practice)
        ReferralFactory(person=person, practice=rana.practice)
    sign_in(page, client_for, rana)
    page.goto(f"{live_site.url}/refer/new/")
    type_who(page, "Example")
    page.get_by_label("NHS number").fill("9434765918")
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading", name="There is an open referral already")).to_be_visible()
    expect(page.get_by_role("heading", name="Check the NHS number")).to_be_visible()
    assert "Example" not in page.url
    at_both_widths(page, "refer-already-open")

    page.get_by_label("Phone", exact=True).fill("07700 900123")
    page.get_by_text("Money or debt").click()
    page.get_by_label("Yes, to being referred and to you").check()
    page.get_by_role("button", name="Send referral").click()
    expect(page.get_by_role("button", name="Send a second referral anyway")).to_be_visible()
    page.get_by_role("button", name="Send a second referral anyway").click()
    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    with in_scheme(scheme):
        assert Referral.objects.count() == 2


def test_a_double_click_and_going_back_make_one_referral_Z24(page: Page, live_site, scheme, team, client_for):
    sign_in(page, client_for, team["rana"])
    page.goto(f"{live_site.url}/refer/new/")
    type_who(page, "Example")
    page.get_by_label("Phone", exact=True).fill("07700 900123")
    page.get_by_text("Money or debt").click()
    page.get_by_label("Yes, to being referred and to you").check()
    page.get_by_role("button", name="Send referral").dblclick()
    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    page.reload()
    page.go_back()
    page.get_by_role("button", name="Send referral").click()
    expect(page.get_by_role("heading", name="You sent this form before")).to_be_visible()
    with in_scheme(scheme):
        assert Referral.objects.count() == 1


def test_without_javascript_a_referral_goes_all_the_way_and_back_RI12_TA1(
    browser: Browser, live_site, scheme, team, client_for
):
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, client_for, team["rana"])
    page.goto(f"{live_site.url}/refer/new/")
    type_who(page, "Example")
    page.get_by_text("Preferred name and pronouns").click()
    page.get_by_label("What they like to be called").fill("Addie")
    page.get_by_label("Phone", exact=True).fill("07700 900123")
    page.get_by_label("Money or debt").check()
    page.get_by_label("They were not asked").check()
    page.get_by_label("Why were they not asked?").fill("They were asleep")
    page.get_by_label("Yes, to being referred and to you").check()
    page.get_by_role("button", name="Send referral").click()
    page.get_by_role("link", name="See my referrals").click()
    expect(page.get_by_role("row", name="Ada Example")).to_contain_text("Sent today – not decided yet")

    sign_in(page, client_for, team["lead"])
    page.goto(f"{live_site.url}/referrals/")
    expect(page.get_by_role("listitem").filter(has_text="Addie Example")).to_contain_text("could take this on")
    page.get_by_role("link", name="Addie Example", exact=True).click()
    page.get_by_label("Sam Okafor").check()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status")).to_contain_text("Addie Example is now with Sam Okafor")

    sign_in(page, client_for, team["rana"])
    page.goto(f"{live_site.url}/refer/")
    row = page.get_by_role("row", name="Ada Example")
    expect(row).to_contain_text("New")
    expect(row).to_contain_text("first call today")
    page.get_by_role("link", name="Ada Example").click()
    expect(page.get_by_text("We have accepted this referral")).to_be_visible()


def test_a_team_lead_decides_in_the_inbox_TA1_TA2(page: Page, live_site, scheme, team, client_for):
    with in_scheme(scheme):
        now, rana = timezone.now(), team["rana"]
        given = {"practice": rana.practice, "needs": ["loneliness"], "referrer": rana}
        born = date(1950, 1, 2)
        known = PersonFactory(given_name="Bea", family_name="Example", born_on=born)
        EpisodeFactory(person=known, link_worker=team["asha"])
        ReferralFactory(person=PersonFactory(given_name="Bea", family_name="Example", born_on=born), **given)
        ReferralFactory(person__given_name="Cy", urgency="urgent", received_at=now - timedelta(days=4), **given)
        ReferralFactory(person__given_name="Dee", person__family_name="Elsewhere", **given)
        ReferralFactory(person__given_name="Eve", person__family_name="Unclear", **given)
    sign_in(page, client_for, team["lead"])
    page.goto(f"{live_site.url}/referrals/")
    expect(page.get_by_role("heading", name="Urgent (1)")).to_be_visible()
    expect(page.get_by_text("Same person?")).to_be_visible()
    at_both_widths(page, "inbox")

    page.get_by_role("link", name="Bea Example", exact=True).click()
    expect(page.get_by_role("heading", name="Is this someone we know?")).to_be_visible()
    expect(page.get_by_label("Asha Patel")).to_be_checked()
    at_both_widths(page, "inbox-referral")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status")).to_contain_text("Bea Example is now with Asha Patel")

    page.get_by_role("link", name="Dee Elsewhere", exact=True).click()
    page.get_by_role("link", name="We can’t take this on").click()
    page.get_by_label("Another reason").check()
    page.get_by_label("What is the reason?").fill("Moved to Leeds.")
    page.get_by_label("Who can help instead?").fill("Leeds Link, 0113 496 0000")
    at_both_widths(page, "inbox-decline")
    page.get_by_role("button", name="Tell the referrer").click()
    expect(page.get_by_role("status")).to_contain_text("Dee Elsewhere was not taken on")

    page.get_by_role("link", name="Eve Unclear", exact=True).click()
    page.get_by_role("link", name="Ask the referrer for more").click()
    page.get_by_label("What do you need to know?").fill("May we ring her?")
    page.get_by_role("button", name="Send the question").click()
    expect(page.get_by_role("heading", name="Waiting for the referrer’s answer (1)")).to_be_visible()

    sign_in(page, client_for, team["rana"])
    page.goto(f"{live_site.url}/refer/")
    expect(page.get_by_role("row", name="Dee Elsewhere")).to_contain_text("Leeds Link, 0113 496 0000")
    at_both_widths(page, "my-referrals")
    page.get_by_role("link", name="Eve Unclear").click()
    at_both_widths(page, "my-referral")
    page.get_by_label("Your answer").fill("Yes, in the mornings")
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_role("status")).to_contain_text("We have your answer")


def test_a_link_worker_finds_a_colleagues_person_and_covers_T07_PE12(page: Page, live_site, scheme, team, client_for):
    with in_scheme(scheme):
        person = PersonFactory(family_name="Example", born_on=date(1984, 3, 15))
        EpisodeFactory(person=person, link_worker=team["sam"])
    sign_in(page, client_for, team["asha"])
    page.goto(f"{live_site.url}/today/")
    page.get_by_label("Search people").fill("Example 15/3/1984")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 person found")).to_be_visible()
    assert "Example" not in page.url
    at_both_widths(page, "search")
    page.get_by_role("link", name="I’m covering: open").click()
    at_both_widths(page, "cover")
    page.get_by_label("Taking a call").check()
    page.get_by_role("button", name="Open the record").click()
    expect(page.get_by_text("You are covering: you can see this record until midnight")).to_be_visible()
    with in_scheme(scheme):
        assert RecordOpening.objects.get().membership_id == team["asha"].pk

    sign_in(page, client_for, team["sam"])
    page.goto(f"{live_site.url}/today/")
    expect(page.get_by_text("Asha Patel opened Ada Example's record: Taking a call")).to_be_visible()


def test_the_page_for_restricted_records_says_what_it_needs(page: Page, live_site, team, client_for):
    sign_in(page, client_for, team["asha"])
    page.goto(f"{live_site.url}/people/restricted/")
    expect(page.get_by_text("Your account has no second factor")).to_be_visible()
    at_both_widths(page, "restricted")
