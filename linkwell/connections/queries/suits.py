"""Whom would it suit? A service that opened, and the viewer's own people whose open needs it fits.

A link worker sees their own caseload and nobody else; a team lead those whose records they may open. Hard limits come
from what is known of each person, as in a search from their plan: needs, home, reach, access needs, language, age.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from linkwell.common.dates import age_on
from linkwell.connections import rules
from linkwell.connections.models import Connection, ConnectionState
from linkwell.directory.queries.suits import Opened, Suit, opened, suited
from linkwell.matching import vocabulary
from linkwell.matching.query import Point, Query
from linkwell.people.models import AccessNeed
from linkwell.places.queries import Located, points_of
from linkwell.referrals.queries import within_reach
from linkwell.support.models import Episode, EpisodeNeed
from linkwell.team.access import LW, RECORD_STAFF
from linkwell.team.models import Membership
from linkwell.team.prepared import Prepared

OPENED_WITHIN = timedelta(days=14)
REACH_METRES = 5_000  # where a search from the plan begins
MOST = 250
CANNOT_BE_ONLINE = ("in_person", "phone", "home_visit")


@dataclass(frozen=True)
class Suited:
    """One person whom a service may suit, and why."""

    person_id: int
    name: str
    link_worker: str
    reasons: tuple[str, ...]
    ask_first: tuple[str, ...]
    score: float


@dataclass(frozen=True)
class News:
    """A service that opened, and how many of the viewer's people it may suit."""

    service: Opened
    people: int


@dataclass(frozen=True)
class _Who:
    episode_id: int
    person_id: int
    name: str
    link_worker: str
    query: Query


def whom_it_suits(*, viewer: Membership, service_id: int, at: datetime) -> list[Suited]:
    """Return the viewer's people whom a service may suit, the best first; 8 statements, however many there are.

    Left out: who is connected with it already, and who said no to it.
    """
    people = _people(viewer, at)
    known = _connected([one.episode_id for one in people], [service_id])
    people = [one for one in people if (one.episode_id, service_id) not in known]
    suits = suited([service_id], [one.query for one in people], on=at.date()).get(service_id, [])
    return [_suited(people[suit.question], suit) for suit in suits]


def news(*, viewer: Membership, at: datetime) -> list[News]:
    """Return what opened in the last 14 days and may suit people of the viewer, newest first.

    One statement where nothing opened; 9 otherwise, however much did.
    """
    if viewer.role not in RECORD_STAFF:
        return []
    fresh = opened(since=at - OPENED_WITHIN, until=at)
    if not fresh:
        return []
    people, ids = _people(viewer, at), [one.service_id for one in fresh]
    known = _connected([one.episode_id for one in people], ids)
    suits = suited(ids, [one.query for one in people], on=at.date())
    counts = {
        service_id: sum((people[suit.question].episode_id, service_id) not in known for suit in its)
        for service_id, its in suits.items()
    }
    return [News(one, counts[one.service_id]) for one in fresh if counts.get(one.service_id)]


def _suited(who: _Who, suit: Suit) -> Suited:
    return Suited(
        person_id=who.person_id,
        name=who.name,
        link_worker=who.link_worker,
        reasons=suit.reasons,
        ask_first=suit.ask_first,
        score=suit.score,
    )


def _people(viewer: Membership, at: datetime) -> list[_Who]:
    """Return the viewer's people with open needs, each with the question of their plan; 5 statements."""
    if viewer.role not in RECORD_STAFF:
        return []
    rows = _episodes(viewer=viewer, at=at)
    held: dict[int, list[str]] = {}
    for episode_id, code in EpisodeNeed.objects.filter(
        episode__in=[row[0] for row in rows], ended_at=None
    ).order_by("raised_at", "pk").values_list("episode_id", "code"):  # fmt: skip
        held.setdefault(episode_id, []).append(code)
    rows = [row for row in rows if row[0] in held]
    access: dict[int, list[str]] = {}
    wanted = AccessNeed.objects.filter(person__in=[row[1] for row in rows], ended_at=None).order_by("code")
    for person_id, code in wanted.values_list("person_id", "code"):
        access.setdefault(person_id, []).append(code)
    homes = points_of(row[6] for row in rows if not row[7])
    return [_who(row, held[row[0]], access.get(row[1], []), homes, at.date()) for row in rows]


@Prepared
def _episodes(shape: object, *, viewer: Membership, at: datetime) -> QuerySet[Episode, tuple[Any, ...]]:
    rows = Episode.objects.filter(within_reach(viewer=viewer, at=at), scheme_id=viewer.scheme_id, ended_at=None)
    if viewer.role == LW:
        rows = rows.filter(link_worker=viewer)
    return rows.order_by("opened_at", "pk").values_list(
        "pk", "person_id", "person__preferred_name", "person__given_name", "person__family_name", "person__born_on",
        "person__postcode", "person__location_hidden", "person__language", "link_worker__account__name",
    )[:MOST]  # fmt: skip


def _who(row: tuple[Any, ...], held: list[str], access: list[str], homes: dict[str, Located], on: date) -> _Who:
    pk, person_id, preferred, given, family, born_on, postcode, hidden, language, worker = row
    home = None if hidden else homes.get(postcode)
    query = Query(
        needs=tuple(held),
        home=Point(home.latitude, home.longitude, home.easting, home.northing) if home else None,
        home_label=home.label if home else "",
        home_outcode=home.outcode if home else "",
        home_is_approximate=home is not None and home.is_approximate,
        reach_metres=REACH_METRES,
        modes=CANNOT_BE_ONLINE if "not_online" in access else (),
        languages=(language,) if language in vocabulary.LANGUAGES else (),
        access_needs=tuple(code for code in access if code in vocabulary.ACCESS_NEEDS),
        age=age_on(born_on, on) if born_on else None,
    )
    return _Who(pk, person_id, f"{preferred or given} {family}", worker, query)


def _connected(episode_ids: Iterable[int], service_ids: Iterable[int]) -> set[tuple[int, int]]:
    """Return (episode, service) of those connected now or who said no."""
    over = (*rules.OPEN, ConnectionState.DECLINED_PERSON)
    rows = Connection.objects.filter(episode__in=list(episode_ids), service__in=list(service_ids), state__in=over)
    return set(rows.values_list("episode_id", "service_id"))
