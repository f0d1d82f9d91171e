"""Audit rows are sealed into a chain for each scheme, and its heads are told elsewhere."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from linkwell.common import audit
from linkwell.common.models import AuditEvent
from linkwell.common.scope import scope
from linkwell.team.sealing import actions, chain, heads
from linkwell.team.sealing.models import AuditSeal, HeadDelivery
from tests.factories import in_scheme

NOW = timezone.now()


def given_events(count, *, at=NOW):
    return [audit.record("test.read", at=at, person_id=number).pk for number in range(1, count + 1)]


def seals(scheme):
    with in_scheme(scheme):
        return [row.as_seal() for row in AuditSeal.objects.order_by("first_position")]


@pytest.fixture
def heads_file(settings, tmp_path):
    settings.AUDIT_HEADS = str(tmp_path / "audit-heads.log")
    return tmp_path / "audit-heads.log"


def test_every_row_gets_one_position_without_a_gap_and_a_second_turn_goes_on(scheme, monkeypatch):
    monkeypatch.setattr(actions, "ROWS_OF_A_SEAL", 4)
    first = given_events(10)
    assert actions.seal_scheme(scheme_id=scheme.pk, at=NOW) == 10
    second = given_events(3)
    assert actions.seal_scheme(scheme_id=scheme.pk, at=NOW) == 3
    assert actions.seal_scheme(scheme_id=scheme.pk, at=NOW) == 0

    made = seals(scheme)
    assert [seal.first_position for seal in made] == [1, 5, 9, 11]
    assert [event for seal in made for event in seal.event_ids] == first + second
    assert actions.check_scheme(scheme_id=scheme.pk, at=NOW).is_whole


def test_a_chain_for_each_scheme(scheme, other_scheme):
    given_events(2)
    with in_scheme(other_scheme):
        given_events(3)
        actions.seal_scheme(scheme_id=other_scheme.pk, at=NOW)
    actions.seal_scheme(scheme_id=scheme.pk, at=NOW)

    assert [len(seals(each)[0].event_ids) for each in (scheme, other_scheme)] == [2, 3]
    assert seals(other_scheme)[0].first_position == 1


def test_what_is_not_sealed_is_counted_with_its_time(scheme):
    given_events(2)
    actions.seal_scheme(scheme_id=scheme.pk, at=NOW)
    given_events(5, at=NOW + timedelta(seconds=9))

    report = actions.check_scheme(scheme_id=scheme.pk, at=NOW)

    assert (report.sealed, report.unsealed.count, report.unsealed.since) == (2, 5, NOW + timedelta(seconds=9))
    assert report.is_whole


def test_every_column_of_the_trail_is_sealed():
    columns = [field.column for field in AuditEvent._meta.concrete_fields]
    assert sorted(chain.COLUMNS[chain.VERSION]) == sorted(columns), "a new column needs a new version of the seal"
    assert all(names[0] == "id" and names[chain.AT] == "at" for names in chain.COLUMNS.values())


def test_two_lists_of_values_never_have_one_text():
    pairs = [
        (["a", "b"], ["a,b"]),
        (["a", "b"], ['a","b']),
        ([None], [""]),
        ([None], ["null"]),
        ([1], ["1"]),
        ([12, 3], [1, 23]),
        (["", "a"], ["a", ""]),
        (["é"], ["\\u00e9"]),
    ]
    for one, other in pairs:
        assert chain.canonical(one) != chain.canonical(other)


def test_the_app_may_add_seals_and_nothing_else(scheme):
    given_events(1)
    actions.seal_scheme(scheme_id=scheme.pk, at=NOW)
    for act in (lambda rows: rows.update(key_id="x"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act(AuditSeal.objects.filter(scheme=scheme))


def test_a_chain_does_not_fork_even_without_the_lock(scheme):
    given_events(1)
    actions.seal_scheme(scheme_id=scheme.pk, at=NOW)
    row = AuditSeal.objects.values().get()
    with pytest.raises(DatabaseError, match="one_chain_of_a_scheme"), transaction.atomic():
        AuditSeal.objects.create(**{**row, "id": row["id"] + 1})


def test_a_row_that_became_visible_late_with_a_lower_number_is_sealed_after(cloned_database, scheme):
    begun, goes_on = threading.Event(), threading.Event()

    def slow():
        try:
            with scope(scheme_ids=[scheme.pk], scheme_id=scheme.pk):
                numbers.extend(given_events(1))
                begun.set()
                assert goes_on.wait(60)
        finally:
            connections.close_all()

    numbers: list[int] = []
    writing = threading.Thread(target=slow)
    writing.start()
    assert begun.wait(60)
    with in_scheme(scheme):
        quick = given_events(1)
    assert actions.seal_scheme(scheme_id=scheme.pk, at=NOW) == 1
    goes_on.set()
    writing.join(60)
    assert actions.seal_scheme(scheme_id=scheme.pk, at=NOW) == 1

    assert numbers < quick
    assert [seal.event_ids for seal in seals(scheme)] == [tuple(quick), tuple(numbers)]
    assert actions.check_scheme(scheme_id=scheme.pk, at=NOW).is_whole


def test_a_row_from_a_very_long_transaction_waits_for_the_night(scheme):
    low = given_events(1)
    with connection.cursor() as cursor:  # it was not visible yet when the rows after it were sealed
        cursor.execute("SELECT nextval(pg_get_serial_sequence('common_auditevent', 'id'))")
        (number,) = cursor.fetchone()
    high = given_events(1)
    actions.seal_scheme(scheme_id=scheme.pk, at=NOW)
    AuditEvent.objects.create(id=number, scheme_id=scheme.pk, at=NOW, event="test.late")

    hour_later = NOW + timedelta(hours=1)
    assert actions.seal_scheme(scheme_id=scheme.pk, at=hour_later) == 0
    assert actions.seal_scheme(scheme_id=scheme.pk, at=hour_later, reach=chain.SETTLED) == 1
    assert [seal.event_ids for seal in seals(scheme)] == [(*low, *high), (number,)]
    assert actions.check_scheme(scheme_id=scheme.pk, at=hour_later).is_whole


def test_two_sealers_at_once_make_one_chain(cloned_database, scheme, monkeypatch):
    monkeypatch.setattr(actions, "ROWS_OF_A_SEAL", 5)
    monkeypatch.setattr(actions, "SEALS_AT_ONCE", 2)
    monkeypatch.setattr(actions, "TIMES_IN_A_TURN", 100)
    with in_scheme(scheme):
        given_events(150)
    faults = []

    def work():
        try:
            actions.seal_scheme(scheme_id=scheme.pk, at=NOW)
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    together = [threading.Thread(target=work) for _ in range(4)]
    for each in together:
        each.start()
    for each in together:
        each.join(60)
    actions.seal_scheme(scheme_id=scheme.pk, at=NOW)

    report = actions.check_scheme(scheme_id=scheme.pk, at=NOW)
    assert (faults, report.sealed, report.unsealed.count, report.is_whole) == ([], 150, 0, True)


def test_a_key_is_changed_and_old_seals_still_hold(scheme, settings):
    settings.AUDIT_KEY, settings.AUDIT_OLD_KEYS = "first", []
    given_events(2)
    actions.seal_scheme(scheme_id=scheme.pk, at=NOW)
    settings.AUDIT_KEY, settings.AUDIT_OLD_KEYS = "second", ["first"]
    given_events(2)
    actions.seal_scheme(scheme_id=scheme.pk, at=NOW)

    assert len({seal.key_id for seal in seals(scheme)}) == 2
    assert actions.check_scheme(scheme_id=scheme.pk, at=NOW).is_whole
    settings.AUDIT_OLD_KEYS = []
    report = actions.check_scheme(scheme_id=scheme.pk, at=NOW)
    assert (report.findings[0].position, "not known here" in report.findings[0].what) == (1, True)


def test_each_head_goes_to_the_file_once_and_the_check_reads_it(scheme, heads_file):
    for _ in range(3):
        given_events(2)
        actions.seal_scheme(scheme_id=scheme.pk, at=NOW)

    known = heads.read_file(heads_file, scheme_id=scheme.pk)
    assert list(known) == [2, 4, 6] and len(heads_file.read_text().splitlines()) == 3
    assert heads_file.stat().st_mode & 0o077 == 0
    report = actions.check_scheme(scheme_id=scheme.pk, at=NOW)
    assert (report.is_whole, report.vouched) == (True, 6)


def test_a_second_place_that_cannot_be_reached_is_noted_and_told_later(scheme, heads_file, caplog):
    heads_file.mkdir()
    given_events(2)
    actions.seal_scheme(scheme_id=scheme.pk, at=NOW)
    state = HeadDelivery.objects.get()
    assert (state.position, state.failing_since) == (0, NOW) and "IsADirectory" in state.why
    assert "cannot be told" in caplog.text

    heads_file.rmdir()
    actions.seal_scheme(scheme_id=scheme.pk, at=NOW + timedelta(minutes=1))
    state.refresh_from_db()
    assert (state.position, state.failing_since, state.why) == (2, None, "")


def test_a_line_that_a_full_disk_cut_off_does_not_spoil_the_next(scheme, heads_file):
    given_events(1)
    actions.seal_scheme(scheme_id=scheme.pk, at=NOW)
    with heads_file.open("a") as file:
        file.write("linkwell-audit-head 1 9 9")
    given_events(1)
    actions.seal_scheme(scheme_id=scheme.pk, at=NOW)
    assert list(heads.read_file(heads_file, scheme_id=scheme.pk)) == [1, 2]


def test_syslog_carries_the_heads_and_its_lines_can_be_checked_against(scheme, settings, tmp_path):
    import socket

    place = tmp_path / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(place))
        server.settimeout(60)
        settings.AUDIT_SYSLOG = str(place)
        given_events(2)
        actions.seal_scheme(scheme_id=scheme.pk, at=NOW)
        line = server.recv(1000).decode()
    assert line.startswith("<109>linkwell: linkwell-audit-head 1 ")
    copy = tmp_path / "from-the-log-server"
    copy.write_text(f"Nov 22 19:00:00 host {line}\n")
    report = actions.check_scheme(scheme_id=scheme.pk, at=NOW, copy=copy)
    assert (report.is_whole, report.vouched) == (True, 2)
