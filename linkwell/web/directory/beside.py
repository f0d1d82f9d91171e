"""What stands beside an entry for those who keep it: what was checked, what was asked for, where to change it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate

from linkwell.directory.editing.queries import AskedAddress, Checked, asked_address, checks
from linkwell.directory.queries import ServicePage
from linkwell.team.access import DIR, LW, MGR, SUP
from linkwell.team.models import Membership


@dataclass(frozen=True)
class Beside:
    """What staff see beside an entry, and what they may do to it."""

    checks: tuple[Checked, ...]
    asked_address: AskedAddress | None
    may_check: bool
    writes: bool
    suggests: bool
    invites: bool
    me: int
    leads: bool


def beside_entry(page: ServicePage, *, viewer: Membership, at: datetime) -> Beside:
    """Return what a member of staff meets beside an entry; nothing of it for anybody else."""
    keeps = viewer.role in (DIR, LW, SUP)
    owner = page.organisation.pk if page.organisation else None
    return Beside(
        checks=tuple(checks(owner, scheme_id=viewer.scheme_id, on=localdate(at))) if keeps else (),
        asked_address=asked_address(owner) if viewer.role in (LW, SUP) else None,
        may_check=keeps and owner is not None,
        writes=viewer.role == DIR,
        suggests=viewer.role in (LW, SUP),
        invites=viewer.role in (DIR, SUP, MGR) and owner is not None,
        me=viewer.pk,
        leads=viewer.role == SUP,
    )
