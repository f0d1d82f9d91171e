"""Entries that a whole list no longer holds: closed, unless they are too many to believe.

Too many (more than ten and more than a tenth) are withheld until a person has agreed to that very list. The
agreement is a ceiling: the next whole list is compared anew, what came back stays, and no others are closed with it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from linkwell.directory import rules
from linkwell.directory.listeners import entry_changed
from linkwell.directory.models import ImportRow, ImportRun, Service, Source


@dataclass(frozen=True)
class Missing:
    """What a run makes of the entries that its list no longer holds."""

    closed: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)  # another list still holds the entry joined into it
    agreement: int | None = None  # the run whose withheld list a person agreed to


def judge(*, missing: list[str], listed: Collection[str], read: int, source: Source) -> Missing:
    """Return which missing entries are closed and which withheld; `listed` are all that the list held so far."""
    joined = Service.objects.filter(
        source=source, external_id__in=missing, joined__listing__in=("listed", "temporarily_closed")
    )
    elsewhere = set(joined.values_list("external_id", flat=True)) if missing else set()
    gone = [one for one in missing if one not in elsewhere]
    run_id, ceiling = agreed(source)
    if run_id and not ceiling.isdisjoint(listed):
        closed = [one for one in gone if one in ceiling]
        return Missing(closed, [one for one in gone if one not in ceiling], sorted(elsewhere), run_id)
    if rules.may_close_missing(missing=len(gone), listed=len(listed), read=read):
        return Missing(closed=gone, elsewhere=sorted(elsewhere))
    return Missing(withheld=gone, elsewhere=sorted(elsewhere))


def agreed(source: Source) -> tuple[int | None, frozenset[str]]:
    """Return the newest run of a source whose withheld list was agreed to and not yet carried out, and that list."""
    waiting = ImportRun.objects.filter(source=source, agreed_at__isnull=False, agreement_used=False)
    run_id = waiting.order_by("-started_at", "-pk").values_list("pk", flat=True).first()
    return run_id, frozenset(withheld_in(run_id)) if run_id else frozenset()


def withheld_in(run_id: int) -> list[str]:
    """Return the records that a run withheld."""
    return list(ImportRow.objects.filter(run_id=run_id, kind="withheld").values_list("record", flat=True))


def close(cursor: Any, service_ids: Iterable[int], *, at: datetime) -> None:
    """Mark entries as gone from their list; they stay for the people linked to them, whose workers hear of it."""
    gone = list(service_ids)
    cursor.execute(
        "UPDATE directory_service SET listing = 'gone', gone_on = %s, changed_at = %s WHERE id = ANY(%s)",
        [at.date(), at, gone],
    )
    entry_changed(gone)
