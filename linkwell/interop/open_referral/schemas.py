"""The published schemas of Open Referral, from a folder that the adopter names: they are no part of Linkwell."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from linkwell.interop.errors import CannotRead

ORUK, HSDS, ORUK_1 = "Open Referral UK 3.0", "HSDS 3", "Open Referral UK 1.0"
_FOLDERS = {ORUK: ("oruk-3.0", "uk-profile"), HSDS: ("hsds-3.0", "specification")}
_FILES = {
    "service": "service", "service in a list": "service_list", "service at a location": "service_at_location",
    "service at a location in a list": "service_at_location_list", "organization": "organization",
    "organization in a list": "organization_list",
}  # fmt: skip
_PLAIN = {"taxonomy": "taxonomy", "taxonomy term": "taxonomy_term"}
HOW_TO_GET = (
    "The schemas are not part of Linkwell. Get them: `git clone https://github.com/OpenReferralUK/uk-profile` (HSDS:"
    " https://github.com/openreferral/specification), then name the folder: --schemas uk-profile, or LINKWELL_SCHEMAS."
)
FORMATS = FormatChecker()


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    """RFC 3339: a day, a time and a zone."""
    if not isinstance(value, str):
        return True
    return bool(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", value)) and datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("uri", raises=ValueError)
def _is_address(value: object) -> bool:
    """A scheme, and something after it, in characters that may stand in an address."""
    if not isinstance(value, str):
        return True
    parts = urlsplit(value)
    return bool(parts.scheme and (parts.netloc or parts.path)) and not re.search(r"[\s<>\"{}|\\^`]", value)


@dataclass(frozen=True)
class Fault:
    """Where a record breaks a schema: the path without its numbers, the rule, and what stands there."""

    path: str
    rule: str
    wants: Any
    value: Any


@dataclass
class Schemas:
    """The schemas of one profile."""

    profile: str
    folder: Path  # the one that holds `compiled`
    _read: dict[str, Draft202012Validator] = field(default_factory=dict)

    def faults(self, kind: str, record: Any) -> Iterator[Fault]:
        """Return where a record breaks the schema of its kind."""
        for error in self._validator(kind).iter_errors(record):
            path = "".join(f".{part}" if isinstance(part, str) else "[]" for part in error.absolute_path)
            yield Fault(path.removeprefix("."), str(error.validator), error.validator_value, error.instance)

    def _validator(self, kind: str) -> Draft202012Validator:
        if kind not in self._read:
            compiled = self.folder / "compiled" / f"{_FILES.get(kind, '-')}.json"
            found = compiled if compiled.is_file() else self.folder / f"{_PLAIN.get(kind) or _FILES[kind]}.json"
            self._read[kind] = Draft202012Validator(_json(found), registry=self._registry, format_checker=FORMATS)
        return self._read[kind]

    @cached_property
    def _registry(self) -> "Registry[Any]":
        names = sorted(self.folder.glob("*.json"))
        known = [(one.name, Resource(contents=_json(one), specification=DRAFT202012)) for one in names]
        return Registry().with_resources(known)


def load(folder: Path, profile: str) -> Schemas:
    """Return the schemas of a profile; raise CannotRead where the folder holds none of them."""
    inside = [folder / name for name in _FOLDERS.get(profile, ())]
    for place in (*inside, folder):
        for candidate in (place / "schema", place, place.parent):
            if (candidate / "compiled" / "service.json").is_file():
                return Schemas(profile, candidate)
    raise CannotRead(f"{folder} holds no compiled schemas of {profile}. {HOW_TO_GET}")


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise CannotRead(f"The schema {path.name} is missing or cannot be read. {HOW_TO_GET}") from None
