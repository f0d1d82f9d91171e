"""Recording answers to measures, or why they were not asked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.common.locks import one_at_a_time
from linkwell.outcomes import catalogue, errors, rules
from linkwell.outcomes.definitions import Measure
from linkwell.outcomes.models import Completion, Occasion, Score
from linkwell.support.actions import locked_episode
from linkwell.support.models import Episode
from linkwell.team import access
from linkwell.team.models import Membership

Answers = Mapping[str, Mapping[str, int]]  # {measure: {question: number}}


@transaction.atomic
def complete_measures(
    *,
    episode_id: int,
    occasion: str,
    how: str,
    helped_by: str,
    answers: Answers,
    by: Membership,
    at: datetime,
    skipped: Mapping[str, str] | None = None,
    submission_key: UUID | None = None,
) -> list[Completion]:
    """Record the answers to one or more measures, with their scores; the same submission twice is one.

    answers   {measure: {question: number}}
    skipped   {measure: why it was not asked}, for measures of the same sitting

    Raise NotVisible, NothingAnswered or what `rules.check_answers` and `rules.check_occasion` raise.
    """
    episode = _episode_to_write(episode_id, by, at)
    again = _same_submission(submission_key, by)
    if again:
        return again
    answered = {code: dict(given) for code, given in answers.items() if given}
    left_out = {code: why.strip() for code, why in (skipped or {}).items()}
    if not answered and not left_out:
        raise errors.NothingAnswered
    _check(episode, occasion, answered, left_out, how=how, helped_by=helped_by, at=at)
    made = [
        _completion(episode, code, occasion, by, at, submission_key, answers=given, how=how, helped_by=helped_by)
        for code, given in answered.items()
    ]
    Score.objects.bulk_create(
        Score(scheme_id=episode.scheme_id, completion=row, scale=scale, value=value)
        for row in made
        for scale, value in rules.score(_measure(row.measure), row.answers).items()
    )
    made += [
        _completion(episode, code, occasion, by, at, submission_key, skipped_why=why) for code, why in left_out.items()
    ]
    audit.record("measures.completed" if answered else "measures.skipped", about=episode, by=by, at=at)
    return made


def skip_measures(
    *,
    episode_id: int,
    occasion: str,
    why: str,
    by: Membership,
    at: datetime,
    measures: Iterable[str] | None = None,
    submission_key: UUID | None = None,
) -> list[Completion]:
    """Record why measures (all in use, unless named) were not asked; raise ReasonMissing or as `complete_measures`."""
    codes = list(measures) if measures is not None else list(catalogue.measures())
    return complete_measures(
        episode_id=episode_id, occasion=occasion, how="", helped_by="", answers={}, by=by, at=at,
        skipped=dict.fromkeys(codes, why), submission_key=submission_key,
    )  # fmt: skip


def _episode_to_write(episode_id: int, by: Membership, at: datetime) -> Episode:
    if not access.may(by.role, "W", "scores", "c"):
        raise NotVisible
    return locked_episode(episode_id=episode_id, by=by, at=at, must_be_open=False)


def _same_submission(key: UUID | None, by: Membership) -> list[Completion]:
    if key is None:
        return []
    one_at_a_time(f"measures {by.scheme_id} {key}")
    return list(Completion.objects.filter(scheme_id=by.scheme_id, submission_key=key).order_by("pk"))


def _check(
    episode: Episode,
    occasion: str,
    answered: Answers,
    left_out: Mapping[str, str],
    *,
    how: str,
    helped_by: str,
    at: datetime,
) -> None:
    later = Completion.objects.filter(scheme_id=episode.scheme_id, episode=episode).exclude(answers={})
    later = later.exclude(occasion=Occasion.BASELINE).filter(measure__in=list(answered))
    has_later = bool(answered) and occasion == Occasion.BASELINE and later.exists()
    rules.check_occasion(occasion, ended=episode.ended_at is not None, has_later=has_later)
    on = timezone.localdate(at)
    for code, given in answered.items():
        measure = _measure(code)
        if code in left_out:
            raise errors.AnsweredAndSkipped(measure=measure.name)
        rules.check_answers(measure, given, how=how, helped_by=helped_by, born_on=episode.person.born_on, on=on)
    for code, why in left_out.items():
        _measure(code)
        if not why:
            raise errors.ReasonMissing


def _measure(code: str) -> Measure:
    measure = catalogue.measures().get(code)
    if measure is None:
        raise errors.UnknownMeasure
    return measure


def _completion(
    episode: Episode, code: str, occasion: str, by: Membership, at: datetime, key: UUID | None, **what: object
) -> Completion:
    made: Completion = Completion.objects.create(
        scheme_id=episode.scheme_id, person_id=episode.person_id, episode=episode, measure=code,
        occasion=Occasion(occasion), at=at, by=by, submission_key=key, **what,
    )  # fmt: skip
    return made
