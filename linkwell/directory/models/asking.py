"""Asking whether entries are still right: requests to organisations, calls to make, how much an entry is used."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from linkwell.common.access import classes
from linkwell.directory.models.entries import Organisation, Service, text


class ConfirmationRequest(models.Model):
    """One question to one organisation about all its services, whichever schemes use them.

    The address is kept as a keyed hash only: two organisations that share a mailbox are asked once.
    """

    STATES = [(state, state) for state in ("asked", "answered", "silent", "stopped")]
    CHANNELS = [("email", "E-mail"), ("sms", "Text")]

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="confirmation_requests")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    address_key = models.TextField()
    state = models.CharField(max_length=8, choices=STATES, default="asked")
    asked_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    field_classes = classes(operational="id organisation channel address_key state asked_at reminded_at ended_at")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state="asked"), name="one_open_request_of_an_organisation"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", ended_at=None) | (~Q(state="asked") & Q(ended_at__isnull=False)),
                name="an_ended_request_has_a_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["address_key", "-asked_at"], name="requests_to_an_address"),
            models.Index(fields=["organisation", "-asked_at"], name="requests_to_an_organisation"),
            models.Index(fields=["asked_at"], condition=Q(state="asked"), name="requests_without_an_answer"),
        ]


class Call(models.Model):
    """An entry somebody should ring about; `harm` decides the order and is worked out by a job."""

    WHY = [
        ("report", "Somebody reported it"),
        ("ring_me", "They asked to be rung"),
        ("silence", "They did not answer"),
        ("no_address", "There is no address to write to"),
        ("old", "Nobody has confirmed it for long"),
    ]

    service = models.ForeignKey(Service, models.CASCADE, related_name="calls")
    why = models.CharField(max_length=10, choices=WHY)
    added_at = models.DateTimeField()
    harm = models.FloatField(default=0)  # uses of a wrong entry to expect in a week
    tries = models.PositiveSmallIntegerField(default=0)
    wrong_numbers = ArrayField(models.TextField(), default=list, blank=True)
    not_before = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True, default="")
    note = text()

    field_classes = classes(
        operational="id service why added_at harm tries wrong_numbers not_before ended_at outcome note"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service"], condition=Q(ended_at=None), name="one_open_call_of_a_service")
        ]
        indexes = [models.Index(fields=["-harm", "id"], condition=Q(ended_at=None), name="calls_by_harm")]


class ShownInSearch(models.Model):
    """The entries one search showed, and the day: no person, no member, no words. Counted and removed hourly."""

    on = models.DateField()
    service_ids = ArrayField(models.BigIntegerField())

    field_classes = classes(operational="id on service_ids")


class ServiceUse(models.Model):
    """How often an entry was shown, or stood in open connections of one scheme, in a week; a count, no person."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="uses")
    week = models.DateField()  # its Monday
    counted_by = models.BigIntegerField(default=0)  # 0: searches; else the scheme whose open connections these are
    count = models.PositiveIntegerField()

    field_classes = classes(operational="id service week counted_by count")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "week", "counted_by"], name="one_count_of_a_week")]
        indexes = [models.Index(fields=["week"], name="uses_of_a_week")]
