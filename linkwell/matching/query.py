"""What is asked of matching and what it answers. Plain values; `directory.queries` fills them from SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Point:
    """A place in WGS84 degrees, and National Grid metres where Great Britain."""

    latitude: float
    longitude: float
    easting: float | None = None
    northing: float | None = None


@dataclass(frozen=True)
class Query:
    """A question: whom something must fit. An empty limit limits nothing.

    needs         codes of `matching.needs`
    words         the person's or the searcher's own words
    home          where distance counts from; home_label is how it is named ("M33"), home_outcode decides areas
    reach_metres  how far is not too far; None for any distance
    modes         ways that are acceptable: codes of `vocabulary.MODES`
    languages     any one of these codes will do; English is taken for granted
    access_needs  every one of these must be met: codes of `vocabulary.ACCESS_NEEDS`
    slots         any one of these weekly slots will do (`vocabulary.slots_of`)
    """

    needs: tuple[str, ...] = ()
    words: str = ""
    home: Point | None = None
    home_label: str = ""
    home_outcode: str = ""
    home_is_approximate: bool = False
    reach_metres: int | None = None
    modes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    access_needs: tuple[str, ...] = ()
    slots: int = 0
    free_only: bool = False
    age: int | None = None
    wants_capacity: bool = False
    old_too: bool = False  # also what nobody confirmed for so long that it is left out of search
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True)
class Parts:
    """The numbers that make a rank: each is one line of the table in `matching.ranking`."""

    needs: float = 0.0
    heard: float = 0.0
    words: float = 0.0
    near: float = 0.0
    fresh: float = 0.0
    unknown: float = 0.0
    room: float = 0.0
    meaning: float = 0.0
    tried: float = 0.0

    @property
    def score(self) -> float:
        said = self.needs + self.heard + self.words + self.near + self.fresh + self.unknown + self.room
        return round(said + self.meaning + self.tried, 6)


@dataclass(frozen=True)
class Suggestion:
    """One service that fits, and why: `reasons` are made of the numbers that ranked it."""

    service_id: int
    public_id: UUID
    name: str
    organisation_id: int | None
    organisation: str
    score: float
    parts: Parts
    reasons: tuple[str, ...]
    ask_first: tuple[str, ...]  # facts that matter here and are not known
    freshness: str
    is_stale: bool
    where: str
    metres: float | None
    when: str
    cost: str
    status: str  # how it works now, where that is not simply open
    modes: tuple[str, ...] = ()
    location_id: int | None = None  # the place that fits, where it fits by its place

    @property
    def ask_first_line(self) -> str:
        """Return "Ask first: cost and step-free are not stated", or "" where all is known."""
        if not self.ask_first:
            return ""
        facts = " and ".join(filter(None, [", ".join(self.ask_first[:-1]), self.ask_first[-1]]))
        return f"Ask first: {facts} not stated"


@dataclass(frozen=True)
class NearMiss:
    """A service that fits but for one thing."""

    service_id: int
    public_id: UUID
    name: str
    organisation: str
    fails: str  # "fits, but Wednesdays only"
    score: float
    code: str = ""  # which limit fails: a key of `reasons.near_miss`


@dataclass(frozen=True)
class Facet:
    """How many of all matches have one value."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class PublicHit:
    """One service of a public list, at which of its places, how far away; None where none is known or given out."""

    service_id: int
    location_id: int | None
    metres: float | None
    score: float


@dataclass(frozen=True)
class PublicAnswer:
    """One page of what passes every filter, how many do, and what choosing each value (instead) would leave.

    counts     filter (free, day, how, language, access, age) → value → how many
    heard      needs recognised in the words
    meant      a word as it was typed, and what was searched in its place
    not_found  words that no entry holds
    is_cut     more was there than was looked through
    """

    hits: tuple[PublicHit, ...]
    count: int
    page: int
    pages: int
    counts: Mapping[str, Mapping[str, int]]
    heard: tuple[str, ...] = ()
    meant: tuple[tuple[str, str], ...] = ()
    not_found: tuple[str, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True)
class Answer:
    """All that fits: how many, the best, those that nearly fit, and counts over all that fit."""

    count: int
    suggestions: Sequence[Suggestion] = ()
    near_misses: tuple[NearMiss, ...] = ()
    facets: Mapping[str, tuple[Facet, ...]] = field(default_factory=dict)
    heard: tuple[tuple[str, str], ...] = ()  # needs recognised in the words: (code, phrase)
    words_not_found: tuple[str, ...] = ()
    not_shown: int = 0  # would fit, but nobody confirmed them for too long
    looked_for: tuple[tuple[str, str], ...] = ()  # a word as asked, and what was looked for beside or in its place
