import os

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "linkwell.common"
    label = "common"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        if "LINKWELL_CRASH_AT" in os.environ:  # trials only
            from django.conf import settings

            from linkwell.common import crash

            crash.arm_from(os.environ, served_over_https=settings.SERVED_OVER_HTTPS)
