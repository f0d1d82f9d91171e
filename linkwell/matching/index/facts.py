"""One service as the engine knows it. Plain values: who fills them and from where is no matter here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place with a point that may be shown; a place without one, or undisclosed, is left out of the facts.

    latitude, longitude  WGS84 degrees
    easting, northing    National Grid metres, where Great Britain (both or neither)
    is_outcode           the point is only the centre of an outward code: counted as 1.5 km away at least
    address              as a reason names it; "" where there is none
    """

    location_id: int
    latitude: float
    longitude: float
    easting: float | None = None
    northing: float | None = None
    is_outcode: bool = False
    access_yes: tuple[str, ...] = ()
    access_no: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class ServiceFacts:
    """What is known of one service. Empty means not known, which is neither yes nor no.

    named        what it is called: words here count twice (the name, and other names of it)
    text         all else that is searched: the organisation's name, description, terms
    stems        the searched stems where the directory keeps them: (of the name, of the rest); then these are searched,
                 as they are, and `named`, `organisation` and `text` only tell what is meant and how words are written
    needs        code → (surely: by a term, a mapping, the name or a hand; the phrase that says so)
    modes        as its source says; `operating` "phone_only" and "online_only" go before them
    slots        weekly slots (`vocabulary.slots_of`)
    listing      "listed" counts in the rarity of words; only "listed" and "temporarily_closed" are searched
    left_out     why it is never found ("hidden", "joined", "ended"), "" for what is
    is_public    public search and the feed may show it
    right_on     the day somebody, or its list, last said that it is right
    sinks_on     from this day it stands lower; `leaves_on`: it is left out
    place        how a reason names where it is, when none of its places has a point
    """

    id: int
    name: str
    public_id: UUID | None = None
    organisation_id: int | None = None
    organisation: str = ""
    named: str = ""
    text: str = ""
    stems: tuple[Sequence[str], Sequence[str]] | None = None
    needs: Mapping[str, tuple[bool, str]] = field(default_factory=dict)
    modes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    access_yes: tuple[str, ...] = ()
    access_no: tuple[str, ...] = ()
    slots: int | None = None
    is_free: bool | None = None
    cost: str = ""
    minimum_age: int | None = None
    maximum_age: int | None = None
    operating: str = "open"
    wait_weeks: int | None = None
    listing: str = "listed"
    left_out: str = ""
    area: str = ""
    area_outcodes: tuple[str, ...] = ()
    break_from: date | None = None
    break_until: date | None = None
    right_on: date | None = None
    sinks_on: date | None = None
    leaves_on: date | None = None
    is_undisclosed: bool = False
    is_public: bool = True
    places: tuple[Place, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class Tried:
    """What is known from experience: points (below 0: worse) and the reason in words ("tried in May: full")."""

    points: float
    reason: str


@dataclass(frozen=True)
class Why:
    """One thing that keeps a service from the list, or its place in it: a code for machines, a sentence."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Explained:
    """Why a known service is not in the list, or at which rank it stands (1 is first)."""

    service_id: int
    rank: int | None
    whys: tuple[Why, ...]


@dataclass(frozen=True)
class Fit:
    """One of many questions that a service would fit: its place among the questions, points, metres."""

    question: int
    score: float
    metres: float | None
