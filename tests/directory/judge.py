"""A second, slow definition of matching in plain Python: what the SQL statement must agree with.

Written from the table in `linkwell.matching.ranking` and the words of features MA1, MA2, not from the SQL.
"""

from dataclasses import dataclass, field
from datetime import date
from math import asin, cos, radians, sin, sqrt

from linkwell.directory import freshness
from linkwell.matching import ranking
from linkwell.matching.query import Query
from linkwell.matching.recognise import needs_heard
from linkwell.matching.vocabulary import ACCESS_OF_A_PLACE, MODES
from linkwell.matching.words import stems


@dataclass
class Place:
    latitude: float | None
    longitude: float | None
    easting: float | None
    northing: float | None
    precision: str = "exact"
    undisclosed: bool = False
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    pk: int = 0


@dataclass
class Entry:
    pk: int
    name: str
    text: str = ""
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    slots: int | None = None
    free: bool | None = None
    low: int | None = None
    high: int | None = None
    areas: tuple[str, ...] = ()
    operating: str = "open"
    wait_weeks: int | None = None
    listing: str = "listed"
    undisclosed: bool = False
    right_on: date | None = None  # its list's own assurance
    loaded_on: date | None = None
    break_from: date | None = None
    break_until: date | None = None
    places: list[Place] = field(default_factory=list)


@dataclass
class Verdict:
    pk: int
    fails: set[str]
    score: float
    metres: float | None
    too_old: bool = False


def judge(query: Query, entries: list[Entry], *, on: date) -> list[Verdict]:
    """Return a verdict on each relevant entry; those without fails fit."""
    heard = [code for code in needs_heard(query.words) if code not in query.needs]
    asked = stems(query.words)[:16]
    listed = [entry for entry in entries if entry.listing == "listed"]
    holding = {word: sum(word in _words(entry) for entry in listed) for word in asked}
    rarity = {word: ranking.rarity(len(listed), holding[word]) for word in asked if holding[word]}
    telling = ranking.telling(holding, len(listed))
    widening = heard if len(query.words.split()) >= ranking.STATEMENT_WORDS or not telling else []
    verdicts = []
    for entry in entries:
        if entry.operating == "closed" or entry.listing not in ("listed", "temporarily_closed"):
            continue
        if not _relevant(query, entry, widening, telling):
            continue
        verdicts.append(_verdict(query, entry, heard, rarity, on))
    return verdicts


def fitting(verdicts: list[Verdict], *, old_too: bool = False) -> list[Verdict]:
    return [one for one in verdicts if not one.fails and (old_too or not one.too_old)]


def not_shown(verdicts: list[Verdict]) -> int:
    return sum(not one.fails and one.too_old for one in verdicts)


def nearly(query: Query, verdicts: list[Verdict]) -> list[Verdict]:
    near = [one for one in verdicts if len(one.fails) == 1 and (query.old_too or not one.too_old)]
    return [
        one for one in near if one.fails != {"distance"} or one.metres <= ranking.NEAR_MISS_REACH * query.reach_metres
    ]


def _words(entry: Entry) -> set[str]:
    return set(stems(entry.name)) | set(stems(entry.text))


def _relevant(query: Query, entry: Entry, widening: list[str], telling: list[str]) -> bool:
    if not query.needs and not widening and not telling:
        return not query.words.strip()
    codes = set(entry.strong) | set(entry.weak)
    return bool(codes & {*query.needs, *widening}) or bool(_words(entry) & set(telling))


def metres_between(query: Query, place: Place) -> float | None:
    home = query.home
    if home is None:
        return None
    if home.easting is not None and place.easting is not None:
        return sqrt((home.easting - place.easting) ** 2 + (home.northing - place.northing) ** 2)
    a, b = radians(home.latitude), radians(place.latitude)
    turn = radians(place.longitude - home.longitude)
    return 2 * 6_371_008.8 * asin(min(1, sqrt(sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(turn / 2) ** 2)))


@dataclass
class _Ways:
    """How somebody could take part: (points, access needs that nobody answered for) by way."""

    found: dict[str, tuple[float, int]]
    best: tuple | None  # (whether its access fits, metres, place, unknown) of the place that is tried first
    nearest: float | None
    can_be: bool  # whether there is any mode in which it could be

    @property
    def way(self) -> str | None:
        order = ["place", "remote", "unplaced", "unclear"]
        return next((one for one in order if one in self.found), None)


def _ways(query: Query, entry: Entry) -> _Ways:
    modes = _modes(entry)
    accepted = set(query.modes) or set(MODES)
    asked = set(query.access_needs)
    anywhere = asked - ACCESS_OF_A_PLACE
    remote = bool(set(modes) & accepted & {"phone", "online", "home_visit"})
    in_person = "in_person" in accepted and ("in_person" in modes or not modes)
    reach = query.reach_metres if query.home else None
    places = _places(query, entry, asked) if in_person else []
    best = places[0] if places else None

    ways = {}
    if remote and not anywhere & set(entry.no):
        ways["remote"] = (ranking.REMOTE, len(anywhere - set(entry.yes)))
    if best and best[0] and (reach is None or best[1] <= reach):
        counted = best[1]
        if counted is not None and best[2].precision == "outcode":
            counted = max(counted, ranking.OUTCODE_METRES)
        scale = query.reach_metres or ranking.DEFAULT_REACH_METRES
        ways["place"] = (max(0, 1 - counted / scale) if counted is not None else 0, best[3])
    if in_person and not best and not asked & set(entry.no):
        ways["unplaced"] = (ranking.UNPLACED, len(asked - set(entry.yes)))
    if not modes and not in_person and not anywhere & set(entry.no):
        ways["unclear"] = (ranking.UNPLACED, len(anywhere - set(entry.yes)))
    if "place" in ways and "remote" in ways and query.home and ways["place"][0] < ranking.REMOTE:
        del ways["place"]
    nearest = min((one[1] for one in places if one[1] is not None), default=None)
    return _Ways(ways, best, nearest, remote or in_person or not modes)


def _places(query: Query, entry: Entry, asked: set[str]) -> list[tuple]:
    places = []
    if not entry.undisclosed and entry.operating != "moved":
        for place in entry.places:
            if place.latitude is not None and not place.undisclosed:
                lacks = set(place.no) | (set(entry.no) - set(place.yes))
                unknown = asked - set(place.yes) - set(entry.yes)
                places.append((not asked & lacks, metres_between(query, place), place, len(unknown)))
    return sorted(places, key=lambda one: (not one[0], one[1] if one[1] is not None else 0, one[2].pk))


def _fails(query: Query, entry: Entry, ways: _Ways, on: date) -> set[str]:
    spoken = set(query.languages) - {"en"}
    young, old = entry.low or 0, entry.high
    limits = {
        "paused": entry.operating == "paused" or entry.listing == "temporarily_closed",
        "break": entry.break_from and entry.break_from <= on < entry.break_until,
        "full": query.wants_capacity and entry.operating == "full",
        "area": query.home_outcode and entry.areas and query.home_outcode not in entry.areas,
        "age": query.age is not None and (young > query.age or (old is not None and old < query.age)),
        "cost": query.free_only and entry.free is False,
        "time": query.slots and entry.slots is not None and not entry.slots & query.slots,
        "language": spoken and entry.languages and not spoken & set(entry.languages),
    }
    fails = {name for name, holds in limits.items() if holds}
    if ways.found:
        return fails
    if not ways.can_be:
        return fails | {"mode"}
    reach = query.reach_metres if query.home else None
    fits = ways.best is not None and ways.best[0]
    if ways.best and (fits or (reach is not None and ways.nearest > reach)):
        fails.add("distance")
    return fails if fits else fails | {"access"}


def _verdict(query: Query, entry: Entry, heard: list[str], rarity: dict[str, float], on: date) -> Verdict:
    ways = _ways(query, entry)
    points, unknown = ways.found[ways.way] if ways.way else (0, 0)
    unknown += bool(query.modes) and not _modes(entry)
    unknown += query.age is not None and entry.low is None and entry.high is None
    unknown += query.free_only and entry.free is None
    unknown += bool(query.slots) and entry.slots is None
    unknown += bool(set(query.languages) - {"en"}) and not entry.languages

    fresh = dates_of(entry)
    score = _score(query, entry, heard, rarity, on)
    score += ranking.SUNK if fresh.sinks_on is not None and fresh.sinks_on <= on else 0
    score += points if query.home else 0
    score += ranking.UNKNOWN * unknown
    too_old = fresh.leaves_on is not None and fresh.leaves_on <= on
    metres = ways.best[1] if ways.best else None
    return Verdict(entry.pk, _fails(query, entry, ways, on), score, metres, too_old)


def _modes(entry: Entry) -> tuple[str, ...]:
    return {"phone_only": ("phone",), "online_only": ("online",)}.get(entry.operating, entry.modes)


def dates_of(entry: Entry) -> freshness.Dates:
    """Return the dates of an entry that nobody confirmed but its list, of an organisation of no known kind."""
    found = freshness.evidence(
        confirmed=None, checked_on=entry.right_on, changed_on=None, loaded_on=entry.loaded_on, seen_on=None
    )
    return freshness.dates(found, run_by="unknown")


def _score(query: Query, entry: Entry, heard: list[str], rarity: dict[str, float], on: date) -> float:
    def answered(code: str) -> float:
        return 1.0 if code in entry.strong else ranking.WEAK_NEED if code in entry.weak else 0.0

    score = 0.0
    if query.needs:
        score += ranking.NEED * sum(map(answered, query.needs)) / len(query.needs)
    if heard:
        score += ranking.HEARD * sum(map(answered, heard)) / len(heard)
    if rarity:
        named, all_words = set(stems(entry.name)), _words(entry)
        met = sum(
            weight * (1 if word in named else ranking.IN_TEXT if word in all_words else 0)
            for word, weight in rarity.items()
        )
        score += ranking.words_points(query.words) * met / sum(rarity.values())
    days = (on - entry.right_on).days if entry.right_on else None
    score += ranking.FRESH if days is not None and days <= ranking.FRESH_DAYS else 0
    if entry.operating == "full":
        score += ranking.FULL
    if entry.operating == "waiting":
        weeks = 4 if entry.wait_weeks is None else entry.wait_weeks
        score += max(ranking.LONGEST_WAIT, ranking.WAIT_WEEK * weeks)
    return score
