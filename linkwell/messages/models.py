"""The outbox: what must be sent to whom, by kind and id; addresses are looked up at sending."""

from django.db import models

from linkwell.common.access import classes
from linkwell.common.models import ScopedManager
from linkwell.team.models import OneTimeCode, Scheme, Token


class MessageState(models.TextChoices):
    QUEUED = "queued", "Waiting to be sent"
    HELD = "held", "Held back"
    SENT = "sent", "Sent"
    FAILED = "failed", "Could not be sent"


class Message(models.Model):
    """One message to one recipient; it holds no secret and no person, only ids and neutral words."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    channel = models.CharField(max_length=10, choices=[("email", "E-mail"), ("sms", "Text"), ("letter", "Letter")])
    template = models.CharField(max_length=40)
    recipient_kind = models.CharField(max_length=20)  # organisation, practice, agency, member
    recipient_id = models.BigIntegerField()
    words = models.JSONField(default=dict)  # what the template's fixed placeholders stand for
    token = models.ForeignKey(Token, models.PROTECT, null=True)
    code = models.ForeignKey(OneTimeCode, models.PROTECT, null=True)
    state = models.CharField(max_length=8, choices=MessageState, default=MessageState.QUEUED)
    why = models.CharField(max_length=200, blank=True)  # why it is held, waits longer or failed; names nobody
    attempts = models.PositiveSmallIntegerField(default=0)
    unclear_attempts = models.PositiveSmallIntegerField(default=0)  # we stopped before we knew what came of them
    attempt_began_at = models.DateTimeField(null=True)  # empty unless an attempt runs
    next_attempt_at = models.DateTimeField()
    reference = models.UUIDField(unique=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = ScopedManager()
    field_classes = classes(
        operational="id scheme channel template recipient_kind recipient_id words token code state why attempts"
        " unclear_attempts attempt_began_at next_attempt_at reference created_at sent_at"
    )

    class Meta:
        indexes = [
            models.Index(fields=["scheme", "-created_at", "-id"], name="messages_newest"),
            models.Index(
                fields=["scheme", "state", "-created_at", "-id"],
                condition=~models.Q(state="sent"),
                name="messages_not_sent",
            ),
            models.Index(
                fields=["scheme", "next_attempt_at"], condition=models.Q(state="queued"), name="messages_to_send"
            ),
        ]
