"""Answers to measures, and their scores. The measures themselves are data in `measures/`."""

from django.db import models
from django.db.models import Q

from linkwell.common.access import classes
from linkwell.common.models import ScopedManager
from linkwell.people.models import Person
from linkwell.support.models import Episode
from linkwell.team.models import Membership, Scheme


class Occasion(models.TextChoices):
    BASELINE = "baseline", "At the start"
    REVIEW = "review", "At a review"
    EXIT = "exit", "At the end"
    MONTHS_3 = "months_3", "3 months after"
    MONTHS_6 = "months_6", "6 months after"


class Help(models.TextChoices):
    """Who else had a part in the answers; the answers are the person's own unless it says proxy."""

    NONE = "", "Nobody"
    STAFF = "staff", "A member of staff read the questions out or wrote the answers down"
    INTERPRETER = "interpreter", "An interpreter"
    CARER = "carer", "A relative, friend or carer helped; the answers are the person's own"
    PROXY = "proxy", "Somebody else answered for the person"


class Completion(models.Model):
    """One measure answered on one occasion, or skipped with a reason; a correction is a new row, the newest holds."""

    class How(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        PHONE = "phone", "By phone"
        PAPER = "paper", "On paper"
        ONLINE = "online", "Online"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="completions")
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="completions")
    measure = models.CharField(max_length=30)
    occasion = models.CharField(max_length=10, choices=Occasion)
    at = models.DateTimeField()
    how = models.CharField(max_length=10, choices=How, blank=True)
    helped_by = models.CharField(max_length=60, choices=Help, blank=True)
    answers = models.JSONField(default=dict)  # {item code: number}
    skipped_why = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Membership, models.PROTECT, null=True)
    submission_key = models.UUIDField(null=True)

    objects = ScopedManager()
    field_classes = classes(
        operational="id scheme person episode measure occasion at how helped_by by submission_key",
        scores="answers skipped_why",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answers={}, skipped_why__gt="") | (~Q(answers={}) & Q(skipped_why="")),
                name="answered_or_skipped_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["scheme", "submission_key", "measure"], name="one_completion_of_a_submission"
            ),
        ]
        indexes = [models.Index(fields=["scheme", "episode", "measure", "at"], name="completions_in_order")]


class Score(models.Model):
    """One score of one completion; append-only."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    completion = models.ForeignKey(Completion, models.PROTECT, related_name="scores")
    scale = models.CharField(max_length=30)
    value = models.FloatField()

    objects = ScopedManager()
    field_classes = classes(operational="id scheme completion scale", scores="value")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["completion", "scale"], name="one_score_of_a_scale")]
