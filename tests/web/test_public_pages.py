"""The pages without an account. DI7, DI9, DI10, DI17; security.md W01, W02, W03, W05, W06, I05, D06, D12."""

import re
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from linkwell.directory.derive import refresh_search
from linkwell.directory.models import ChangeRequest, Report, Service, ShownInSearch
from linkwell.places.actions import OutcodeRow, PostcodeRow, load
from linkwell.team.access import LW
from linkwell.web.public import limits
from linkwell.web.public.address import KEYS
from tests.factories import LocationFactory, MembershipFactory, OrganisationFactory, ServiceFactory, SourceFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LONG_AGO = datetime(2016, 11, 23, 10, tzinfo=UTC)
SEARCH, LOOK = "/find-help/", "/find-help/look/"


@pytest.fixture
def source(db):
    load([OutcodeRow("M33", 53.4245, -2.3188, None, None, "Sale", "Trafford", "ENG")], kind=OutcodeRow)
    return SourceFactory(name="Trafford", is_approved=True, licence="OGL v3", attribution="© Trafford Council")


@pytest.fixture
def public():
    return Client()


@pytest.fixture(params=["database", "index"])
def either_way(request):
    """The database answers, or the index."""
    if request.param == "index":
        request.getfixturevalue("search_index")


def service(source, name, *, at=(53.425, -2.319), **fields):
    place = LocationFactory(latitude=at[0], longitude=at[1], town="Sale", address="1 High Street") if at else None
    made = ServiceFactory(source=source, name=name, location=place, **fields)
    refresh_search([made.pk])
    return made


def found(public, **asked):
    text = public.get(SEARCH, asked).content.decode()
    return re.findall(r'<a href="/find-help/s/[0-9a-f-]{36}/">([^<]+)</a>', text)


def page_of(public, made):
    answer = public.get(reverse("public:service", args=[made.public_id]))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.mark.usefixtures("either_way")
def test_DI7_words_needs_and_a_place_find_what_is_near(public, source):
    service(source, "Walking Group", need_codes=["activity"])
    service(source, "Choir", need_codes=["creative"])
    service(source, "Walking far away", at=(55.0, -2.3))

    assert found(public, q="walking", near="M33") == ["Walking Group"]
    assert found(public, t=KEYS["creative"]) == ["Choir"]
    assert set(found(public, near="Sale")) == {"Walking Group", "Choir"}


def test_DI7_the_box_is_sent_by_post_and_leads_to_an_address_that_tells_nothing_of_who_asks(public, source):
    load([PostcodeRow("M337WR", 53.4245, -2.3188, None, None)], kind=PostcodeRow)
    said = {"words": "my husband John hits me, ring 07700 900123, M33 7WR", "place": "", "within": "5000"}

    answer = public.post(LOOK, said)

    assert answer.status_code == 302
    address = answer["Location"]
    assert address.startswith("/find-help/?t=") and "near=M33&" in address
    for secret in ("John", "hits", "07700", "7WR", "husband", "abuse"):
        assert secret not in address
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("either_way")
def test_DI7_private_words_stand_in_no_address_as_they_are_read_and_are_found_all_the_same(public, source):
    service(source, "HIV peer group")
    for answer in (public.post(LOOK, {"words": "HIV", "place": "", "within": ""}), public.get(SEARCH, {"q": "hiv"})):
        assert answer.status_code == 302 and "hiv" not in answer["Location"].lower()
        page = public.get(answer["Location"])
        assert "HIV peer group" in page.content.decode() and page["Cache-Control"] == "no-store"
        assert not re.search(r'(?:href|action)="[^"]*hiv', page.content.decode(), re.IGNORECASE)
    for broken in ("%", "a", "____", "é", "gICA"):
        assert public.get(SEARCH, {"w": broken, "near": "M33"}).status_code == 200


def test_DI7_a_whole_postcode_in_an_address_becomes_its_first_half(public, source):
    answer = public.get(SEARCH, {"q": "choir", "near": "M33 7WR"})

    assert answer.status_code == 302
    assert answer["Location"] == "/find-help/?q=choir&near=M33&within=5000"


@pytest.mark.usefixtures("either_way")
def test_DI7_a_sentence_without_a_known_need_keeps_only_words_that_the_directory_holds(public, source):
    service(source, "Falconry evening")

    answer = public.post(LOOK, {"words": "Margaret would so like to try falconry", "place": "", "within": ""})

    assert answer["Location"] == "/find-help/?q=falconry"


@pytest.mark.usefixtures("either_way")
def test_DI7_a_misspelt_word_is_searched_as_it_was_meant_and_the_page_says_so(public, source):
    service(source, "Harbour", need_codes=["bereavement"])

    text = public.get(SEARCH, {"q": "bereavment"}).content.decode()

    assert "in place of “bereavment”" in text
    assert "Harbour" in text


@pytest.mark.usefixtures("either_way")
def test_DI7_filters_narrow_and_say_what_choosing_them_leaves(public, source):
    service(source, "Free on Tuesday", is_free=True, slots=0b111 << 3, need_codes=["creative"])
    service(source, "Paid on Monday", is_free=False, slots=0b111, need_codes=["creative"], languages=["pl"])
    service(source, "Level one", access_yes=["step_free"], maximum_age=25, need_codes=["creative"])
    asked = {"t": KEYS["creative"]}

    assert found(public, **asked, free="1") == ["Free on Tuesday"]
    assert found(public, **asked, day="0") == ["Paid on Monday"]
    assert found(public, **asked, lang="pl") == ["Paid on Monday"]
    assert found(public, **asked, access="step_free") == ["Level one"]
    assert "Level one" not in found(public, **asked, age="older")
    text = public.get(SEARCH, {**asked, "day": "0"}).content.decode()
    assert re.search(r'for="f-day-1">Tuesday <span class="app-quiet">\(1\)', text)


def test_DI7_a_filter_finds_also_what_lies_behind_the_nearest(public, source, monkeypatch):
    monkeypatch.setattr(sys.modules["linkwell.directory.queries.public_statement"], "MOST_NEAR", 2)
    for number in range(3):
        service(source, f"Choir {number}", at=(53.425, -2.319 + number / 1_000), is_free=False)
    service(source, "Choir for nothing", at=(53.43, -2.33), is_free=True, minimum_age=18)

    assert "There is more" in public.get(SEARCH, {"q": "choir", "near": "M33"}).content.decode()
    assert found(public, q="choir", near="M33", free="1") == ["Choir for nothing"]
    assert found(public, q="choir", near="M33", free="1", age="child") == []


def test_DI7_an_empty_answer_says_what_to_do(public, source):
    text = public.get(SEARCH, {"q": "xyzzy", "near": "M33", "free": "1"}).content.decode()

    for words in ("Nothing here fits", "Without filters", "Up to 20 km away", "link worker", "ring 111"):
        assert words in text
    assert "We do not know this place" in public.get(SEARCH, {"near": "Atlantis"}).content.decode()


@pytest.mark.usefixtures("either_way")
def test_DI9_what_needs_no_journey_appears_at_any_distance_unless_it_serves_another_area(public, source):
    service(source, "Helpline", at=(57.0, -4.0), modes=["phone"], need_codes=["money"])
    service(source, "Helpline of Leeds", at=None, modes=["phone"], need_codes=["money"], area_outcodes=["LS1"])
    service(source, "Desk far away", at=(57.0, -4.0), modes=["in_person"], need_codes=["money"])

    assert found(public, t=KEYS["money"], near="M33") == ["Helpline"]


@pytest.mark.usefixtures("either_way")
def test_DI9_the_list_says_all_that_the_map_shows_and_asks_no_third_party(public, source):
    made = service(source, "Choir")
    answer = public.get(SEARCH, {"q": "choir"})
    text = answer.content.decode()

    assert f'data-place="{made.at_locations.get().location.latitude},' in text
    assert 'data-tiles=""' in text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', text)


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize(
    "fields",
    [{"listing": "inactive"}, {"hidden_at": NOW}, {"confirmed_at": LONG_AGO, "changed_at": LONG_AGO},
     {"ended_on": NOW.date()}, {"operating": "closed"}],
    ids=str,
)  # fmt: skip
def test_DI7_what_is_hidden_gone_closed_or_too_old_is_not_found(public, source, fields):
    made = service(source, "Choir", organisation__kind="council")
    Service.objects.filter(pk=made.pk).update(**fields)

    assert found(public, q="choir") == []


@pytest.mark.usefixtures("either_way")
def test_D12_I05_an_unapproved_source_is_shown_nowhere(public):
    made = service(SourceFactory(is_approved=False), "Fake crisis line")

    assert found(public, q="crisis") == []
    for name in ("service", "print", "tell", "change"):
        assert public.get(reverse(f"public:{name}", args=[made.public_id])).status_code == 404


def test_DI10_the_page_says_when_where_how_to_get_in_and_what_the_first_visit_is_like(public, source):
    made = service(
        source, "Lunch Club", times_text="Tuesdays noon to 2pm", how_to_join="Just turn up", cost_text="£4",
        what_to_bring="A friend, if you like", first_visit="You sit with Ann", who_greets="Ann, at the door",
        confirmed_at=NOW, confirmed_by="group",
    )  # fmt: skip
    made.phones.create(number="0161 912 2122")

    text = page_of(public, made)

    for words in ("Tuesdays noon", "1 High Street", "Just turn up", "£4", "A friend", "You sit with Ann",
                  "Ann, at the door", "0161 912 2122", "Trafford", "OGL v3", "© Trafford Council"):  # fmt: skip
        assert words in text
    assert "Confirmed by the group" in text
    assert "app-large-print" in public.get(reverse("public:print", args=[made.public_id])).content.decode()


def test_I05_the_page_shows_no_person_no_referral_address_and_no_remark(public, source):
    made = service(source, "Lunch Club", operating_note="they fell out with Jo")
    made.contacts.create(name="Jo Smith", email="jo.smith@example.org", phone="07700 900999")
    made.contacts.create(title="Desk", phone="0161 000 0000")
    organisation = made.organisation
    organisation.referral_email, organisation.referral_email_verified_at = "referrals@example.org", NOW
    organisation.email = "chair@example.org"
    organisation.save()
    made.verifications.create(at=NOW, who="worker", how="phone", found="right", note="spoke to Jo")

    text = page_of(public, made)

    for secret in ("Jo", "07700 900999", "referrals@", "chair@", "fell out", "spoke to"):
        assert secret not in text
    assert "0161 000 0000" in text


@pytest.mark.usefixtures("either_way")
def test_DI17_an_undisclosed_service_shows_area_and_phone_only(public, source):
    made = service(
        source, "Harbour refuge", is_undisclosed=True, need_codes=["abuse"], email="door@example.org",
        url="https://door.example.org", area_text="Round 9 Secret Lane",
        description_text="A safe place.\nCome to 9 Secret Lane, M33 7WR",
    )  # fmt: skip
    made.phones.create(number="0808 000 0000")
    place = made.at_locations.get().location
    place.postcode, place.outcode, place.town = "M33 7WR", "M33", ""
    place.save()

    texts = [page_of(public, made), public.get(reverse("public:print", args=[made.public_id])).content.decode()]
    texts += [public.get(SEARCH, {"q": "harbour"}).content.decode()]
    texts += [public.get(SEARCH, {"q": "harbour", "near": "Sale"}).content.decode()]
    texts += [public.get(reverse("public:change", args=[made.public_id])).content.decode()]

    for text in texts:
        assert "Harbour refuge" in text
        for secret in (
            "High Street",
            "Secret Lane",
            "7WR",
            "M33",
            "door.example",
            "door@",
            "data-place",
            "53.425",
            " km</li>",
        ):
            assert secret not in text.replace("up to 5 km from", ""), secret
    assert "0808 000 0000" in texts[0] and "A safe place." in texts[0]


@pytest.mark.usefixtures("either_way")
def test_DI7_a_joined_duplicate_leads_on_and_a_gone_entry_says_what_there_is_instead(public, source):
    kept = service(source, "Choir", need_codes=["creative"])
    joined = service(source, "Choir again", joined_into=kept)
    gone = service(source, "Old choir", need_codes=["creative"], listing="gone", gone_on=NOW.date())
    closed = service(source, "Shut choir", need_codes=["creative"], operating="closed", operating_since=NOW)

    answer = public.get(reverse("public:service", args=[joined.public_id]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("public:service", args=[kept.public_id]))
    for one, words in ((gone, "no longer listed"), (closed, "has closed")):
        answer = public.get(reverse("public:service", args=[one.public_id]))
        assert answer.status_code == 410
        assert words in answer.content.decode() and "What there is instead" in answer.content.decode()
        assert str(kept.public_id) in answer.content.decode()


def test_DI7_private_topics_have_neutral_titles_a_quick_exit_and_are_kept_nowhere(public, source):
    made = service(source, "Debt and violence advice", need_codes=["abuse"], strong_needs=["abuse"])
    plain = service(source, "Choir")

    of_shelter = service(source, "Choir", organisation=OrganisationFactory(name="The Women's Refuge"))
    names = ("service", "print", "tell", "change")
    addresses = [reverse(f"public:{name}", args=[one.public_id]) for one in (made, of_shelter) for name in names]
    for address in (*addresses, f"{SEARCH}?t={KEYS['abuse']}"):
        answer = public.get(address)
        title = re.search(r"<title>([^<]+)</title>", answer.content.decode())[1]
        assert not re.search("debt|violence|abuse", title, re.IGNORECASE)
        assert answer["Cache-Control"] == "no-store"
        assert '<a class="nhsuk-button nhsuk-button--warning' in answer.content.decode()
        assert "data-quick-exit" in answer.content.decode()
    assert "data-quick-exit" not in page_of(public, plain)


def test_W02_public_pages_may_be_kept_by_caches_set_no_cookie_and_differ_for_nobody(public, source, client_for, scheme):
    made = service(source, "Choir")
    staff = client_for(MembershipFactory(role=LW, account__name="Asha Patel"))
    for address in (SEARCH, f"{SEARCH}?q=choir", reverse("public:service", args=[made.public_id])):
        answer = public.get(address)
        assert answer["Cache-Control"] == "public, no-cache"
        assert not answer.cookies and "Cookie" not in answer["Vary"]
        assert "nonce" not in answer["Content-Security-Policy"]
        assert public.get(address, headers={"if-none-match": answer["ETag"]}).status_code == 304
        theirs = staff.get(address)
        assert "Asha" not in theirs.content.decode()
        assert theirs.content == answer.content
        assert theirs["Cache-Control"] == "no-store" or not theirs.cookies


@pytest.mark.usefixtures("either_way")
def test_W02_DI17_what_is_hidden_is_gone_from_every_cache_at_once(public, source):
    made = service(source, "Choir")
    for address in (f"{SEARCH}?q=choir", reverse("public:service", args=[made.public_id])):
        Service.objects.filter(pk=made.pk).update(is_undisclosed=False)
        kept = public.get(address)
        assert "High Street" in kept.content.decode() and kept["Cache-Control"] == "public, no-cache"
        Service.objects.filter(pk=made.pk).update(is_undisclosed=True)
        again = public.get(address, headers={"if-none-match": kept["ETag"]})
        assert again.status_code == 200 and "High Street" not in again.content.decode()


def test_W07_one_neighbourhood_alone_does_not_decide_what_is_looked_after_first(public, source, monkeypatch):
    monkeypatch.setattr(limits, "_counted", Counter())
    monkeypatch.setattr(limits, "SEARCHES_OF_A_RANGE", 2)
    monkeypatch.setattr(limits, "SEARCHES", 3)
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    service(source, "Choir")

    def search(address):
        public.get(SEARCH, {"q": "choir"}, REMOTE_ADDR=address)
        return ShownInSearch.objects.count()

    assert [search("203.0.113.1"), search("203.0.113.2"), search("203.0.113.3")] == [1, 2, 2]
    assert [search("198.51.100.1"), search("192.0.2.1")] == [3, 3]
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(hours=1))
    assert search("192.0.2.1") == 4


def test_W02_a_false_host_changes_no_page_and_an_unknown_one_is_refused(public, source):
    plain = public.get(SEARCH).content

    assert public.get(SEARCH, headers={"x-forwarded-host": "evil.example"}).content == plain
    assert public.get(SEARCH, headers={"host": "evil.example"}).status_code == 400


def test_W03_no_frame_no_sniffing_no_referrer(public, source):
    made = service(source, "Choir", url="https://choir.example.org")
    for address in (SEARCH, reverse("public:service", args=[made.public_id])):
        answer = public.get(address)
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert 'rel="noreferrer noopener nofollow"' in page_of(public, made)


HOSTILE = ["'", "'; DROP TABLE x; --", "a & | ! <-> b", "%", "%s {0} {{1}}", "\\", "\x00choir", "x" * 10_240, "🙂" * 99]


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: ascii(words)[:20])
def test_W01_no_words_break_the_search(public, source, words):
    for asked in ({"q": words}, {"near": words}, {"t": words, "day": words, "how": words, "lang": words, "age": words}):
        assert public.get(SEARCH, asked).status_code in (200, 302)
    assert public.get(SEARCH, {"q": "choir", "page": words, "sort": words, "within": words}).status_code == 200
    assert public.post(LOOK, {"words": words, "place": words, "within": words}).status_code in (200, 302)


def test_W05_W06_addresses_that_are_none_are_absent_and_say_nothing(public, source):
    for address in ("/find-help/s/1/", "/find-help/s/00000000-0000-0000-0000-000000000000/", "/find-help/../secret",
                    "/find-help/s/%2e%2e/", "/static/../secret-key"):  # fmt: skip
        answer = public.get(address)
        assert answer.status_code == 404
        assert "Traceback" not in answer.content.decode() and "Server" not in answer.headers


def test_D06_nothing_an_entry_says_can_run(public, source):
    bad = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{7*7}}'
    made = service(source, f"Club {bad}", description_text=bad, how_to_join=bad, url="javascript:alert(3)")

    for text in (page_of(public, made), public.get(SEARCH, {"q": "club"}).content.decode()):
        assert "<script>alert" not in text and "<img" not in text and "javascript:" not in text
        assert "{{7*7}}" in text


@pytest.mark.usefixtures("either_way")
def test_DI7_statements_are_few_and_the_same_for_any_number_of_rows(public, source):
    def cost(address):
        with CaptureQueriesContext(connection) as seen:
            assert public.get(address).status_code == 200
        return len(seen)

    made = service(source, "Choir", need_codes=["creative"])
    addresses = [f"{SEARCH}?q=choir&near=M33", reverse("public:service", args=[made.public_id])]
    few = [cost(address) for address in addresses]
    for number in range(12):
        service(source, f"Choir {number}", need_codes=["creative"])
        made.phones.create(number=f"0161 000 00{number}")
    assert [cost(address) for address in addresses] == few
    assert few[0] <= 7 and few[1] <= 9, few
    assert cost(SEARCH) == 0


def tell(public, made, **said):
    return public.post(reverse("public:tell", args=[made.public_id]), {"kind": "closed", **said})


def test_DI7_it_was_closed_asks_somebody_to_look_and_overwrites_nothing(public, source):
    made = service(source, "Choir")

    answer = tell(public, made, note="Thursday at 2pm")

    assert answer["Location"] == "/find-help/thank-you/"
    report = Report.objects.get()
    assert (report.service_id, report.kind, report.note, report.by_id) == (made.pk, "closed", "Thursday at 2pm", None)
    assert Service.objects.get(pk=made.pk).operating == "open"
    assert tell(public, made, kind="nonsense").status_code == 200
    assert Report.objects.count() == 1


def test_W07_machines_lines_and_floods_are_kept_out_of_what_the_public_tells(public, source):
    made, other = service(source, "Choir"), service(source, "Lunch")

    assert tell(public, made, website="https://spam.example").status_code == 302
    assert "in one line" in tell(public, made, note="a\r\nBcc: all@example.org").content.decode()
    assert not Report.objects.exists()
    answers = [tell(public, made).status_code for _ in range(5)]
    assert answers == [302, 302, 302, 302, 429]
    assert tell(public, other).status_code == 302
    assert Report.objects.count() == 5


def test_DI7_of_an_entry_too_old_for_the_search_people_may_still_tell_us(public, source):
    made = service(source, "Choir", organisation__kind="council")
    Service.objects.filter(pk=made.pk).update(confirmed_at=LONG_AGO, changed_at=LONG_AGO)

    assert "Nobody has confirmed this" in page_of(public, made)
    assert tell(public, made).status_code == 302
    assert Report.objects.count() == 1


def test_DI7_a_suggested_change_waits_and_the_same_is_kept_once(public, source):
    made = service(source, "Choir", how_to_join="Ring first")
    address = reverse("public:change", args=[made.public_id])
    assert "Ring first" in public.get(address).content.decode()

    for _ in range(2):
        answer = public.post(address, {"note": "It is on Thursdays now", "how_to_join": "Ring first"})
        assert answer["Location"] == "/find-help/thank-you/"
    public.post(address, {"note": "", "how_to_join": "Just turn up"})

    waiting = list(ChangeRequest.objects.order_by("pk").values_list("field", "suggested", "origin", "state"))
    assert ("note", "It is on Thursdays now", "public", "waiting") in waiting
    assert ("how_to_join", "Just turn up", "public", "waiting") in waiting
    assert len(waiting) == len(set(waiting))
    assert Service.objects.get(pk=made.pk).how_to_join == "Ring first"
    assert "Nothing differs" in public.post(address, {"note": " ", "how_to_join": "Ring first "}).content.decode()
