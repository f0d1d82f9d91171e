"""Telephone numbers out of the words around them."""

import re
from typing import NamedTuple

SHORT = frozenset({"101", "105", "111", "119", "999"})

_NUMBER = re.compile(r"(?<![\d@\w/])(?:\+|\()?\d+\)?(?:(?: ?- ?(?=\d{3})|[ .]{0,2})\(?\d+\)?)*")
_EXTENSION = re.compile(r"\s*,?\s*\(?(?:ext(?:ension)?|x|option|press)\.?\s*(?:no\.?\s*)?(\d{1,6})\b\)?", re.IGNORECASE)
_LEADING = re.compile(r"^(?:or|and|tel(?:ephone)?(?: no)?|phone|call|ring|t)\b[\s:.,;]*", re.IGNORECASE)
_NO_DIGIT, _NOT_DIALLED, _WORD = re.compile(r"\D"), re.compile(r"[^\d+()]"), re.compile(r"[^\W\d]{2}")
_EDGES = " \t\r\n:;,.-–—\"'()/|&+"


class Dialled(NamedTuple):
    """A number as it is dialled, an extension or option, and what it is for."""

    number: str
    extension: str
    label: str


def phones(value: str) -> list[Dialled]:
    """Return the telephone numbers in a text, each with the words before it (or after, for a single one)."""
    found: list[Dialled] = []
    read_to = 0
    for match in _NUMBER.finditer(value):
        digits = _NO_DIGIT.sub("", match[0])
        if match.start() < read_to or not (6 <= len(digits) <= 15 or digits in SHORT):
            continue
        label = _words(value[read_to : match.start()])
        extension = _EXTENSION.match(value, match.end())
        read_to = extension.end() if extension else match.end()
        found.append(Dialled(_number(match[0]), extension[1] if extension else "", label))
    if len(found) == 1 and not found[0].label:
        return [found[0]._replace(label=_words(value[read_to:]))]
    return found


def _number(text: str) -> str:
    balanced = text if text.count("(") == text.count(")") else text.replace("(", "").replace(")", "")
    return " ".join(_NOT_DIALLED.sub(" ", balanced).split())


def _words(text: str) -> str:
    words = _LEADING.sub("", text.strip(_EDGES)).strip(_EDGES)
    return words[:120] if _WORD.search(words) else ""
