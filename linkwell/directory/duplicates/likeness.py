"""How alike two entries are. Pure: no database, no clock.

Points are added up as for a balance of evidence: a like name and a shared telephone number speak for one service;
"Tuesday" against "Thursday", or places far apart, against it. The sum becomes a number between 0 and 1.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

PROPOSED_FROM = 0.6
_BASE = -4.0
_NAME = ((0.95, 4.0), (0.8, 3.0), (0.65, 2.0), (0.5, 1.0), (0.35, -1.0), (0.0, -4.0))  # (at least so alike, points)
NEAR_METRES, FAR_METRES = 200, 5_000
_WORD = re.compile(r"[a-z0-9]+")
_EMPTY = frozenset(
    "the a an of and at in for to on with by cic cio ltd limited charity group club service services".split()
)
# Words that tell two sittings of one club apart: a difference in them is a difference of services.
_TELLING = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday weekend morning afternoon evening daytime
    men mens women womens ladies girls boys junior juniors adult adults youth children toddler toddlers baby babies
    teen teens over under beginner beginners improver improvers advanced intermediate online zoom north south east
    west spring summer autumn winter one two three four five six""".split()
)


@dataclass(frozen=True)
class Entry:
    """What likeness is judged by."""

    name: str
    organisation: str = ""
    phones: tuple[str, ...] = ()
    postcode: str = ""
    outcode: str = ""
    easting: float | None = None
    northing: float | None = None
    url: str = ""
    email: str = ""

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the name that say something."""
        plain = self.name.casefold().replace("'", "").replace("’", "").replace("&", " and ")
        return tuple(word for word in _WORD.findall(plain) if word not in _EMPTY)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The last nine digits of each telephone number."""
        digits = (re.sub(r"\D", "", number) for number in self.phones)
        return frozenset(number[-9:] for number in digits if len(number) >= 9)

    @cached_property
    def web(self) -> str:
        """Host and path of the website, without what differs between two ways of writing it."""
        parts = urlsplit(self.url.casefold())
        return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}" if parts.netloc else ""

    def keys(self) -> Iterator[str]:
        """Yield the blocks that an entry stands in: only entries that share one are compared."""
        yield from (f"p:{number}" for number in self.numbers)
        if self.web and "/" in self.web:
            yield f"u:{self.web}"
        if self.email:
            yield f"e:{self.email.casefold()}"
        name = " ".join(sorted(self.words))
        if name:
            yield f"n:{name}"
        if self.postcode:
            yield from (f"c:{self.postcode}:{word}" for word in set(self.words))
        if self.outcode:
            words = sorted(set(self.words) - _TELLING, key=lambda word: (-len(word), word))[:3]
            yield from (f"o:{self.outcode}:{word}" for word in words)


@dataclass(frozen=True)
class Likeness:
    """How alike, 0 to 1, and why in words."""

    share: float
    reasons: tuple[str, ...]

    @property
    def is_proposed(self) -> bool:
        return self.share >= PROPOSED_FROM


def likeness(one: Entry, other: Entry) -> Likeness:
    """Return how alike two entries are, whichever is named first."""
    judged = [_name(one, other), _organisation(one, other), _place(one, other), _phone(one, other), _web(one, other)]
    points = _BASE + sum(found for found, _ in judged)
    return Likeness(round(1 / (1 + math.exp(-points)), 4), tuple(reason for _, reason in judged if reason))


def _name(one: Entry, other: Entry) -> tuple[float, str]:
    alike = similarity(" ".join(one.words), " ".join(other.words))
    points = next(found for least, found in _NAME if alike >= least)
    mine, theirs = set(one.words), set(other.words)
    telling = {word for word in mine ^ theirs if word in _TELLING or word.isdigit()}
    if telling & mine and telling & theirs:
        points -= 6
    elif telling:
        points -= 1.5
    reason = "The same name" if alike >= 0.95 and not telling else "A like name" if points > 0 else ""
    return points, reason


def _organisation(one: Entry, other: Entry) -> tuple[float, str]:
    if not one.organisation or not other.organisation:
        return 0.0, ""
    mine, theirs = Entry(one.organisation), Entry(other.organisation)
    alike = similarity(" ".join(mine.words), " ".join(theirs.words))
    if alike >= 0.8:
        return 1.5, "The same organisation"
    return (-1.5, "") if alike < 0.4 else (0.0, "")


def _place(one: Entry, other: Entry) -> tuple[float, str]:
    metres = _metres(one, other)
    if one.postcode and one.postcode == other.postcode:
        return 2.0, "The same postcode"
    if metres is not None and metres <= NEAR_METRES:
        return 1.5, f"Less than {NEAR_METRES} metres apart"
    if metres is not None and metres > FAR_METRES:
        return -3.5, ""
    if one.outcode and one.outcode == other.outcode:
        return 0.5, f"Both in {one.outcode}"
    return (-1.5, "") if one.outcode and other.outcode else (0.0, "")


def _metres(one: Entry, other: Entry) -> float | None:
    if one.easting is None or one.northing is None or other.easting is None or other.northing is None:
        return None
    return math.hypot(one.easting - other.easting, one.northing - other.northing)


def _phone(one: Entry, other: Entry) -> tuple[float, str]:
    if one.numbers & other.numbers:
        return 2.5, "The same telephone number"
    return (-0.5, "") if one.numbers and other.numbers else (0.0, "")


def _web(one: Entry, other: Entry) -> tuple[float, str]:
    if one.email and one.email.casefold() == other.email.casefold():
        return 1.0, "The same e-mail address"
    if one.web and one.web == other.web:
        return (1.0, "The same website") if "/" in one.web else (0.5, "The same website")
    return 0.0, ""


def similarity(one: str, other: str) -> float:
    """Return how alike two texts are, 0 to 1: shared pieces of three letters, and shared words whatever their order."""
    if one == other:
        return 1.0 if one else 0.0
    mine, theirs = _pieces(one), _pieces(other)
    if not mine or not theirs:
        return 0.0
    letters = 2 * len(mine & theirs) / (len(mine) + len(theirs))
    words, others = set(one.split()), set(other.split())
    shared = len(words & others) / max(len(words), len(others))
    return max(letters, shared)


def _pieces(text: str) -> set[str]:
    padded = f"  {text} "
    return {padded[place : place + 3] for place in range(len(padded) - 2)}
