"""One JSON file → its records as raw slices, and what its envelope says of the list they come from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from linkwell.interop.encodings import to_text
from linkwell.interop.errors import CannotRead

LIST_KEYS = ("contents", "content", "services", "items", "results", "data")
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[\[\]{}]')


@dataclass
class Document:
    """The records of a file in order, each as bytes; `base` is the JSON path of the list they stand in."""

    records: Sequence[bytes]
    base: str = "$"
    is_list: bool = True
    is_whole_list: bool = True
    envelope: dict[str, Any] = field(default_factory=dict)
    mended: list[str] = field(default_factory=list)  # what was wrong with the file as a whole
    cut_off: bool = False  # the file ends inside its last record

    def said(self, *names: str) -> int | None:
        """Return the first number that the envelope gives under one of the names."""
        values = (self.envelope.get(name) for name in names)
        return next((value for value in values if isinstance(value, int) and not isinstance(value, bool)), None)

    @property
    def total(self) -> int | None:
        """How many services the feed says that it has."""
        return self.said("total_items", "totalElements")

    @property
    def pages(self) -> int | None:
        """How many pages the feed says that it has."""
        return self.said("total_pages", "totalPages")

    @property
    def says_last(self) -> bool:
        """Whether no page follows by the envelope's own word; a bare list has no pages."""
        last = self.envelope.get("last_page", self.envelope.get("last")) is True
        return last or self.envelope.get("empty") is True or not self.envelope

    def path(self, number: int) -> str:
        return f"{self.base}[{number}]" if self.is_list else "$"


def split(data: bytes) -> Document:
    """Return the document; raise CannotRead where the file is no JSON at all."""
    mended = []
    text_bytes = data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        text, encoding = to_text(data)
        text_bytes, mended = text.encode("utf-8", errors="replace"), [f"The file is in {encoding}, not UTF-8"]
    else:
        text_bytes = data.removeprefix(b"\xef\xbb\xbf")
    text_bytes = text_bytes.strip(b" \t\r\n\0\xef\xbb\xbf")
    if text_bytes[:1] not in (b"[", b"{"):
        raise CannotRead(
            "This file is not JSON: it should start with [ or {. If it is a spreadsheet, add --format csv."
        )
    document = _strict(text_bytes) or _lenient(text_bytes)
    document.mended[:0] = mended
    return document


def _strict(data: bytes) -> Document | None:
    try:
        if data[:1] == b"[":
            return Document([bytes(raw) for raw in msgspec.json.decode(data, type=list[msgspec.Raw])])
        members = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        for key in LIST_KEYS:
            if bytes(members.get(key, b""))[:1] == b"[" and "name" not in members:
                records = [bytes(raw) for raw in msgspec.json.decode(members[key], type=list[msgspec.Raw])]
                return _enveloped(records, key, {name: _decoded(raw) for name, raw in members.items() if name != key})
        return Document([data], is_list=False, is_whole_list=False)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _decoded(raw: msgspec.Raw) -> Any:
    return msgspec.json.decode(raw) if len(raw) < 1_000 else None


def _enveloped(records: list[bytes], key: str, envelope: dict[str, Any]) -> Document:
    found = Document(records, base=f"$.{key}", envelope=envelope)
    first = envelope.get("first_page", envelope.get("first"))
    one_page = (
        found.pages is not None and found.pages <= 1 or (found.pages is None and first is True and found.says_last)
    )
    found.is_whole_list = one_page and (found.total is None or found.total <= len(records))
    return found


def _lenient(data: bytes) -> Document:
    """Cut a damaged file into its records by its brackets, so that one bad record spoils no other."""
    text = data.decode("utf-8", errors="replace")
    if lines := _json_lines(text):
        return Document(lines, base="line", mended=[])
    start, key, envelope = 0, "", ""
    if text[0] == "{":
        found = re.search(rf'"({"|".join(LIST_KEYS)})"\s*:\s*\[', text)
        if found is None or 0 < text.find("{", 1) < found.start():
            return Document([data], is_list=False, is_whole_list=False, mended=["The file is not valid JSON"])
        start, key, envelope = found.end() - 1, found[1], text[: found.start()]
    cut = _Cut(text, start)
    if not cut.spans:
        raise CannotRead("This file is not JSON that can be read: no record was found in it.")
    records = [text[begin:end].encode() for begin, end in cut.spans]
    numbers = {name: int(value) for name, value in re.findall(r'"(\w+)"\s*:\s*(\d{1,9})\b', envelope)}
    document = _enveloped(records, key, numbers) if key else Document(records)
    document.mended.append("The file is not valid JSON: its records were read one by one")
    document.cut_off = not cut.is_closed
    document.is_whole_list = document.is_whole_list and cut.is_sound
    return document


class _Cut:
    """The spans of the objects of a list, found by matching brackets and recovering where they do not match."""

    def __init__(self, text: str, start: int) -> None:
        self.text, self.spans, self.open = text, list[tuple[int, int]](), list[str]()
        self.begin, self.is_closed, self.is_sound = start, False, True
        for token in _TOKEN.finditer(text, start):
            if token[0] in "[{":
                self._opens(token[0], token.start())
            elif token[0] in "]}":
                self._closes(token[0], token.end())
            if self.is_closed:
                break
        if not self.is_closed:
            self.is_sound = False
            if len(self.open) >= 2:
                self.spans.append((self.begin, len(text)))

    def _opens(self, mark: str, at: int) -> None:
        inside_object = len(self.open) >= 2 and self.open[-1] == "{"
        if mark == "{" and inside_object and self.text[self.begin : at].rstrip()[-1:] == ",":
            # An object cannot follow a comma inside another: the record before was never closed.
            self.spans.append((self.begin, self.text.rindex(",", self.begin, at)))
            del self.open[1:]
            self.is_sound = False
        if len(self.open) == 1:
            self.begin = at
        self.open.append(mark)

    def _closes(self, mark: str, end: int) -> None:
        wanted = "[" if mark == "]" else "{"
        if wanted not in self.open[1:]:
            if mark == "]" and not _more_records(self.text, end):
                if len(self.open) > 1:  # the list ends inside its last record
                    self.spans.append((self.begin, end - 1))
                    self.is_sound = False
                self.is_closed = True
            else:
                self.is_sound = False  # a stray bracket between two records
            return
        while self.open.pop() != wanted:
            self.is_sound = False
        if len(self.open) == 1:
            self.spans.append((self.begin, end))


def _more_records(text: str, end: int) -> bool:
    return bool(re.match(r"\s*,?\s*\{", text[end : end + 200]))


def _json_lines(text: str) -> list[bytes]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    whole = [line for line in lines if line[0] == "{" and line[-1] == "}"]
    return [line.encode() for line in lines] if len(lines) > 1 and len(whole) == len(lines) else []
