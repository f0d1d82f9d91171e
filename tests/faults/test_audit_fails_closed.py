"""Without an audit trail nothing sensitive is read and nothing is written. Faults: Z17; rule 11."""

from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from linkwell.common import audit
from linkwell.common.audit import NotAudited
from linkwell.common.models import AuditEvent
from linkwell.common.scope import scope
from linkwell.connections.models import UnmetNeed
from linkwell.people.actions import record_risk
from linkwell.people.models import AccessFlag, RecordOpening, RiskStatement
from linkwell.support.models import Contact
from linkwell.team.access import COM, IG, LW, MGR, REF, SUP, VOA
from linkwell.web.checks import routes
from tests import story
from tests.factories import (
    ActionFactory,
    EpisodeFactory,
    GoalFactory,
    MembershipFactory,
    ReferralFactory,
    ServiceFactory,
    in_scheme,
)

SAYS_NO = """
    CREATE OR REPLACE FUNCTION trial_says_no() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$;
    GRANT EXECUTE ON FUNCTION trial_says_no() TO linkwell_app;
    DROP TRIGGER IF EXISTS trial ON common_auditevent;
    CREATE TRIGGER trial BEFORE INSERT ON common_auditevent FOR EACH ROW EXECUTE FUNCTION trial_says_no()"""
WAYS = {
    "a right taken away": "REVOKE INSERT ON common_auditevent FROM linkwell_app",
    "an insert that fails": SAYS_NO.format(code="P0001"),
    "a full disk": SAYS_NO.format(code="53100"),
    "an error of input and output": SAYS_NO.format(code="58030"),
    "a table that is read-only": SAYS_NO.format(code="25006"),
}
HEALED = "GRANT INSERT ON common_auditevent TO linkwell_app; DROP TRIGGER IF EXISTS trial ON common_auditevent"
# Their first look is refused here, for they are for a moment that this test does not make.
NOT_OPEN_HERE = {"people:cover", "evidence:file", "gaps:file", "support_search:missing"}


@contextmanager
def no_audit(clone, way="a right taken away"):
    """Have the audit trail refuse every row while the block runs."""
    with psycopg.connect(clone.owner_url, autocommit=True) as owner:
        owner.execute(WAYS[way])
        try:
            yield
        finally:
            owner.execute(HEALED)


@pytest.fixture
def place(cloned_database, scheme):
    """A person in support, a link that was mailed, a referral that waits, and one member of each role."""
    with in_scheme(scheme):
        told = story.tell(scheme)
        told.refer()
        told.members = {role: MembershipFactory(role=role) for role in (SUP, MGR, REF, IG, COM)} | {LW: told.asha}
        told.members[VOA] = MembershipFactory(role=VOA, organisation=told.group)
        referrer = told.members[REF]
        told.asha.may_triage = True
        told.asha.save()
        mine = ReferralFactory(practice=referrer.practice, referrer=referrer)
        goal, another = GoalFactory(episode=told.episode), ServiceFactory(organisation=told.group)
        opening = RecordOpening.objects.create(
            scheme=scheme, person=EpisodeFactory(person__is_restricted=True).person, membership=told.asha,
            kind="restricted", reason="Emergency", text="x", began_at=timezone.now(),
            ends_at=timezone.now() + timedelta(hours=1),
        )  # fmt: skip
        flag = AccessFlag.objects.create(
            scheme=scheme, kind="own", membership=told.asha, person=told.person, day=timezone.localdate(),
            found_at=timezone.now(),
        )  # fmt: skip
        told.ids = {
            "person_id": told.person.pk, "referral_id": mine.pk, "goal_id": goal.pk, "flag_id": flag.pk,
            "action_id": ActionFactory(goal=goal).pk, "service_id": another.pk, "opening_id": opening.pk,
            "connection_id": told.episode.connections.get().pk, "occasion": "baseline", "period": "all",
            "unmet_need_id": UnmetNeed.objects.create(
                scheme=scheme, episode=told.episode, code="money", at=timezone.now(), by=told.asha
            ).pk,
        }  # fmt: skip
        told.secret = story.secret()
    return told


def everything(scheme):
    """Return how many rows each table of the scheme holds, and what its rows say, but for what a sign-in leaves."""
    with scope(scheme_ids=[scheme.pk], scheme_id=None), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public' ORDER BY 1")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*), md5(coalesce(string_agg(t::text, '' ORDER BY t.id), '')) FROM \"{table}\" t"
            )
            found[table] = cursor.fetchone()
        return found


def audited_pages():
    """Yield (name, parameters, policy) of every page whose policy leaves an audit event."""
    for pattern, name, view in routes():
        policy = getattr(view, "policy", None)
        if policy is not None and policy.audit and policy.roles:
            yield name, [part.split(":")[-1].split(">")[0] for part in pattern.split("<")[1:]], policy


def test_Z17_no_audited_page_is_shown_while_the_audit_cannot_be_written(place, cloned_database, client_for):
    clients = {role: client_for(member) for role, member in place.members.items()}
    tried, unopened = {}, set()
    for name, parameters, policy in audited_pages():
        address = reverse(name, kwargs={part: place.ids[part] for part in parameters})
        role = next(role for role in (REF, LW, SUP, MGR, IG, COM, VOA) if role in policy.roles)
        answer = clients[role].get(address)
        if answer.status_code == 405:
            continue  # only sent to: what is sent is tried below
        if answer.status_code == 200:
            tried[name] = (role, address)
        else:
            unopened.add((name, answer.status_code))
    assert {name for name, _code in unopened} <= NOT_OPEN_HERE, unopened
    assert len(tried) >= 30

    before = everything(place.scheme)
    with no_audit(cloned_database):
        shown = {name: clients[role].get(address) for name, (role, address) in tried.items()}
    assert {name: answer.status_code for name, answer in shown.items() if answer.status_code != 503} == {}
    for name, answer in shown.items():
        page = answer.content.decode()
        assert "Example" not in page and "Woodside" not in page and "07700" not in page, name
    assert everything(place.scheme) == before


def test_Z17_a_read_a_write_and_a_refusal_are_each_answered_503_and_leave_nothing(place, cloned_database, client_for):
    asha, manager = client_for(place.asha), client_for(place.members[MGR])
    person = reverse("people:person", args=[place.person.pk])
    log = reverse("people:log", args=[place.person.pk])
    spoke = {"what_happened": "We spoke about Thursdays.", "mode": "phone", "minutes": "10", "reached": "yes"}
    before = everything(place.scheme)
    for way in WAYS:
        with no_audit(cloned_database, way):
            answers = [asha.get(person), asha.post(log, spoke), manager.get(person), asha.get("/people/999999999/")]
        assert {answer.status_code for answer in answers} <= {503, 507}, way
        assert everything(place.scheme) == before, way

    assert asha.get(person).status_code == 200
    assert asha.post(log, spoke).status_code == 302
    assert manager.get(person).status_code == 404
    with in_scheme(place.scheme):
        assert Contact.objects.count() == 1
        assert AuditEvent.objects.filter(outcome="refused").count() == 1


def test_Z17_a_link_opens_nothing_while_the_audit_cannot_be_written(place, cloned_database, client):
    front = reverse("reply:front", args=[place.secret])
    assert client.get(front).status_code == 200
    before = everything(place.scheme)
    with no_audit(cloned_database):
        asked = client.post(reverse("reply:send_code", args=[place.secret]))
    assert asked.status_code == 503
    assert everything(place.scheme) == before


def test_Z17_an_act_without_its_trace_is_undone_also_outside_the_pages(place, cloned_database):
    with no_audit(cloned_database), pytest.raises(NotAudited), in_scheme(place.scheme):
        record_risk(person=place.person, text="A dog", none_known=False, by=place.asha, at=timezone.now())
    with in_scheme(place.scheme):
        assert not RiskStatement.objects.filter(text="A dog").exists()


def test_what_cannot_be_audited_says_nothing_of_what_it_was(scheme):
    with pytest.raises(NotAudited) as caught, transaction.atomic():
        audit.record("x" * 500, at=timezone.now(), purpose="something private")
    assert "private" not in str(caught.value)
