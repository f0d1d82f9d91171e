"""Linkwell's own taxonomies, as the feed serves them: how a service works now, who confirmed it, what it helps with.

Their ids are made of their codes, so that every host that runs Linkwell means the same by them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from linkwell.directory.queries.feed_rows import FeedTaxonomy, FeedTerm
from linkwell.interop.open_referral import besides
from linkwell.interop.open_referral.telling import Ids
from linkwell.matching import vocabulary
from linkwell.matching.needs import NEEDS

OURS = UUID("6f1c6c52-9a1e-5f0a-8d7b-3f0f6f1f5a11")  # the namespace of every id that Linkwell makes up
_OPERATING = {
    "open": ("Open", "It takes new people."),
    "paused": ("Not taking new people", "It goes on, and takes nobody new for now."),
    "full": ("Full", "It has no place free."),
    "waiting": ("Has a waiting list", "New people wait; the value says how many weeks, where that is known."),
    "phone_only": ("By phone only for now", "Nobody need go there; one can ring."),
    "online_only": ("Online only for now", "Nobody need go there; one takes part online."),
    "moved": ("Has moved", "It is no longer where the entry says."),
    "closed": ("Closed", "It has ended."),
}
_CONFIRMED = {
    "group": ("Confirmed by the group itself", "Whoever runs it said on the day in the value that it is right."),
    "worker": ("Confirmed by staff", "A member of staff looked whether the entry is right, on the day in the value."),
    "public": ("Confirmed by a visitor", "Somebody who went there said on the day in the value that it is right."),
    "source": ("Checked by its source", "Its source says that it was checked on the day in the value."),
    "nobody": ("Not confirmed", "Nobody has said since it was listed that the entry is right."),
}  # fmt: skip
_KINDS = {
    "voluntary": ("Voluntary or community group", "The service is run by a voluntary or community group."),
    "council": ("Council", "The service is run by a council."),
    "nhs": ("NHS", "The service is run by the NHS."),
    "public": ("Other public body", "The service is run by another public body."),
    "business": ("Business", "The service is run by a business."),
}
_MORE = {
    "first_visit": ("The first visit", "What the first visit is like, in the words of the value."),
    "who_greets": ("Who greets you", "Who meets somebody new at the door, in the words of the value."),
    "break": ("Seasonal break", "It stops from the first day in the value, and is back on the second."),
    "audience": ("For whom", "For whom it is meant, in the words of the value."),
    "source": ("Source", "Whose list the entry comes from, with its licence and attribution, in the value."),
    "undisclosed": ("Address not given out", "Where it is is not told to anyone: ring the number."),
}


@dataclass(frozen=True)
class Own:
    """A taxonomy of ours: its terms by code, each with its name and what it says."""

    code: str
    name: str
    description: str
    terms: dict[str, tuple[str, str]]

    @property
    def id(self) -> UUID:
        return uuid5(OURS, f"taxonomy:{self.code}")

    def term_id(self, code: str) -> UUID:
        return uuid5(OURS, f"term:{self.code}:{code}")


def _said(words: dict[str, str], sentence: str) -> dict[str, tuple[str, str]]:
    return {code: (f"{label[0].upper()}{label[1:]}", sentence.format(label)) for code, label in words.items()}


OWN = {
    own.code: own
    for own in (
        Own("operating", "How it works now", "Whether a service takes new people at this time.", _OPERATING),
        Own("confirmed", "Last confirmed", "Who last found the entry right; the value is the day.", _CONFIRMED),
        Own("need", "Needs", "What people ask for help with, in plain words.",
            _said({need.code: need.label for need in NEEDS}, "It helps with: {}.")),
        Own("mode", "Ways of taking part", "How one takes part in a service.",
            _said(vocabulary.MODES, "One takes part {}.")),
        Own("route", "Ways in", "How one gets into a service.", _said(vocabulary.ENTRY_ROUTES, "The way in: {}.")),
        Own("access", "Access", "What a service or place offers; the value is yes or no.",
            _said(vocabulary.ACCESS_NEEDS, "Whether there is: {}.")),
        Own("kind", "Kind of organisation", "What sort of body runs a service.", _KINDS),
        Own("more", "More about it", "What the standard has no field for.", _MORE),
    )
}  # fmt: skip


def own_taxonomies() -> list[dict[str, Any]]:
    """Return our taxonomies as the feed serves them."""
    return [{"id": str(own.id), "name": own.name, "description": own.description} for own in OWN.values()]


def own_terms(of: Iterable[Own] | None = None) -> Iterator[dict[str, Any]]:
    """Return our terms as the feed serves them."""
    for own in OWN.values() if of is None else of:
        for code in own.terms:
            yield own_term(own.code, code)


@cache
def _own_term(taxonomy: str, code: str) -> tuple[tuple[str, str], ...]:
    own = OWN[taxonomy]
    name, description = own.terms[code]
    return (
        ("id", str(own.term_id(code))), ("code", code), ("name", name), ("description", description),
        ("taxonomy", own.name), ("taxonomy_id", str(own.id)),
    )  # fmt: skip


def own_term(taxonomy: str, code: str) -> dict[str, Any]:
    """Return one term of ours."""
    return dict(_own_term(taxonomy, code))


@cache
def own_by_id() -> dict[UUID, tuple[str, str]]:
    """Return {id: (taxonomy, code)} of our taxonomies (whose code is "") and their terms."""
    found = {own.id: (own.code, "") for own in OWN.values()}
    return found | {own.term_id(code): (own.code, code) for own in OWN.values() for code in own.terms}


def taxonomy_id(taxonomy: FeedTaxonomy) -> UUID:
    """Return the id of a source's taxonomy: it stays when the source gets another name."""
    return uuid5(OURS, f"taxonomy of a source:{taxonomy.source_id}:{taxonomy.since.isoformat()}:{taxonomy.name}")


def taxonomy(found: FeedTaxonomy) -> dict[str, Any]:
    """Return a source's taxonomy as the feed serves it."""
    name = taxonomy_name(found)
    return {"id": str(taxonomy_id(found)), "name": name, "description": f"{name}: terms of {found.source}"}


def taxonomy_name(found: FeedTaxonomy) -> str:
    return found.name or f"Terms of {found.source}"


def term(found: FeedTerm) -> dict[str, Any]:
    """Return a source's term as the feed serves it."""
    more = besides.tell(found.more, "taxonomy_term", Ids(found.public_id))
    if detail := more.get("taxonomy_detail"):
        more["taxonomy_detail"] = taxonomy(found.taxonomy) | {
            key: detail[key] for key in ("description", "uri", "version") if key in detail
        }
    told = {
        "id": str(found.public_id),
        "name": found.name,
        "description": found.description or found.name,
        "parent_id": str(found.parent) if found.parent else None,
        "taxonomy": taxonomy_name(found.taxonomy),
        "taxonomy_id": str(taxonomy_id(found.taxonomy)),
        "term_uri": found.uri,
    }
    return {name: value for name, value in told.items() if value not in (None, "")} | more
