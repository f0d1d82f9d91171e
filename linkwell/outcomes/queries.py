"""What was answered and when, ready to be drawn; and whose questions are due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from linkwell.outcomes import catalogue, rules
from linkwell.outcomes.definitions import Measure, Norm, Scale
from linkwell.outcomes.models import Completion, Help, Occasion, Score
from linkwell.support.models import EndReason, Episode, Review
from linkwell.support.queries import visible_episode, visible_episodes
from linkwell.team.access import LW
from linkwell.team.models import Membership
from linkwell.team.prepared import Prepared

NEVER_ASKED_AFTER = (EndReason.DIED, EndReason.NOT_REACHED, EndReason.DECLINED, EndReason.MOVED_AWAY)
LONGEST_AFTER = timedelta(days=270)  # six months after an ending, and eight weeks to ask


@dataclass(frozen=True)
class Point:
    """One score on one day."""

    at: datetime
    occasion: str  # in words
    value: float
    band: str
    how: str
    helped_by: str


@dataclass(frozen=True)
class ScaleHistory:
    """One score over time, oldest first, with what is needed to draw and to understand it."""

    code: str
    name: str
    lowest: float
    highest: float
    better: str  # "higher" or "lower"
    is_category: bool
    points: tuple[Point, ...]
    change: float | None  # points from the start to the last answers, positive for the better; None without both
    change_in_words: str  # "better", "worse", "about the same", or "" without both
    norm: Norm | None
    note: str


@dataclass(frozen=True)
class NotAsked:
    """One time a measure was not asked, and why."""

    at: datetime
    occasion: str
    why: str


@dataclass(frozen=True)
class MeasureHistory:
    """All that is known of one measure for one episode."""

    code: str
    name: str
    short_name: str
    source: str
    scales: tuple[ScaleHistory, ...]
    not_asked: tuple[NotAsked, ...]


@dataclass(frozen=True)
class MeasuresOfEpisode:
    """The measures of one episode of support, in the order in which they are asked."""

    episode_id: int
    person_id: int
    measures: tuple[MeasureHistory, ...]

    @property
    def any_answers(self) -> bool:
        """Whether anything was answered at all."""
        return any(scale.points for measure in self.measures for scale in measure.scales)


def measures_of_episode(*, viewer: Membership, episode_id: int, at: datetime) -> MeasuresOfEpisode:
    """Return the measures of an episode in the viewer's reach; raise NotVisible."""
    return history(episode=visible_episode(viewer=viewer, episode_id=episode_id, at=at))


def history(*, episode: Episode) -> MeasuresOfEpisode:
    """Return the measures of an episode that is known to be in the viewer's reach; 2 statements."""
    found: dict[str, list[Completion]] = {}
    for row in (completions := _completions(scheme_id=episode.scheme_id, episode_id=episode.pk)):
        found.setdefault(row.measure, []).append(row)
    prefetch_related_objects(completions, Prefetch("scores", queryset=Score.objects.order_by("pk")))
    return MeasuresOfEpisode(
        episode.pk,
        episode.person_id,
        tuple(_measure_history(measure, found.get(code, [])) for code, measure in catalogue.measures().items()),
    )


@Prepared
def _completions(shape: object, *, scheme_id: int, episode_id: int) -> QuerySet[Completion]:
    return Completion.objects.filter(scheme_id=scheme_id, episode_id=episode_id).order_by("at", "pk")


def _measure_history(measure: Measure, rows: list[Completion]) -> MeasureHistory:
    not_asked = [NotAsked(row.at, row.get_occasion_display(), row.skipped_why) for row in rows if row.skipped_why]
    return MeasureHistory(
        measure.code,
        measure.name,
        measure.short_name,
        measure.source,
        tuple(_scale_history(scale, rows) for scale in measure.scales),
        tuple(not_asked),
    )


def _scale_history(scale: Scale, rows: list[Completion]) -> ScaleHistory:
    values = [(row, score.value) for row in rows for score in row.scores.all() if score.scale == scale.code]
    start = [value for row, value in values if row.occasion == Occasion.BASELINE]
    later = [value for row, value in values if row.occasion != Occasion.BASELINE]
    change = scale.gain(start[-1], later[-1]) if start and later else None
    return ScaleHistory(
        code=scale.code,
        name=scale.name,
        lowest=scale.lowest,
        highest=scale.highest,
        better=scale.better,
        is_category=scale.combine == "category",
        points=tuple(_point(scale, row, value) for row, value in values),
        change=change,
        change_in_words=_in_words(scale, change),
        norm=scale.norm,
        note=scale.meaningful_change_note,
    )


def _point(scale: Scale, row: Completion, value: float) -> Point:
    helped = Help(row.helped_by).label if row.helped_by else ""
    return Point(row.at, row.get_occasion_display(), value, scale.band(value), row.get_how_display(), helped)


def _in_words(scale: Scale, change: float | None) -> str:
    if change is None:
        return ""
    if abs(change) < scale.counts_as_change:
        return "about the same"
    return "better" if change > 0 else "worse"


@dataclass(frozen=True)
class DueMeasures:
    """A person whose questions should be offered."""

    person_id: int
    episode_id: int
    name: str
    occasion: str
    occasion_in_words: str
    since: date


def due_measures(*, viewer: Membership, at: datetime) -> list[DueMeasures]:
    """Return whose questions are due among a link worker's own people, longest due first; 3 statements."""
    if viewer.role != LW:
        return []
    recent = Q(ended_at=None) | Q(ended_at__gt=at - LONGEST_AFTER)
    rows = visible_episodes(viewer=viewer, at=at).filter(recent, link_worker=viewer).exclude(first_conversation_at=None)
    episodes = list(rows.select_related("person"))
    on = timezone.localdate(at)
    courses = _courses(episodes)
    found = []
    for episode in episodes:
        due = rules.due(courses[episode.pk], on=on)
        if due is not None:
            words = Occasion(due.occasion).label
            found.append(
                DueMeasures(episode.person_id, episode.pk, episode.person.called, due.occasion, words, due.since)
            )
    return sorted(found, key=lambda due: (due.since, due.name, due.episode_id))


def due_of_episode(*, episode: Episode, at: datetime) -> rules.DueOccasion | None:
    """Return the occasion due for one episode known to be in the viewer's reach, if one is; 2 statements."""
    return rules.due(_courses([episode])[episode.pk], on=timezone.localdate(at))


def _courses(episodes: Iterable[Episode]) -> dict[int, rules.Course]:
    """Return the course of each episode; its person must be loaded."""
    by_pk = {episode.pk: episode for episode in episodes}
    rows = Completion.objects.filter(episode__in=by_pk).values_list("episode_id", "occasion")
    done: dict[int, dict[str, date]] = {}
    answered = set()
    for episode_id, occasion, last, last_answers in rows.annotate(
        last=Max("at"), said=Max("at", filter=~Q(answers={}))
    ):
        done.setdefault(episode_id, {})[occasion] = timezone.localdate(last)
        if occasion == Occasion.BASELINE and last_answers is not None:
            answered.add(episode_id)
    reviews = Review.objects.filter(episode__in=by_pk, held_at=None).order_by("-due_on")
    next_review = dict(reviews.values_list("episode_id", "due_on"))
    return {
        pk: rules.Course(
            first_conversation_on=_day(episode.first_conversation_at),
            ended_on=_day(episode.ended_at),
            may_be_asked=episode.person.died_on is None and episode.end_reason not in NEVER_ASKED_AFTER,
            review_due_on=next_review.get(pk),
            answered_at_start=pk in answered,
            last_done=done.get(pk, {}),
        )
        for pk, episode in by_pk.items()
    }


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else timezone.localdate(moment)
