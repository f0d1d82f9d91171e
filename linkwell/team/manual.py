"""The access matrix in words, for the manual and for the page that shows it to managers.

python -c "from linkwell.team.manual import document; print(document(), end='')" > docs/reference/access.md
"""

from dataclasses import dataclass

from linkwell.team.access import (
    MATRIX,
    MAY_AGREE,
    MAY_CHANGE,
    MAY_INVITE,
    MAY_RESET,
    RESET_TAKES_TWO,
    ROLE_NAMES,
    TWO_PEOPLE,
)

FIELDS = {
    "name": "Name, preferred name",
    "contact": "Phone, e-mail, how to reach them safely",
    "address": "Address, whether the place is hidden",
    "birth": "Date of birth, age band",
    "health_number": "Health number",
    "characteristics": "Protected characteristics",
    "access_needs": "Access and communication needs, interpreter",
    "reason": "Reason for the referral, referrer's note",
    "needs": "Needs and concerns in code",
    "notes": "Conversation notes",
    "plan": "Plan and goals",
    "risk": "Risks, “no known risks” included",
    "safeguarding": "Safeguarding, abuse flag",
    "staff_safety": "Staff-safety note",
    "scores": "Wellbeing scores",
    "onward": "Groups and services, attendance",
    "files": "Files, letters",
    "third_party": "What others said, family and carers",
    "consent": "Agreements and what was shared",
    "looked": "Who looked at a record",
    "work_queue": "Work queue: reference, days, worker; no field of a person",
    "remark": "Remarks among staff about a group",
    "accounts": "Sign-ins and places in the scheme",
    "audit": "Audit trail",
}
RELATIONS = {  # letter of the matrix → the word shown, and what it means
    "o": ("own", "of their own practice or agency, their own referral, their own record"),
    "c": ("caseload", "people who are with them, and a record opened while covering"),
    "q": ("queue", "new referrals of the scheme, for staff who decide on them"),
    "t": ("team", "the scheme's referrals and its link workers' caseloads"),
    "s": ("scheme", "all of it"),
    "p": ("shared", "what was shared with them, and no more"),
    "a": ("counts", "counts alone, never a person"),
    "b": ("opened", "a restricted record, opened with a reason and the second step"),
    "list": ("named", "only who is named on the record's list"),
    "case": ("case", "only while a case about the record is open"),
    "two": ("two people", "only with a second person"),
    "masked": ("masked", "its last digits alone"),
    "consent": ("agreed", "where the person agreed"),
    "scope": ("scope", "as far as the client's scope reaches"),
    "intake": ("intake", "when a referral comes in"),
}


@dataclass(frozen=True)
class Row:
    """One field class: its name, and for each role what it may do."""

    name: str
    cells: tuple[str, ...]


def cells() -> list[Row]:
    """Return the matrix by field class; a cell reads "R W own", or is empty."""
    return [
        Row(FIELDS[kind], tuple(", ".join(_said(part) for part in rights[role].split()) for role in ROLE_NAMES))
        for kind, rights in MATRIX.items()
    ]


def _said(part: str) -> str:
    letters, _, where = part.partition(":")
    return f"{' '.join(letters)} {RELATIONS[where][0]}"


def legend() -> dict[str, str]:
    """Return what the words of a cell mean."""
    return dict(RELATIONS.values())


INTRODUCTION = """\
# Who may see what

This page is made from the data that the product itself reads (`linkwell.team.access`); a test keeps it in step.
Someone sees a field only when every one of these is true: they hold a place in the scheme now, their role may
open the page, they stand in the relation named in the cell, they are not excluded from the record, and the cell
allows it. What is refused looks like what does not exist.

**R** read · **W** write, followed by whom it reaches. An empty cell means nothing.
"""
INVITING = """
Entries of the directory are public. Operational fields (ids, dates, states) are read by whoever may read the row.

## Whom a role may invite, change and end

Nobody invites themself, and nobody changes or ends a place of their own. A scheme keeps at least one manager.
"""


SECOND_PERSON = """
## What takes two people

A place from which people's records can be reached is given by two: one asks, and a second person agrees after showing
their second step again. What waits stands on the Team page for seven days; until somebody agrees it opens nothing and
no link exists. Who asked, and whom it is about, cannot agree. Both names stand in the audit trail, and every manager
is told by mail. Moving a member to such a place is the same.

There is one exception: the first manager of a fresh scheme, made from the server's console, acts alone until anybody
else in the scheme could agree. From then on nobody does, even if that second person leaves. A system administrator
never acts alone. If nobody is left who could agree, a manager is invited from the server's console
(`linkwell scheme manager`).
"""
RESETTING = """
A second step (authenticator app, passkeys, recovery codes) that is lost is reset on the Team page by the roles below,
never one's own. An administrator needs a second person where the account has such a place in any scheme.
"""


def document() -> str:
    """Return the manual's page about access."""
    lines = [
        INTRODUCTION,
        *(f"- **{word}** – {meaning}" for word, meaning in RELATIONS.values()),
        "",
        "| Field | " + " | ".join(ROLE_NAMES.values()) + " |",
        "|---" * (len(ROLE_NAMES) + 1) + "|",
        *(f"| {row.name} | " + " | ".join(row.cells) + " |" for row in cells()),
        INVITING,
        "| Role | may invite | may change and end |",
        "|---|---|---|",
        *(
            f"| {ROLE_NAMES[role]} | {_names(invited)} | {_names(MAY_CHANGE.get(role))} |"
            for role, invited in MAY_INVITE.items()
        ),
        SECOND_PERSON,
        "| Role that asks | needs a second person to give the place of |",
        "|---|---|",
        *(f"| {ROLE_NAMES[role]} | {_names(places & MAY_INVITE[role])} |" for role, places in TWO_PEOPLE.items()),
        "",
        f"Who may agree: {_names(MAY_AGREE)}.",
        RESETTING,
        "| Role | may reset the second step of | with a second person for |",
        "|---|---|---|",
        *(
            f"| {ROLE_NAMES[role]} | {_names(whom)} | {_names(RESET_TAKES_TWO.get(role))} |"
            for role, whom in MAY_RESET.items()
        ),
        "",
    ]
    return "\n".join(lines)


def _names(roles: frozenset[str] | None) -> str:
    return ", ".join(name for role, name in ROLE_NAMES.items() if role in (roles or ())) or "–"
