from datetime import datetime
from typing import Any

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "linkwell.connections"
    label = "connections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linkwell.connections.recipients import resolve_share
        from linkwell.messages import recipients
        from linkwell.messages.listeners import when_stopped

        recipients.register("share", resolve_share)
        when_stopped("organisation_referral", _referral_mail_stopped)


def _referral_mail_stopped(message: Any, at: datetime) -> None:
    from linkwell.connections.actions import referral_mail_stopped

    referral_mail_stopped(message, at)
