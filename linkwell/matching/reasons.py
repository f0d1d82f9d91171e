"""Why something fits, in plain words made of the numbers that ranked it; and what is missing where it does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from linkwell.matching import needs, vocabulary
from linkwell.matching.query import Query
from linkwell.matching.vocabulary import days_in_words, in_words


@dataclass(frozen=True)
class Facts:
    """What is known of one service, as far as reasons speak of it."""

    way: str  # place, remote, unplaced or unclear
    metres: float | None
    is_approximate: bool
    modes: tuple[str, ...]
    need_phrases: Mapping[str, tuple[bool, str]]  # code → (surely, the phrase that met)
    words_met: tuple[str, ...]
    access_met: frozenset[str]
    languages: tuple[str, ...]
    slots: int | None
    is_free: bool | None
    cost: str
    minimum_age: int | None
    maximum_age: int | None
    operating: str
    wait_weeks: int | None
    area: str
    place: str
    words_instead: tuple[tuple[str, str], ...] = ()  # (the word as asked, the word met in its place)


def reasons(query: Query, facts: Facts, heard: Mapping[str, str]) -> tuple[str, ...]:
    """Return the reasons in the order in which they count."""
    said = [
        _needs(query, facts),
        *_heard(query, facts, heard),
        _words(facts),
        *_instead(facts),
        _distance(query, facts),
    ]
    said += [
        _access(query, facts),
        _language(query, facts),
        _times(query, facts),
        _cost(query, facts),
        _ages(query, facts),
    ]
    return tuple(filter(None, [*said, room(facts.operating, facts.wait_weeks)]))


def ask_first(query: Query, facts: Facts) -> tuple[str, ...]:
    """Return the asked facts that are not known; each cost it some rank."""
    unknown = []
    if query.modes and not facts.modes:
        unknown.append("how one takes part")
    asked = query.access_needs
    if facts.way in ("remote", "unclear"):
        asked = tuple(one for one in asked if one not in vocabulary.ACCESS_OF_A_PLACE)
    unknown += [vocabulary.ACCESS_NEEDS.get(one, one) for one in asked if one not in facts.access_met]
    if any(one != "en" for one in query.languages) and not facts.languages:
        unknown.append("languages")
    if query.slots and facts.slots is None:
        unknown.append("days and times")
    if query.free_only and facts.is_free is None:
        unknown.append("cost")
    if query.age is not None and facts.minimum_age is None and facts.maximum_age is None:
        unknown.append("ages")
    return tuple(unknown)


def _needs(query: Query, facts: Facts) -> str:
    met = [code for code in query.needs if code in facts.need_phrases]
    sure = [needs.label(code).lower() for code in met if facts.need_phrases[code][0]]
    text = [_by_description(code, facts.need_phrases[code][1]) for code in met if not facts.need_phrases[code][0]]
    return in_words([*sure, *text])


def _by_description(code: str, phrase: str) -> str:
    label = needs.label(code).lower()
    return f"{label} (its description says “{phrase}”)" if phrase else f"{label} (by its description)"


def _heard(query: Query, facts: Facts, heard: Mapping[str, str]) -> list[str]:
    return [
        f"“{phrase}” sounds like {needs.label(code).lower()}, which it is for"
        for code, phrase in heard.items()
        if code in facts.need_phrases and code not in query.needs
    ]


def _words(facts: Facts) -> str:
    return f"Mentions {in_words([f'“{word}”' for word in facts.words_met[:4]])}" if facts.words_met else ""


def _instead(facts: Facts) -> list[str]:
    return [f"For “{asked}” we looked for “{met}”" for asked, met in facts.words_instead[:3]]


def distance(metres: float, *, is_approximate: bool = False) -> str:
    """Return "400 m", "1.2 km", "12 km"; "about" where one of the two points is the middle of an area."""
    if is_approximate:
        return f"about {max(1, round(metres / 1000))} km"
    if metres < 950:
        return f"{max(50, round(metres / 50) * 50)} m"
    return f"{metres / 1000:.1f} km" if metres < 9_950 else f"{metres / 1000:.0f} km"


def _distance(query: Query, facts: Facts) -> str:
    if facts.way == "place" and facts.metres is not None:
        approximate = facts.is_approximate or query.home_is_approximate
        rests_on = f" (only {query.home_label} is known)" if query.home_is_approximate and query.home_label else ""
        said = distance(facts.metres, is_approximate=approximate)
        return f"{said[0].upper()}{said[1:]} away{rests_on}"
    if facts.way == "remote":
        offered = [vocabulary.MODES[mode] for mode in facts.modes if mode in vocabulary.REMOTE_MODES]
        wanted = [
            vocabulary.MODES[mode] for mode in query.modes if mode in facts.modes and mode in vocabulary.REMOTE_MODES
        ]
        ways = in_words(wanted or offered, "or")
        return f"{ways[0].upper()}{ways[1:]}" if ways else ""
    if facts.way in ("unplaced", "unclear") and facts.place:
        return "Distance not known"
    if facts.way in ("unplaced", "unclear"):
        return f"Place not stated; for {facts.area}" if facts.area and len(facts.area) < 60 else "Place not stated"
    return ""


def _access(query: Query, facts: Facts) -> str:
    met = [vocabulary.ACCESS_NEEDS.get(one, one) for one in query.access_needs if one in facts.access_met]
    said = in_words(met)
    return f"{said[0].upper()}{said[1:]}" if said else ""


def _language(query: Query, facts: Facts) -> str:
    spoken = [vocabulary.LANGUAGES.get(one, one) for one in query.languages if one in facts.languages and one != "en"]
    return f"In {in_words(spoken, 'or')}" if spoken else ""


def _times(query: Query, facts: Facts) -> str:
    shared = (facts.slots or 0) & query.slots
    return f"On {days_in_words(shared)}" if shared else ""


def _cost(query: Query, facts: Facts) -> str:
    return "Free" if facts.is_free else ""


def _ages(query: Query, facts: Facts) -> str:
    stated = facts.minimum_age is not None or facts.maximum_age is not None
    return f"For {ages(facts.minimum_age, facts.maximum_age)}" if query.age is not None and stated else ""


def ages(minimum: int | None, maximum: int | None) -> str:
    """Return "ages 18 to 25", "18 and over", "25 and under"."""
    if minimum is not None and maximum is not None:
        return f"ages {minimum} to {maximum}"
    if minimum is not None:
        return f"people aged {minimum} and over"
    return f"people aged {maximum} and under" if maximum is not None else "all ages"


def room(operating: str, wait_weeks: int | None) -> str:
    """Return how it works now, where that is not simply open."""
    match operating:
        case "waiting":
            weeks = f"about {wait_weeks} week{'s' if wait_weeks != 1 else ''}" if wait_weeks else "length not stated"
            return f"Has a waiting list: {weeks}"
        case "full":
            return "Full at the moment: ask about a waiting list"
        case "phone_only":
            return "By phone only for now"
        case "online_only":
            return "Online only for now"
        case "moved":
            return "Has moved: ask where it is now"
        case "paused":
            return "Not taking new people at the moment"
        case "closed":
            return "Closed"
    return ""


def near_miss(query: Query, facts: Facts, fails: str, *, back_on: date | None = None) -> str:
    """Return what keeps a service from fitting: "fits, but Wednesdays only"."""
    unmet = [vocabulary.ACCESS_NEEDS.get(one, one) for one in query.access_needs if one not in facts.access_met]
    far = f"{distance(facts.metres or 0)} away, beyond {distance(query.reach_metres or 0)}"
    return {
        "distance": far,
        "time": f"fits, but {days_in_words(facts.slots or 0)} only",
        "cost": f"costs money: {facts.cost}" if facts.cost and len(facts.cost) < 60 else "costs money",
        "age": f"for {ages(facts.minimum_age, facts.maximum_age)}",
        "language": f"in {in_words([vocabulary.LANGUAGES.get(one, one) for one in facts.languages])} only",
        "mode": f"only {in_words([vocabulary.MODES[mode] for mode in facts.modes], 'or')}",
        "access": f"not {in_words(unmet, 'or')}",
        "area": f"for people in {facts.area}" if 0 < len(facts.area) < 80 else "for people of another area",
        "paused": "not taking new people at the moment",
        "full": "full at the moment",
        "break": f"on a break, back on {back_on:%-d %B}" if back_on else "on a break",
    }[fails]
