from datetime import datetime
from typing import Any

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "linkwell.connections"
    label = "connections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linkwell.connections.recipients import resolve_sent_list, resolve_share
        from linkwell.directory.listeners import when_entry_changes
        from linkwell.messages import recipients
        from linkwell.messages.listeners import when_stopped

        recipients.register("share", resolve_share)
        recipients.register("sent_list", resolve_sent_list)
        when_stopped("organisation_referral", _referral_mail_stopped)
        when_entry_changes(_entry_changed)


def _referral_mail_stopped(message: Any, at: datetime) -> None:
    from linkwell.connections.actions import referral_mail_stopped

    referral_mail_stopped(message, at)


def _entry_changed(service_id: int) -> None:
    from linkwell.connections.jobs import enqueue_tell

    enqueue_tell(service_id)
