from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "linkwell.web"
    label = "web"

    def ready(self) -> None:
        from linkwell.web import checks  # noqa: F401  registers the start-up checks
