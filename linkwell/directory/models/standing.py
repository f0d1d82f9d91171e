"""How an entry stands now: confirmed, reported, corrected, remarked on."""

from django.db import models
from django.db.models import Q

from linkwell.common.access import classes
from linkwell.common.models import ScopedManager
from linkwell.directory.models.entries import Service, text
from linkwell.team.models import Membership, Scheme


class Verification(models.Model):
    """Somebody looked whether an entry is right: who, how, when, what they found. Append-only."""

    WHO = [("group", "The group itself"), ("worker", "A member of staff"), ("public", "A member of the public")]
    HOW = [("phone", "by phone"), ("email", "by e-mail"), ("visit", "on a visit"), ("web", "on their website")]
    FOUND = [("right", "Still right"), ("changed", "Changed"), ("closed", "Closed"), ("no_answer", "No answer")]

    service = models.ForeignKey(Service, models.CASCADE, related_name="verifications")
    at = models.DateTimeField()
    who = models.CharField(max_length=8, choices=WHO)
    how = models.CharField(max_length=8, choices=HOW)
    found = models.CharField(max_length=10, choices=FOUND)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    note = text()

    field_classes = classes(public="id service at who how found", operational="by note")

    class Meta:
        indexes = [models.Index(fields=["service", "-at"], name="verifications_of_a_service")]


class OperatingStatus(models.Model):
    """How a service works from a moment on. The current one is stored on Service too. Append-only."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="operating_statuses")
    status = models.CharField(max_length=12, choices=Service.OPERATING)
    wait_weeks = models.PositiveSmallIntegerField(null=True)
    note = text()
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")

    field_classes = classes(public="id service status wait_weeks note at", operational="by")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="waiting") | Q(wait_weeks=None), name="only_a_waiting_list_has_weeks"
            )
        ]
        indexes = [models.Index(fields=["service", "-at"], name="statuses_of_a_service")]


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
    """A change somebody suggests to one field; it waits for a person to agree."""

    STATES = [(state, state) for state in ("waiting", "taken", "refused")]

    service = models.ForeignKey(Service, models.CASCADE, related_name="change_requests")
    field = models.CharField(max_length=40)
    was = text()
    suggested = text()
    reason = text()
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    field_classes = classes(public="id service field was suggested state at decided_at", operational="reason by")


class InternalRemark(models.Model):
    """What link workers tell each other about a service ("ask for Jo"); never leaves the scheme."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    service = models.ForeignKey(Service, models.CASCADE, related_name="remarks")
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+")

    objects = ScopedManager()
    field_classes = classes(operational="id scheme service at by", remark="text")

    class Meta:
        indexes = [models.Index(fields=["scheme", "service", "-at"], name="remarks_of_a_service")]
