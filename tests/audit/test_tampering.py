"""Whoever changes, removes, moves, puts in or cuts off what was sealed is noticed. Abuse: A02.

The 1,000 tamperings are made on a trail in memory; 60 of the same are made in a real database, by its owner with
triggers, walls and constraints out of the way, and with a real file of heads. One function checks both.
"""

import random

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from linkwell.common import audit
from linkwell.common.models import AuditEvent
from linkwell.team.sealing import actions, chain, heads
from linkwell.team.sealing.models import AuditSeal
from tests.audit import tampering
from tests.audit.tampering import COLUMNS, TAMPERINGS, made, report
from tests.factories import MembershipFactory, PersonFactory, in_scheme

SEED = 20261122
NEXT = "SELECT nextval(pg_get_serial_sequence('common_auditevent', 'id'))"


@pytest.fixture(scope="module")
def untouched():
    return made(random.Random(SEED), rows=100)


def test_1000_random_tamperings_are_each_noticed_at_or_before_where_they_are(untouched):
    for number in range(1000):
        rng = random.Random(f"{SEED} {number}")
        tamper = rng.choice(TAMPERINGS)
        world = untouched.copy(rng)
        where = tamper(world)
        found = report(world)
        assert not found.is_whole, (number, tamper.__name__)
        if where is not None:
            assert found.findings[0].position <= where, (number, tamper.__name__, found.findings[0], where)


@pytest.mark.parametrize("tamper", dict.fromkeys(TAMPERINGS), ids=lambda tamper: tamper.__name__)
def test_every_kind_of_tampering_is_noticed(untouched, tamper):
    for number in range(10):
        world = untouched.copy(random.Random(number))
        tamper(world)
        assert not report(world).is_whole, number


def test_trails_that_nobody_touched_never_raise_an_alarm():
    for number in range(200):
        rng = random.Random(number)
        world = made(rng, rows=rng.randrange(1, 60), loose=rng.randrange(4))
        found = report(world)
        assert found.is_whole and found.vouched == found.sealed, (number, found)


def test_the_first_bad_position_of_an_edited_row_is_named_exactly(untouched):
    for column in COLUMNS:
        world = untouched.copy(random.Random(column))
        where = tampering.edit(world, column)
        assert report(world).findings[0].position == where, column


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in ("id", "scheme_id")])
def test_control_a_check_that_leaves_one_column_out_lets_its_tampering_through(monkeypatch, column):
    true_mac, left_out = chain.row_mac, COLUMNS.index(column)

    def careless(key, previous, version, position, row):
        return true_mac(key, previous, version, position, (*row[:left_out], *row[left_out + 1 :]))

    monkeypatch.setattr(chain, "row_mac", careless)
    world = made(random.Random(SEED), rows=60)
    assert report(world).is_whole
    passed = 0
    for number in range(20):
        touched = world.copy(random.Random(number))
        tampering.edit(touched, column)
        passed += report(touched).is_whole
    assert passed > 0


def test_control_without_the_second_place_a_cut_tail_goes_unseen(untouched):
    unseen = 0
    for number in range(20):
        world = untouched.copy(random.Random(number))
        tampering.cut_tail(world)
        unseen += report(world, heads=False).is_whole
        assert not report(world).is_whole
    assert unseen > 0


class Attacker:
    """The owner of the database, with everything out of the way that the product put in theirs."""

    def __init__(self, clone, heads_file):
        self.server = psycopg.connect(clone.owner_url, autocommit=True)
        self.heads_file = heads_file
        for table in ("common_auditevent", "team_auditseal"):
            self.server.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            self.server.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        self.server.execute("ALTER TABLE team_auditseal DROP CONSTRAINT one_chain_of_a_scheme")

    def write(self, world):
        """Make the database and the file what a world says."""
        with self.server.transaction():
            self.server.execute("DELETE FROM team_auditseal")
            self.server.execute("DELETE FROM common_auditevent")
            with self.server.cursor() as cursor:
                marks = ", ".join(["%s"] * len(COLUMNS))
                cursor.executemany(
                    f"INSERT INTO common_auditevent ({', '.join(COLUMNS)}) VALUES ({marks})",
                    list(world.events.values()),
                )
                names = "id scheme_id version first_position event_ids macs high_event_id key_id sealed_at head".split()
                cursor.executemany(
                    f"INSERT INTO team_auditseal ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})",
                    [[_plain(getattr(seal, name)) for name in names] for seal in world.seals],
                )
        self.heads_file.write_text("".join(f"{heads.line_of(head)}\n" for head in world.heads.values()))


def _plain(value):
    return list(value) if isinstance(value, tuple) else value


def world_of(scheme, other, heads_file, rng):
    """Read what the product wrote and sealed."""
    with in_scheme(scheme):
        events = {row[0]: row for row in AuditEvent.objects.values_list(*COLUMNS)}
        seals = [row.as_seal() for row in AuditSeal.objects.order_by("first_position")]
    told = heads.read_file(heads_file, scheme_id=scheme.pk)
    return tampering.World(rng, events, seals, told, scheme.pk, other.pk, actions.keys())


def test_A02_sixty_tamperings_in_a_real_database_by_its_owner_are_each_noticed(
    cloned_database, scheme, other_scheme, settings, tmp_path, monkeypatch
):
    settings.AUDIT_HEADS = str(tmp_path / "heads.log")
    monkeypatch.setattr(actions, "ROWS_OF_A_SEAL", 7)
    start = tampering.NOW - tampering.timedelta(days=4)
    with in_scheme(scheme), connection.cursor() as cursor:
        asha, ada = MembershipFactory(), PersonFactory()
        cursor.execute(f"{NEXT} FROM generate_series(1, 200)")
        for hour in range(40):
            at = start + tampering.timedelta(hours=hour)
            audit.record("person.read", about=ada, by=asha, at=at)
            audit.record("person.searched", by=asha, at=at, purpose="number", outcome="refused")
            cursor.execute(NEXT)  # a gap
            if hour % 3 == 0:
                actions.seal_scheme(scheme_id=scheme.pk, at=at)
    actions.seal_scheme(scheme_id=scheme.pk, at=at)
    now = tampering.NOW
    whole = actions.check_scheme(scheme_id=scheme.pk, at=now)
    assert whole.is_whole and whole.sealed == whole.vouched == 80

    untouched = world_of(scheme, other_scheme, tmp_path / "heads.log", random.Random(SEED))
    attacker = Attacker(cloned_database, tmp_path / "heads.log")
    for number in range(60):
        rng = random.Random(f"{SEED} {number}")
        tamper = TAMPERINGS[number % len(TAMPERINGS)]
        world = untouched.copy(rng)
        where = tamper(world)
        attacker.write(world)
        found = actions.check_scheme(scheme_id=scheme.pk, at=now)
        assert not found.is_whole, (number, tamper.__name__)
        assert where is None or found.findings[0].position <= where, (number, tamper.__name__)
    attacker.write(untouched)
    assert actions.check_scheme(scheme_id=scheme.pk, at=now).is_whole


def test_A02_an_edit_of_the_trail_is_refused_and_where_forced_the_chain_shows_it(cloned_database, scheme):
    with in_scheme(scheme):
        event = audit.record("member.role_changed", at=timezone.now())
    actions.seal_scheme(scheme_id=scheme.pk, at=timezone.now())
    with psycopg.connect(cloned_database.owner_url) as owner:
        owner.execute("SELECT set_config('linkwell.scheme_id', %s, true)", [str(scheme.pk)])
        owner.execute("SELECT set_config('linkwell.scheme_ids', %s, true)", [str(scheme.pk)])
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"), owner.transaction():
            owner.execute("UPDATE common_auditevent SET event = 'page.read' WHERE id = %s", [event.pk])
        owner.execute("ALTER TABLE common_auditevent DISABLE TRIGGER USER")
        owner.execute("UPDATE common_auditevent SET event = 'page.read' WHERE id = %s", [event.pk])

    found = actions.check_scheme(scheme_id=scheme.pk, at=timezone.now())
    assert [finding.position for finding in found.findings] == [1]
