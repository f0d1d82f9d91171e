"""Putting an entry on the list of calls, and taking it off: one open call of an entry at a time."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from linkwell.directory.models import Call

# What asks more of us comes first: a call that stands for a weaker reason takes the stronger one
STRENGTH = {"old": 0, "no_address": 1, "silence": 2, "report": 3, "ring_me": 4}


def add_call(*, service_id: int, why: str, at: datetime, note: str = "") -> None:
    """Put an entry on the list, or give its open call the stronger reason and its turn back."""
    made, is_new = Call.objects.select_for_update().get_or_create(
        service_id=service_id, ended_at=None, defaults={"why": why, "added_at": at, "not_before": at, "note": note}
    )
    if not is_new and STRENGTH[why] > STRENGTH[made.why]:
        made.why, made.not_before, made.note = why, at, note or made.note
        made.save(update_fields=["why", "not_before", "note"])


def add_calls(service_ids: Iterable[int], *, why: str, at: datetime, harm: Mapping[int, float]) -> None:
    """Put entries on the list that do not stand on it."""
    Call.objects.bulk_create(
        [Call(service_id=pk, why=why, added_at=at, not_before=at, harm=harm.get(pk, 0)) for pk in service_ids],
        ignore_conflicts=True,
    )


def end_call(*, service_id: int, outcome: str, at: datetime) -> None:
    """Take an entry off the list, with what came of it."""
    Call.objects.filter(service_id=service_id, ended_at=None).update(ended_at=at, outcome=outcome)
