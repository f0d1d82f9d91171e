"""Which looks of a day somebody should think about: counts and ids alone, from the audit trail.

Of a member of staff no more is known than name and e-mail address. Whether they share an address or phone
with somebody is seen where they are themselves, or may be, one of the scheme's people.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Q

from linkwell.people.keys import plain
from linkwell.people.models import AccessFlag, Person, RecordOpening
from linkwell.referrals.queries.reach import REVIEW_WITHIN_DAYS
from linkwell.support import rules
from linkwell.team.access import STAFF
from linkwell.team.models import Membership

Kind = AccessFlag.Kind
BEGINS, ENDS = 7, 20  # working hours; others and weekends stand out
WORKING_DAYS, BACK_DAYS = 28, 120  # a baseline: so many days on which they worked, not longer ago than that
MANY_REFUSALS = 10  # in a day
SHORTEST_PHONE = 7  # digits


@dataclass(frozen=True)
class Found:
    """One flag as it is found."""

    kind: str
    membership_id: int
    day: date
    person_id: int | None = None
    acts: int = 0
    persons: int = 0
    usual: int | None = None


def flags_of_day(*, scheme_id: int, day: date) -> list[Found]:
    """Return what stands out in a scheme on one day; a fixed number of statements."""
    members = list(Membership.objects.of_scheme(scheme_id).filter(role__in=STAFF).select_related("account"))
    begins = datetime.combine(day, time.min, tzinfo=ZoneInfo(settings.TIME_ZONE))
    given: dict[str, Any] = {
        "scheme": scheme_id, "members": [member.pk for member in members], "zone": settings.TIME_ZONE, "day": day,
        "begins": begins, "ends": begins + timedelta(days=1), "back": begins - timedelta(days=BACK_DAYS),
        "opens": BEGINS, "closes": ENDS, "many": MANY_REFUSALS,
    }  # fmt: skip
    return [
        *_ties(scheme_id, day, members, _rows(_LOOKS, given)),
        *_volumes(day, _rows(_DAYS, given)),
        *(Found(Kind.HOURS, who, day, acts=acts, persons=count) for who, acts, count in _rows(_HOURS, given)),
        *(Found(Kind.REFUSALS, who, day, acts=acts, persons=count) for who, acts, count in _rows(_REFUSALS, given)),
        *(Found(Kind.EXCLUDED, who, day, whom, acts=acts) for who, whom, acts in _rows(_EXCLUDED, given)),
        *_openings(scheme_id, day, given["begins"], given["ends"]),
    ]


# judging a flag is no look at the record
_OF_THE_DAY = """
      FROM common_auditevent AS event
     WHERE event.scheme_id = %(scheme)s AND event.membership_id = ANY(%(members)s)
       AND event.at >= %(begins)s AND event.at < %(ends)s
       AND event.event NOT LIKE 'access\\_flag.%%'"""
_LOOKS = f"""
    SELECT membership_id, person_id, count(*) {_OF_THE_DAY} AND outcome = 'done' AND person_id IS NOT NULL
     GROUP BY 1, 2 ORDER BY 1, 2"""
_HOURS = f"""
    SELECT membership_id, count(*), count(DISTINCT person_id) {_OF_THE_DAY} AND outcome = 'done'
       AND person_id IS NOT NULL
       AND (extract(isodow FROM at AT TIME ZONE %(zone)s) > 5
            OR extract(hour FROM at AT TIME ZONE %(zone)s) NOT BETWEEN %(opens)s AND %(closes)s - 1)
     GROUP BY 1 ORDER BY 1"""
_REFUSALS = f"""
    SELECT membership_id, count(*), count(DISTINCT person_id) {_OF_THE_DAY} AND outcome = 'refused'
     GROUP BY 1 HAVING count(*) >= %(many)s ORDER BY 1"""
_EXCLUDED = f"""
    SELECT membership_id, person_id, count(*) {_OF_THE_DAY} AND outcome = 'refused' AND EXISTS (
           SELECT FROM people_exclusion AS kept
             JOIN team_membership AS away ON away.id = kept.membership_id
             JOIN team_membership AS acting ON acting.account_id = away.account_id
            WHERE kept.scheme_id = %(scheme)s AND kept.person_id = event.person_id
              AND acting.id = event.membership_id)
     GROUP BY 1, 2 ORDER BY 1, 2"""
_DAYS = """
    SELECT membership_id, (at AT TIME ZONE %(zone)s)::date, count(DISTINCT person_id)
      FROM common_auditevent
     WHERE scheme_id = %(scheme)s AND membership_id = ANY(%(members)s) AND at >= %(back)s AND at < %(ends)s
       AND outcome = 'done' AND person_id IS NOT NULL AND event NOT LIKE 'access\\_flag.%%'
     GROUP BY 1, 2 ORDER BY 1, 2"""


def _rows(statement: str, given: dict[str, Any]) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()


def _volumes(day: date, rows: Iterable[tuple[int, ...]]) -> Iterator[Found]:
    counts: dict[int, dict[date, int]] = {}
    for membership_id, on, count in rows:
        counts.setdefault(membership_id, {})[on] = count  # type: ignore[index]  # a date
    for membership_id, by_day in counts.items():
        today = by_day.pop(day, 0)
        usual = rules.usually_at_most([by_day[on] for on in sorted(by_day)[-WORKING_DAYS:]])
        if today > usual:
            yield Found(Kind.VOLUME, membership_id, day, persons=today, usual=usual)


def _openings(scheme_id: int, day: date, begins: datetime, ends: datetime) -> Iterator[Found]:
    rows = RecordOpening.objects.filter(scheme_id=scheme_id)
    for row in rows.filter(began_at__gte=begins, began_at__lt=ends).order_by("pk"):
        kind = Kind.COVERING if row.kind == RecordOpening.Kind.COVERING else Kind.RESTRICTED
        yield Found(kind, row.membership_id, day, row.person_id, acts=1)
    late = timedelta(days=REVIEW_WITHIN_DAYS + 1)
    due = rows.filter(kind=RecordOpening.Kind.RESTRICTED, reviewed_at=None)
    for row in due.filter(began_at__gte=begins - late, began_at__lt=ends - late).order_by("pk"):
        yield Found(Kind.OVERDUE, row.membership_id, day, row.person_id, acts=1)


# Who may know whom privately


def _ties(scheme_id: int, day: date, members: list[Membership], looks: Iterable[tuple[int, ...]]) -> Iterator[Found]:
    looks = list(looks)
    seen = {row.pk: row for row in Person.objects.filter(scheme_id=scheme_id, pk__in={look[1] for look in looks})}
    staff = {member.pk: member for member in members}
    acting = {look[0] for look in looks}
    selves = _own_records(scheme_id, [staff[number] for number in acting])
    for membership_id, person_id, acts in looks:
        person = seen.get(person_id)
        if person is None:
            continue
        kind = _tie(staff[membership_id], person, selves.get(membership_id, []), members)
        if kind:
            yield Found(kind, membership_id, day, person_id, acts=acts)


def _tie(member: Membership, person: Person, selves: list[Person], members: list[Membership]) -> str:
    if _may_be(member, person):
        return Kind.OWN
    if any(_share(person, own) for own in selves):
        return Kind.HOUSEHOLD
    if plain(person.family_name) == _surname(member):
        return Kind.SURNAME
    if any(_may_be(other, person) for other in members if other.account_id != member.account_id):
        return Kind.COLLEAGUE
    return ""


def _surname(member: Membership) -> str:
    return plain(member.account.name.split()[-1]) if member.account.name.strip() else ""


def _may_be(member: Membership, person: Person) -> bool:
    names = {plain(f"{first} {person.family_name}") for first in (person.given_name, person.preferred_name) if first}
    same_mail = bool(person.email) and person.email.casefold() == member.account.email.casefold()
    return same_mail or plain(member.account.name) in names


def _own_records(scheme_id: int, members: list[Membership]) -> dict[int, list[Person]]:
    """Return, by member, the persons of the scheme who may be that member; 1 statement."""
    either = Q(pk__in=())
    for member in members:
        either |= Q(email__iexact=member.account.email)
        either |= Q(keys__kind="family", keys__key=_surname(member), keys__scheme=scheme_id)
    people = list(Person.objects.filter(either, scheme_id=scheme_id).distinct()) if members else []
    return {member.pk: [person for person in people if _may_be(member, person)] for member in members}


def _share(one: Person, other: Person) -> bool:
    """Say whether two persons share a phone, an e-mail address or an address; a hidden place is not compared."""
    if one.email and one.email.casefold() == other.email.casefold():
        return True
    phones = [_digits(person.phone) for person in (one, other)]
    if len(phones[0]) >= SHORTEST_PHONE and phones[0] == phones[1]:
        return True
    if one.location_hidden or other.location_hidden:
        return False
    return bool(one.address and one.postcode) and _place(one) == _place(other)


def _digits(phone: str) -> str:
    return "".join(letter for letter in phone if letter.isdecimal())[-10:]


def _place(person: Person) -> tuple[str, str]:
    return plain(person.address), plain(person.postcode)
