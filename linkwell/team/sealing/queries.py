"""What is sealed and what is not; each reads one scheme, within its scope."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection

from linkwell.team.sealing import chain
from linkwell.team.sealing.models import AuditSeal

ROWS_AT_ONCE = 5000
SEALS_AT_ONCE = 200

_WITHOUT_A_SEAL = """
    SELECT {columns} FROM common_auditevent AS event
     WHERE event.scheme_id = %(scheme)s AND event.id > %(above)s
       AND NOT EXISTS (SELECT FROM sealed WHERE sealed.id = event.id)"""
_SEALED = """
    WITH sealed AS MATERIALIZED (
        SELECT unnest(event_ids) AS id FROM team_auditseal
         WHERE scheme_id = %(scheme)s AND first_position > %(after)s)"""


def last_seal(scheme_id: int, *, until: datetime | None = None) -> chain.Seal | None:
    """Return the end of a scheme's chain, as it is or as it was at a moment."""
    rows = AuditSeal.objects.filter(scheme_id=scheme_id).order_by("-first_position", "-pk")
    row = (rows.filter(sealed_at__lte=until) if until else rows).first()
    return row.as_seal() if row else None


def rows_to_seal(scheme_id: int, *, at: datetime, reach: timedelta, most: int) -> list[chain.Row]:
    """Return rows that have no seal, lowest id first.

    reach  how long a transaction may have run: a row that became visible only now may have a lower id than
           rows sealed since; what ran longer is found by a later call with a longer reach
    """
    settled = last_seal(scheme_id, until=at - reach)
    columns = ", ".join(chain.COLUMNS[chain.VERSION])
    statement = f"{_SEALED} {_WITHOUT_A_SEAL.format(columns=columns)} ORDER BY event.id LIMIT %(most)s"
    given = {"scheme": scheme_id, "above": settled.high_event_id if settled else 0, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(statement, given | {"after": settled.first_position if settled else 0})
        return cursor.fetchall()


def next_ids(count: int) -> list[int]:
    """Return the ids that the next seals will have: they are sealed too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('team_auditseal', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [number for (number,) in cursor.fetchall()]


def take_the_time_it_needs() -> None:
    """Let the statements of this transaction run however long they take."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")


def unsealed(scheme_id: int, settled: int) -> chain.Unsealed:
    """Return how many rows have no seal, since when, and the first five of those not above the id `settled`."""
    columns = "count(*), min(at), (array_agg(id ORDER BY id) FILTER (WHERE id <= %(settled)s))[1:5]"
    with connection.cursor() as cursor:
        given = {"scheme": scheme_id, "above": 0, "after": 0, "settled": settled}
        cursor.execute(f"{_SEALED} {_WITHOUT_A_SEAL.format(columns=columns)}", given)
        count, since, strays = cursor.fetchone()
    return chain.Unsealed(count, since, tuple(strays or ()))


def runs(scheme_id: int) -> Iterator[tuple[Sequence[chain.Seal], Mapping[int, chain.Row]]]:
    """Yield a scheme's seals by position, some at a time, with the rows they name that are still there."""
    rows = AuditSeal.objects.filter(scheme_id=scheme_id).order_by("first_position", "pk")
    above: tuple[int, int] | None = None
    while True:
        page = rows if above is None else rows.extra(where=["(first_position, id) > (%s, %s)"], params=above)
        seals = [row.as_seal() for row in page[:SEALS_AT_ONCE]]
        if not seals:
            return
        above = (seals[-1].first_position, seals[-1].id)
        yield from _with_rows(scheme_id, seals)


def _with_rows(
    scheme_id: int, seals: Sequence[chain.Seal]
) -> Iterator[tuple[Sequence[chain.Seal], Mapping[int, chain.Row]]]:
    some: list[chain.Seal] = []
    for seal in seals:
        if some and sum(len(each.event_ids) for each in some) + len(seal.event_ids) > ROWS_AT_ONCE:
            yield some, _rows(scheme_id, some)
            some = []
        some.append(seal)
    yield some, _rows(scheme_id, some)


def _rows(scheme_id: int, seals: Sequence[chain.Seal]) -> dict[int, chain.Row]:
    found: dict[int, chain.Row] = {}
    for version in {seal.version for seal in seals} & set(chain.COLUMNS):
        ids = [event_id for seal in seals if seal.version == version for event_id in seal.event_ids]
        columns = ", ".join(chain.COLUMNS[version])
        statement = f"SELECT {columns} FROM common_auditevent WHERE scheme_id = %s AND id = ANY(%s)"
        with connection.cursor() as cursor:
            cursor.execute(statement, [scheme_id, ids])
            found |= {row[0]: row for row in cursor.fetchall()}
    return found
