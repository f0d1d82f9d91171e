"""P01, P02, P06, R09, T07, Z24: what stays hidden from whom, whichever seat they sit on."""

import time
from dataclasses import replace
from datetime import date, timedelta
from unittest import mock

import pytest
from django.urls import reverse
from django.utils import timezone

from linkwell.common.errors import NotVisible
from linkwell.evaluation.overview import overview
from linkwell.people.actions import renew_keys, review_opening
from linkwell.people.models import Consent, Exclusion, PersonKey, RecordOpening, RestrictedReader
from linkwell.people.queries import feedback_agreed, same_people
from linkwell.referrals.actions import add_note, allocate_referral
from linkwell.referrals.errors import CannotTakeOn
from linkwell.referrals.models import State
from linkwell.referrals.queries import inbox, my_referrals, openings_to_review, people_in_reach, receipt
from linkwell.support.models import Task
from linkwell.support.queries import today
from linkwell.team.access import LW, REF, SUP
from linkwell.web.find.page import initial_for
from linkwell.web.people import found
from tests.factories import AllocationFactory, EpisodeFactory, MembershipFactory, PersonFactory, ReferralFactory
from tests.referrals.conftest import ADA, ASKED, refer

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def another_seat(member, role):
    return MembershipFactory(account=member.account, role=role)


def opened(person, by, kind="restricted"):
    return RecordOpening.objects.create(
        scheme=person.scheme, person=person, membership=by, kind=kind, reason="Taking a call", text="x",
        began_at=NOW - timedelta(minutes=5), ends_at=NOW + timedelta(minutes=50),
    )  # fmt: skip


def test_P06_an_excluded_link_worker_who_becomes_team_lead_still_does_not_see_the_person(scheme, client_for):
    worker = MembershipFactory(role=LW)
    kept, waits = EpisodeFactory().person, ReferralFactory()
    for person in (kept, waits.person):
        Exclusion.objects.create(scheme=scheme, person=person, membership=worker, added_at=NOW)
    lead = another_seat(worker, SUP)
    assert not people_in_reach(viewer=lead, at=NOW).exists()
    assert inbox(viewer=lead, at=NOW) == []
    assert client_for(lead).get(reverse("people:person", args=[kept.pk])).status_code == 404


def test_P06_an_excluded_worker_who_is_invited_again_is_not_given_the_person(scheme):
    worker, lead = MembershipFactory(role=LW), MembershipFactory(role=SUP)
    referral = ReferralFactory(state=State.ACCEPTED)
    Exclusion.objects.create(scheme=scheme, person=referral.person, membership=worker, added_at=NOW)
    worker.ended_on = timezone.localdate() - timedelta(days=1)
    worker.save()
    again = another_seat(worker, LW)
    assert inbox(viewer=lead, at=NOW)[0].could_take == ()
    with pytest.raises(CannotTakeOn):
        allocate_referral(referral_id=referral.pk, link_worker_id=again.pk, by=lead, at=NOW)


def test_P06_a_named_reader_stays_one_in_a_new_role(scheme):
    worker, person = MembershipFactory(role=LW), EpisodeFactory(person__is_restricted=True).person
    RestrictedReader.objects.create(scheme=scheme, person=person, membership=worker, added_at=NOW)
    assert people_in_reach(viewer=another_seat(worker, SUP), at=NOW).get() == person
    assert not people_in_reach(viewer=MembershipFactory(role=SUP), at=NOW).exists()


def test_T07_nobody_looks_into_their_own_opening_from_a_second_seat(scheme):
    worker, person = MembershipFactory(role=LW), EpisodeFactory(person__is_restricted=True).person
    opening, lead = opened(person, worker), another_seat(worker, SUP)
    assert openings_to_review(viewer=lead, at=NOW) == []
    with pytest.raises(NotVisible):
        review_opening(opening_id=opening.pk, by=lead, at=NOW)
    other = MembershipFactory(role=SUP)
    assert len(openings_to_review(viewer=other, at=NOW)) == 1
    assert review_opening(opening_id=opening.pk, by=other, at=NOW).reviewed_at == NOW


@pytest.mark.parametrize("how", ["restricted", "excluded"])
def test_P06_today_names_nobody_hidden_among_those_who_were_covered(scheme, how):
    worker = MembershipFactory(role=LW)
    hidden, plain = EpisodeFactory(link_worker=worker).person, EpisodeFactory(link_worker=worker).person
    hidden.given_name, hidden.is_restricted = "Zyxwcanary", how == "restricted"
    hidden.save()
    if how == "excluded":
        Exclusion.objects.create(scheme=scheme, person=hidden, membership=worker, added_at=NOW)
    for person in (hidden, plain):
        opened(person, MembershipFactory(role=LW), "covering")
    told = today(viewer=worker, at=NOW).openings
    assert len(told) == 1
    assert "Zyxwcanary" not in told[0]


def test_P06_the_inbox_counts_a_workers_people_as_the_overview_does(scheme):
    worker, lead = MembershipFactory(role=LW), MembershipFactory(role=SUP)
    EpisodeFactory(link_worker=worker)
    EpisodeFactory(link_worker=worker, person__is_restricted=True)
    kept = EpisodeFactory(link_worker=worker)
    Exclusion.objects.create(scheme=scheme, person=kept.person, membership=lead, added_at=NOW)
    ReferralFactory(state=State.ACCEPTED)
    offered = {room.name: room.people_now for room in inbox(viewer=lead, at=NOW)[0].could_take}
    assert offered[worker.name] == 1
    assert {load.name: load.people for load in overview(viewer=lead, at=NOW).loads}[worker.name] == 1


HIDDEN = {"location_hidden": True, "address": "2 Hidden Lane", "postcode": "M33 7ZF"}
PLACE = ("Hidden Lane", "M33 7ZF", "9 Other Road", "SK1 1AA")


def test_P06_a_hidden_place_is_on_no_page_and_starts_no_search(scheme, client_for):
    worker, lead = MembershipFactory(role=LW), MembershipFactory(role=SUP)
    given = "Phone: 0161 496 0000\nAddress: 2 Hidden Lane\nM33 7ZF\nPostcode: SK1 1AA\nHow to reach them: Mornings"
    episode = EpisodeFactory(
        link_worker=worker, referral__contact_given=given, **{f"person__{name}": held for name, held in HIDDEN.items()}
    )
    waits = ReferralFactory(person=episode.person, contact_given=given)
    assert initial_for(episode)["place"] == ""
    pages = [
        client_for(worker).get(reverse("people:person", args=[episode.person_id])),
        client_for(lead).get(reverse("referrals:referral", args=[waits.pk])),
    ]
    for page in pages:
        assert "0161 496 0000" in page.content.decode() and "Mornings" in page.content.decode()
        assert not [words for words in PLACE if words in page.content.decode()]


def test_P06_a_hidden_person_is_neither_found_nor_matched_by_a_postcode(scheme):
    who = {"family_name": "Clarke", "born_on": date(1984, 3, 15), "postcode": "M33 7ZF"}
    hidden = PersonFactory(**(who | HIDDEN))
    other, shown = PersonFactory(**who, given_name="Adele"), PersonFactory(**who, given_name="Adela")
    for person in (hidden, other, shown):
        renew_keys(person)
    assert set(PersonKey.objects.filter(kind="postcode").values_list("person_id", flat=True)) == {other.pk, shown.pk}
    same = same_people(scheme_id=scheme.pk, person_ids=[hidden.pk, other.pk])
    assert same == {other.pk: [shown.pk]}


def test_P06_what_a_referral_gives_of_a_hidden_place_is_not_written_down(scheme):
    rana = MembershipFactory(role=REF)
    person = refer(rana).person
    person.location_hidden = True
    person.save()
    second = refer(rana, details=replace(ADA, phone="0161 496 0000", address="9 Other Road", postcode="SK1 1AA"))
    person.refresh_from_db()
    assert second.person_id == person.pk
    assert (person.address, person.postcode, second.contact_given) == ("", "", "Phone: 0161 496 0000")


@pytest.mark.parametrize("names", [{"given_name": "Zoe"}, {"family_name": "Zoe"}])
def test_R09_P01_a_number_and_birth_date_with_another_name_show_nobodys_name(scheme, client_for, names):
    rana = MembershipFactory(role=REF)
    first, second = refer(rana), refer(rana, details=replace(ADA, **names))
    assert second.person_id != first.person_id
    typed = f"{second.person.given_name} {second.person.family_name}"
    assert receipt(viewer=rana, referral_id=second.pk).name == typed
    lines = {line.referral_id: line.name for line in my_referrals(viewer=rana, at=NOW)}
    assert lines == {first.pk: "Ada Clarke", second.pk: typed}


def test_R09_the_same_name_written_another_way_is_the_same_person(scheme):
    rana = MembershipFactory(role=REF)
    again = refer(rana, details=replace(ADA, given_name="ÁDA", family_name=" clarke"))
    assert again.person_id == refer(rana).person_id


@pytest.mark.parametrize("how", ["said no", "withdrew"])
def test_P01_a_referrers_later_yes_does_not_end_a_persons_no_to_feedback(scheme, how):
    rana = MembershipFactory(role=REF)
    person = refer(rana, request=replace(ASKED, feedback_agreed=how == "withdrew")).person
    if how == "withdrew":
        Consent.objects.filter(purpose="feedback").update(withdrawn_at=NOW)
    assert refer(rana).person_id == person.pk
    assert feedback_agreed([person.pk]) == {person.pk: False}


def test_P01_a_later_no_to_feedback_ends_a_yes(scheme):
    rana = MembershipFactory(role=REF)
    person = refer(rana).person
    refer(rana, request=replace(ASKED, feedback_agreed=False), at=NOW + timedelta(days=1))
    assert feedback_agreed([person.pk]) == {person.pk: False}


def test_P01_an_emptied_phone_of_someone_supported_is_not_filled_again_by_a_referral(scheme):
    rana = MembershipFactory(role=REF)
    first = refer(rana)
    person = first.person
    AllocationFactory(referral=first, person=person)
    person.phone = person.email = ""
    person.save()
    second = refer(rana, details=replace(ADA, email="ada@example.org"))
    person.refresh_from_db()
    assert (second.person_id, person.phone, person.email) == (person.pk, "", "")
    assert second.contact_given == "Phone: 07700 900123\nE-mail: ada@example.org"


def test_Z24_a_note_sent_twice_by_a_double_click_stands_once(scheme, client_for):
    rana, worker = MembershipFactory(role=REF), MembershipFactory(role=LW)
    referral = EpisodeFactory(link_worker=worker, referral__practice=rana.practice, referral__reason="Lonely").referral
    client, address = client_for(rana), reverse("refer:note", args=[referral.pk])
    for _ in range(2):
        assert client.post(address, {"words": "She has moved"}).status_code == 302
    referral.refresh_from_db()
    assert referral.reason == "Lonely\n\nShe has moved"
    assert Task.objects.filter(member=worker).count() == 1
    client.post(address, {"words": "To her son"})
    add_note(referral_id=referral.pk, note="She has moved", by=rana, at=timezone.now() + timedelta(minutes=2))
    referral.refresh_from_db()
    assert referral.reason.count("She has moved") == 2


def find(client):
    return client.post("/people/search/", {"q": "Clarke 15/3/1984"})


def someone_elses():
    return EpisodeFactory(person__family_name="Clarke", person__born_on=date(1984, 3, 15)).person


def test_P02_the_covering_page_opens_for_those_just_found_and_for_no_other_id(scheme, client_for):
    wanted, other = someone_elses(), EpisodeFactory().person
    client = client_for(MembershipFactory(role=LW))
    addresses = [reverse("people:cover", args=[person.pk]) for person in (wanted, other)]
    for address in addresses:
        assert client.get(address).status_code == 404
        assert client.post(address, {"reason": "Taking a call"}).status_code == 404
    find(client)
    assert [client.get(address).status_code for address in addresses] == [200, 404]
    assert client.post(addresses[1], {"reason": "Taking a call"}).status_code == 404
    assert not RecordOpening.objects.exists()
    assert client.post(addresses[0], {"reason": "Taking a call"}).status_code == 302
    assert RecordOpening.objects.get().person_id == wanted.pk


def test_P02_what_was_found_is_forgotten_after_fifteen_minutes_and_by_others(scheme, client_for):
    address, client = reverse("people:cover", args=[someone_elses().pk]), client_for(MembershipFactory(role=LW))
    find(client)
    later = time.time() + found.SECONDS
    with mock.patch.object(found.time, "time", return_value=later - 30):
        assert client.get(address).status_code == 200
    with mock.patch.object(found.time, "time", return_value=later + 1):
        assert client.get(address).status_code == 404
    assert client_for(MembershipFactory(role=LW)).get(address).status_code == 404


def test_P02_a_possible_match_on_a_referral_opens_for_cover_too(scheme, client_for):
    known, client = someone_elses(), client_for(MembershipFactory(role=LW, may_triage=True))
    waits = ReferralFactory(person__family_name="Clarke", person__born_on=date(1984, 3, 15))
    for person in (known, waits.person):
        renew_keys(person)
    cover = reverse("people:cover", args=[known.pk])
    assert cover in client.get(reverse("referrals:referral", args=[waits.pk])).content.decode()
    assert client.get(cover).status_code == 200
