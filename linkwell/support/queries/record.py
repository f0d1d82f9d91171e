"""A person's episode as the record page shows it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from linkwell.people.rules import without_place
from linkwell.referrals.queries import from_whom
from linkwell.support.models import (
    AboutMe,
    Contact,
    Episode,
    EpisodeEvent,
    EpisodeState,
    Mode,
    Review,
)
from linkwell.support.queries.needs import NeedLine
from linkwell.support.queries.plan import Plan
from linkwell.team.prepared import Prepared

SHOWN_IN_TIMELINE = 60


@dataclass(frozen=True)
class TimelineItem:
    """One thing that happened."""

    at: datetime
    kind: str
    title: str
    text: str
    by: str


@dataclass(frozen=True)
class Record:
    """A person's episode of support as the record page shows it."""

    episode_id: int
    person_id: int
    state: str
    state_label: str
    is_open: bool
    level: str
    opened_at: datetime
    ended_at: datetime | None
    end_reason: str
    link_worker: str
    referral_reference: str
    referred_by: str
    referral_reason: str
    referral_contact_given: str  # where the referral's contact details differ from what is held
    about_me: tuple[tuple[str, str], ...]
    needs: tuple[NeedLine, ...]
    timeline: tuple[TimelineItem, ...]
    contacts: int
    attempts: int
    minutes: int
    next_step: str
    next_step_on: date | None
    first_conversation_held: bool
    plan_versions: int
    review_due_on: date | None


def record(*, episode: Episode, plan: Plan) -> Record:
    """Return the record of an episode from `current_episode`, beside its plan; 4 statements."""
    referral = episode.referral
    given = referral.contact_given
    review = _next_review.first(episode_id=episode.pk)
    return Record(
        episode_id=episode.pk,
        person_id=episode.person_id,
        state=episode.state,
        state_label=EpisodeState(episode.state).label,
        is_open=episode.ended_at is None,
        level=episode.level,
        opened_at=episode.opened_at,
        ended_at=episode.ended_at,
        end_reason=episode.get_end_reason_display(),
        link_worker=episode.link_worker.name,
        referral_reference=referral.reference,
        referred_by=from_whom(referral),
        referral_reason=referral.reason,
        referral_contact_given=without_place(given) if episode.person.location_hidden else given,
        about_me=about_me(episode.person_id),
        needs=plan.needs,
        timeline=_timeline(episode, plan),
        contacts=episode.contacts_count,
        attempts=episode.attempts_count,
        minutes=episode.minutes_total,
        next_step=episode.next_step,
        next_step_on=episode.next_step_on,
        first_conversation_held=episode.first_conversation_at is not None,
        plan_versions=len(plan.agreed),
        review_due_on=review.due_on if review else None,
    )


def about_me(person_id: int) -> tuple[tuple[str, str], ...]:
    """Return (heading, words) for each heading the person has spoken to, newest words."""
    newest = {row.heading: row.text for row in _newest_words(person_id=person_id)}
    return tuple((label, newest[code]) for code, label in AboutMe.Heading.choices if code in newest)


@Prepared
def _next_review(shape: object, *, episode_id: int) -> QuerySet[Review]:
    return Review.objects.filter(episode_id=episode_id, held_at=None).order_by("due_on")[:1]


@Prepared
def _newest_words(shape: object, *, person_id: int) -> QuerySet[AboutMe]:
    return AboutMe.objects.filter(person_id=person_id).order_by("heading", "-at", "-pk").distinct("heading")


@Prepared
def _contacts(shape: object, *, scheme_id: int, episode_id: int) -> QuerySet[Contact]:
    rows = Contact.objects.filter(scheme_id=scheme_id, episode_id=episode_id).select_related("by__account")
    return rows.order_by("-at", "-pk")[:SHOWN_IN_TIMELINE]


@Prepared
def _events(shape: object, *, episode_id: int) -> QuerySet[EpisodeEvent]:
    return EpisodeEvent.objects.filter(episode_id=episode_id).select_related("by__account")


def _timeline(episode: Episode, plan: Plan) -> tuple[TimelineItem, ...]:
    items = [_contact_item(row) for row in _contacts(scheme_id=episode.scheme_id, episode_id=episode.pk)]
    items += [
        TimelineItem(row.at, "step", EpisodeState(row.now).label, "", row.by.name if row.by else "")
        for row in _events(episode_id=episode.pk)
    ]
    items += [
        TimelineItem(agreed.at, "plan", f"Plan agreed, version {agreed.number}", agreed.how, agreed.by)
        for agreed in plan.agreed
    ]
    return tuple(sorted(items, key=lambda item: item.at, reverse=True)[:SHOWN_IN_TIMELINE])


def _contact_item(row: Contact) -> TimelineItem:
    mode = Mode(row.mode).label
    if not row.reached:
        title = f"{mode}: no answer"
    else:
        what = "First conversation" if row.is_first_conversation else "Contact"
        title = f"{what}, {mode.lower()}" + (f", {row.minutes} minutes" if row.minutes else "")
    return TimelineItem(row.at, "contact" if row.reached else "attempt", title, row.note, row.by.name)
