"""From the referral to the evidence, on the demo scheme and on one that serves Trafford with its own services.

RI1, RI10, RI12, TA1, TA2, SU1, SU2, SU4, SU5, SU13, SU14, MA1, MA2, CO1, CO2, CO3, CO4, EV2, OU1, DI15, SE1, SE2.
"""

import re
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from linkwell.common.scope import scope
from linkwell.demo.load import load_demo
from linkwell.directory.imports import import_records
from linkwell.directory.models import Service
from linkwell.interop.files.reader import open_table
from linkwell.interop.files.reference import open_reference
from linkwell.interop.open_referral import open_feed
from linkwell.messages.models import Message
from linkwell.messages.queries import mail_of
from linkwell.places.actions import load
from linkwell.places.models import Postcode
from linkwell.places.queries import reference_practices
from linkwell.team.access import COM, LW, MGR, REF, SUP
from linkwell.team.actions import add_practice
from linkwell.team.models import Membership, Scheme
from tests import browser
from tests.factories import MembershipFactory, SchemeFactory, in_scheme
from tests.journeys.whole_path import WholePath
from tests.shared import shared

pytestmark = pytest.mark.journey
TRAFFORD = [
    ("trafford_mental_health_services.csv", "trafford-mental-health"),
    ("sports_clubs.csv", "trafford-sports-clubs"),
    ("trafford_allotments.csv", "trafford-allotments"),
    ("trafford_libraries.csv", "trafford-libraries"),
    ("trafford_food_banks.csv", "trafford-food-banks"),
]


@pytest.fixture
def sign_in(page, live_site, client_for):
    """Return a function that makes the browser a member's."""

    def as_member(member):
        session = client_for(member).cookies["linkwell-session"].value
        host = urlsplit(live_site.url).hostname
        page.context.add_cookies([{"name": "linkwell-session", "value": session, "domain": host, "path": "/"}])

    return as_member


def mailbox(scheme):
    """Return a reader of the newest mail to a group: its link, or its code."""

    def read(kind):
        with scope(scheme_ids=[scheme.pk], scheme_id=scheme.pk):
            template = {"link": "organisation_referral", "code": "reply_code"}[kind]
            words = mail_of(Message.objects.filter(template=template).latest("pk"), scheme=scheme).body
        pattern = r"https?://\S+/r/\S+" if kind == "link" else r"\d{4} ?\d{4}|\d{3} ?\d{3}"
        return re.search(pattern, words).group()

    return read


def first(scheme, role, **more):
    return Membership.objects.select_related("account").filter(scheme=scheme, role=role, **more).order_by("pk").first()


def test_a_person_is_supported_from_the_referral_to_the_evidence_in_the_demo_scheme(
    page, live_site, sign_in, settings, tmp_path
):
    settings.HOME, settings.DEMO = tmp_path, True
    load_demo(last_day=timezone.localdate())
    scheme = Scheme.objects.get(is_demo=True)
    gp, lead, worker = first(scheme, REF, practice__isnull=False), first(scheme, SUP), first(scheme, LW)
    postcode = Postcode.objects.order_by("code").values_list("code", flat=True)[0]
    path = WholePath(page, live_site.url, sign_in, first="Arthur", family="Newperson", on_a_phone=False)

    path.is_referred(gp, postcode=postcode, words="On his own since his wife died.")
    path.is_given_to(lead, worker.name)
    path.is_tried_and_met(worker)
    path.agrees_a_plan()
    path.finds(by_email=True)
    path.is_referred_on()
    path.group_says_yes_by_mail(mailbox(scheme))
    path.goes_there(timezone.localdate().isoformat())
    path.is_reviewed()
    path.ends()
    path.referrer_hears(gp)
    path.manager_and_commissioner_see(first(scheme, MGR), first(scheme, COM))


@pytest.fixture
def trafford(live_site):
    """A scheme that serves Trafford: its real practices, and what the council's spreadsheets list."""
    now = timezone.now()
    for kind, name in (("postcodes", "outcodes/outcodes.csv"), ("practices", "ods/epraccur_2024-01.csv")):
        found = open_reference(shared(f"data/reference/{name}"), wanted=kind)
        load(found.rows(), kind=found.kind)
    for name, mapping in TRAFFORD:
        reader = open_table(shared(f"data/directory/csv-trafford/{name}"), mapping=mapping)
        assert import_records(reader=reader, source=mapping, at=now, file_name=name).refused == 0
    bristol = open_feed(shared("data/directory/oruk-1.0-bristol/services.json"))
    import_records(reader=bristol, source="Bristol", at=now, file_name="services.json")
    scheme = SchemeFactory(name="Trafford Social Prescribing", phone="0161 496 0000")
    with in_scheme(scheme):
        manager = MembershipFactory(role=MGR)
        (entry,) = reference_practices(text="Firsway Health Centre")[:1]
        practice = add_practice(
            name=entry.name, code_system=entry.system, code=entry.code, postcode=entry.postcode,
            email="practice@example.org", by=manager, at=now,
        )  # fmt: skip
        MembershipFactory(role=REF, practice=practice)
        MembershipFactory(role=SUP)
        MembershipFactory(role=LW, account__name="Asha Patel", hours_per_week=30)
        MembershipFactory(role=COM)
    return scheme


def test_a_person_is_connected_to_a_real_group_in_trafford_by_phone(page, live_site, trafford, sign_in):
    worker = first(trafford, LW)
    path = WholePath(page, live_site.url, sign_in, first="Joan", family="Newperson", on_a_phone=True)

    path.is_referred(first(trafford, REF), postcode="M33 4BP", words="Very low since she stopped work.")
    path.is_given_to(first(trafford, SUP), "Asha Patel")
    path.is_tried_and_met(worker)
    path.agrees_a_plan()
    path.finds(by_email=False)
    path.is_referred_on(by_phone=True)
    path.group_says_yes_by_phone()
    path.goes_there(timezone.localdate().isoformat())
    path.is_reviewed()
    path.ends()
    path.referrer_hears(first(trafford, REF))
    path.manager_and_commissioner_see(first(trafford, MGR), first(trafford, COM))


def test_services_without_a_place_are_found_by_need_and_words_and_say_so(page, live_site, trafford, sign_in):
    sign_in(first(trafford, LW))
    page.goto(live_site.url + "/find/")
    page.get_by_label("In their own words").fill("bereavement counselling")
    page.get_by_label("Grief or bereavement").check()
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("button", name="Show them too").click()  # the list is old, and nobody confirmed it since
    expect(page.get_by_text(re.compile("place not stated", re.I)).first).to_be_visible()
    assert Service.objects.filter(source__name="Bristol").count() > 700
    browser.then_the_page_is_accessible(page)


def test_the_main_acts_work_without_javascript(new_context, live_site, client_for):
    scheme = SchemeFactory()
    with in_scheme(scheme):
        worker = MembershipFactory(role=LW, account__name="Asha Patel")
        gp, lead = MembershipFactory(role=REF), MembershipFactory(role=SUP)
    page = new_context(java_script_enabled=False).new_page()
    host = urlsplit(live_site.url).hostname

    def become(member):
        session = client_for(member).cookies["linkwell-session"].value
        page.context.add_cookies([{"name": "linkwell-session", "value": session, "domain": host, "path": "/"}])

    become(gp)
    page.goto(live_site.url + "/refer/new/")
    page.get_by_label("First name").fill("Joan")
    page.get_by_label("Family name").fill("Noscript")
    page.get_by_label("NHS number").fill("9990000018")
    page.get_by_role("textbox", name="Phone").fill("07700 900456")
    page.get_by_label("Money or debt").check()
    page.get_by_label("Yes, to being referred and to you hearing what comes of it").check()
    page.get_by_role("button", name="Send referral").click()
    expect(page.get_by_text(re.compile("LW-[0-9A-Z]{6}")).first).to_be_visible()
    become(lead)
    page.goto(live_site.url + "/referrals/")
    page.get_by_role("button", name=re.compile("give to Asha Patel")).click()
    expect(page.get_by_role("status")).to_contain_text("Joan Noscript")
    become(worker)
    page.goto(live_site.url + "/today/")
    page.get_by_role("link", name="Spoke Joan Noscript").click()
    page.get_by_label("What matters to you?").fill("Sleeping at night.")
    page.get_by_label("There is a risk").check()
    page.get_by_label("What is the risk, and what do we do about it?").fill("Bailiffs may call.")
    page.get_by_role("button", name="Save the conversation").click()
    expect(page.get_by_role("status")).to_contain_text("Joan Noscript")
    expect(page.get_by_text("Bailiffs may call.")).to_be_visible()
