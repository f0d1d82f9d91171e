"""The audit trail, forms that were sent, and the manager that refuses to read without a scope."""

from typing import Any

from django.db import models

from linkwell.common.access import classes
from linkwell.common.scope import current_scope


class ScopedManager(models.Manager[Any]):
    """The default manager of every walled model: raises NoScope outside a request's or job's scope."""

    use_in_migrations = False

    def get_queryset(self) -> models.QuerySet[Any]:
        current_scope()
        return super().get_queryset()


class AuditEvent(models.Model):
    """Who did or read what, when; no content. Append-only by right and by trigger."""

    scheme_id = models.BigIntegerField(db_index=False)  # foreign key by the migration: this room knows no Scheme
    at = models.DateTimeField()
    event = models.CharField(max_length=80)
    outcome = models.CharField(max_length=10, choices=[("done", "done"), ("refused", "refused")], default="done")
    membership_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=3, blank=True)
    person_id = models.BigIntegerField(null=True)
    object_kind = models.CharField(max_length=60, blank=True)
    object_id = models.BigIntegerField(null=True)
    route = models.CharField(max_length=120, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    request_id = models.UUIDField(null=True)

    objects = ScopedManager()

    field_classes = classes(
        audit="id scheme_id at event outcome membership_id role person_id object_kind object_id route purpose"
        " request_id"
    )

    class Meta:
        indexes = [
            models.Index(fields=["scheme_id", "person_id", "at"], name="audit_by_person"),
            models.Index(fields=["scheme_id", "membership_id", "at"], name="audit_by_member"),
        ]


class SentForm(models.Model):
    """That a form was sent, by hashes alone, so that sending it again gives the same answer and no second record."""

    scheme_id = models.BigIntegerField(db_index=False)  # foreign key by the migration
    key_hash = models.CharField(max_length=43)
    body_hash = models.CharField(max_length=43)
    who_hash = models.CharField(max_length=43)
    location = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    objects = ScopedManager()

    field_classes = classes(operational="id scheme_id key_hash body_hash who_hash location at")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme_id", "key_hash"], name="one_sending_of_a_key")]
        indexes = [models.Index(fields=["scheme_id", "who_hash", "-id"], name="sent_forms_by_sender")]
