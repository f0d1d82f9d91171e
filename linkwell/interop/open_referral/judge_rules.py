"""What a published record breaks, in plain words: the schemas' rules, and the five that no schema holds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from linkwell.interop.open_referral.schemas import Fault, Schemas

EXAMPLES = 3
_FORMATS = {
    "uuid": "an id written as a UUID", "email": "an e-mail address", "uri": "a whole web address with http:// or https://",
    "date-time": "a moment with its time zone, such as 2026-01-31T09:00:00Z", "date": "a day such as 2026-01-31",
    "time": "a time of day",
}  # fmt: skip
_TYPES = {"string": "text", "number": "a number", "integer": "a whole number", "array": "a list", "object": "an object",
          "boolean": "true or false"}  # fmt: skip
ENVELOPE = ("total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents")
ENVELOPE_1 = ("totalElements", "totalPages", "number", "size", "first", "last", "empty", "content")


@dataclass
class Problem:
    """One thing to mend, however often it was met. `must`: the feed does not comply while it stands."""

    words: str
    must: bool
    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass
class Problems:
    """What was found, grouped by the sentence that says what to mend."""

    found: dict[tuple[str, str], Problem] = field(default_factory=dict)

    def add(self, where: str, words: str, example: str = "", *, must: bool) -> None:
        """Note one more of a kind."""
        problem = self.found.setdefault((where, words), Problem(words, must))
        problem.count += 1
        if example and example not in problem.examples and len(problem.examples) < EXAMPLES:
            problem.examples.append(example)

    def of(self, where: str) -> list[Problem]:
        """Return what was found at one endpoint: first what must be mended, the commonest first."""
        here = [problem for (place, _), problem in self.found.items() if place == where]
        return sorted(here, key=lambda problem: (not problem.must, -problem.count))

    def breaks(self, where: str) -> bool:
        return any(problem.must for problem in self.of(where))


def of_schema(schemas: Schemas, kind: str, record: Any) -> Iterator[str]:
    """Return what a record breaks of its schema, each as a sentence that says what to do."""
    for fault in schemas.faults(kind, record):
        yield from _words(fault)


def _words(fault: Fault) -> Iterator[str]:
    at = f"`{fault.path}`" if fault.path else "the record"
    match fault.rule:
        case "required":
            held = fault.value if isinstance(fault.value, dict) else {}
            for name in fault.wants:
                if name not in held:
                    yield f"Add `{f'{fault.path}.' if fault.path else ''}{name}`: the standard demands it"
        case "type":
            wants = fault.wants if isinstance(fault.wants, list) else [fault.wants]
            yield f"Write {at} as {' or '.join(_TYPES.get(one, one) for one in wants)}, or leave it out"
        case "enum":
            yield f"Write {at} as one of: {', '.join(map(str, fault.wants))}"
        case "format":
            yield f"Write {at} as {_FORMATS.get(fault.wants, fault.wants)}, or leave it out"
        case _:
            yield f"Mend {at}: it breaks the rule {fault.rule} of the schema"


def empty_values(value: Any, path: str = "") -> Iterator[str]:
    """Return the paths of null, empty text, empty lists and empty objects."""
    if value is None or (isinstance(value, str) and not value.strip()) or value in ([], {}):
        yield path
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from empty_values(below, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for below in value:
            yield from empty_values(below, f"{path}[]")


def of_envelope(page: dict[str, Any], *, number: int, seen: int) -> Iterator[str]:
    """Return what is wrong with the numbers around a page; `seen` counts the results up to and with this page."""
    names = ENVELOPE_1 if "content" in page and "contents" not in page else ENVELOPE
    missing = [name for name in names if name not in page]
    if missing:
        yield f"Add to every page: {', '.join(missing)}"
        return
    if unfit := [name for name in names[:4] if not isinstance(page[name], int) or isinstance(page[name], bool)]:
        yield f"Write on every page as a whole number: {', '.join(unfit)}"
        return
    total, pages, here, size, is_first, is_last, empty, contents = (page[name] for name in names)
    wrong = [
        (here != number and not (names is ENVELOPE_1 and here == number - 1),
         f"Say in `{names[2]}` the number of the page that was asked for"),
        (names is ENVELOPE and size != len(contents), f"Say in `{names[3]}` how many results stand on the page"),
        (is_first is not (number == 1), f"Say true in `{names[4]}` on page 1 alone"),
        (is_last is not (number >= pages), f"Say true in `{names[5]}` on the last page alone"),
        (empty is not (not contents), f"Say in `{names[6]}` whether the page holds nothing"),
        (number >= pages and seen != total, f"Say in `{names[0]}` how many results all pages hold together"),
    ]  # fmt: skip
    yield from (words for is_wrong, words in wrong if is_wrong)


def is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False
