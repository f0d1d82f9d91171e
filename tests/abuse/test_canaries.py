"""P06, V01, K07, X08, K03, T03, R10, A05, J05: a canary in every field of every person, and where none may turn up."""

import base64
import io
import logging
import re
from unittest import mock

import pytest
from django.apps import apps
from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import Q
from django.urls import reverse
from django.utils.module_loading import import_string

from linkwell.common.scope import scope
from linkwell.messages.templates import compose
from linkwell.team import tokens
from linkwell.team.models import OneTimeCode
from tests.abuse.matrix import expected, planted
from tests.abuse.matrix.canaries import Planted
from tests.abuse.matrix.crawl import Crawl
from tests.abuse.matrix.scan import Scan
from tests.abuse.matrix.sees import WORK_QUEUE, is_personal, may_see
from tests.abuse.matrix.world import World
from tests.factories import in_scheme
from tests.fixtures import ProductClient
from tests.prepared import asked_anew

pytestmark = pytest.mark.django_db
OWN = "own caseload"
# The fewest pages and canaries that a walk meets: a walk that sees nothing proves nothing.
FLOOR = {
    expected.LW: (30, 60), expected.TRIAGE: (30, 60), expected.SUP: (30, 80), expected.REF: (8, 20),
    expected.MGR: (12, 10), expected.COM: (6, 1), expected.DIR: (10, 3), expected.VOA: (3, 1),
    expected.IG: (6, 4), expected.ADM: (10, 8),
}  # fmt: skip


def test_T08_every_model_and_field_has_its_canary_or_a_reason():
    problems = [*planted.forgotten(), *planted.misplaced()]
    assert not problems, "\n".join(problems)


def test_T08_the_seeding_fills_every_field_of_the_tables_here_and_elsewhere():
    missing = World(expected.LW).never_planted()
    assert not missing, f"world.py makes no row with {', '.join(missing)}: seed one."


def test_T08_a_new_field_and_a_new_model_are_noticed():
    class Meta:
        label, app_label, concrete_fields = "people.Example", "people", ()

    assert "The model people.Example is new" in next(planted.forgotten([type("Example", (), {"_meta": Meta})]))
    without = {name: names for name, names in planted.WORDS.items() if name != "support.Goal"}
    with mock.patch.object(planted, "WORDS", without | {"support.Goal": "text who".split()[1]}):
        found = list(planted.forgotten([apps.get_model("support.Goal")]))
    assert len(found) == 1 and "support.Goal.text is new" in found[0]


@pytest.fixture
def log_lines():
    """Every line of every logger, from DEBUG on, as the product's own handler writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    for name in settings.LOGGING["handlers"]["console"]["filters"]:
        handler.addFilter(_filter(settings.LOGGING["filters"][name]))
    logging.getLogger("factory").setLevel(logging.WARNING)  # how the rows of this test were made
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler), root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler), root.setLevel(before)


def _filter(described):
    return import_string(described["()"])()


@pytest.mark.parametrize("seat", expected.SEATS)
def test_P06_T03_X08_R10_no_canary_is_out_of_place_wherever_a_role_walks(client_for, log_lines, seat):
    world = World(seat)
    crawl = Crawl(world, client_for(world.viewer)).walk()
    if seat in (expected.LW, expected.TRIAGE, expected.SUP):
        search(crawl)
    assert not crawl.scan.leaks, crawl.scan.report()
    pages, canaries = FLOOR[seat]
    assert len(crawl.visited) >= pages, f"{seat} came to {len(crawl.visited)} pages only: {sorted(crawl.visited)}"
    assert len(crawl.scan.seen) >= canaries, f"{seat} saw {len(crawl.scan.seen)} canaries only"
    in_logs = world.canaries.found_in(log_lines.getvalue())
    assert not in_logs, f"In the log: {sorted(map(str, in_logs))}"
    stored_without_canaries(world)


def search(crawl):
    """Look for everyone by name and birth date: a card of those who may be found, nothing of the hidden ones."""
    for relation, subject in crawl.world.subjects.items():
        person, born = subject.person, subject.person.born_on
        words = {
            "family_name": person.family_name, "given_name": person.given_name,
            "born_on-day": born.day, "born_on-month": born.month, "born_on-year": born.year,
        }  # fmt: skip
        hidden = expected.is_hidden(relation, crawl.world.seat)
        for typed in (words, {"reference": subject.reference}):
            answer = crawl.client.post(reverse("people:search"), typed).content.decode()
            seen = {where.field for where in crawl.world.canaries.found_in(answer) if where.relation == relation}
            seen -= {"people.Person.family_name", "people.Person.given_name", "people.Person.born_on"}
            seen -= {"referrals.Referral.reference"}  # the form says again what was typed
            if hidden:
                assert not seen, f"{relation}: a search shows {seen} of somebody hidden"
            else:
                assert seen == {"people.Person.preferred_name"}, f"{relation}: a search shows {seen}"


def stored_without_canaries(world):
    """Sessions, the cache, jobs and the audit are read as they are stored."""
    ids = [made.pk for made in world.every_scheme()]
    with scope(scheme_ids=ids, scheme_id=None), connection.cursor() as cursor:
        for table in ("django_session", "linkwell_cache", "procrastinate_jobs", "common_auditevent"):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows = [row for (row,) in cursor.fetchall()]
            found = world.canaries.found_in(*rows, *(_opened(row) for row in rows))
            assert not found, f"In {table} stands {sorted(map(str, found))}"


def _opened(row):
    """Return the readable part of what stands in a row as base64."""
    parts = re.findall(r"[A-Za-z0-9+/]{24,}={0,2}", row)
    opened = [base64.b64decode(part + "=" * (-len(part) % 4)) for part in parts if len(part.rstrip("=")) % 4 != 1]
    return " ".join(part.decode("latin-1") for part in opened)


def shown_to(world, client, pages):
    """Return what is seen on the pages of the routes that one's own person has."""
    scan = Scan(world.canaries, world.seat)
    for name in pages:
        ids = world.subjects[OWN].ids
        scan.answer(name, client.get(reverse(name, kwargs={key: ids[key] for key in PARAMETERS[name]})))
    return scan


PARAMETERS = {
    "people:person": ["person_id"], "plan:plan": ["person_id"], "measures:history": ["person_id"],
    "connect:connection": ["connection_id"], "review:review": ["person_id"], "conversation:first": ["person_id"],
    "looked:person": ["person_id"],
}  # fmt: skip
# Kinds of fact that a link worker and a team lead must find on the pages of a person in their reach.
MUST_SEE = {
    "name",
    "contact",
    "reason",
    "needs",
    "notes",
    "plan",
    "risk",
    "onward",
    "access_needs",
    "address",
    "scores",
}


@pytest.mark.parametrize("seat", [expected.LW, expected.SUP])
def test_P06_what_a_role_should_see_of_a_person_it_does_see(client_for, seat):
    world = World(seat, (OWN,))
    pages = [name for name in PARAMETERS if seat in expected.ROUTES[name].readers]
    scan = shown_to(world, client_for(world.viewer), pages)
    assert not scan.leaks, scan.report()
    kinds = {where.kind for where in scan.seen if where.relation == OWN}
    assert kinds >= MUST_SEE, f"{seat} never saw {sorted(MUST_SEE - kinds)} of a person in their reach"
    assert "health_number" not in kinds


def test_V01_K07_a_group_reads_the_ticked_fields_behind_its_link_and_nothing_before():
    world = World(expected.LW, (OWN, "a colleague's"))
    packet, client = world.subjects[OWN].packet, ProductClient()
    front = f"/r/{world.link_of(world.subjects[OWN])}/"
    allowed = {"connections.SharePacket.reference", "team.Scheme.name", "team.Scheme.phone", "team.Scheme.role_name"}
    for address in (front, f"{front}code/", f"{front}referral/"):
        answer = client.get(address)
        assert {where.field for where in world.canaries.found_in(answer.content.decode())} <= allowed
    client.post(f"{front}send-code/")
    with in_scheme(packet.scheme):
        digits = tokens.code_of(OneTimeCode.objects.latest("pk"))
    client.post(f"{front}code/", {"code": digits})
    found = world.canaries.found_in(client.get(f"{front}referral/").content.decode())
    answered = {"connections.SharePacket.content", "connections.Reply.text", "connections.Reply.answered_by"}
    assert {where.field for where in found} - allowed <= answered
    assert "connections.SharePacket.content" in {where.field for where in found}
    assert {where.relation for where in found} <= {OWN, ""}


def test_H02_A05_the_mails_of_every_message_name_nobody(client_for):
    world = World(expected.LW, (OWN,))
    client_for(world.viewer).post(reverse("plan:agree", args=[world.subjects[OWN].person.pk]))
    message = apps.get_model("outbox.Message")
    with in_scheme(world.here):
        mails = [
            compose(row.template, row.words, scheme="S", phone="", site="https://x") for row in message.objects.all()
        ]
    assert mails
    found = {where.field for mail in mails for where in world.canaries.found_in(mail.subject, mail.body)}
    assert found <= {"referrals.Referral.reference", "connections.SharePacket.reference"}


@pytest.mark.parametrize("fault", [ValueError, OperationalError, KeyError])
def test_A05_W05_a_page_that_breaks_tells_nothing_on_the_page_or_in_the_log(client_for, log_lines, fault):
    world = World(expected.LW, (OWN,))
    person = world.subjects[OWN].person
    client = client_for(world.viewer, raise_request_exception=False)
    with mock.patch("linkwell.web.people.views.person_page", side_effect=fault(f"{person.given_name} {person.phone}")):
        answer = client.get(reverse("people:person", args=[person.pk]))
    assert answer.status_code in (500, 503)
    logging.getLogger("linkwell.web").warning("The log is read: %s", "yes")
    assert "The log is read" in log_lines.getvalue() and fault.__name__ in log_lines.getvalue()
    assert not world.canaries.found_in(answer.content.decode(), log_lines.getvalue())


def test_A05_what_was_refused_or_malformed_tells_nothing(client_for):
    world = World(expected.LW, (OWN,))
    person = world.subjects[OWN].person
    client = client_for(world.viewer, enforce_csrf_checks=True)
    answers = [
        client.post(reverse("people:attempt", args=[person.pk]), {"note": person.given_name}),
        client.get(f"/nowhere/{person.given_name}/"),
        client.get(reverse("people:person", args=[person.pk + 10_000_000])),
    ]
    assert [answer.status_code for answer in answers] == [403, 404, 404]
    for answer in answers:
        personal = filter(is_personal, world.canaries.found_in(answer.content.decode()))
        assert not list(personal)


# --- the harness itself can fail ---


def test_control_a_page_that_shows_a_field_too_many_is_found(client_for):
    """With the one field that a triaging link worker does not read shown to them, the walk is red."""
    world = World(expected.TRIAGE, (OWN, "waiting for a decision"))
    word = world.canaries.word(Planted("people.RiskStatement.text", "risk", "waiting for a decision", "here"))
    with mock.patch("linkwell.referrals.queries.inbox._risks", lambda person, viewer: ("some", (word,))):
        crawl = Crawl(world, client_for(world.viewer)).walk()
    assert any(where.field == "people.RiskStatement.text" for where, _route in crawl.scan.leaks)


def test_control_a_list_without_its_filter_is_found(client_for):
    """With nobody hidden from the list of people, restricted and excluded ones are on it, and the walk is red."""
    world = World(expected.SUP, (OWN, "restricted, own caseload, not on the list", "excluded by name, own caseload"))
    with (
        mock.patch("linkwell.referrals.queries.reach.not_hidden", lambda *_given: Q()),
        asked_anew(),
    ):
        crawl = Crawl(world, client_for(world.viewer)).walk()
    relations = {where.relation for where, _route in crawl.scan.leaks}
    assert relations >= {"restricted, own caseload, not on the list", "excluded by name, own caseload"}


def test_control_the_judge_lets_nobody_see_what_is_not_theirs():
    world = World(expected.LW, (OWN, "in another scheme", "excluded by name, own caseload"))
    for where in world.canaries.planted.values():
        for seat in expected.SEATS:
            on_the_queue = seat == expected.MGR and where.field in WORK_QUEUE and where.scheme == "here"
            if is_personal(where) and where.relation != OWN and not on_the_queue:
                assert not may_see(seat, where, "people:person")
            if where.kind == "notes" and seat in (expected.MGR, expected.COM, expected.ADM, expected.REF):
                assert not may_see(seat, where, "people:person")
