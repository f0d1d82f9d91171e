"""What may stand in an address of the search: nothing that tells who asks.

The box is sent by POST and answered with a redirect. A postcode becomes its outward code; a sentence becomes the
needs heard in it, by short keys that mean nothing on a screen, or where none is heard the rarest of its words that
the directory itself holds. A private topic goes by its key alone, and private words that name none so that nobody
reads them over a shoulder or in a history. So a search can be shared, kept and bookmarked.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from linkwell.directory.queries import known_words, place_named
from linkwell.matching import needs, vocabulary
from linkwell.matching.query import Point, Query
from linkwell.matching.recognise import needs_heard
from linkwell.matching.sensitive import is_sensitive
from linkwell.places import grid, postcodes
from linkwell.places.queries import Located

PER_PAGE = 10
LONGEST_WORDS = 100
WORDS_AS_TYPED = 3  # more words than these are a sentence
MOST_PAGES = 70
REACH = {"1500": 1_500, "3000": 3_000, "5000": 5_000, "10000": 10_000, "20000": 20_000}
USUAL_REACH = "5000"
_POINT = re.compile(r"(-?\d{1,2}(?:\.\d{1,8})?),(-?\d{1,3}(?:\.\d{1,8})?)")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[\dO][A-Z\d]?\s*[\dOI][A-Z0]{2}\b", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]+")
_TELLS_WHO = re.compile(r"\S*(?:\d{3}|@)\S*")  # numbers of people, telephones, addresses

KEYS = {need.code: sha256(need.code.encode()).hexdigest()[:5] for need in needs.NEEDS}
NEEDS_BY_KEY = {key: code for code, key in KEYS.items()}


@dataclass(frozen=True)
class Search:
    """A search as its address says it; whatever is unknown in an address is left out."""

    words: str = ""
    needs: tuple[str, ...] = ()
    near: str = ""
    within: str = USUAL_REACH
    free: bool = False
    days: tuple[str, ...] = ()
    how: tuple[str, ...] = ()
    language: str = ""
    step_free: bool = False
    age: str = ""
    page: int = 1

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.needs or self.near)

    @property
    def is_sensitive(self) -> bool:
        return is_sensitive([*self.needs, *needs_heard(self.words)], self.words)

    def params(self, **changed: Any) -> str:
        """Return the address after its question mark; the page is not part of it."""
        asked = replace(self, **changed)
        words = ("w", _unread(asked.words)) if is_sensitive((), asked.words) else ("q", asked.words)
        pairs: list[tuple[str, str]] = [words, *(("t", KEYS[code]) for code in asked.needs)]
        pairs += [("near", asked.near), ("within", asked.within if asked.near else ""), ("free", "1" * asked.free)]
        pairs += [*(("day", day) for day in asked.days), *(("how", how) for how in asked.how)]
        pairs += [("lang", asked.language), ("access", "step_free" * asked.step_free), ("age", asked.age)]
        return urlencode([pair for pair in pairs if pair[1]])

    def kept(self) -> list[tuple[str, str]]:
        """Return the fields of the form of filters that no filter changes."""
        whole = QueryDict(Search(self.words, self.needs, self.near, self.within).params())
        return [(name, value) for name, values in whole.lists() for value in values]

    def query(self, located: Located | None) -> Query:
        """Return the question that the directory answers."""
        home = None
        if located is not None:
            home = Point(located.latitude, located.longitude, located.easting, located.northing)
        return Query(
            needs=self.needs,
            words=self.words,
            home=home,
            home_outcode=located.outcode if located else "",
            home_is_approximate=located is not None and located.is_approximate,
            reach_metres=REACH[self.within],
            modes=self.how,
            languages=(self.language,) if self.language else (),
            access_needs=("step_free",) if self.step_free else (),
            slots=vocabulary.slots_of(int(day) for day in self.days),
            free_only=self.free,
            age=vocabulary.AGES[self.age][0] if self.age else None,
            limit=PER_PAGE,
            offset=(self.page - 1) * PER_PAGE,
        )


def read(said: QueryDict) -> Search:
    """Return the search of an address. A whole postcode in it becomes its outward code."""
    page = said.get("page", "1")
    return Search(
        words=one_line(said.get("q", "") or _read_again(said.get("w", "")))[:LONGEST_WORDS],
        needs=tuple(dict.fromkeys(NEEDS_BY_KEY[key] for key in said.getlist("t")[:10] if key in NEEDS_BY_KEY)),
        near=without_door(one_line(said.get("near", ""))[:60]),
        within=said.get("within", "") if said.get("within") in REACH else USUAL_REACH,
        free=said.get("free") == "1",
        days=tuple(sorted({day for day in said.getlist("day") if day in set("0123456")})),
        how=tuple(dict.fromkeys(how for how in said.getlist("how") if how in vocabulary.MODES)),
        language=said.get("lang", "") if said.get("lang") in vocabulary.LANGUAGES else "",
        step_free=said.get("access") == "step_free",
        age=said.get("age", "") if said.get("age") in vocabulary.AGES else "",
        page=min(MOST_PAGES, int(page)) if page.isascii() and page.isdecimal() and 0 < int(page[:6]) else 1,
    )


def asked(said: Mapping[str, Any]) -> Search:
    """Return the search that what was typed into the box becomes; nothing in it tells who typed."""
    words = one_line(said["words"])
    near = one_line(said["place"])
    if found := _POSTCODE.search(words):
        words = _POSTCODE.sub(" ", words)
        near = near or found[0]
    words = one_line(_TELLS_WHO.sub(" ", words))
    heard = tuple(needs_heard(words))
    if is_sensitive(heard):
        words = ""
    elif len(words.split()) > WORDS_AS_TYPED:
        words = "" if heard else " ".join(known_words(words, most=WORDS_AS_TYPED))
    else:
        heard = ()  # the words say it themselves
    return Search(words=words[:LONGEST_WORDS], needs=heard, near=without_door(near), within=said["within"])


def _unread(words: str) -> str:
    """Return words as nobody reads them in passing; it hides them from eyes, and from nobody who looks them up."""
    return urlsafe_b64encode(words.encode()).decode().rstrip("=")


def _read_again(hidden: str) -> str:
    try:
        return urlsafe_b64decode(hidden[: 4 * LONGEST_WORDS] + "===").decode()
    except ValueError:
        return ""


def one_line(text: str) -> str:
    """Return a text without control characters and runs of blanks."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def without_door(near: str) -> str:
    """Return a place that many people share: an outward code, a point to about a kilometre, a town."""
    if point := _POINT.fullmatch(near.replace(" ", "")):
        return f"{float(point[1]):.2f},{float(point[2]):.2f}"
    whole = postcodes.normalise(near) or postcodes.find(near)
    return whole.split(" ")[0] if whole else near


def locate(near: str) -> Located | None:
    """Return where a place is; a point of the map too."""
    point = _POINT.fullmatch(near)
    if point is None:
        return place_named(near) if near else None
    latitude, longitude = float(point[1]), float(point[2])
    if abs(latitude) > 89 or abs(longitude) > 180:
        return None
    metres = grid.grid_or_none(latitude, longitude)
    return Located("the place on the map", latitude, longitude, *(metres or (None, None)), "town", "", "")
