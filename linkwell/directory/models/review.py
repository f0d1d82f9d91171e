"""What a person decides about entries that feeds bring: raw records beside ours, questions, duplicates, words."""

from django.db import models
from django.db.models import F, Q

from linkwell.common.access import classes
from linkwell.directory.models.entries import Service, text
from linkwell.directory.models.feeds import ImportRun, Source
from linkwell.directory.models.terms import TaxonomyTerm


class RawRecord(models.Model):
    """What the source said of an entry when it was last read, packed; addresses of staff are masked in it."""

    service = models.OneToOneField(Service, models.CASCADE, primary_key=True, related_name="raw")
    run_id = models.BigIntegerField(null=True)
    read_at = models.DateTimeField()
    size = models.PositiveIntegerField()  # characters of the whole, before it was cut or packed
    packed = models.BinaryField()

    field_classes = classes(operational="service run_id read_at size packed")


class Question(models.Model):
    """Something an import would not decide: it waits for a directory editor, with both sides kept."""

    CORRECTION, OWNER, EXPOSURE = "correction", "owner", "exposure"
    KINDS = [
        (CORRECTION, "The source changed a field that was put right by hand"),
        (OWNER, "The source says that the entry belongs to another organisation"),
        (EXPOSURE, "The source would show an address that is not given out"),
    ]

    source = models.ForeignKey(Source, models.PROTECT, related_name="questions")
    service = models.ForeignKey(Service, models.CASCADE, related_name="questions")
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="questions")
    kind = models.CharField(max_length=12, choices=KINDS)
    field = models.CharField(max_length=40, blank=True, default="")
    ours = models.JSONField(null=True)
    theirs = models.JSONField(null=True)
    record = models.BinaryField(null=True)  # the record that was held back, as it was read
    digest = models.BinaryField(null=True)  # of that record: the same again is not asked twice
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.BigIntegerField(null=True)  # the membership; empty where the source took it back
    answer = models.CharField(max_length=10, blank=True, default="")  # ours, theirs, different, withdrawn

    field_classes = classes(
        operational="id source service run kind field ours theirs record digest asked_at settled_at settled_by answer"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "kind", "field"], condition=Q(settled_at=None), name="one_open_question_of_a_kind"
            )
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(settled_at=None), name="open_questions")]


class Duplicate(models.Model):
    """Two entries that may be the same: proposed by likeness, decided by a person."""

    STATES = [("waiting", "Waiting"), ("joined", "Joined"), ("different", "Not the same")]

    first = models.ForeignKey(Service, models.CASCADE, related_name="+")
    second = models.ForeignKey(Service, models.CASCADE, related_name="+")
    likeness = models.FloatField()  # 0 to 1
    reasons = models.JSONField(default=list)  # ["The same telephone number", …]
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)

    field_classes = classes(operational="id first second likeness reasons state proposed_at decided_at decided_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_proposal_of_a_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="a_pair_in_order"),
        ]
        indexes = [models.Index(fields=["state", "-likeness"], name="duplicates_by_likeness")]


class Joining(models.Model):
    """One entry was joined into another: what it changed there, so that it can be undone exactly."""

    kept = models.ForeignKey(Service, models.CASCADE, related_name="joinings")
    joined = models.ForeignKey(Service, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)
    before = models.JSONField(default=dict)  # field → {value, hand}: what the kept entry held before
    undone_at = models.DateTimeField(null=True)
    undone_by = models.BigIntegerField(null=True)

    field_classes = classes(operational="id kept joined at by before undone_at undone_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["joined"], condition=Q(undone_at=None), name="joined_into_one_entry")
        ]


class TermNeed(models.Model):
    """A term of a taxonomy stands for a need; an empty code says that it stands for none."""

    term = models.ForeignKey(TaxonomyTerm, models.CASCADE, related_name="needs")
    code = models.CharField(max_length=40, blank=True, default="")
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)

    field_classes = classes(public="id term code at", operational="by")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["term", "code"], name="one_need_of_a_term")]


class NeedPhrase(models.Model):
    """Plain words that people use for a need, beside those that come with Linkwell."""

    phrase = models.TextField(unique=True)  # lower case, single spaces; a final * stands for any ending
    code = models.CharField(max_length=40)
    note = text()
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)

    field_classes = classes(public="id phrase code at", operational="note by")
