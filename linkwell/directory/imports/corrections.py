"""Fields that a hand put right, or that were taken from a joined entry: kept, and asked about once the source changes.

For each of them what the source said at the time is stored. As long as it says the same, nothing happens; once it
says something else, our value stays in force and a person is asked, with both sides shown.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from linkwell.directory.models import FieldSource, Question, Source


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

    def fields(self, kind: str, external_id: str) -> list[str]:
        """Return the fields of an entry that an import leaves alone."""
        return [one.field for one in self.found.get(f"{kind}:{external_id}", ())]

    def hides(self, external_id: str) -> bool:
        """Say whether a person decided whether the address of this entry is given out."""
        return "is_undisclosed" in self.fields("service", external_id)

    def compare(self, external_id: str, service_id: int, ours: dict[str, Any], theirs: dict[str, Any]) -> int:
        """Ask where the source changed a corrected field of a service; return how many questions are open on it."""
        asked = 0
        for one in self.found.get(f"service:{external_id}", ()):
            if one.field not in theirs:
                continue
            asked += self._one(one, service_id, ours.get(one.field), theirs[one.field])
        return asked

    def _one(self, one: _Correction, service_id: int, ours: Any, theirs: Any) -> bool:
        open_now = Question.objects.filter(
            service_id=service_id, kind=Question.CORRECTION, field=one.field, settled_at=None
        )
        agrees = ours == theirs
        if not one.said_known or agrees or one.said == theirs or not one.by_hand:
            if not one.said_known or agrees:
                FieldSource.objects.filter(pk=one.pk).update(said=theirs, said_known=True)
            open_now.update(settled_at=self.at, answer="withdrawn")
            return False
        kept = {"ours": ours, "theirs": theirs, "run_id": self.run_id}
        if not open_now.update(**kept):
            Question.objects.create(
                source=self.source, service_id=service_id, kind=Question.CORRECTION, field=one.field,
                asked_at=self.at, **kept,
            )  # fmt: skip
        return True
