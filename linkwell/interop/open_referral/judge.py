"""Does a feed comply? Walks its endpoints and pages as the official validator does, and says what to mend.

Required are `/`, `/services` and `/services/{id}`; what is wrong with the others is a warning.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from linkwell.interop.errors import NotFetched
from linkwell.interop.open_referral import judge_rules as rules
from linkwell.interop.open_referral.judge_rules import Problems
from linkwell.interop.open_referral.schemas import HSDS, ORUK, ORUK_1, Schemas

PER_PAGE = 50
MOST_PAGES = 2_000
REQUIRED = ("/", "/services", "/services/{id}")
_KINDS = {
    "services": "service", "service_at_locations": "service at a location", "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy term", "organizations": "organization",
}  # fmt: skip
_OF = {
    ORUK: ("services", "service_at_locations", "taxonomies", "taxonomy_terms"),
    HSDS: ("services", "service_at_locations", "taxonomies", "taxonomy_terms", "organizations"),
    ORUK_1: ("services", "taxonomies", "organizations"),
}
_RENAMED = {
    "eligibilitys": "minimum_age, maximum_age and attributes", "fundings": "funding", "regular_schedules": "schedules",
    "service_taxonomys": "attributes", "deliverable_type": "attributes", "holiday_schedules": "alert or schedules",
    "physical_addresses": "addresses", "reviews": "nothing: 3.0 has none",
}  # fmt: skip


class Answered(Protocol):
    """What came back."""

    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...


@dataclass
class Endpoint:
    """One endpoint as it was met."""

    path: str
    required: bool
    answered: bool = False
    records: int = 0
    pages: int = 0


@dataclass
class Judgement:
    """What was met, and what there is to mend."""

    profile: str = ORUK
    version: str = ""
    by_schemas: bool = False
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)
    notes: list[str] = field(default_factory=list)

    def verdict(self, path: str) -> str:
        """Return "pass", "fail" or "warn" of an endpoint."""
        endpoint = self.endpoints[path]
        if endpoint.answered and not self.problems.breaks(path):
            return "pass"
        return "fail" if endpoint.required else "warn"

    @property
    def complies(self) -> bool:
        return all(self.verdict(path) != "fail" for path in self.endpoints)


class Judge:
    """Walks one feed. `get` fetches an address; `schemas` gives the profile's schemas, None where there are none."""

    def __init__(
        self,
        base: str,
        get: Callable[[str], Answered],
        schemas: Callable[[str], Schemas | None],
        *,
        most_by_id: int = 100,
        progress: Callable[[str, int], None] = lambda what, done: None,
    ) -> None:
        self.base, self.get, self.most_by_id, self.progress = base.rstrip("/"), get, most_by_id, progress
        self.judgement = Judgement()
        self._find_schemas = schemas
        self.schemas: Schemas | None = None

    def run(self) -> Judgement:
        """Return what was found."""
        self._root()
        if self.judgement.profile != ORUK_1:  # which has none
            self.schemas = self._find_schemas(self.judgement.profile)
        self.judgement.by_schemas = self.schemas is not None
        for name in _OF[self.judgement.profile]:
            self._list(name)
        return self.judgement

    def _note(self, path: str, words: str, example: str = "") -> None:
        self.judgement.problems.add(path, words, example, must=True)

    def _endpoint(self, path: str) -> Endpoint:
        return self.judgement.endpoints.setdefault(path, Endpoint(path, path in REQUIRED))

    def _ask(self, path: str, address: str) -> Any:
        """Return the JSON of an address, or None with the reason noted."""
        try:
            answer = self.get(f"{self.base}{address}")
            value = json.loads(answer.body)
        except NotFetched as fault:
            self._note(path, f"It does not answer as it should: {fault}", address)
            return None
        except (ValueError, RecursionError):
            self._note(path, "It answers with something that is not JSON", address)
            return None
        if answer.headers.get("access-control-allow-origin") != "*":
            self._note(path, "Send the header Access-Control-Allow-Origin: * so that pages of other sites can read it")
        return value

    def _root(self) -> None:
        endpoint = self._endpoint("/")
        found = self._ask("/", "/")
        if not isinstance(found, dict) or "version" not in found:
            listed = self._peek()
            if listed is not None and "content" in listed and "contents" not in listed:
                self._is_first_version()
            else:
                self._note("/", "Answer with version, profile and openapi_url")
            return
        endpoint.answered = True
        self.judgement.version = str(found["version"])
        is_uk = "UK" in self.judgement.version.upper() or not str(found.get("openapi_url")).startswith(
            "https://raw.githubusercontent.com/openreferral/"
        )
        self.judgement.profile = ORUK if is_uk else HSDS
        for name in ("version", "openapi_url", *(("profile",) if is_uk else ())):
            if not found.get(name):
                self._note("/", f"Add `{name}`: the standard demands it")
        for name in ("profile", "openapi_url"):
            if found.get(name) and not str(found[name]).startswith(("https://", "http://")):
                self._note("/", f"Write `{name}` as a whole web address", str(found[name]))

    def _peek(self) -> dict[str, Any] | None:
        try:
            found = json.loads(self.get(f"{self.base}/services?page=1").body)
        except (NotFetched, ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def _is_first_version(self) -> None:
        """Say what keeps a feed of version 1.0 from being one of 3.0; it is then judged as what it is."""
        self.judgement.profile = ORUK_1
        self.judgement.endpoints.pop("/")
        self.judgement.problems.found.clear()
        self.judgement.notes.append(
            "This is a feed of Open Referral UK 1.0. For 3.0 it lacks: `/` with version, profile and openapi_url;"
            " pages with total_items, total_pages, page_number, size, first_page, last_page, empty and contents;"
            " taxonomy_terms and service_at_locations."
        )

    def _list(self, name: str) -> None:
        path, number, seen = f"/{name}", 0, dict[str, Any]()
        endpoint = self._endpoint(path)
        records, pages = 0, 1
        while number < min(pages, MOST_PAGES):
            number += 1
            page = self._ask(path, f"{path}?{urlencode({'page': number, 'per_page': PER_PAGE})}")
            contents = self._contents(page)
            if contents is None:
                if page is not None:
                    self._note(path, "Answer with pages whose results stand in a list called contents")
                return
            endpoint.answered, endpoint.pages = True, number
            records += len(contents)
            pages = self._pages(page)
            for words in rules.of_envelope(page, number=number, seen=records):
                self._note(path, words, f"page {number}")
            new = [one for one in contents if self._record(path, name, one, seen, in_list=True)]
            self.progress(path, records)
            if contents and not new:
                self._note(path, "Give each page results of its own: pages repeat each other", f"page {number}")
                break
        endpoint.records = records
        self._by_id(name, seen)

    def _contents(self, page: Any) -> list[Any] | None:
        if not isinstance(page, dict):
            return None
        found = page.get("contents", page.get("content") if self.judgement.profile == ORUK_1 else None)
        return found if isinstance(found, list) else None

    def _pages(self, page: dict[str, Any]) -> int:
        found = page.get("total_pages", page.get("totalPages", 1))
        return found if isinstance(found, int) and not isinstance(found, bool) else 1

    def _record(self, path: str, name: str, record: Any, seen: dict[str, Any], *, in_list: bool) -> bool:
        """Judge one result; say whether its id is new."""
        if not isinstance(record, dict):
            self._note(path, "Write each result as an object")
            return False
        entry = str(record.get("id") or "")
        self._shape(path, name, record, entry, in_list=in_list)
        for where in set(rules.empty_values(record)):
            self._note(path, f"Leave out `{where}` where it has no value: it is null or empty", entry)
        if self.judgement.profile == ORUK_1:
            for old in sorted(set(record) & set(_RENAMED)):
                self.judgement.problems.add(path, f"For 3.0, write `{old}` as {_RENAMED[old]}", entry, must=False)
        if record.get("assurer_email") or record.get("assured_by"):
            self.judgement.problems.add(path, "Think about `assurer_email`: it names a person to the world", must=False)
        if not entry or not in_list:
            return True
        if entry in seen:
            self._note(path, "Give each result an id that no other result on any page has", entry)
            return False
        seen[entry] = record.get("name")
        return True

    def _shape(self, path: str, name: str, record: dict[str, Any], entry: str, *, in_list: bool) -> None:
        kind = _KINDS[name] + (" in a list" if in_list and name not in ("taxonomies", "taxonomy_terms") else "")
        if self.schemas is not None:
            for words in rules.of_schema(self.schemas, kind, record):
                self._note(path, words, entry or str(record.get("name") or ""))
            return
        for field_name in ("id", "name")[: 1 if name == "service_at_locations" else 2]:
            if not record.get(field_name):
                self._note(path, f"Add `{field_name}`: the standard demands it", entry)
        if entry and not rules.is_uuid(entry) and self.judgement.profile != ORUK_1:
            self._note(path, "Write `id` as an id written as a UUID", entry)

    def _by_id(self, name: str, seen: dict[str, Any]) -> None:
        """Ask for results of the list by their ids: the first, the last, and some between."""
        path = f"/{name}/{{id}}"
        endpoint = self._endpoint(path)
        entries = list(seen)
        step = max(len(entries) // self.most_by_id, 1)
        chosen = dict.fromkeys([*entries[::step][: self.most_by_id], *entries[-1:]])
        for done, entry in enumerate(chosen):
            found = self._ask(path, f"/{name}/{quote(entry, safe='')}")
            if found is None:
                continue
            endpoint.answered = True
            endpoint.records += 1
            if not isinstance(found, dict) or str(found.get("id")) != entry:
                self._note(path, "Answer with the result whose id was asked for", entry)
                continue
            if seen[entry] and found.get("name") != seen[entry]:
                self._note(path, "Let the list and the result itself say the same name under one id", entry)
            self._record(path, name, found, {}, in_list=False)
            self.progress(path, done + 1)
        if not entries:
            endpoint.answered = True  # nothing is there to be asked for
