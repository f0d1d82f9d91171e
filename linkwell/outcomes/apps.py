from typing import Any

from django.apps import AppConfig
from django.core.checks import Error, register


class OutcomesConfig(AppConfig):
    name = "linkwell.outcomes"
    label = "outcomes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register(every_measure_can_be_used)


def every_measure_can_be_used(**_: Any) -> list[Error]:
    """Stop the start-up if a file of a measure is wrong, and say which and why."""
    from linkwell.outcomes import catalogue
    from linkwell.outcomes.definitions import MeasureFileWrong

    try:
        catalogue.measures()
    except MeasureFileWrong as error:
        return [Error(str(error), hint="Mend the file, or take it out of the folder that LINKWELL_MEASURES names.")]
    return []
