"""How answers become scores, which answers are refused, and when the questions are due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from linkwell.common.dates import age_on
from linkwell.outcomes import errors
from linkwell.outcomes.definitions import Measure
from linkwell.outcomes.models import Help, Occasion

FOLLOW_UPS = (Occasion.REVIEW, Occasion.EXIT, Occasion.MONTHS_3, Occasion.MONTHS_6)
EXIT_DAYS, AFTER_DAYS, REVIEW_DAYS = 28, 56, 28


def score(measure: Measure, answers: Mapping[str, int]) -> dict[str, float]:
    """Return the score of each scale; a scale without all of its answers has none.

    answers   {question: number}, each one of the numbers offered
    returns   {scale: points}; the sum of its answers, or the single answer itself
    """
    return {
        scale.code: float(sum(answers[item] for item in scale.items))
        for scale in measure.scales
        if all(item in answers for item in scale.items)
    }


def check_answers(
    measure: Measure, answers: Mapping[str, int], *, how: str, helped_by: str, born_on: date | None, on: date
) -> None:
    """Raise what speaks against these answers; an age that is not known refuses nothing."""
    if not answers:
        raise errors.NothingAnswered
    for code, value in answers.items():
        item = measure.item(code)
        if item is None:
            raise errors.UnknownQuestion(measure=measure.name)
        if isinstance(value, bool) or value not in [number for number, _ in item.answers]:
            raise errors.AnswerOutOfRange(question=item.question)
    if helped_by == Help.PROXY and not measure.proxy_allowed:
        raise errors.ProxyNotAllowed(measure=measure.name)
    if not how:
        raise errors.HowMissing
    if how not in measure.modes:
        raise errors.WayNotAllowed(measure=measure.name)
    if born_on is not None and age_on(born_on, on) < measure.minimum_age:
        raise errors.TooYoung(measure=measure.name, minimum_age=measure.minimum_age)


def check_occasion(occasion: str, *, ended: bool, has_later: bool) -> None:
    """Raise SupportIsOver, SupportNotOver or LaterAnswersExist for an occasion that cannot be.

    ended      the support has ended
    has_later  answers of a review or later are recorded for this episode
    """
    if ended and occasion in (Occasion.BASELINE, Occasion.REVIEW):
        raise errors.SupportIsOver
    if not ended and occasion in (Occasion.MONTHS_3, Occasion.MONTHS_6):
        raise errors.SupportNotOver
    if occasion == Occasion.BASELINE and has_later:
        raise errors.LaterAnswersExist


@dataclass(frozen=True)
class Course:
    """What of an episode decides when the questions are due."""

    first_conversation_on: date | None
    ended_on: date | None
    may_be_asked: bool  # alive, and support ended in a way that leaves the person to be asked
    review_due_on: date | None
    answered_at_start: bool
    last_done: Mapping[str, date]  # occasion → last day it was answered or skipped


@dataclass(frozen=True)
class DueOccasion:
    """An occasion on which the questions should be offered, and since when."""

    occasion: str
    since: date


def due(course: Course, *, on: date) -> DueOccasion | None:
    """Return the occasion that is due on a day, if one is; skipping with a reason settles it."""
    if not course.may_be_asked or course.first_conversation_on is None:
        return None
    if course.ended_on is not None:
        return _due_after(course, course.ended_on, on) if course.answered_at_start else None
    if Occasion.BASELINE not in course.last_done and not _followed_up(course):
        return DueOccasion(Occasion.BASELINE, course.first_conversation_on)
    if course.review_due_on is not None and course.review_due_on <= on:
        last = course.last_done.get(Occasion.REVIEW)
        if last is None or last < course.review_due_on - timedelta(days=REVIEW_DAYS):
            return DueOccasion(Occasion.REVIEW, course.review_due_on)
    return None


def _followed_up(course: Course) -> bool:
    return any(occasion in course.last_done for occasion in FOLLOW_UPS)


def _due_after(course: Course, ended_on: date, on: date) -> DueOccasion | None:
    for occasion, since, days in (
        (Occasion.EXIT, ended_on, EXIT_DAYS),
        (Occasion.MONTHS_3, months_after(ended_on, 3), AFTER_DAYS),
        (Occasion.MONTHS_6, months_after(ended_on, 6), AFTER_DAYS),
    ):
        if since <= on < since + timedelta(days=days) and occasion not in course.last_done:
            return DueOccasion(occasion, since)
    return None


def months_after(day: date, months: int) -> date:
    """Return the same day some months later; the last day of the month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
