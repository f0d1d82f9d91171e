"""Who may do what, as data: roles, the access matrix by field class, and the policy of a route.

The matrix is that of the security reference, section 3: rows are field classes, columns roles. In a cell R is read and
W write; o own practice or agency, q the triage queue of the scheme, c caseload, t team, s scheme,
p what was shared and no more, a aggregates, b an opened restricted record; empty: nothing.
"""

from dataclasses import dataclass, field

REF, LW, SUP, MGR, COM, VOA, VOL, PAT, DIR, IG, ADM, API = (
    "REF LW SUP MGR COM VOA VOL PAT DIR IG ADM API".split()
)  # fmt: skip
ROLE_NAMES = {
    REF: "Referrer",
    LW: "Link worker",
    SUP: "Team lead",
    MGR: "Scheme manager",
    COM: "Commissioner",
    VOA: "Organisation",
    VOL: "Volunteer",
    PAT: "Person",
    DIR: "Directory editor",
    IG: "Privacy officer",
    ADM: "System administrator",
    API: "System",
}
STAFF = frozenset({LW, SUP, MGR, DIR, IG, ADM})
RECORD_STAFF = frozenset({LW, SUP})  # the roles that open people's records
SIGNED_IN = frozenset({REF, LW, SUP, MGR, COM, VOA, DIR, IG, ADM})
READS_DIRECTORY = SIGNED_IN - {VOA}  # an organisation's account has its own entries, and no list
CLINICAL = RECORD_STAFF  # never given by an administrator of the system
PUBLIC = "public"

# Whom a role may invite, and whose place it may change or end. Nobody does either to themself.
MAY_INVITE = {
    SUP: frozenset({LW, VOA}),
    MGR: SIGNED_IN,
    ADM: SIGNED_IN - CLINICAL - {VOA},
    DIR: frozenset({VOA}),
    VOA: frozenset({VOA}),  # a colleague, for the same organisation
}
MAY_CHANGE = {role: MAY_INVITE[role] for role in (MGR, ADM, DIR)}
# Accounts of organisations are invited from the organisation's page, for they are for one organisation each.
FROM_THE_DIRECTORY = frozenset({VOA})
# Places that open people's records, or let someone give such places, take two: one asks, a second person agrees.
# For a system administrator that is every place from which a record could ever be reached.
TWO_PEOPLE = {
    SUP: frozenset({LW}),
    MGR: frozenset({LW, SUP, MGR, IG, ADM}),
    ADM: frozenset({REF, LW, SUP, MGR, IG, ADM}),
}
MAY_AGREE = frozenset({MGR, IG, ADM})
# Whose second step a role may reset when phone and codes are lost; for an administrator it takes two, as above.
MAY_RESET = {MGR: SIGNED_IN, ADM: SIGNED_IN}
RESET_TAKES_TWO = {ADM: TWO_PEOPLE[ADM]}
MAY_ARRANGE = frozenset({MGR, ADM})  # practices, agencies, programmes and the scheme's own settings

_COLUMNS = (REF, LW, SUP, MGR, COM, VOA, VOL, PAT, DIR, IG, ADM, API)
_ROWS = {
    "name": "W:o|RW:c R:q R:b|RW:t R:b|||R:p|R:p|R:o||R:case||R:scope",
    "contact": "W:o|RW:c R:q R:b|RW:t R:b|||R:p||RW:o||R:case||R:scope",
    "address": "W:o|RW:c R:b|RW:t|||R:p||R:o||R:case||",
    "birth": "W:o|RW:c R:q|RW:t||R:a|R:p||R:o||R:case||R:scope",
    "health_number": "W:o|RW:c|RW:t|||||R:o||R:masked||W:intake",
    "characteristics": "|RW:c|R:t|R:a|R:a|R:p||RW:o||||",
    "access_needs": "W:o|RW:c R:q|RW:t||R:a|R:p|R:p|RW:o||R:case||R:scope",
    "reason": "RW:o|RW:c R:q|RW:t|||||R:o||R:case||W:scope",
    "needs": "R:o|RW:c|R:t|R:a|R:a|R:p||R:o||||R:scope",
    "notes": "|RW:c|R:t|||||||R:case||",
    "plan": "R:o|RW:c|R:t|R:a|R:a|R:p|R:p|RW:o||||R:scope",
    "risk": "W:o|RW:c|R:t|||R:p|R:p|R:o||R:case||W:scope",
    "safeguarding": "|RW:list|RW:list|||||||R:two||",
    "staff_safety": "|R:c|RW:t|||R:p|R:p|||||",
    "scores": "R:consent|RW:c|R:t|R:a|R:a|||RW:o||||R:scope",
    "onward": "R:o|RW:c|R:t|R:a|R:a|RW:p|W:p|R:o||||R:scope",
    "files": "W:o|RW:c|R:t|||R:p||R:o||R:case||",
    "third_party": "W:o|RW:c|R:t|||||||R:case||",
    "consent": "R:o|RW:c|R:t|R:a||R:p||RW:o||R:s||",
    "looked": "|R:c|R:t|R:a||||R:o||R:s||",
    "work_queue": "|R:c|R:t|R:s||||||||",
    "remark": "R:s|RW:s|RW:s|R:s|R:s||||RW:s|||",
    "accounts": "||RW:t|RW:s||W:o||||R:s|RW:s|",
    "audit": "|||||||||R:s||",
}
MATRIX: dict[str, dict[str, str]] = {
    kind: dict(zip(_COLUMNS, row.split("|"), strict=True)) for kind, row in _ROWS.items()
}


def may(role: str, letter: str, field_class: str, relation: str) -> bool:
    """Say whether `role` may read ("R") or write ("W") a class of fields in that relation."""
    if field_class in ("public", "operational", "directory"):
        return letter == "R" or role in STAFF
    return any(
        letter in rights and where == relation
        for rights, _, where in (cell.partition(":") for cell in MATRIX[field_class].get(role, "").split())
    )


@dataclass(frozen=True)
class RoutePolicy:
    """What one route demands: roles, the relation to what it shows, and the audit event it leaves.

    relation     "none" (no person), "own" (own practice or agency), "caseload" (a person in reach),
                 "team", "scheme", "token" (a link that names its scheme), "account"
    audit        the event written for every answer; empty where the action inside writes its own
    """

    roles: frozenset[str]
    relation: str
    audit: str = ""
    demo_only: bool = False
    reads: tuple[str, ...] = field(default=())

    @property
    def is_public(self) -> bool:
        return not self.roles
