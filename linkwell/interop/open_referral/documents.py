"""One JSON file → its records as raw slices, and what its envelope says of the list they come from."""

import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from linkwell.interop.encodings import to_text
from linkwell.interop.errors import CannotRead

LIST_KEYS = ("contents", "content", "services", "items", "results", "data")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


@dataclass
class Document:
    """The records of a file in order, each as bytes; `base` is the JSON path of the list they stand in."""

    records: list[bytes]
    base: str = "$"
    is_list: bool = True
    is_whole_list: bool = True
    envelope: dict[str, Any] = field(default_factory=dict)
    mended: list[str] = field(default_factory=list)  # what was wrong with the file as a whole
    cut_off: bool = False  # the file ends inside its last record

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
    def number(*names: str) -> int | None:
        values = (envelope.get(name) for name in names)
        return next((value for value in values if isinstance(value, int) and not isinstance(value, bool)), None)

    pages, total = number("total_pages", "totalPages"), number("total_items", "totalElements")
    first = envelope.get("first_page", envelope.get("first"))
    last = envelope.get("last_page", envelope.get("last"))
    one_page = pages is not None and pages <= 1 or (pages is None and first is True and last is True)
    whole = one_page and (total is None or total <= len(records))
    return Document(records, base=f"$.{key}", is_whole_list=whole, envelope=envelope)


def _lenient(data: bytes) -> Document:
    """Cut a damaged file into its records by counting brackets, so that one bad record spoils no other."""
    text = data.decode("utf-8", errors="replace")
    if lines := _json_lines(text):
        return Document(lines, base="line", mended=[])
    start, base, envelope = 0, "$", ""
    if text[0] == "{":
        found = re.search(rf'"({"|".join(LIST_KEYS)})"\s*:\s*\[', text)
        first_object = text.find("{", 1)
        if found is None or (0 < first_object < found.start()):
            return Document([data], is_list=False, is_whole_list=False, mended=["The file is not valid JSON"])
        start, base, envelope = found.end() - 1, f"$.{found[1]}", text[: found.start()]
    spans, depth, begin, closed = [], 0, 0, False
    for token in _TOKEN.finditer(text, start):
        mark = token[0]
        if mark in "[{":
            depth += 1
            begin = token.start() if depth == 2 else begin
        elif mark in "]}":
            depth -= 1
            if depth == 1:
                spans.append((begin, token.end()))
            if depth <= 0:
                closed = True
                break
    cut_off = not closed and depth >= 2
    if cut_off:
        spans.append((begin, len(text)))
    if not spans:
        raise CannotRead("This file is not JSON that can be read: no record was found in it.")
    records = [text[begin:end].encode() for begin, end in spans]
    numbers = {name: int(value) for name, value in re.findall(r'"(\w+)"\s*:\s*(\d{1,9})\b', envelope)}
    document = _enveloped(records, base[2:], numbers) if base != "$" else Document(records)
    document.mended.append("The file is not valid JSON: its records were read one by one")
    document.cut_off = cut_off
    document.is_whole_list = document.is_whole_list and closed
    return document


def _json_lines(text: str) -> list[bytes]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    whole = [line for line in lines if line[0] == "{" and line[-1] == "}"]
    return [line.encode() for line in lines] if len(lines) > 1 and len(whole) == len(lines) else []
