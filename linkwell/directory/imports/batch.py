"""One batch of new or changed records → rows of every table."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from linkwell.directory import derive
from linkwell.directory.imports import places, raws, rows, write
from linkwell.directory.imports.corrections import Corrections
from linkwell.directory.imports.rows import Values
from linkwell.directory.records import Issue, ServiceRecord
from linkwell.matching.recognise import Recognised
from linkwell.places.queries import outcodes_by_area

# Columns that come from what hangs on an entry; a line of a list leaves them as a full record set them.
TOLD_IN_FULL_ONLY = {
    "service": (
        "modes", "modes_text", "languages", "access_yes", "access_no", "slots", "times_text", "is_free", "cost_text",
        "how_to_join", "what_to_bring", "entry_routes", "eligibility_text", "area_text", "area_outcodes",
        "need_codes", "strong_needs", "more",
    ),
    "organisation": ("identifiers", "more"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Taken:
    """A record, what of it is kept beside our rows, and what was worked out of it."""

    record: ServiceRecord
    digest: bytes
    said: raws.Said | None
    is_new: bool  # no entry of its id stands yet, so that nothing hangs on one
    needs: list[Recognised]
    row: Values


class Batch:
    """Collects records and writes them together; what was corrected by hand stays as it is."""

    def __init__(
        self,
        cursor: Any,
        *,
        source_id: int,
        list_name: str,
        run_id: int | None,
        at: datetime,
        corrections: Corrections,
    ) -> None:
        self.cursor, self.source_id, self.list_name, self.run_id = cursor, source_id, list_name, run_id
        self.at, self.corrections = at, corrections
        self.collected: list[_Taken] = []
        self.asked = 0  # corrected fields that the source has changed since
        self.decided = derive.decided()  # which needs terms and words stand for
        self.areas: dict[str, set[str]] = outcodes_by_area()
        self.detailed: set[str] = set()  # shallow records of this batch whose entries are known in full
        self.known_organisations: dict[str, int] = {}
        self.hidden: set[str] = set()  # places of this batch that are not given out

    def __len__(self) -> int:
        return len(self.collected)

    def add(self, record: ServiceRecord, digest: bytes, said: raws.Said | None, *, is_new: bool = False) -> None:
        """Collect a record, and what its source said where that is kept."""
        needs = self._needs(record)
        self.collected.append(_Taken(record, digest, said, is_new, needs, self._row(record, needs)))

    def taken(self) -> Callable[[], list[Issue]]:
        """Return what writes all that was collected; the next may be collected while it does."""
        taken, self.collected = self.collected, []
        return partial(self.write, taken)

    def write(self, taken: list["_Taken"]) -> list[Issue]:
        """Write what was taken; return what placing the records mended."""
        if not taken:
            return []
        issues: list[Issue] = []
        services = [one.record for one in taken]
        self.detailed = write.with_details(
            self.cursor, self.source_id, [record.external_id for record in services if record.is_shallow]
        )
        organisations = self._organisations(services)
        locations = self._locations(services, issues)
        terms = self._terms(services)
        children: dict[str, list[Values]] = defaultdict(list)
        ids = self._services(taken, organisations, children)
        told = [record for record in services if record.external_id not in self.detailed]
        for record in told:
            self._children(record, ids[record.external_id], locations, terms, children)
        self._organisation_children(told, organisations, children)
        self._location_children(told, locations, children)
        owners = [
            organisations[one.organisation.external_id] for one in told if one.organisation and one.organisation.name
        ]
        stood = {one.record.external_id: ids[one.record.external_id] for one in taken if not one.is_new}
        services_told = [stood[record.external_id] for record in told if record.external_id in stood]
        by_hand = {(table, ids[one.external_id]) for one in told for table in self.corrections.hanging(one.external_id)}
        write.replace_children(self.cursor, services_told, owners, locations.values(), children, by_hand)
        if stood:
            write.keep_hand_needs(self.cursor, list(stood.values()))
            derive.refresh_search(write.pass_on_joined(self.cursor, list(stood.values()), at=self.at))
        said = [(ids[one.record.external_id], one.said) for one in taken if one.said]
        raws.keep(self.cursor, said, run_id=self.run_id, at=self.at)
        return issues

    def _organisations(self, services: list[ServiceRecord]) -> dict[str, int]:
        given = {one.organisation.external_id: one.organisation for one in services if one.organisation}
        named = {key: one for key, one in given.items() if one.name}
        values = [rows.organisation(one, source_id=self.source_id, at=self.at) for one in named.values()]
        in_full = {one.organisation.external_id for one in services
                   if one.organisation and one.external_id not in self.detailed}  # fmt: skip
        held = self._held_rows("organisation", list(named), listed=set(named) - in_full)
        ids = write.merge(self.cursor, "directory_organisation", values)
        self._give_back("organisation", held)
        self.known_organisations |= ids
        if only_ids := [key for key in given if key not in ids and key not in self.known_organisations]:
            self.cursor.execute(
                "SELECT external_id, id FROM directory_organisation WHERE source_id = %s AND external_id = ANY(%s)",
                [self.source_id, only_ids],
            )
            self.known_organisations |= dict(self.cursor.fetchall())
        return ids

    def _locations(self, services: list[ServiceRecord], issues: list[Issue]) -> dict[str, int]:
        hidden = {place.external_id for one in services if one.is_undisclosed for place in one.locations}
        self.hidden = hidden = hidden | self._still_hidden(services)
        given = {
            place.external_id: (place, one.external_id)
            for one in services
            if not self.corrections.keeps(one.external_id, "places")
            for place in one.locations
        }
        known = places.known_points(place for place, _ in given.values())
        values = []
        for external_id, (place, of) in given.items():
            is_hidden = external_id in hidden
            point = places.point_of(place, known, is_undisclosed=is_hidden, issues=issues, of=of)
            values.append(rows.location(place, point, source_id=self.source_id, is_undisclosed=is_hidden))
        return write.merge(self.cursor, "directory_location", values)

    def _still_hidden(self, services: list[ServiceRecord]) -> set[str]:
        """Return the places among the records that are undisclosed so far."""
        here = {place.external_id for one in services for place in one.locations}
        self.cursor.execute(
            "SELECT external_id FROM directory_location"
            " WHERE source_id = %s AND external_id = ANY(%s) AND is_undisclosed",
            [self.source_id, list(here)],
        )
        return {external_id for (external_id,) in self.cursor.fetchall()}

    def _terms(self, services: list[ServiceRecord]) -> dict[str, int]:
        given = {term.external_id: term for one in services for term in one.terms}
        values = [{"source_id": self.source_id, **rows.columns(term, but="value")} for term in given.values()]
        return write.merge(self.cursor, "directory_taxonomyterm", values)

    def _services(
        self,
        taken: list["_Taken"],
        organisations: dict[str, int],
        children: dict[str, list[Values]],
    ) -> dict[str, int]:
        values = []
        for one in taken:
            of = one.record.organisation.external_id if one.record.organisation else ""
            one.row["organisation_id"] = organisations.get(of) or self.known_organisations.get(of)
            kept = {"list_name": self.list_name, "record_hash": one.digest, "read_run_id": self.run_id}
            values.append(one.row | kept | {"gone_on": None})
        held = self._held_rows("service", [one.record.external_id for one in taken], listed=self.detailed)
        ids = write.merge(self.cursor, "directory_service", values)
        self._give_back("service", held)
        told = [(one, ids[one.record.external_id]) for one in taken if one.record.external_id not in self.detailed]
        derive.refresh_search([ids[external_id] for external_id, _, _ in held])
        for one, pk in told:
            self.asked += self.corrections.compare(one.record, pk, one.row, self._row)
            children["directory_serviceneed"] += [
                {"service_id": pk, "code": need.code, "why": need.why, "phrase": need.phrase} for need in one.needs
            ]
        return ids

    def _needs(self, record: ServiceRecord) -> list[Recognised]:
        return derive.needs_of(
            name=record.name,
            text=record.description_text,
            terms=[t.name for t in record.terms],
            mapped=record.need_codes,
            by=self.decided,
        )

    def _row(self, record: ServiceRecord, needs: Sequence[Recognised] = ()) -> Values:
        return rows.service(record, needs, self.areas, source_id=self.source_id, at=self.at)

    def _children(
        self,
        record: ServiceRecord,
        pk: int,
        locations: dict[str, int],
        terms: dict[str, int],
        children: dict[str, list[Values]],
    ) -> None:
        of = {"service_id": pk}
        children["directory_serviceatlocation"] += [
            {
                **of,
                "location_id": locations[place.external_id],
                "external_id": "",
                "description": "" if place.external_id in self.hidden else place.said,
            }
            for place in record.locations
            if place.external_id in locations
        ]
        children["directory_schedule"] += [
            {**of, "position": n, "location_id": locations.get(one.place), **rows.columns(one, but="place")}
            for n, one in enumerate(record.schedules)
        ]
        children["directory_costoption"] += [
            {**of, "position": n, **rows.columns(one)} for n, one in enumerate(record.costs)
        ]
        children["directory_phone"] += [
            {**of, "organisation_id": None, "position": n, **rows.columns(one)} for n, one in enumerate(record.phones)
        ]
        children["directory_contact"] += [
            {**of, "organisation_id": None, "position": n, **rows.columns(one)} for n, one in enumerate(record.contacts)
        ]
        children["directory_language"] += [{**of, **rows.columns(one)} for one in record.languages]
        children["directory_servicearea"] += [{**of, **rows.columns(one)} for one in record.areas]
        children["directory_capacity"] += [{**of, **rows.columns(one)} for one in record.capacities]
        children["directory_attribute"] += [
            {**of, "term_id": terms[one.external_id], "value": one.value} for one in record.terms
        ]
        children["directory_accessibility"] += [
            {**of, "location_id": None, "description": words, "url": ""} for words in record.access_texts
        ]

    def _organisation_children(
        self, services: list[ServiceRecord], organisations: dict[str, int], children: dict[str, list[Values]]
    ) -> None:
        given = {
            one.organisation.external_id: one.organisation
            for one in services
            if one.organisation and one.organisation.name
        }
        for external_id, one in given.items():
            of = {"service_id": None, "organisation_id": organisations[external_id]}
            children["directory_phone"] += [
                {**of, "position": n, **rows.columns(phone)} for n, phone in enumerate(one.phones)
            ]
            children["directory_contact"] += [
                {**of, "position": n, **rows.columns(person)} for n, person in enumerate(one.contacts)
            ]

    def _location_children(
        self, services: list[ServiceRecord], locations: dict[str, int], children: dict[str, list[Values]]
    ) -> None:
        given = {place.external_id: place for one in services for place in one.locations}
        for external_id, place in given.items():
            if external_id not in locations:
                continue  # its service has places that a hand decided
            of = {"service_id": None, "location_id": locations[external_id]}
            children["directory_accessibility"] += [
                {**of, "description": words, "url": place.access_links.get(words, "")} for words in place.access_texts
            ]

    def _held_rows(
        self, kind: str, external_ids: list[str], *, listed: Collection[str]
    ) -> list[tuple[str, list[str], tuple[Any, ...]]]:
        """Return (external id, fields, values) of what must stay: put right by hand, or not told by a mere list."""
        found = []
        for external_id in external_ids:
            fields = self.corrections.columns(kind, external_id)
            if external_id in listed:
                fields = list(dict.fromkeys([*fields, *TOLD_IN_FULL_ONLY[kind]]))
            if fields:
                self.cursor.execute(
                    f"SELECT {', '.join(fields)} FROM directory_{kind} WHERE source_id = %s AND external_id = %s",
                    [self.source_id, external_id],
                )
                if (row := self.cursor.fetchone()) is not None:
                    found.append((external_id, fields, row))
        return found

    def _give_back(self, kind: str, held: list[tuple[str, list[str], tuple[Any, ...]]]) -> None:
        for external_id, fields, row in held:
            self.cursor.execute(
                f"UPDATE directory_{kind} SET {', '.join(f'{field} = %s' for field in fields)}"
                " WHERE source_id = %s AND external_id = %s",
                [*row, self.source_id, external_id],
            )
