"""The directory as staff see it: search, a service's page, how it is now, remarks. DI1, DI4, DI6, DI15, DI17."""

import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.urls import reverse

from linkwell.directory.derive import refresh_search
from linkwell.directory.imports import import_records
from linkwell.directory.models import InternalRemark, Service
from linkwell.interop.open_referral import FeedReader
from linkwell.team.access import COM, LW, MGR, REF, SUP
from tests.factories import LocationFactory, MembershipFactory, PracticeFactory, ServiceFactory, in_scheme
from tests.web.statements import own_statements

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture
def worker(scheme):
    return MembershipFactory(role=LW)


@pytest.fixture
def staff(client_for, worker):
    return client_for(worker)


def text_of(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def page_of(service, client):
    return text_of(client.get(reverse("directory:service", args=[service.pk])))


def taken(**fields):
    record = {"id": "1", "name": "Lunch club", **fields}
    import_records(reader=FeedReader(json.dumps([record]).encode()), source="Feed", at=NOW)
    return Service.objects.get(external_id="1")


def test_the_next_page_of_a_search_asks_the_same_words_whatever_stands_in_them(staff):
    for number in range(60):
        ServiceFactory(name=f"Tea & page=9 {number:02}")
    ServiceFactory(name="Choir")
    refresh_search()
    first = text_of(staff.get(reverse("directory:list"), {"words": "tea & page=9"}))
    (following,) = set(re.findall(r'href="(\?[^"]*page=2)"', first))
    second = text_of(staff.get(reverse("directory:list") + unescape(following)))
    assert "60 entries" in second and "Choir" not in second
    assert 'value="tea &amp; page=9"' in second


def test_the_list_is_searched_by_words_and_an_empty_answer_says_what_to_do(staff):
    ServiceFactory(name="Men's Shed")
    ServiceFactory(name="Choir")
    refresh_search()
    address = reverse("directory:list")

    assert "Men&#39;s Shed" in text_of(staff.get(address, {"words": "shed"}))
    assert "Choir" not in text_of(staff.get(address, {"words": "shed"}))
    assert "Nothing fits" in text_of(staff.get(address, {"words": "xyzzy"}))
    assert "We do not know this place" in text_of(staff.get(address, {"place": "Atlantis"}))


def test_a_page_says_when_where_how_to_get_in_and_whom_to_ask(staff):
    service = taken(
        description="<p>Tea</p>",
        fees="Free",
        application_process="Just turn up",
        contacts=[{"name": "Jo Smith", "title": "Host", "phones": [{"number": "0161 912 2122"}]}],
        schedules=[{"freq": "WEEKLY", "byday": "TU", "opens_at": "14:00", "closes_at": "16:00"}],
        service_at_locations=[{"location": {"id": "l", "name": "Hall", "addresses": [{"address_1": "1 High Street"}]}}],
    )

    page = page_of(service, staff)

    for words in ("Tuesdays 2pm to 4pm", "1 High Street", "Just turn up", "Free", "Jo Smith", "0161 912 2122"):
        assert words in page
    assert "not confirmed: ring first" in page


def test_nothing_a_feed_says_can_run_on_the_page(staff):
    """security.md D06, D07"""
    bad = '<img src=x onerror=alert(1)><script>alert(2)</script><b hx-get="/x">bold</b>{{7*7}}{% raise %}'
    service = taken(
        name=f"Club {bad}", description=bad, url="javascript:alert(3)", email="x@y.org", alert=bad, fees=bad,
        application_process=bad, accreditations=bad, eligibility_description=bad,
        organization={"id": "o", "name": f"Org {bad}", "description": bad, "website": "javascript:alert(4)"},
        contacts=[{"name": bad, "phones": [{"number": f"{bad} 0161 912 2122"}]}],
        schedules=[{"description": bad}], languages=[{"name": bad}], service_areas=[{"name": bad}],
        service_at_locations=[{"location": {"id": "l", "name": bad, "addresses": [{"address_1": bad, "city": bad}]}}],
    )  # fmt: skip

    for page in (page_of(service, staff), text_of(staff.get(reverse("directory:list")))):
        assert not re.search(r"<(img src=x|script>alert|b hx-get)|onerror=|href=\"javascript|alert\(", page)
        assert "{{7*7}}" in page and "49" not in re.findall(r"Club[^<]*", page)[0]


def test_a_place_that_is_not_disclosed_shows_its_area_alone(staff):
    place = LocationFactory(address="9 Secret Lane", town="Sale", postcode="M33 9ZZ", is_undisclosed=True)
    service = ServiceFactory(name="Women's refuge", is_undisclosed=True, location=place)

    for page in (page_of(service, staff), text_of(staff.get(reverse("directory:list")))):
        assert "Secret" not in page and "M33 9ZZ" not in page
        assert "Sale" in page


def test_DI1_staff_and_public_pages_say_which_charity_or_company_it_is_but_of_a_refuge(staff, client):
    numbers = [{"identifier_scheme": "GB-CHC", "identifier_type": "Charity number", "identifier": "1089464"},
               {"identifier_type": "Company number", "identifier": "07123456"},
               {"identifier_scheme": "XI-OTHER", "identifier_type": "Own number", "identifier": "OWN-9"}]  # fmt: skip
    owner = {"id": "o", "name": "Sale Kitchen", "organization_identifiers": numbers,
             "logo": "https://kitchen.example.org/logo.png"}  # fmt: skip
    service = taken(organization=owner, contacts=[])
    public = reverse("public:service", args=[service.public_id])
    for page in (page_of(service, staff), text_of(client.get(public))):
        assert "Registered charity 1089464, Company 07123456" in page
        assert "OWN-9" not in page and "logo.png" not in page  # no picture is loaded from another host

    Service.objects.update(is_undisclosed=True)
    assert "1089464" not in text_of(client.get(public))


def test_how_it_works_now_is_said_on_its_page_and_in_the_list(staff):
    service = ServiceFactory()
    answer = staff.post(
        reverse("directory:status", args=[service.pk]),
        {"status-status": "waiting", "status-wait_weeks": "6", "status-note": "Rang Jo"},
        follow=True,
    )

    assert "Has a waiting list: about 6 weeks" in text_of(answer)
    assert "Has a waiting list: about 6 weeks" in text_of(staff.get(reverse("directory:list")))


def test_a_status_without_a_choice_is_asked_for_again(staff):
    service = ServiceFactory()

    page = text_of(staff.post(reverse("directory:status", args=[service.pk]), {}))

    assert "There is a problem" in page
    assert Service.objects.get().operating == "open"


def test_a_confirmation_makes_the_page_fresh(staff):
    service = ServiceFactory()
    answer = staff.post(
        reverse("directory:confirm", args=[service.pk]),
        {"confirm-how": "phone", "confirm-found": "right", "confirm-who": "group"},
        follow=True,
    )

    assert "Confirmed by the group today" in text_of(answer)


def test_a_remark_is_read_by_colleagues_of_the_scheme_and_by_nobody_else(staff, client_for, worker, other_scheme):
    service = ServiceFactory()
    staff.post(reverse("directory:remark", args=[service.pk]), {"remark-text": "The door is at the back"})
    with in_scheme(other_scheme):
        stranger = MembershipFactory(scheme=other_scheme, role=LW)
    referrer = MembershipFactory(role=REF, practice=PracticeFactory())

    assert "The door is at the back" in page_of(service, staff)
    assert "The door is at the back" in page_of(service, client_for(MembershipFactory(role=MGR)))
    for other in (stranger, referrer, MembershipFactory(role=COM)):
        assert "The door is at the back" not in page_of(service, client_for(other))
    assert InternalRemark.objects.get().by == worker


def test_an_address_for_referrals_is_confirmed_by_hand(staff):
    service = ServiceFactory()
    address = reverse("directory:address", args=[service.pk])

    assert "Say how you confirmed" in text_of(staff.post(address, {"address-email": "refer@group.org"}))
    said = staff.post(address, {"address-email": "refer@group.org", "address-how": "rang Jo"}, follow=True)

    assert "rang Jo" in text_of(said)
    service.organisation.refresh_from_db()
    assert service.organisation.referral_email == "refer@group.org"


@pytest.mark.parametrize("act", ["status", "confirm", "remark", "address"])
def test_those_who_do_not_keep_the_directory_change_nothing(client_for, scheme, act):
    service = ServiceFactory()
    referrer = client_for(MembershipFactory(role=REF, practice=PracticeFactory()))

    assert referrer.post(reverse(f"directory:{act}", args=[service.pk]), {}).status_code == 404


def test_a_service_that_is_not_there_is_a_page_that_is_not_there(staff):
    assert staff.get(reverse("directory:service", args=[999_999])).status_code == 404


@pytest.mark.parametrize("number", [1, 20])
def test_the_pages_cost_the_same_statements_for_any_number_of_rows(staff, number):
    services = [ServiceFactory(location=LocationFactory()) for _ in range(number)]

    assert len(own_statements(staff, reverse("directory:list"))) <= 8
    assert len(own_statements(staff, reverse("directory:service", args=[services[0].pk]))) <= 15


def test_a_team_lead_keeps_the_directory_too(client_for, scheme):
    service = ServiceFactory()

    assert "How does it work now?" in page_of(service, client_for(MembershipFactory(role=SUP)))
