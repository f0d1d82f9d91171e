from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "linkwell.directory"
    label = "directory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell messages how to find an organisation's address at the moment of sending."""
        from linkwell.directory.recipients import resolve_entry_request, resolve_organisation
        from linkwell.messages import recipients

        recipients.register("organisation", resolve_organisation)
        recipients.register("entry_request", resolve_entry_request)
