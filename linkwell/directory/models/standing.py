"""How an entry stands now: confirmed, reported, corrected, remarked on."""

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from linkwell.common.access import classes
from linkwell.common.models import ScopedManager
from linkwell.directory.models.entries import Service, text
from linkwell.team.models import Membership, Scheme


class Verification(models.Model):
    """Somebody looked whether an entry is right: who, how, when, what they found. Append-only."""

    WHO = [("group", "The group itself"), ("worker", "A member of staff"), ("public", "A member of the public")]
    HOW = [
        ("phone", "by phone"),
        ("email", "by e-mail"),
        ("visit", "on a visit"),
        ("web", "on their website"),
        ("text", "by text"),
        ("account", "signed in here"),
    ]
    FOUND = [
        ("right", "Still right"),
        ("changed", "Changed"),
        ("closed", "Closed"),
        ("full", "Full"),
        ("no_answer", "No answer"),
        ("wrong_tel", "Wrong number"),
    ]

    service = models.ForeignKey(Service, models.CASCADE, related_name="verifications")
    at = models.DateTimeField()
    who = models.CharField(max_length=8, choices=WHO)
    how = models.CharField(max_length=8, choices=HOW)
    found = models.CharField(max_length=10, choices=FOUND)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    said_by = models.CharField(max_length=80, blank=True, default="", db_default="")  # the name somebody typed
    note = text()

    field_classes = classes(public="id service at who how found", operational="by said_by note")

    class Meta:
        indexes = [models.Index(fields=["service", "-at"], name="verifications_of_a_service")]


class OperatingStatus(models.Model):
    """How a service works from a moment on. The current one is stored on Service too. Append-only."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="operating_statuses")
    status = models.CharField(max_length=12, choices=Service.OPERATING)
    wait_weeks = models.PositiveSmallIntegerField(null=True)
    note = text()
    until = models.DateField(null=True)  # open again by itself from this day
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")

    field_classes = classes(public="id service status wait_weeks note until at", operational="by")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="waiting") | Q(wait_weeks=None), name="only_a_waiting_list_has_weeks"
            )
        ]
        indexes = [models.Index(fields=["service", "-at"], name="statuses_of_a_service")]


class Opening(models.Model):
    """When a service last began to take people: newly listed, or again. A trigger keeps it, whoever writes.

    The first list of a source is no opening: its entries were there before.
    """

    KINDS = [("new", "New in the directory"), ("again", "Takes people again")]

    service = models.OneToOneField(Service, models.CASCADE, primary_key=True, related_name="opening")
    kind = models.CharField(max_length=5, choices=KINDS)
    at = models.DateTimeField()

    field_classes = classes(public="service kind at")

    class Meta:
        indexes = [models.Index(fields=["-at"], name="openings_newest")]


class Report(models.Model):
    """ "It was closed": what somebody found at the door."""

    KINDS = [
        ("closed", "It was closed"),
        ("full", "It was full"),
        ("wrong", "Something in the entry is wrong"),
        ("unsafe", "Something was not right there"),
    ]

    service = models.ForeignKey(Service, models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=8, choices=KINDS)
    note = text()
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    field_classes = classes(public="id service kind at settled_at", operational="by note")


class ChangeRequest(models.Model):
    """A change somebody suggests to one field; it waits for a person to agree. One `submission` is decided together.

    `was` and `suggested` are the field as `directory.editing.fields` writes it; `was` is what stood there then.
    """

    STATES = [(state, state) for state in ("waiting", "taken", "refused")]
    ORIGINS = [
        ("organisation", "The group itself"),
        ("worker", "A member of staff"),
        ("public", "A member of the public"),
        ("check", "An answer to our question"),
    ]

    submission = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), db_index=True)
    service = models.ForeignKey(Service, models.CASCADE, related_name="change_requests")
    field = models.CharField(max_length=40)
    was = text()
    suggested = text()
    reason = text()
    origin = models.CharField(max_length=12, choices=ORIGINS, default="worker", db_default="worker")
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    taken_as = models.TextField(
        blank=True, default="", db_default=""
    )  # what was taken, where the words were edited first
    refused_why = models.TextField(
        blank=True, default="", db_default=""
    )  # told to whoever suggested it, where they have an account

    field_classes = classes(
        public="id submission service field was suggested origin state at decided_at taken_as",
        operational="reason by decided_by refused_why",
    )

    class Meta:
        indexes = [models.Index(fields=["at"], condition=Q(state="waiting"), name="changes_waiting")]


class InternalRemark(models.Model):
    """What link workers tell each other about a service ("ask for Jo"); never leaves the scheme."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    service = models.ForeignKey(Service, models.CASCADE, related_name="remarks")
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")  # an edit is a new row
    withdrawn_at = models.DateTimeField(null=True)  # by an edit or for good: no page shows it

    objects = ScopedManager()
    field_classes = classes(operational="id scheme service at by replaces withdrawn_at", remark="text")

    class Meta:
        indexes = [models.Index(fields=["scheme", "service", "-at"], name="remarks_of_a_service")]
