"""The judge of canaries: who may see which field of whom, from the access matrix and the relation.

For fields of people the access matrix speaks (`linkwell.team.access`, checked against the reference by
`tests/team/test_access.py`). What it leaves open is written here: things of the scheme, numbers that stand
for nobody, and what is never shown in full to anyone.
"""

from linkwell.team.access import MATRIX, may
from tests.abuse.matrix import expected
from tests.abuse.matrix.canaries import Planted
from tests.abuse.matrix.expected import ADM, DIR, IG, LW, MGR, REF, SUP, TRIAGE, VOA

MINE = "my own account"
EVERYBODY = frozenset(expected.SEATS) - {VOA}
# Fields of the scheme and its staff; signed-in members of the scheme see no other.
OF_THE_SCHEME = {
    "team.Scheme.name": EVERYBODY | {VOA},
    "team.Scheme.phone": EVERYBODY,
    "team.Scheme.role_name": EVERYBODY,
    "team.Scheme.reply_email": frozenset({MGR, ADM}),
    "team.Account.name": EVERYBODY,
    "team.Account.email": frozenset({SUP, MGR, ADM, IG}),
    "team.Membership.job_title": frozenset({SUP, MGR, ADM, IG}),
    "team.Invitation.email": frozenset({SUP, MGR, ADM, IG}),
    "team.Invitation.name": frozenset({SUP, MGR, ADM, IG}),
    "team.Invitation.job_title": frozenset({SUP, MGR, ADM, IG}),
    "team.Programme.name": EVERYBODY,
    "team.Practice.name": EVERYBODY,
    "team.Practice.code": frozenset({MGR, ADM}),
    "team.Practice.postcode": frozenset({MGR, ADM}),
    "team.Practice.email": frozenset({MGR, ADM}),
    "team.Agency.name": EVERYBODY,
    "team.Agency.kind": frozenset({MGR, ADM}),
    "team.Agency.email": frozenset({MGR, ADM}),
    "directory.Verification.note": EVERYBODY,  # what was found at the door; no form asks for it yet
    "directory.Verification.said_by": frozenset(),  # kept as proof that a person looked; shown on no page
    "directory.Report.note": frozenset({LW, TRIAGE, SUP, MGR, DIR, IG, ADM}),
    "directory.ChangeRequest.refused_why": frozenset({DIR}),
    "directory.EntryEvent.why": frozenset({LW, TRIAGE, SUP, DIR}),
    "directory.GroupCheck.note": frozenset({LW, TRIAGE, SUP, DIR}),
    "directory.ChangeRequest.reason": frozenset({LW, TRIAGE, SUP, MGR, DIR, IG, ADM}),
}
MY_OTHER_SEATS = {"team.Scheme.name", "team.Scheme.role_name", "team.Practice.name"}  # where I choose where to work
# What a manager reads of the work, whoever it is about: a number that leads a manager to no person and no page.
WORK_QUEUE = {"referrals.Referral.reference"}
REVIEWED = {"people.RecordOpening.reason", "people.RecordOpening.text", "people.AccessFlag.note", *WORK_QUEUE}
MASKED = "health_number"  # never in full, to anyone


def may_see(seat: str, where: Planted, route: str) -> bool:
    """Say whether a member in this seat may meet this canary on this page."""
    if where.relation == MINE:
        return True
    if not where.relation:
        return _of_the_scheme(seat, where, route)
    if where.field in WORK_QUEUE and seat == MGR:
        return where.scheme == "here"
    hidden = where.scheme != "here" or where.relation.startswith("excluded")
    if hidden or where.kind == MASKED:
        return False
    letters = expected.LETTERS[where.relation].get(seat, "")
    if where.field in REVIEWED and seat in (SUP, IG):
        return True  # a team lead reviews every opening of a restricted record, a privacy officer every look
    if where.kind == "operational":
        return bool(letters)
    if seat == REF and where.kind == "name":
        return "o" in letters and route.startswith("refer:")  # the practice's own list, in the words it wrote itself
    return any(may(expected.ROLE[seat], "R", where.kind, letter) for letter in letters)


def _of_the_scheme(seat: str, where: Planted, route: str) -> bool:
    if where.scheme == "near":
        return where.field in MY_OTHER_SEATS and route.startswith("more:")
    if where.scheme != "here":
        return False
    if where.kind == "remark":
        return may(expected.ROLE[seat], "R", "remark", "s")
    return seat in OF_THE_SCHEME.get(where.field, ())


def is_personal(where: Planted) -> bool:
    """Say whether a canary is about somebody who is referred or supported."""
    return bool(where.relation) and where.relation != MINE and (where.kind in MATRIX or where.kind == "operational")
