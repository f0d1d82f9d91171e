"""What a link worker does next."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from linkwell.common.errors import NotVisible
from linkwell.people.models import ContactRule, RecordOpening
from linkwell.referrals.queries import within_reach
from linkwell.support.models import (
    Episode,
    Review,
    Task,
)
from linkwell.team.access import LW
from linkwell.team.models import Membership
from linkwell.team.prepared import Prepared


@dataclass(frozen=True)
class TodayRow:
    """One thing to do, one tap from the act."""

    kind: str  # CALL, REPLY, CHANGED, DUE, TODO
    person_id: int | None
    episode_id: int | None
    task_id: int | None
    name: str
    text: str
    due_on: date
    days_over: int
    tries: int
    phone: str
    contact_note: str
    link: str


@dataclass(frozen=True)
class Today:
    """What a link worker does next: due now, and the days after."""

    rows: tuple[TodayRow, ...]
    later: tuple[TodayRow, ...]
    counts: tuple[tuple[str, int], ...]
    openings: tuple[str, ...]


_ORDER = {"CALL": 0, "REPLY": 1, "CHANGED": 2, "DUE": 3, "TODO": 4}


def today(*, viewer: Membership, at: datetime) -> Today:
    """Return a link worker's day: first contacts, next steps, reviews and tasks; 5 statements."""
    if viewer.role != LW:
        raise NotVisible
    on = at.date()
    episodes = {row.pk: row for row in _own_open(viewer=viewer, at=at)}
    rules = {row.person_id: row for row in _newest_rules(viewer=viewer, at=at)}
    target = viewer.scheme.first_contact_days
    rows = [row for episode in episodes.values() for row in _calls(episode, rules, target, on)]
    rows += _reviews(viewer, episodes, rules, on) + _tasks(viewer, episodes, rules, on)
    rows.sort(key=lambda row: (_ORDER[row.kind], -row.days_over, row.due_on, row.name))
    due = [row for row in rows if row.due_on <= on]
    later = sorted((row for row in rows if row.due_on > on), key=lambda row: (row.due_on, row.name))
    counts: dict[str, int] = {}
    for row in due:
        counts[row.kind] = counts.get(row.kind, 0) + 1
    return Today(
        rows=tuple(due),
        later=tuple(later[:20]),
        counts=tuple((kind, counts[kind]) for kind in _ORDER if kind in counts),
        openings=tuple(_who_covered(viewer, at)),
    )


@Prepared
def _own_open(shape: object, *, viewer: Membership, at: datetime) -> QuerySet[Episode]:
    """Return the viewer's own open episodes with their persons."""
    rows = Episode.objects.filter(scheme_id=viewer.scheme_id, link_worker=viewer, ended_at=None)
    return rows.filter(within_reach(viewer=viewer, at=at)).select_related("person")


@Prepared
def _newest_rules(shape: object, *, viewer: Membership, at: datetime) -> QuerySet[ContactRule]:
    """Return how each of these persons may be reached."""
    mine = Episode.objects.filter(scheme_id=viewer.scheme_id, link_worker=viewer, ended_at=None)
    rows = ContactRule.objects.filter(within_reach(viewer=viewer, at=at), person__in=mine.values("person_id"))
    return rows.order_by("person_id", "-recorded_at", "-pk").distinct("person_id")


def _line(
    kind: str, episode: Episode | None, rules: dict[int, ContactRule], text: str, due_on: date, on: date,
    link: str = "", task_id: int | None = None,
) -> TodayRow:  # fmt: skip
    person = episode.person if episode else None
    rule = rules.get(person.pk) if person else None
    may_ring = person is not None and (rule is None or rule.by_phone)
    return TodayRow(
        kind=kind,
        person_id=person.pk if person else None,
        episode_id=episode.pk if episode else None,
        task_id=task_id,
        name=person.called if person else "",
        text=text,
        due_on=due_on,
        days_over=max((on - due_on).days, 0),
        tries=episode.attempts_count if episode else 0,
        phone=person.phone if person is not None and may_ring else "",
        contact_note=_how(rule),
        link=link,
    )


def _how(rule: ContactRule | None) -> str:
    if rule is None:
        return ""
    parts = [] if rule.by_phone else ["no phone calls"]
    return ", ".join([*parts, *(part for part in (rule.when, rule.note) if part)])


def _calls(episode: Episode, rules: dict[int, ContactRule], target: int, on: date) -> list[TodayRow]:
    waited = (on - episode.opened_at.date()).days
    if episode.first_conversation_at is None:
        due = episode.next_step_on or episode.opened_at.date()
        text = f"First contact, day {waited} of {target}"
        if episode.attempts_count:
            text += f", try {episode.attempts_count + 1}"
        return [_line("CALL", episode, rules, text, due, on)]
    if episode.next_step and episode.next_step_on:
        return [_line("TODO", episode, rules, episode.next_step, episode.next_step_on, on)]
    return []


def _reviews(
    viewer: Membership, episodes: dict[int, Episode], rules: dict[int, ContactRule], on: date
) -> list[TodayRow]:
    return [
        _line("DUE", episodes[row.episode_id], rules, "Review: ask how it is going, and the questions", row.due_on, on)
        for row in _reviews_due(viewer=viewer, until=on + timedelta(days=7))
        if row.episode_id in episodes
    ]


@Prepared
def _reviews_due(shape: object, *, viewer: Membership, until: date) -> QuerySet[Review]:
    mine = Review.objects.filter(episode__scheme_id=viewer.scheme_id, episode__link_worker=viewer)
    return mine.filter(episode__ended_at=None, held_at=None, due_on__lte=until).order_by("due_on", "pk")


def _tasks(viewer: Membership, episodes: dict[int, Episode], rules: dict[int, ContactRule], on: date) -> list[TodayRow]:
    kinds = {Task.Kind.CALL: "CALL", Task.Kind.REPLY: "REPLY", Task.Kind.CHANGED: "CHANGED", Task.Kind.DUE: "DUE"}
    return [
        _line(
            kinds.get(Task.Kind(row.kind), "TODO"), episodes.get(row.episode_id or 0), rules, row.text, row.due_on, on,
            link=row.link, task_id=row.pk,
        )
        for row in _tasks_due(viewer=viewer, until=on + timedelta(days=7))
        if row.episode_id is None or row.episode_id in episodes
    ]  # fmt: skip


@Prepared
def _tasks_due(shape: object, *, viewer: Membership, until: date) -> QuerySet[Task]:
    rows = Task.objects.filter(scheme_id=viewer.scheme_id, member=viewer, done_at=None)
    return rows.filter(due_on__lte=until).order_by("due_on", "pk")[:200]


def _who_covered(viewer: Membership, at: datetime) -> list[str]:
    """Return, in words, who opened records of the viewer's people as cover in the last day."""
    return [
        f"{row.membership.name} opened {row.person.called}'s record: {': '.join(filter(None, [row.reason, row.text]))}"
        for row in _covered(viewer=viewer, at=at, since=at - timedelta(days=1))
    ]


@Prepared
def _covered(shape: object, *, viewer: Membership, at: datetime, since: datetime) -> QuerySet[RecordOpening]:
    rows = RecordOpening.objects.filter(
        scheme_id=viewer.scheme_id, kind=RecordOpening.Kind.COVERING, began_at__gt=since,
        person__allocations__link_worker=viewer, person__allocations__ended_at=None,
    )  # fmt: skip
    rows = rows.filter(within_reach(viewer=viewer, at=at))
    rows = rows.exclude(membership__account_id=viewer.account_id)
    return rows.select_related("membership__account", "person").order_by("-began_at")[:10]
