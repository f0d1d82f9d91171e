"""What the demo's front door shows: each role, what it sees, and who may be borrowed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from linkwell.demo.signins import SignIn, sign_ins
from linkwell.team.access import COM, DIR, IG, LW, MGR, REF, SUP, VOA

SEES: dict[str, Any] = {
    REF: _("Refers someone in under a minute, and sees in words what became of everyone the practice referred."),
    LW: _("Sees what to do next today, the people they support, their plans, and what there is nearby."),
    SUP: _("Sees who waits, decides on referrals, gives them to link workers, and keeps an eye on the team."),
    MGR: _("Sees the funnel, waits and caseloads, and looks after staff, practices and outgoing mail. No records."),
    COM: _("Sees whether it helps: counts, changes better and worse, and what is not known. Never a person."),
    DIR: _("Keeps the directory: entries, lists that come in, and changes that groups and visitors suggest."),
    VOA: _("Sees its own listing as everybody sees it, changes it, pauses it, and says how many places are free."),
    IG: _("Sees which looks at records stand out, asks about them, and never opens a record."),
}
NAMES: dict[str, Any] = {
    REF: _("GP practice"),
    LW: _("Link worker"),
    SUP: _("Team lead"),
    MGR: _("Scheme manager"),
    COM: _("Commissioner"),
    DIR: _("Directory editor"),
    VOA: _("Group with an account"),
    IG: _("Privacy officer"),
}


@dataclass(frozen=True)
class Door:
    """One role: what it sees, who to sign in as first, and who else has it."""

    role: str
    name: Any
    sees: Any
    first: SignIn
    others: tuple[SignIn, ...]


def doors(*, on: date) -> list[Door]:
    """Return the roles that someone in the demo scheme has today."""
    found = sign_ins(on=on)
    made = []
    for role, name in NAMES.items():
        rows = [row for row in found if row.role == role]
        if rows:
            made.append(Door(role, name, SEES[role], rows[0], tuple(rows[1:])))
    return made
