"""How much an entry is used: how often searches show it, in how many open connections it stands. No person.

A search adds one row that holds a day and the entries it showed, so that no two searches wait for each other;
a job counts these rows by week every hour and removes them.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from linkwell.directory.models import ServiceUse, ShownInSearch

WEEKS = 26  # what is counted, and kept


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def note_shown(service_ids: Iterable[int], *, at: datetime) -> None:
    """Note which entries a search showed: the day and the entries, and nothing of who searched or for whom."""
    if shown := list(service_ids):
        ShownInSearch.objects.create(on=at.date(), service_ids=shown)


@transaction.atomic
def count_shown(*, at: datetime) -> int:
    """Add what searches showed to the counts of its week, and forget the searches; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH taken AS (
                DELETE FROM directory_showninsearch WHERE id IN (
                    SELECT id FROM directory_showninsearch ORDER BY id LIMIT 50000 FOR UPDATE SKIP LOCKED
                ) RETURNING "on", service_ids
            ), counted AS (
                SELECT s.id, date_trunc('week', t."on")::date AS week, count(*) AS n
                FROM taken t CROSS JOIN LATERAL unnest(t.service_ids) AS shown (id)
                JOIN directory_service s ON s.id = shown.id GROUP BY 1, 2
            ), written AS (
                INSERT INTO directory_serviceuse AS u (service_id, week, counted_by, count)
                SELECT id, week, 0, n FROM counted ORDER BY id
                ON CONFLICT (service_id, week, counted_by) DO UPDATE SET count = u.count + excluded.count
                RETURNING 1
            )
            SELECT (SELECT count(*) FROM taken)
            """
        )
        taken = int(cursor.fetchone()[0])
    ServiceUse.objects.filter(week__lt=monday(at.date()) - timedelta(weeks=WEEKS)).delete()
    return taken


@transaction.atomic
def note_open_connections(*, counted_by: int, counts: Mapping[int, int], at: datetime) -> None:
    """Replace what one scheme counted this week: in how many of its open connections each entry stands."""
    week = monday(at.date())
    ServiceUse.objects.filter(week=week, counted_by=counted_by).delete()
    ServiceUse.objects.bulk_create(
        ServiceUse(service_id=pk, week=week, counted_by=counted_by, count=number)
        for pk, number in sorted(counts.items())
    )
