"""The seals, what was told of them elsewhere, and what the checks found."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from linkwell.common.access import classes
from linkwell.common.models import ScopedManager
from linkwell.team.sealing import chain


class AuditSeal(models.Model):
    """One run of sealed audit rows: their ids in the chain's order, and a MAC for each."""

    scheme = models.ForeignKey("team.Scheme", models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    first_position = models.BigIntegerField()
    event_ids = ArrayField(models.BigIntegerField())
    macs = models.BinaryField()
    high_event_id = models.BigIntegerField()
    key_id = models.CharField(max_length=16)
    sealed_at = models.DateTimeField()
    head = models.BinaryField()

    objects = ScopedManager()
    field_classes = classes(audit="id scheme version first_position event_ids macs high_event_id key_id sealed_at head")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "first_position"], name="one_chain_of_a_scheme")]

    def as_seal(self) -> chain.Seal:
        """Return the plain value that the chain is checked by."""
        return chain.Seal(
            self.pk, self.scheme_id, self.version, self.first_position, tuple(self.event_ids), bytes(self.macs),
            self.high_event_id, self.key_id, self.sealed_at, bytes(self.head),
        )  # fmt: skip


class HeadDelivery(models.Model):
    """How far one second place has been told of a scheme's chain, and since when it cannot be reached."""

    scheme = models.ForeignKey("team.Scheme", models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10)
    position = models.BigIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)

    objects = ScopedManager()
    field_classes = classes(audit="id scheme channel position told_at failing_since why")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "channel"], name="one_delivery_of_a_channel")]


class AuditCheck(models.Model):
    """What one check of a scheme's chain found; the newest says how the chain stands."""

    scheme = models.ForeignKey("team.Scheme", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sealed = models.BigIntegerField()
    unsealed = models.BigIntegerField()
    findings = models.PositiveIntegerField()
    first_position = models.BigIntegerField(null=True)  # of the first finding
    first_finding = models.CharField(max_length=300, blank=True)

    objects = ScopedManager()
    field_classes = classes(audit="id scheme at sealed unsealed findings first_position first_finding")

    class Meta:
        indexes = [models.Index(fields=["scheme", "-at"], name="checks_newest_first")]
