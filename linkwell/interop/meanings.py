"""What the free words of feeds mean in Linkwell's controlled words; the words themselves are kept beside."""

import re
from collections.abc import Iterable

_MODES = (
    ("in_person", r"\bvenue|\bin[- ]person|face[- ]to[- ]face|\bon[- ]?site\b|\blocation\b|\boutdoors?\b"
                  r"|\bgroup session|\bat (?:a|the|our|your local) (?:centre|venue|hall|library)"),
    ("phone", r"\bphone|\btelephone|\bhelp ?line|\bby call\b|\bcall[- ]back"),
    ("online", r"\bonline|\bvirtual|\bvideo|\bzoom\b|\bremote|\bmicrosoft teams\b|\bweb ?chat|\bwebinar"),
    ("home_visit", r"\bhome[- ]visit|\bvisits? (?:you )?at home|\bin (?:your|their|people's) (?:own )?homes?\b"
                   r"|\bat home\b|\bhome-based\b"),
)  # fmt: skip
_ROUTES = (
    ("drop_in", r"\bdrop[- ]?in|\bturn up|\bwalk[- ]in|\bno (?:need to book|booking)"),
    ("self_referral", r"\bself[- ]?referral|\brefer yourself|\bself[- ]refer"),
    (
        "professional_referral",
        r"\bprofessional|\bgp referral|\bagency referral|\bvoucher|(?<!self )(?<!self-)\breferral",
    ),
    ("appointment", r"\bappointment|\bbook"),
    ("membership", r"\bmember"),
)
_ACCESS = (
    ("step_free", r"step[- ]free|level access|wheelchair[- ](?:access|user)|access(?:ible)? (?:for|to|by) wheelchair"
                  r"|accessible entrance|ramp(?:ed)? access|\bramps?\b|fully accessible"),
    ("hearing_loop", r"(?:induction|hearing|audio) loop|\bt-coil"),
    ("accessible_toilet", r"(?:accessible|disabled|adapted|wheelchair)[- ](?:\w+ )?(?:toilet|wc|lavator)"
                          r"|changing places"),
    ("accessible_parking", r"(?:disabled|accessible|blue badge)[- ](?:badge )?(?:car )?parking"),
    ("bsl", r"\bbsl\b|sign language"),
    ("large_print", r"large[- ]print"),
    ("easy_read", r"easy[- ]read"),
    ("quiet_space", r"quiet (?:space|room|area|hour)|sensory room"),
    ("interpreter", r"interpret(?:er|ing|ation)"),
    ("transport", r"(?:free |our )?transport (?:is )?(?:available|provided|offered)|minibus pick"),
)  # fmt: skip
_NOT = r"\b(?:no|not|without|lacks?|isn't|aren't|unfortunately no)\b[^.;,\n]{0,25}$"
_FREE = re.compile(
    r"\bfree\b(?! (?:of|trial|parking|wi-?fi|from))|\bno (?:charge|cost|fee)s?\b|\bfree of charge\b|\bwithout charge\b",
    re.I,
)
_PAID = re.compile(
    r"£\s*\d*\.?\d*[1-9]|\b[1-9]\d*p\b|\bper (?:hour|session|week|month|class)\b|\bmembership fee"
    r"|\bfee payable|\bcharges? apply|\ba (?:small )?charge\b",
    re.I,
)
_LISTINGS = {
    "active": "listed", "listed": "listed", "open": "listed", "live": "listed", "published": "listed",
    "inactive": "inactive", "draft": "inactive", "unpublished": "inactive",
    "defunct": "defunct", "closed": "defunct", "ended": "defunct",
    "temporarily closed": "temporarily_closed", "temporarily_closed": "temporarily_closed",
    "temporarilyclosed": "temporarily_closed", "suspended": "temporarily_closed",
}  # fmt: skip
_REFUGE = re.compile(
    r"\b(?:wom[ae]n'?s|domestic (?:abuse|violence)|safe|emergency) refuge\b|\bsafe ?houses?\b"
    r"|\brefuge (?:accommodation|provision|space|service)s?\b"
    r"|\brefuge for (?:wom[ae]n|families|men|people|victims|survivors)\b"
    r"|\b(?:undisclosed|confidential|secret) (?:address|location)\b",
    re.I,
)
_REFUGE_HINTS = ("refuge", "safe", "undisclosed", "confidential", "secret")  # one stands in every match of the two
_ABUSE = re.compile(r"\bdomestic (?:abuse|violence)\b|\bviolence against\b", re.I)
_REFUGE_NAME = re.compile(r"\brefuge\b(?! (?:recovery|point))", re.I)


def _codes(table: Iterable[tuple[str, str]], text: str) -> list[str]:
    return [code for code, pattern in table if re.search(pattern, text, re.IGNORECASE)] if text else []


def modes_of(text: str) -> list[str]:
    """Return the ways of taking part that a text names."""
    return _codes(_MODES, text)


def routes_of(text: str) -> list[str]:
    """Return the ways in that a text names."""
    return _codes(_ROUTES, text)


def access_of(text: str) -> tuple[list[str], list[str]]:
    """Return the access needs a text says are met, and those it says are not."""
    met, unmet = list[str](), list[str]()
    for code, pattern in _ACCESS:
        if found := re.search(pattern, text, re.IGNORECASE):
            before = text[max(0, found.start() - 60) : found.start()]
            after = text[found.end() : found.end() + 25]
            denied = re.search(_NOT, before, re.IGNORECASE) or re.match(r"[^.;,]{0,12}\bnot\b", after, re.IGNORECASE)
            (unmet if denied else met).append(code)
    return met, unmet


def is_free(text: str) -> bool | None:
    """Say whether words about cost mean free, not free, or neither for certain."""
    free, paid = bool(_FREE.search(text)), bool(_PAID.search(text))
    return None if free == paid else free


def listing_of(status: str) -> str | None:
    """Return Linkwell's word for a status, None for one that is not known."""
    return _LISTINGS.get(" ".join(status.casefold().split()))


def hides_its_address(name: str, text: str) -> bool:
    """Say whether an entry looks like a refuge, whose address must never show."""
    if name.isascii() and text.isascii() and not any(map(f"{name} {text}".lower().__contains__, _REFUGE_HINTS)):
        return False  # as nearly every entry: none of the patterns can be met
    if _REFUGE.search(name):
        return True
    return bool((_REFUGE_NAME.search(name) or _REFUGE.search(text[:600])) and _ABUSE.search(f"{name} {text}"))
