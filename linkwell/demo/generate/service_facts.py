"""What one service says of itself, worked out from its kind."""

from decimal import Decimal
from random import Random
from typing import Any

from linkwell.demo.generate.rows import uuid
from linkwell.demo.generate.town import AREAS, TOWN
from linkwell.matching.vocabulary import ACCESS_OF_A_PLACE, days_in_words, parts_between, slots_of

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def service_facts(
    rng: Random, kind: dict[str, Any], *, name: str, number: int, organisation: dict[str, Any]
) -> dict[str, Any]:
    """Return the columns of a service that its kind decides; now and then a fact is not known."""
    text = rng.choice(kind["text"])
    hidden, domain = bool(kind.get("undisclosed")), organisation["domain"]
    return {
        "public_id": uuid(rng), "external_id": f"svc-{number:03d}", "organisation_id": organisation["id"], "name": name,
        "alternate_name": "", "description": f"<p>{text}</p>", "description_text": text,
        "url": f"https://{domain}.example/{number}", "email": "" if hidden else f"hello@{domain}.example",
        "how_to_join": _joining(kind), "what_to_bring": kind.get("bring", ""), "first_visit": kind.get("first", ""),
        "entry_routes": list(kind["entry"]), "is_undisclosed": hidden,
        **_for_whom(rng, kind), **_when(rng, kind), **_cost(rng, kind), **_where(kind),
    }  # fmt: skip


def _for_whom(rng: Random, kind: dict[str, Any]) -> dict[str, Any]:
    words = f"For people aged {kind['min_age']} and over" if kind.get("min_age") else ""
    if kind.get("audience"):
        words = f"For {', '.join(kind['audience'])}"
    languages = list(kind.get("languages", ["en"])) if "languages" in kind or rng.random() < 0.8 else []
    return {
        "eligibility_text": words, "audience": kind.get("audience", []), "minimum_age": kind.get("min_age"),
        "maximum_age": None, "languages": languages, "need_codes": sorted(kind["needs"]),
        "strong_needs": sorted(kind["needs"][:2]),
        "access_yes": [code for code in kind.get("access", []) if code not in ACCESS_OF_A_PLACE], "access_no": [],
    }  # fmt: skip


def _when(rng: Random, kind: dict[str, Any]) -> dict[str, Any]:
    opens, closes = kind["hours"][0] * 60, min(kind["hours"][1] * 60, 1440)
    days = kind["days"] if len(kind["days"]) > 3 else [rng.choice(kind["days"])]
    slots = None if kind.get("monthly") else slots_of(days, parts_between(opens, closes))
    vague = kind.get("vague")
    return {
        "slots": None if vague else slots, "times_text": "Ask us" if vague else _times(kind, days),
        "wait_text": "There is usually a waiting list" if kind.get("busy") else "",
    }  # fmt: skip


def _cost(rng: Random, kind: dict[str, Any]) -> dict[str, Any]:
    if rng.random() > 0.92:
        return {"is_free": None, "cost_text": ""}
    words = kind.get("cost_words") or f"£{Decimal(str(kind['cost'])):.2f} each time"
    return {"is_free": kind["cost"] == 0, "cost_text": "Free" if kind["cost"] == 0 else words}


def _where(kind: dict[str, Any]) -> dict[str, Any]:
    modes = list(kind.get("modes", ["in_person"]))
    comes = "home_visit" in modes or kind.get("areas")
    outcodes = sorted({part.outcode for part in AREAS}) if comes else []
    return {"modes": modes, "area_text": f"All of {TOWN}" if comes else "", "area_outcodes": outcodes}


def _times(kind: dict[str, Any], days: list[int]) -> str:
    if kind["hours"] == [0, 24]:
        return "Day and night"
    hours = f"{_hour(kind['hours'][0])} to {_hour(kind['hours'][1])}"
    if kind.get("monthly"):
        return f"First {DAY_NAMES[days[0]]} of the month, {hours}"
    words = days_in_words(slots_of(days))
    return f"{words[0].upper()}{words[1:]}, {hours}"


def _hour(hour: int) -> str:
    if hour in (12, 24):
        return "noon" if hour == 12 else "midnight"
    return f"{hour} am" if hour < 12 else f"{hour - 12} pm"


def _joining(kind: dict[str, Any]) -> str:
    ways = {
        "drop_in": "Just turn up.", "self_referral": "Ring or e-mail and say you would like to come.",
        "professional_referral": "A link worker or practice can refer you.", "appointment": "Ring for an appointment.",
        "membership": "Join at the door.",
    }  # fmt: skip
    return " ".join(ways[code] for code in kind["entry"])
