"""Finding a person, standing in for a colleague, opening a restricted record."""

import re
import time
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.people.models import Exclusion, RecordOpening
from linkwell.support.models import Task
from linkwell.team.access import COM, LW, MGR, REF, SUP
from linkwell.web.people.search_forms import from_one_box
from tests.codes import code_now
from tests.factories import EpisodeFactory, MembershipFactory, PersonFactory, ReferralFactory
from tests.web.statements import own_statements

SEARCH = "/people/search/"
BORN = {"born_on-day": "15", "born_on-month": "3", "born_on-year": "1984"}


@pytest.fixture
def asha(scheme):
    return MembershipFactory(role=LW, account__name="Asha Patel")


@pytest.fixture
def client(asha, client_for):
    return client_for(asha)


def clarke(**fields):
    return EpisodeFactory(person=PersonFactory(family_name="Clarke", born_on=date(1984, 3, 15)), **fields)


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_person_of_ones_own_opens_and_a_colleagues_is_a_card_T07(client, asha):
    mine, theirs = clarke(link_worker=asha), clarke(link_worker__account__name="Sam Okafor")
    theirs.person.phone = "0161 496 7777"
    theirs.person.save()

    page = client.post(SEARCH, {"family_name": "clark", **BORN}).content.decode()

    assert f'href="/people/{mine.person_id}/"' in page
    assert f'href="/people/{theirs.person_id}/cover/"' in page
    assert f'href="/people/{theirs.person_id}/"' not in page
    assert "With Sam Okafor" in page
    assert "15 March 1984" in page
    assert "0161 496 7777" not in page


def test_someone_outside_the_caseload_is_absent_until_covered_T07(client, asha, client_for):
    episode = clarke(link_worker__account__name="Sam Okafor")
    person = reverse("people:person", args=[episode.person_id])
    assert client.get(person).status_code == 404

    cover = reverse("people:cover", args=[episode.person_id])
    client.post(SEARCH, {"family_name": "Clarke", **BORN})
    assert "Sam Okafor sees that you opened it" in text_of(client.get(cover))
    assert "Choose an answer" in text_of(client.post(cover, {}))
    assert "Say why you are opening this record" in text_of(client.post(cover, {"reason": "Another reason"}))
    assert not RecordOpening.objects.exists()
    response = client.post(cover, {"reason": "Taking a call"}, follow=True)

    assert response.status_code == 200
    assert "until midnight" in text_of(response)
    opening = RecordOpening.objects.get()
    assert (opening.membership_id, opening.kind, opening.reason) == (asha.pk, "covering", "Taking a call")
    assert "You are covering: you can see this record until midnight" in text_of(client.get(person))
    today = text_of(client_for(episode.link_worker).get("/today/"))
    assert "Asha Patel opened" in today
    assert "Taking a call" in today
    RecordOpening.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert client.get(person).status_code == 404


def test_covering_someone_in_reach_leads_to_their_record(client, asha):
    mine = clarke(link_worker=asha)
    client.post(SEARCH, {"family_name": "Clarke", **BORN})
    assert client.get(f"/people/{mine.person_id}/cover/")["Location"] == f"/people/{mine.person_id}/"


def test_what_is_searched_for_stands_in_no_address(client):
    clarke()
    response = client.post(SEARCH, {"family_name": "Clarke", **BORN})
    assert response.status_code == 200
    assert b'method="get"' not in response.content
    assert "Clarke" not in text_of(client.get(SEARCH + "?family_name=Clarke&q=Clarke"))


@pytest.mark.parametrize(
    "answers",
    [{}, {"family_name": "Clarke"}, {"family_name": "%", "postcode": "*"}, {"family_name": "_", **BORN}, {"q": ""},
     {"q": "Clarke"}],
)  # fmt: skip
def test_too_little_finds_nobody_P02(client, answers):
    clarke()
    response = client.post(SEARCH, answers)
    assert "Enter at least two of" in text_of(response)
    assert "1984" not in text_of(response).replace("15 3 1984", "")


def test_a_number_needs_two_more_and_the_answer_is_the_same_for_a_right_and_a_wrong_one_P01(client):
    clarke()
    right = text_of(client.post(SEARCH, {"number": "9434765919", **BORN}))
    wrong = text_of(client.post(SEARCH, {"number": "9000000009", **BORN}))
    assert "With an NHS number, also enter two of" in right
    assert right.replace("9434765919", "") == wrong.replace("9000000009", "")


def test_more_than_twenty_searches_by_number_are_reported_P01(client, scheme):
    lead = MembershipFactory(role=SUP)
    for _ in range(21):
        client.post(SEARCH, {"number": "9434765919", "family_name": "Clarke", **BORN})
    assert Task.objects.get(member=lead).text.startswith("Asha Patel searched by NHS number more than 20 times")


def test_at_most_ten_cards_are_shown_and_the_search_leaves_its_kinds_P02(client, asha):
    for _ in range(12):
        clarke()
    response = client.post(SEARCH, {"family_name": "Clarke", **BORN})
    assert "10 people found" in text_of(response)
    assert "At most ten are shown" in text_of(response)
    event = AuditEvent.objects.get(event="person.searched")
    assert (event.purpose, event.membership_id) == ("family name, date of birth", asha.pk)
    assert len(own_statements(client, SEARCH, {"family_name": "Clarke", **BORN})) <= 8


def test_nobody_found_says_what_to_try(client):
    assert "Nobody found" in text_of(client.post(SEARCH, {"family_name": "Nobody", **BORN}))


def test_an_exact_reference_is_enough(client):
    referral = ReferralFactory(reference="LW-7K3PQX", person__family_name="Waiting")
    assert "Ada Waiting" in text_of(client.post(SEARCH, {"reference": "lw-7k3pqx"}))
    assert f"/referrals/{referral.pk}/" not in client.post(SEARCH, {"reference": "LW-7K3PQX"}).content.decode()
    assert "Ada Waiting" in text_of(client.post(SEARCH, {"q": "LW-7K3PQX"}))


def test_who_triages_is_led_to_the_referral_that_waits(client_for, scheme):
    referral = ReferralFactory(reference="LW-7K3PQX")
    page = client_for(MembershipFactory(role=SUP)).post(SEARCH, {"reference": "LW-7K3PQX"})
    assert f"/referrals/{referral.pk}/" in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Clarke 15/3/1984", {"family_name": "Clarke", **BORN}),
        ("15 March 1984 Clarke", {"family_name": "Clarke", **BORN}),
        ("Ada Clarke m33 7zf", {"family_name": "Clarke", "postcode": "m33 7zf"}),
        ("943 476 5919 Clarke M337ZF", {"number": "943 476 5919", "family_name": "Clarke", "postcode": "M337ZF"}),
        ("lw-7k3pqx", {"reference": "lw-7k3pqx"}),
        ("", {}),
    ],
)
def test_one_box_in_the_header_is_read_as_people_type(typed, read):
    assert from_one_box(typed) == read


def test_the_box_in_the_header_finds_people(client, asha):
    clarke(link_worker=asha)
    assert "1 person found" in text_of(client.post(SEARCH, {"q": "Clarke 15 Mar 1984"}))
    page = client.post(SEARCH, {"q": "Clarke"}).content.decode()
    assert 'value="Clarke"' in page


def test_restricted_and_excluded_persons_are_as_absent_in_search_list_count_and_cover_P06(client, asha, scheme):
    hidden, kept = clarke(link_worker=asha), clarke(link_worker=asha)
    hidden.person.is_restricted = True
    hidden.person.save()
    Exclusion.objects.create(scheme=scheme, person=kept.person, membership=asha, added_at=timezone.now())

    absent = text_of(client.post(SEARCH, {"family_name": "Zilch", **BORN}))
    found = text_of(client.post(SEARCH, {"family_name": "Clarke", **BORN}))

    assert found.replace("Clarke", "") == absent.replace("Zilch", "")
    assert "Clarke" not in text_of(client.get("/people/"))
    for episode in (hidden, kept):
        for page in ("person", "cover"):
            assert client.get(reverse(f"people:{page}", args=[episode.person_id])).status_code == 404


@pytest.mark.parametrize("role", [REF, MGR, COM])
@pytest.mark.parametrize("address", [SEARCH, "/people/1/cover/", "/people/restricted/", "/people/openings/1/"])
def test_other_roles_find_no_such_pages(scheme, client_for, role, address):
    assert client_for(MembershipFactory(role=role)).get(address).status_code == 404


RESTRICTED = "/people/restricted/"
WHY = {"reference": "LW-7K3PQX", "reason": "Emergency", "text": "She may be hurt"}


@pytest.fixture
def hidden(scheme):
    episode = EpisodeFactory(person__is_restricted=True, person__family_name="Hidden")
    episode.referral.reference = "LW-7K3PQX"
    episode.referral.save()
    return episode


def with_second_factor(client_for, member, minutes_ago):
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(member.account, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client = client_for(member)
    if minutes_ago is not None:
        session = client.session
        again = {"method": "mfa", "type": "totp", "at": time.time() - 60 * minutes_ago, "reauthenticated": True}
        session["account_authentication_methods"] = [*session["account_authentication_methods"], again]
        session.save()
    return client


def test_a_restricted_record_opens_for_sixty_minutes_with_the_second_factor_and_tells_the_leads_T07(
    client_for, asha, hidden
):
    lead = MembershipFactory(role=SUP)
    client = with_second_factor(client_for, asha, 1)
    person = reverse("people:person", args=[hidden.person_id])
    assert client.get(person).status_code == 404

    response = client.post(RESTRICTED, WHY, follow=True)

    assert response.redirect_chain == [(person, 302)]
    assert "The team leads know that you opened it" in text_of(response)
    assert "You opened this restricted record. You can see it until" in text_of(client.get(person))
    assert Task.objects.get(member=lead).text.startswith("Asha Patel opened a restricted record")
    RecordOpening.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert client.get(person).status_code == 404


@pytest.mark.parametrize("minutes_ago", [None, 6])
def test_signing_in_or_an_old_second_factor_is_not_enough_and_what_was_typed_is_kept_T07(
    client_for, asha, hidden, minutes_ago
):
    client = with_second_factor(client_for, asha, minutes_ago)
    first = client.get(RESTRICTED).content.decode()
    assert "/reauthenticate/?next=%2Fpeople%2Frestricted%2F" in first

    response = client.post(RESTRICTED, WHY)

    assert "Confirm it is you with your second factor" in text_of(response)
    assert "She may be hurt" in response.content.decode()
    assert not RecordOpening.objects.exists()
    assert AuditEvent.objects.filter(event="person.opened_restricted", outcome="refused").count() == 1


def test_an_account_without_a_second_factor_is_told_why_it_cannot(client, hidden):
    assert "Your account has no second factor" in text_of(client.get(RESTRICTED))
    client.post(RESTRICTED, WHY)
    assert not RecordOpening.objects.exists()


def test_unknown_unrestricted_and_excluded_references_get_the_same_answer_P06(client_for, asha, hidden, scheme):
    client = with_second_factor(client_for, asha, 1)
    ReferralFactory(reference="LW-222222")
    Exclusion.objects.create(scheme=scheme, person=hidden.person, membership=asha, added_at=timezone.now())
    answers = set()
    for reference in ("LW-222222", "LW-333333", "LW-7K3PQX"):
        page = text_of(client.post(RESTRICTED, {**WHY, "reference": reference}))
        assert "No record can be opened with this reference" in page
        answers.add(page)
    assert len(answers) == 1


def test_details_that_a_second_referral_gave_stand_on_the_record(client, asha):
    mine = clarke(link_worker=asha)
    mine.referral.contact_given = "Phone: 0161 496 0000"
    mine.referral.save()
    page = text_of(client.get(reverse("people:person", args=[mine.person_id])))
    assert "The last referral gave other details than we hold" in page
    assert "Phone: 0161 496 0000" in page


def test_giving_the_second_factor_again_leads_back_to_the_form_T07(client_for, asha, hidden):
    client = with_second_factor(client_for, asha, None)
    code = code_now("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    prove = re.search(r'href="([^"]+reauthenticate[^"]+)"', client.get(RESTRICTED).content.decode())[1]

    page = client.post(prove.replace("&amp;", "&"), {"code": code, "next": RESTRICTED}, follow=True)

    assert page.redirect_chain[-1][0] == RESTRICTED
    assert "What has happened?" in text_of(page)
    assert client.post(RESTRICTED, WHY).status_code == 302
    assert RecordOpening.objects.get().person_id == hidden.person_id
