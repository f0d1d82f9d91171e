"""Fields that a hand put right, or that were taken from a joined entry: kept, and asked about once the source changes.

For each of them what the source said at the time is known: the record that was read last before. As long as it
says the same, nothing happens; once it says something else, our value stays in force and a person is asked, with
both sides shown.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from linkwell.directory.imports import raws
from linkwell.directory.models import FieldSource, Question, Service, Source
from linkwell.directory.records import ServiceRecord

# Fields that are one thing to a person: the first is shown and asked about, all of them are kept or taken together.
TOGETHER = (
    ("times_text", "slots", "schedules"),
    ("description_text", "description"),
    ("cost_text", "is_free", "costs"),
    ("languages", "language_rows"),
)
# What hangs on an entry → its table; held, the rows stay as they are.
ROWS = {
    "schedules": "directory_schedule",
    "places": "directory_serviceatlocation",
    "costs": "directory_costoption",
    "language_rows": "directory_language",
    "phones": "directory_phone",
    "capacities": "directory_capacity",
}
NEVER_ASKED = frozenset({"is_undisclosed", "listing", "capacities"})  # these have a word of their own
Values = dict[str, Any]


def group_of(field: str) -> tuple[str, ...]:
    """Return the fields that are kept or taken together with one."""
    return next((group for group in TOGETHER if field in group), (field,))


def told(field: str, row: Values, record: ServiceRecord) -> Any:
    """Return what a record says of a field, as a person may compare it."""
    if field == "phones":
        return [" ".join(filter(None, (one.number, one.label))) for one in record.phones]
    if field == "places":
        return [", ".join(filter(None, (one.name, one.address, one.town, one.postcode))) for one in record.locations]
    return row.get(field)


def held_now(service_id: int, field: str) -> Any:
    """Return what an entry holds of a field, in the shape of `told`."""
    if field == "phones":
        rows = Service.objects.get(pk=service_id).phones.order_by("position")
        return [" ".join(filter(None, pair)) for pair in rows.values_list("number", "label")]
    if field == "places":
        rows = Service.objects.get(pk=service_id).at_locations.order_by("pk")
        names = ("location__name", "location__address", "location__town", "location__postcode")
        return [", ".join(filter(None, row)) for row in rows.values_list(*names)]
    return Service.objects.filter(pk=service_id).values_list(field, flat=True).get()


@dataclass
class _Correction:
    """One field, and what its source said when it was corrected."""

    pk: int
    field: str
    said: Any
    said_known: bool
    by_hand: bool


class Corrections:
    """The corrected fields of one source's entries, and what an import has to say to them."""

    def __init__(self, source: Source, *, run_id: int | None, at: datetime) -> None:
        self.source, self.run_id, self.at = source, run_id, at
        self.found: dict[str, list[_Correction]] = defaultdict(list)
        for kind in ("service", "organisation"):
            rows = FieldSource.objects.filter(**{f"{kind}__source": source}).values_list(
                f"{kind}__external_id", "pk", "field", "said", "said_known", "taken_from_id"
            )
            for external_id, pk, field, said, known, taken_from in rows:
                one = _Correction(pk, field, said, known, by_hand=taken_from is None)
                self.found[f"{kind}:{external_id}"].append(one)

    def columns(self, kind: str, external_id: str) -> list[str]:
        """Return the columns of an entry that an import leaves alone."""
        return [one.field for one in self.found.get(f"{kind}:{external_id}", ()) if one.field not in ROWS]

    def hanging(self, external_id: str) -> list[str]:
        """Return the tables whose rows of a service an import leaves alone."""
        return [ROWS[one.field] for one in self.found.get(f"service:{external_id}", ()) if one.field in ROWS]

    def keeps(self, external_id: str, field: str) -> bool:
        """Say whether a field of a service, or what hangs on it, is left alone."""
        return any(one.field == field for one in self.found.get(f"service:{external_id}", ()))

    def compare(
        self, record: ServiceRecord, service_id: int, row: Values, read_before: Callable[[ServiceRecord], Values]
    ) -> int:
        """Ask where the source changed a corrected field of a service; return how many questions are open on it.

        `read_before` turns the record that was kept from the last reading into a row.
        """
        mine = self.found.get(f"service:{record.external_id}", ())
        fields = {one.field for one in mine}
        asked = 0
        for one in mine:
            lead = group_of(one.field)[0]
            derived = one.field in ROWS and one.field not in ("phones", "places")
            if one.field in NEVER_ASKED or derived or (one.field != lead and lead in fields):
                continue
            if not one.said_known:
                before = raws.last_read(service_id)
                said = told(one.field, read_before(before) if before else row, before or record)
                FieldSource.objects.filter(pk=one.pk).update(said=said, said_known=True)
                one.said, one.said_known = said, True
            asked += self._one(one, service_id, told(one.field, row, record))
        return asked

    def _one(self, one: _Correction, service_id: int, theirs: Any) -> bool:
        waiting = Question.objects.filter(
            service_id=service_id, kind=Question.CORRECTION, field=one.field, settled_at=None
        )
        ours = held_now(service_id, one.field)
        if ours == theirs:
            FieldSource.objects.filter(pk=one.pk).update(said=theirs)
        if ours == theirs or one.said == theirs or not one.by_hand:
            waiting.update(settled_at=self.at, answer="withdrawn")
            return False
        kept = {"ours": ours, "theirs": theirs, "run_id": self.run_id}
        if not waiting.update(**kept):
            Question.objects.create(
                source=self.source, service_id=service_id, kind=Question.CORRECTION, field=one.field,
                asked_at=self.at, **kept,
            )  # fmt: skip
        return True
