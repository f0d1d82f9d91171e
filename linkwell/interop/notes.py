"""Reading one record leniently: every value taken is cleaned, and every change is noted with its path."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from linkwell.directory import markup
from linkwell.directory.records import Issue, PhoneRecord
from linkwell.interop import cleaning
from linkwell.interop.cleaning import Cleaned
from linkwell.interop.phones import phones

NAME, LINE, TEXT = 300, 2_000, 50_000  # longest kept: a name, a line, a description
MOST_ITEMS = 200  # of one list inside one record


@dataclass
class Notes:
    """The repairs of one record."""

    record: str
    issues: list[Issue] = field(default_factory=list)

    def repair(self, path: str, was: Any, now: Any, reason: str) -> None:
        if isinstance(now, date):  # moments too
            now = now.isoformat()
        after = "" if now is None else _one_line(now) if isinstance(now, str) else cleaning.shown(now)
        self.issues.append(Issue("repair", self.record, path, cleaning.shown(was), after, reason))


def _one_line(text: str, limit: int = 160) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


class Node:
    """One object of a record, with where it stands. Reading never raises: what is not there is absent."""

    def __init__(self, value: Any, path: str, notes: Notes) -> None:
        self.value: dict[str, Any] = value if isinstance(value, dict) else {}
        self.path, self.notes = path, notes

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path != "$" else f"$.{key}"

    def raw(self, *keys: str) -> tuple[str, Any]:
        """Return the first of the keys that holds anything, and its value."""
        for key in keys:
            if (value := self.value.get(key)) is not None:
                return key, value
        return keys[0], None

    def words(self, *keys: str, limit: int = LINE, lines: bool = False) -> str:
        """Return tidied words; numbers become words; an object or list is no text."""
        if self.value.keys().isdisjoint(keys):  # said at once: every second key of a record is not there
            return ""
        key, value = self.raw(*keys)
        return "" if value is None else self._text(key, value, limit, lines=lines)

    def _text(self, key: str, value: Any, limit: int, *, lines: bool) -> str:
        if type(value) is str and (kept := cleaning.tidy_already(value, limit=limit, lines=lines)):
            return kept
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.notes.repair(self.at(key), value, None, "Not text: taken as absent")
            return ""
        text = value if isinstance(value, str) else str(value)
        return self._took(key, value, cleaning.tidy(text, limit=limit, lines=lines)) or ""

    def plain(self, *keys: str, limit: int = LINE) -> str:
        """Return text without tags."""
        if self.value.keys().isdisjoint(keys):
            return ""
        key, value = self.raw(*keys)
        text = "" if value is None else self._text(key, value, TEXT, lines=True)
        if markup.is_html(text):
            stripped = markup.plain_text(text)
            self.notes.repair(self.at(key), text, stripped, "Markup removed")
            text = stripped
        if len(text) > limit:
            cut = text[: limit - 1].rstrip() + "…"
            self.notes.repair(self.at(key), text, cut, f"Longer than {limit:,} characters: cut")
            text = cut
        return text

    def html(self, *keys: str) -> tuple[str, str]:
        """Return a description as cleaned HTML and as plain words."""
        text = self.words(*keys, limit=40 * TEXT, lines=True)
        if not text:
            return "", ""
        cleaned, plain = markup.clean_html(text), markup.plain_text(text)
        path = self.at(self.raw(*keys)[0])
        if markup.is_html(text) and cleaned != text:
            self.notes.repair(path, text, cleaned if plain else None, "Markup cleaned by the allow-list")
        if len(cleaned) > TEXT:
            plain = plain[: TEXT // 2] + "…"
            cleaned = markup.clean_html(plain)
            self.notes.repair(path, text, cleaned, f"Longer than {TEXT:,} characters: cut")
        return (cleaned, plain) if plain else ("", "")

    def cleaned(self, clean: Callable[[str], Cleaned], *keys: str) -> Any:
        """Return what a cleaning function leaves of a text."""
        if self.value.keys().isdisjoint(keys):
            return None
        key, value = self.raw(*keys)
        if value is None:
            return None
        if not isinstance(value, str):
            self.notes.repair(self.at(key), value, None, "Not text: taken as absent")
            return None
        if value.strip().casefold() in cleaning.NOTHING:
            return self._took(key, value, Cleaned(None, "Says nothing: taken as absent"))
        return self._took(key, value, clean(value))

    def url(self, *keys: str) -> str:
        return self.cleaned(cleaning.url, *keys) or ""

    def email(self, *keys: str) -> str:
        return self.cleaned(cleaning.email, *keys) or ""

    def day(self, *keys: str) -> date | None:
        return self.cleaned(cleaning.day, *keys)

    def moment(self, *keys: str) -> datetime | None:
        return self.cleaned(cleaning.moment, *keys)

    def age(self, key: str) -> int | None:
        value = self.value.get(key)
        if value is None:
            return None
        if isinstance(value, str) and value.strip().casefold() in cleaning.NOTHING:
            return self._took(key, value, Cleaned(None, "Says nothing: taken as absent"))
        return self._took(key, value, cleaning.age(value))

    def count(self, key: str, *, least: int = 0, most: int = 2**31 - 1) -> int | None:
        """Return a whole number between two bounds."""
        value = self.value.get(key)
        if value is None or value == "":
            return None
        number = cleaning.integer(value)
        if number is None or not least <= number <= most:
            self.notes.repair(self.at(key), value, None, "Not a number that can stand here: taken as absent")
            return None
        return number

    def node(self, key: str) -> "Node | None":
        """Return one object below; the first of a list where a list stands in its place."""
        value = self.value.get(key)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            self.notes.repair(self.at(key), value, value[0], "A list where one object belongs: the first is kept")
            value = value[0]
        if isinstance(value, dict):
            return Node(value, self.at(key), self.notes)
        if value not in (None, "", [], {}):
            self.notes.repair(self.at(key), value, None, "Not an object: taken as absent")
        return None

    def nodes(self, *keys: str) -> Iterable["Node"]:
        """Return the objects of a list below; one object alone counts as a list of one."""
        if self.value.keys().isdisjoint(keys):
            return ()
        key, value = self.raw(*keys)
        return () if value is None or value == "" else self._objects(key, value)

    def _objects(self, key: str, value: Any) -> Iterator["Node"]:
        if isinstance(value, dict):
            yield Node(value, self.at(key), self.notes)
            return
        if not isinstance(value, list):
            self.notes.repair(self.at(key), value, None, "Not a list: taken as absent")
            return
        if len(value) > MOST_ITEMS:
            self.notes.repair(
                self.at(key), f"{len(value)} items", f"{MOST_ITEMS} items", "Too many items: the rest is left out"
            )
        for place, item in enumerate(value[:MOST_ITEMS]):
            if isinstance(item, dict):
                yield Node(item, f"{self.at(key)}[{place}]", self.notes)
            else:
                self.notes.repair(f"{self.at(key)}[{place}]", item, None, "Not an object: left out")

    def telephones(self, *keys: str) -> list[PhoneRecord]:
        """Return the numbers in a text, words split off."""
        key, value = self.raw(*keys)
        text = self.words(*keys)
        if not text:
            return []
        found = [PhoneRecord(*dialled) for dialled in phones(text)]
        if not found:
            self.notes.repair(self.at(key), value, None, "No telephone number in it")
        elif len(found) > 1 or found[0].label or found[0].extension:
            now = "; ".join(f"{phone.number} {phone.label}".strip() for phone in found)
            self.notes.repair(self.at(key), value, now, "Number and words separated")
        elif found[0].number != text:
            self.notes.repair(self.at(key), value, found[0].number, "Marks around the number removed")
        return found

    def _took(self, key: str, was: Any, cleaned: Cleaned) -> Any:
        if cleaned.reason:
            self.notes.repair(self.at(key), was, cleaned.value, cleaned.reason)
        return cleaned.value
