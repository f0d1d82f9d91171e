"""Who asked for whom and why; triage, waiting, allocation, and what the referrer was told."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from linkwell.common.access import classes
from linkwell.common.models import ScopedManager
from linkwell.people.models import Person
from linkwell.team.models import Agency, Membership, Practice, Programme, Scheme


class State(models.TextChoices):
    DRAFT = "draft", "Draft"
    RECEIVED = "received", "Received"
    RETURNED = "returned", "Returned to referrer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Not taken on"
    REDIRECTED = "redirected", "Passed to who can help instead"
    ALLOCATED = "allocated", "With a link worker"
    CLOSED = "closed", "Ended"


class Urgency(models.TextChoices):
    ROUTINE = "routine", "Routine"
    URGENT = "urgent", "Urgent"


class Source(models.TextChoices):
    PRACTICE = "practice", "GP practice"
    AGENCY = "agency", "Another agency"
    SELF = "self", "The person"
    STAFF = "staff", "Entered by staff"


class ReferralQuerySet(models.QuerySet["Referral"]):
    def in_state(self, *states: str) -> "ReferralQuerySet":
        """Return the referrals now in one of `states`."""
        return self.filter(state__in=states)

    def of_scheme(self, scheme_id: int) -> "ReferralQuerySet":
        """Name the scheme, so that its index is read in order."""
        return self.filter(scheme_id=scheme_id)


class Referral(models.Model):
    """One request for support, by someone, for one person."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    programme = models.ForeignKey(Programme, models.PROTECT, null=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="referrals")
    reference = models.CharField(max_length=12)
    source = models.CharField(max_length=10, choices=Source)
    practice = models.ForeignKey(Practice, models.PROTECT, null=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True)
    referrer = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="referrals_made")
    referrer_name = models.CharField(max_length=200, blank=True)
    on_behalf_of = models.CharField(max_length=200, blank=True)  # the clinician a care navigator refers for
    reason = models.TextField(blank=True)
    needs = ArrayField(models.CharField(max_length=40), default=list)
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.ROUTINE)
    told_person = models.TextField(blank=True)
    contact_given = models.TextField(
        blank=True, default="", db_default=""
    )  # what this referrer wrote that differs from what is held
    state = models.CharField(max_length=12, choices=State)
    state_reason = models.TextField(blank=True)
    submission_key = models.UUIDField(null=True)
    sender_reference = models.CharField(max_length=60, blank=True, default="", db_default="")  # the referrer's own
    received_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = ScopedManager.from_queryset(ReferralQuerySet)()

    field_classes = classes(
        operational="id scheme programme person reference source practice agency referrer referrer_name on_behalf_of"
        " urgency state submission_key received_at decided_at closed_at",
        reason="reason needs told_person state_reason sender_reference",
        address="contact_given",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "reference"], name="one_referral_of_a_reference"),
            models.UniqueConstraint(fields=["scheme", "submission_key"], name="one_referral_of_a_submission"),
            *(
                models.UniqueConstraint(
                    fields=["scheme", sender, "sender_reference"],
                    condition=Q(**{f"{sender}__isnull": False}) & ~Q(sender_reference=""),
                    name=f"one_referral_of_a_reference_of_the_{sender}",
                )
                for sender in ("practice", "agency")
            ),
        ]
        indexes = [
            models.Index(fields=["scheme", "state", "received_at"], name="referrals_by_state"),
            models.Index(fields=["scheme", "practice", "-received_at"], name="referrals_by_practice"),
            models.Index(fields=["scheme", "person"], name="referrals_by_person"),
        ]

    def __str__(self) -> str:
        return f"Referral {self.pk}"


class ReferralEvent(models.Model):
    """One step of a referral; append-only."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="events")
    at = models.DateTimeField()
    was = models.CharField(max_length=12, blank=True)
    now = models.CharField(max_length=12)
    by = models.ForeignKey(Membership, models.PROTECT, null=True)
    reason = models.TextField(blank=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme referral at was now by", reason="reason")


class Allocation(models.Model):
    """One link worker's responsibility for one referral, for a period of time."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="allocations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="allocations")
    link_worker = models.ForeignKey(Membership, models.PROTECT, related_name="allocations")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # empty while current; not included

    objects = ScopedManager()
    field_classes = classes(operational="id scheme referral person link_worker began_at ended_at")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral"], condition=Q(ended_at=None), name="one_current_link_worker"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="allocation_ends_after_it_begins"
            ),
        ]
        indexes = [
            models.Index(fields=["scheme", "link_worker", "person"], condition=Q(ended_at=None), name="caseload_now")
        ]


class FeedbackToReferrer(models.Model):
    """What the referrer was told, in words; written at receipt, decision and end, always."""

    class Kind(models.TextChoices):
        RECEIVED = "received", "Received"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Not taken on"
        RETURNED = "returned", "More needed"
        NOT_REACHED = "not_reached", "Could not be reached"
        ENDED = "ended", "Support ended"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="feedback")
    kind = models.CharField(max_length=12, choices=Kind)
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT, null=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme referral kind at by", reason="text")


class FeedbackRead(models.Model):
    """That someone of the practice or agency opened it; append-only beside the feedback itself."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    feedback = models.ForeignKey(FeedbackToReferrer, models.PROTECT, related_name="readings")
    by = models.ForeignKey(Membership, models.PROTECT)
    at = models.DateTimeField()

    objects = ScopedManager()
    field_classes = classes(operational="id scheme feedback by at")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feedback", "by"], name="one_reading_each")]
