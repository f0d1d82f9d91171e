from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "linkwell.web"
    label = "web"

    def ready(self) -> None:
        from linkwell.web import checks  # noqa: F401  registers the start-up checks
        from linkwell.web.signin import second_factor

        second_factor.connect()
