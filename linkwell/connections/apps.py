from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "linkwell.connections"
    label = "connections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linkwell.connections.actions import referral_mail_stopped
        from linkwell.messages.listeners import when_stopped

        when_stopped("organisation_referral", referral_mail_stopped)
