"""The fields that a person chooses between when two entries are joined, with all that belongs to each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from linkwell.directory.models import CostOption, Language, Phone, Schedule, Service, ServiceAtLocation


@dataclass(frozen=True)
class Choice:
    """One thing to choose: its columns, and the rows that hang on an entry with it (name, model)."""

    name: str
    label: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, type[Any]], ...] = ()  # classes of hanging rows; Model itself has no manager

    @property
    def held(self) -> tuple[str, ...]:
        """The names under which an import leaves it alone."""
        return self.columns + tuple(name for name, _ in self.rows)


CHOICES = (
    Choice("name", "Name", ("name",)),
    Choice("description_text", "Description", ("description_text", "description")),
    Choice("times_text", "When", ("times_text", "slots"), (("schedules", Schedule),)),
    Choice("places", "Where", (), (("places", ServiceAtLocation),)),
    Choice("phones", "Telephone", (), (("phones", Phone),)),
    Choice("email", "E-mail", ("email",)),
    Choice("url", "Website", ("url",)),
    Choice("cost_text", "Cost", ("cost_text", "is_free"), (("costs", CostOption),)),
    Choice("how_to_join", "How to join", ("how_to_join",)),
    Choice("entry_routes", "Ways in", ("entry_routes",)),
    Choice("what_to_bring", "What to bring", ("what_to_bring",)),
    Choice("first_visit", "The first visit", ("first_visit",)),
    Choice("eligibility_text", "For whom", ("eligibility_text",)),
    Choice("minimum_age", "Ages", ("minimum_age", "maximum_age")),
    Choice("modes", "Ways of taking part", ("modes", "modes_text")),
    Choice("languages", "Languages", ("languages",), (("language_rows", Language),)),
    Choice("access_yes", "Access", ("access_yes", "access_no")),
)
BY_NAME = {choice.name: choice for choice in CHOICES}
ROW_TABLES: dict[str, type[models.Model]] = {name: model for choice in CHOICES for name, model in choice.rows}


def row_columns(model: type[models.Model]) -> list[str]:
    """Return the columns of a hanging row, those that say which and whose it is left out."""
    return [field.column for field in model._meta.concrete_fields if field.column not in ("id", "service_id")]


def snapshot(service: Service, choice: Choice) -> dict[str, Any]:
    """Return what an entry holds of a choice, so that it can be given back exactly."""
    rows = {name: list(model.objects.filter(service=service).order_by("pk").values()) for name, model in choice.rows}
    return {"columns": {column: getattr(service, column) for column in choice.columns}, "rows": rows}


def take(choice: Choice, *, into: Service, out_of: Service) -> None:
    """Put what one entry holds of a choice into another; the caller saves the columns."""
    for column in choice.columns:
        setattr(into, column, getattr(out_of, column))
    for _, model in choice.rows:
        copy_rows(model, into=into.pk, out_of=out_of.pk)


def copy_rows(model: type[models.Model], *, into: int, out_of: int) -> None:
    """Put copies of the rows of one entry in the place of those of another."""
    table, columns = model._meta.db_table, ", ".join(map(connection.ops.quote_name, row_columns(model)))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE service_id = %s", [into])
        cursor.execute(
            f"INSERT INTO {table} (service_id, {columns}) SELECT %s, {columns} FROM {table} WHERE service_id = %s"
            " ORDER BY id",
            [into, out_of],
        )


def give_back(choice: Choice, kept: dict[str, Any], service: Service) -> None:
    """Put a snapshot back; the caller saves the columns."""
    for column, value in kept["columns"].items():
        setattr(service, column, value)
    for name, model in choice.rows:
        model.objects.filter(service=service).delete()
        model.objects.bulk_create(
            model(**{key: _python(model, key, value) for key, value in row.items()}) for row in kept["rows"][name]
        )


def _python(model: type[models.Model], column: str, value: Any) -> Any:
    field = next(field for field in model._meta.concrete_fields if field.attname == column)
    return field.to_python(value)


WORDS: dict[str, Callable[[Service], str]] = {
    "places": lambda service: "; ".join(
        ", ".join(filter(None, (one.location.name, one.location.address, one.location.town, one.location.postcode)))
        or "Not given out"
        for one in service.at_locations.all()
    ),
    "phones": lambda service: "; ".join(
        f"{one.number} ({one.label})" if one.label else one.number for one in service.phones.all()
    ),
    "minimum_age": lambda service: " to ".join(
        str(age) for age in (service.minimum_age, service.maximum_age) if age is not None
    ),
    "cost_text": lambda service: service.cost_text or ("Free" if service.is_free else ""),
}


def in_words(service: Service, choice: Choice) -> str:
    """Return what an entry holds of a choice, as a person reads it."""
    if choice.name in WORDS:
        return WORDS[choice.name](service)
    value = getattr(service, choice.name)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
