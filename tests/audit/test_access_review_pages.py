"""The pages of who looked at whom."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from linkwell.common import audit
from linkwell.common.models import AuditEvent
from linkwell.people.models import AccessFlag
from linkwell.team.access import ADM, COM, IG, LW, MGR, REF, SUP
from tests.factories import AccountFactory, EpisodeFactory, MembershipFactory, PersonFactory
from tests.web.statements import own_statements

FLAGS = reverse("looked:flags")


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def member(name, role):
    return MembershipFactory(role=role, account=AccountFactory(name=name))


@pytest.fixture
def asha(scheme):
    return member("Asha Patel", LW)


@pytest.fixture
def own_look(asha):
    """Asha opened the record of somebody of her name."""
    person = PersonFactory(given_name="Asha", family_name="Patel")
    EpisodeFactory(person=person)
    audit.record("person.read", by=asha, person_id=person.pk, at=timezone.now())
    return person


def test_a_privacy_officer_begins_here_goes_through_the_days_and_judges(own_look, client_for):
    officer = client_for(member("Olive Officer", IG))
    assert officer.get("/", follow=True).redirect_chain[-1][0] == FLAGS
    assert "Nothing here stands out" in text_of(officer.get(FLAGS))

    page = text_of(officer.post(reverse("looked:search"), follow=True))
    assert "stands out" in page and "Asha Patel looked at a record that may be their own." in page
    flag = AccessFlag.objects.get(kind="own")
    page = text_of(officer.get(reverse("looked:flag", args=[flag.pk])))
    assert "Opened the record" in page
    page = text_of(officer.post(reverse("looked:flag", args=[flag.pk]), {"state": "cleared"}, follow=True))
    assert "Saved what you think of it." in page
    flag.refresh_from_db()
    assert flag.state == "cleared"


def test_a_question_without_words_is_asked_for_them_and_keeps_its_choice(own_look, client_for):
    lead = client_for(member("Ruth Lead", SUP))
    lead.post(reverse("looked:search"))
    flag = AccessFlag.objects.get(kind="own")
    page = text_of(lead.post(reverse("looked:flag", args=[flag.pk]), {"state": "concern", "note": ""}))
    assert "Say what your question is" in page and "There is a problem" in page
    flag.refresh_from_db()
    assert flag.state == "open"


def test_filters_and_pages(scheme, asha, client_for):
    rows = [
        AccessFlag(
            scheme=scheme, kind="covering", membership=asha, person=PersonFactory(found_by=False),
            day=timezone.localdate(), acts=1, found_at=timezone.now(),
        )
        for _ in range(26)
    ]  # fmt: skip
    AccessFlag.objects.bulk_create(rows)
    officer = client_for(member("Olive Officer", IG))
    assert text_of(officer.get(FLAGS)).count('app-row__name">Asha') == 25
    assert text_of(officer.get(f"{FLAGS}?page=2")).count('app-row__name">Asha') == 1
    assert "Nothing here stands out" in text_of(officer.get(f"{FLAGS}?kind=own"))
    assert "Nothing here stands out" in text_of(officer.get(f"{FLAGS}?state=cleared&page=999999"))
    assert officer.get(f"{FLAGS}?state=%00&kind=x&page=-1").status_code == 200


def test_a_page_of_flags_costs_the_same_however_many_there_are(own_look, scheme, asha, client_for):
    lead = client_for(member("Ruth Lead", SUP))
    lead.post(reverse("looked:search"))
    few = len(own_statements(lead, FLAGS))
    AccessFlag.objects.bulk_create(
        AccessFlag(
            scheme=scheme, kind="surname", membership=asha, person=PersonFactory(found_by=False),
            day=timezone.localdate(), acts=1, found_at=timezone.now(),
        )
        for _ in range(20)
    )  # fmt: skip
    assert len(own_statements(lead, FLAGS)) == few <= 8


@pytest.mark.parametrize("role", [LW, MGR, COM, REF, ADM])
def test_the_flags_are_for_privacy_officers_and_team_leads(own_look, scheme, asha, client_for, role):
    flag = AccessFlag.objects.create(
        scheme=scheme, kind="own", membership=asha, person=own_look, day=timezone.localdate(), found_at=timezone.now()
    )
    client = client_for(member("Someone Else", role))
    for name, args in (("looked:flags", []), ("looked:flag", [flag.pk])):
        assert client.get(reverse(name, args=args)).status_code == 404
    assert client.post(reverse("looked:flag", args=[flag.pk]), {"state": "cleared"}).status_code == 404
    assert client.post(reverse("looked:search")).status_code == 404
    flag.refresh_from_db()
    assert flag.state == "open"


def test_a_manager_sees_counts_and_no_name(own_look, scheme, asha, client_for):
    AccessFlag.objects.create(
        scheme=scheme, kind="own", membership=asha, person=own_look, day=timezone.localdate(), found_at=timezone.now()
    )
    page = text_of(client_for(member("James Manager", MGR)).get(reverse("looked:counts")))
    assert "Own record" in page and "Asha" not in page and "Patel" not in page


def test_PE12_a_link_worker_sees_who_looked_and_that_is_written_down_too(asha, client_for):
    episode = EpisodeFactory(link_worker=asha)
    tom = member("Tom Brennan", LW)
    audit.record("person.read", by=tom, person_id=episode.person_id, at=timezone.now())
    client = client_for(asha)
    assert reverse("looked:person", args=[episode.person_id]) in text_of(
        client.get(reverse("people:person", args=[episode.person_id]))
    )
    page = text_of(client.get(reverse("looked:person", args=[episode.person_id])))
    assert "Tom Brennan" in page and "Link worker" in page
    assert AuditEvent.objects.filter(event="person.looked_read", person_id=episode.person_id).exists()
    assert client_for(tom).get(reverse("looked:person", args=[episode.person_id])).status_code == 404
