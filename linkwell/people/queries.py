"""What is known of a person, as far as the viewer may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from linkwell.common.dates import age_on
from linkwell.common.models import AuditEvent
from linkwell.people import keys
from linkwell.people.keys import Traits
from linkwell.people.models import (
    ACCESS_NEEDS,
    AccessNeed,
    Consent,
    ContactRule,
    Exclusion,
    Person,
    PersonKey,
    RestrictedReader,
    RiskStatement,
)
from linkwell.team.models import Membership
from linkwell.team.prepared import Prepared

ACCESS_LABELS = dict(ACCESS_NEEDS)
MOST_CARDS = 10


@dataclass(frozen=True)
class Banner:
    """What stands on top of every page about a person."""

    person_id: int
    preferred_name: str
    full_name: str
    age: int | None
    pronouns: str
    contact: tuple[str, ...]
    not_contact: tuple[str, ...]
    communication: tuple[str, ...]
    risk: str  # none (known), some, or unknown (not asked yet)
    risks: tuple[str, ...]
    link_worker: str
    died_on: date | None


@dataclass(frozen=True)
class Rule:
    """The contact rule in words."""

    how: tuple[str, ...]
    how_not: tuple[str, ...]


def contact_rule(person: Person) -> Rule:
    """Return how a person may be reached and how not, newest rule first."""
    return _in_words(person, _newest_rule.first(person_id=person.pk))


@Prepared
def _newest_rule(shape: object, *, person_id: int) -> QuerySet[ContactRule]:
    return ContactRule.objects.filter(person_id=person_id).order_by("-recorded_at", "-pk")[:1]


def _in_words(person: Person, held: ContactRule | None) -> Rule:
    how, how_not = [], []
    may_phone = held.by_phone if held else True
    if person.phone and may_phone:
        how.append(f"Phone {person.phone}" + (f", {held.when}" if held and held.when else ""))
    if held and held.by_text and person.phone:
        how.append("Text message")
    if person.email and held and held.by_email:
        how.append(f"E-mail {person.email}")
    if held and person.phone:
        if not held.by_phone:
            how_not.append("No phone calls")
        elif not held.voicemail:
            how_not.append("No voicemail")
        if not held.by_text:
            how_not.append("No texts")
    if held and not held.by_post:
        how_not.append("No letters")
    if held and held.note:
        how_not.append(held.note)
    return Rule(tuple(how), tuple(how_not))


def banner(person: Person, *, link_worker: str, on: date) -> Banner:
    """Return the banner of a person whom the viewer is known to have in reach; 3 statements."""
    rule = contact_rule(person)
    needs = _access_needs(person_id=person.pk)
    communication = [need.note or ACCESS_LABELS.get(need.code, need.code) for need in needs]
    if person.needs_interpreter:
        communication.insert(0, "Needs an interpreter")
    risks = _risks(person_id=person.pk)
    texts = tuple(risk.text for risk in risks if not risk.none_known)
    said = "some" if texts else "none" if risks else "unknown"
    return Banner(
        person_id=person.pk,
        preferred_name=person.called,
        full_name=f"{person.given_name} {person.family_name}",
        age=age_on(person.born_on, on) if person.born_on else None,
        pronouns=person.pronouns,
        contact=rule.how,
        not_contact=rule.how_not,
        communication=tuple(communication),
        risk=said,
        risks=texts,
        link_worker=link_worker,
        died_on=person.died_on,
    )


@Prepared
def _access_needs(shape: object, *, person_id: int) -> QuerySet[AccessNeed]:
    return AccessNeed.objects.filter(person_id=person_id, ended_at=None).order_by("code")


@Prepared
def _risks(shape: object, *, person_id: int) -> QuerySet[RiskStatement]:
    return RiskStatement.objects.filter(person_id=person_id, ended_at=None).order_by("-began_at", "-pk")


def kept_from(viewer: Membership) -> QuerySet[Exclusion, Any]:
    """Return the ids of the persons whom the viewer must never see, whichever of their seats was kept away."""
    return Exclusion.objects.filter(membership__account_id=viewer.account_id).values("person_id")


def named_reader_of(viewer: Membership) -> QuerySet[RestrictedReader, Any]:
    """Return the ids of the persons whose restricted record names the viewer, in any of their seats."""
    return RestrictedReader.objects.filter(membership__account_id=viewer.account_id).values("person_id")


def matching(*, scheme_id: int, traits: Traits) -> QuerySet[Person]:
    """Return persons who agree with every trait given, by equality on keys; raise TooFewTraits or NumberAlone."""
    traits.check()
    found = Person.objects.filter(scheme_id=scheme_id)
    for kind, key in traits.keys(scheme_id):
        rows = PersonKey.objects.filter(scheme_id=scheme_id, kind=kind, key=key)
        found = found.filter(pk__in=rows.values("person_id"))
    return found


def same_person(
    *, scheme_id: int, given_name: str, family_name: str, born_on: date | None, postcode: str, number: str
) -> list[int]:
    """Return the ids of persons who may be this one, newest first.

    They agree in health number; or in name and birth date; or in the name's sound, birth date and postcode.
    """
    ids: list[int] = []
    number = keys.clean_health_number(number)
    if number:
        ids += _by_key(scheme_id, "number", keys.hashed_number(scheme_id, number))
    if born_on:
        name = f"{keys.plain(given_name)} {keys.plain(family_name)} {born_on.isoformat()}"
        ids += _by_key(scheme_id, "name_born", name)
        near = _by_key(scheme_id, "sound_born", f"{keys.sound(family_name)} {born_on.isoformat()}")
        if postcode:
            lives = set(_by_key(scheme_id, "postcode", keys.plain(postcode).upper()))
            ids += [found for found in near if found in lives]
    return list(dict.fromkeys(ids))


def _by_key(scheme_id: int, kind: str, key: str) -> list[int]:
    rows = PersonKey.objects.filter(scheme_id=scheme_id, kind=kind, key=key).order_by("-person_id")
    return list(rows.values_list("person_id", flat=True)[:MOST_CARDS])


_SAME = """
    SELECT mine.person_id, other.person_id
      FROM people_personkey mine
      JOIN people_personkey other USING (scheme_id, kind, key)
     WHERE mine.scheme_id = %(scheme)s AND mine.person_id = ANY(%(ids)s) AND other.person_id <> mine.person_id
       AND (mine.kind IN ('number', 'name_born') OR mine.kind = 'sound_born' AND EXISTS (
            SELECT FROM people_personkey here JOIN people_personkey there USING (scheme_id, kind, key)
             WHERE here.scheme_id = %(scheme)s AND here.kind = 'postcode'
               AND here.person_id = mine.person_id AND there.person_id = other.person_id))
     GROUP BY 1, 2 ORDER BY 1, 2 DESC"""


def same_people(*, scheme_id: int, person_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return, by person, the ids of others who may be the same one, as `same_person` finds them; 1 statement."""
    found: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SAME, {"scheme": scheme_id, "ids": list(person_ids)})
        for person_id, other_id in cursor.fetchall():
            found.setdefault(person_id, []).append(other_id)
    return {person_id: others[:MOST_CARDS] for person_id, others in found.items()}


def feedback_agreed(person_ids: Iterable[int]) -> dict[int, bool]:
    """Return, by person, whether the referrer may hear what became of it; absent where never asked; 1 statement."""
    rows = Consent.objects.filter(person__in=list(person_ids), purpose=Consent.Purpose.FEEDBACK)
    rows = rows.order_by("person_id", "-recorded_at", "-pk").distinct("person_id")
    return {row.person_id: row.given and row.withdrawn_at is None for row in rows}


def number_searches(*, viewer: Membership, since: datetime, at: datetime) -> int:
    """Return how often a member has searched by health number from `since` until `at`, from the audit trail."""
    rows = AuditEvent.objects.filter(scheme_id=viewer.scheme_id, membership_id=viewer.pk, at__range=(since, at))
    return rows.filter(event="person.searched", purpose__contains="number").count()


def told_of_searches(*, viewer: Membership, since: datetime, at: datetime) -> bool:
    """Say whether the leads were told since then that this member searches by health number so often."""
    rows = AuditEvent.objects.filter(scheme_id=viewer.scheme_id, membership_id=viewer.pk, at__range=(since, at))
    return rows.filter(event="person.searched_often").exists()


def has_number(scheme_id: int, person_id: int, number: str) -> bool:
    """Say whether this person holds this health number."""
    key = keys.hashed_number(scheme_id, keys.clean_health_number(number))
    return PersonKey.objects.filter(scheme_id=scheme_id, person_id=person_id, kind="number", key=key).exists()


def practices_of(person_ids: list[int]) -> dict[int, int | None]:
    """Return each person's practice."""
    return dict(Person.objects.filter(pk__in=person_ids).values_list("pk", "practice_id"))


@dataclass(frozen=True)
class ReachNow:
    """The contact rule and access needs as a form shows them."""

    channels: tuple[str, ...]
    when: str
    access_needs: tuple[str, ...]


def reach_now(person: Person) -> ReachNow:
    """Return how a person may be reached now; with no rule yet, phone and post, as a rule begins."""
    held = ContactRule.objects.filter(person=person).order_by("-recorded_at", "-pk").first() or ContactRule()
    chosen = {
        "phone": held.by_phone,
        "voicemail": held.voicemail,
        "text": held.by_text,
        "email": held.by_email,
        "post": held.by_post,
    }
    return ReachNow(tuple(name for name, allowed in chosen.items() if allowed), held.when, access_needs_now(person))


def access_needs_now(person: Person) -> tuple[str, ...]:
    """Return the codes of the access needs that hold now."""
    return tuple(need.code for need in _access_needs(person_id=person.pk))
