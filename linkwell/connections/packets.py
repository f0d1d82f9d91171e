"""What we'll tell them: which facts a group may be told, which it usually is, and the copy that is kept.

Pure: facts in, text out. What is not in FIELDS can never be told: no health number, no birth date, no
referrer's letter, no notes, no scores.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from linkwell.connections.errors import ExtraNeedsReason, FieldNotAllowed, NothingTicked

FIELDS = {
    "name": "First name, as they like to be called",
    "full_name": "Full name",
    "pronouns": "Pronouns",
    "contact": "How to reach them",
    "hope": "What they hope for",
    "access": "What they need from you",
    "age_band": "Age, within ten years",
    "needs": "Everything they would like help with",
    "address": "Address",
    "risks": "What a visitor must know to be safe",
}
USUAL = frozenset({"name", "contact", "hope", "access"})
REGISTER_KINDS = frozenset({"council", "nhs", "public"})  # they open a file in a full name
FOR_REGISTERS = frozenset({"full_name", "age_band"})
FOR_VISITS = frozenset({"address", "risks"})
WHY_NOT = {
    "full_name": "A first name is enough to be welcomed.",
    "pronouns": "Only if the person wants them told.",
    "age_band": "Only where the group is for an age.",
    "needs": "The group needs to know what it can help with, not the rest.",
    "address": "Only for someone who visits at home.",
    "risks": "Only for someone who visits at home.",
    "name": "",
    "contact": "",
    "hope": "",
    "access": "",
}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known and could be told, as text; empty where nothing is, or where it must stay hidden."""

    values: dict[str, str]
    organisation_kind: str
    is_visit: bool


@dataclass(frozen=True)
class Offer:
    """One fact to tick: how it would read, whether it is usual here, and whether it may be told at all."""

    code: str
    label: str
    value: str
    usual: bool
    allowed: bool
    why: str


def usual_for(organisation_kind: str, *, is_visit: bool) -> frozenset[str]:
    """Return the facts that are ticked from the start for this kind of organisation."""
    usual = USUAL | FOR_REGISTERS if organisation_kind in REGISTER_KINDS else USUAL
    return usual | FOR_VISITS if is_visit else usual


def offers(facts: Facts) -> tuple[Offer, ...]:
    """Return every fact that is known, in the order in which it would be read."""
    usual = usual_for(facts.organisation_kind, is_visit=facts.is_visit)
    return tuple(
        Offer(
            code=code,
            label=label,
            value=facts.values[code],
            usual=code in usual,
            allowed=code not in FOR_VISITS or facts.is_visit,
            why="" if code in usual else WHY_NOT[code],
        )
        for code, label in FIELDS.items()
        if facts.values.get(code)
    )


def check_ticked(ticked: Iterable[str], offered: Iterable[Offer], *, extra_reason: str) -> None:
    """Raise NothingTicked, FieldNotAllowed, or ExtraNeedsReason for an unusual fact without a reason."""
    chosen = set(ticked)
    known = {offer.code: offer for offer in offered}
    for code in sorted(chosen):
        if code not in known or not known[code].allowed:
            raise FieldNotAllowed(label=FIELDS.get(code, code))
    if not chosen:
        raise NothingTicked
    extra = [known[code].label for code in FIELDS if code in chosen and not known[code].usual]
    if extra and not extra_reason.strip():
        raise ExtraNeedsReason(labels=extra)


def content_of(ticked: Iterable[str], offered: Iterable[Offer], *, whom_to_ring: str) -> list[list[str]]:
    """Return the ticked facts as [label, value] rows, and whom to ring: what is previewed, kept and read."""
    chosen = set(ticked)
    rows = [[offer.label, offer.value] for offer in offered if offer.code in chosen]
    return [*rows, ["Whom to ring about this", whom_to_ring]]


def digest(content: list[list[str]]) -> str:
    """Return a short mark of a content, to tell whether what is sent is what was previewed."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:32]


_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def reference(number: int) -> str:
    """Return a reference of a share, easy to read out: "S-7KQ2-M9XB"; each share has its own."""
    letters = ""
    for _ in range(8):
        number, rest = divmod(number, len(_LETTERS))
        letters += _LETTERS[rest]
    return f"S-{letters[:4]}-{letters[4:]}"
