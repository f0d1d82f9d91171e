"""The same rows as an import writes, written with Django's own means: what `bench.imports` compares with.

They skip what only the product does (needs, searched words, raw records, questions, history of repairs), which
makes them quicker than they would be.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from linkwell.directory.models import (
    Attribute,
    Contact,
    CostOption,
    Language,
    Location,
    Organisation,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    Source,
    TaxonomyTerm,
)
from linkwell.directory.records import ServiceRecord

CHILDREN = (Schedule, CostOption, Phone, Contact, Language, ServiceAtLocation, Attribute)


def source(at: datetime) -> Source:
    return Source.objects.get_or_create(name="Bench", defaults={"created_at": at})[0]


def _service(record: ServiceRecord, at: datetime) -> dict[str, Any]:
    return {
        "name": record.name, "description": record.description, "description_text": record.description_text,
        "url": record.url, "email": record.email, "listing": record.listing, "changed_at": at, "seen_at": at,
    }  # fmt: skip


def _place(place: Any) -> dict[str, Any]:
    return {
        "name": place.name, "address": place.address, "town": place.town, "postcode": place.postcode,
        "latitude": place.latitude, "longitude": place.longitude, "precision": "exact",
    }  # fmt: skip


def _columns(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__ if name != "place"}


def _hanging(pk: int, record: ServiceRecord, places: dict[str, int], terms: dict[str, int]) -> list[Any]:
    rows: list[Any] = [
        Schedule(service_id=pk, position=n, location_id=places.get(one.place), **_columns(one))
        for n, one in enumerate(record.schedules)
    ]
    rows += [CostOption(service_id=pk, position=n, **_columns(one)) for n, one in enumerate(record.costs)]
    rows += [Phone(service_id=pk, position=n, **_columns(one)) for n, one in enumerate(record.phones)]
    rows += [Contact(service_id=pk, position=n, **_columns(one)) for n, one in enumerate(record.contacts)]
    rows += [Language(service_id=pk, **_columns(one)) for one in record.languages]
    rows += [ServiceAtLocation(service_id=pk, location_id=places[one.external_id]) for one in record.locations]
    return rows + [Attribute(service_id=pk, term_id=terms[one.external_id], value=one.value) for one in record.terms]


def save_one(source: Source, record: ServiceRecord, at: datetime) -> None:
    """Write one record, row by row."""
    owner = None
    if record.organisation is not None:
        given = {"name": record.organisation.name, "description": record.organisation.description, "changed_at": at}
        key = {"source": source, "external_id": record.organisation.external_id}
        owner, _ = Organisation.objects.update_or_create(**key, defaults=given)
    service, _ = Service.objects.update_or_create(
        source=source, external_id=record.external_id, defaults={**_service(record, at), "organisation": owner}
    )
    places = {
        one.external_id: Location.objects.update_or_create(
            source=source, external_id=one.external_id, defaults=_place(one)
        )[0].pk
        for one in record.locations
    }
    terms = {
        one.external_id: TaxonomyTerm.objects.update_or_create(
            source=source, external_id=one.external_id, defaults={"name": one.name, "taxonomy": one.taxonomy}
        )[0].pk
        for one in record.terms
    }
    for model in CHILDREN:
        model.objects.filter(service=service).delete()
    for row in _hanging(service.pk, record, places, terms):
        row.save()


def save_many(source: Source, records: Sequence[ServiceRecord], at: datetime) -> None:
    """Write many records with as few statements as Django's own means allow."""
    if not records:
        return
    owners = {one.organisation.external_id: one.organisation for one in records if one.organisation}
    owner_ids = _upsert(
        Organisation, source,
        {key: {"name": one.name, "description": one.description, "changed_at": at} for key, one in owners.items()},
    )  # fmt: skip
    services = {}
    for one in records:
        owner = owner_ids.get(one.organisation.external_id) if one.organisation else None
        services[one.external_id] = {**_service(one, at), "organisation_id": owner}
    ids = _upsert(Service, source, services)
    places = _upsert(Location, source, {at.external_id: _place(at) for one in records for at in one.locations})
    terms = _upsert(
        TaxonomyTerm, source,
        {one.external_id: {"name": one.name, "taxonomy": one.taxonomy} for record in records for one in record.terms},
    )  # fmt: skip
    rows: dict[Any, list[Any]] = {model: [] for model in CHILDREN}
    for record in records:
        for row in _hanging(ids[record.external_id], record, places, terms):
            rows[type(row)].append(row)
    for model in CHILDREN:
        model.objects.filter(service_id__in=list(ids.values())).delete()
        model.objects.bulk_create(rows[model])


def _upsert(model: Any, source: Source, rows: dict[str, dict[str, Any]]) -> dict[str, int]:
    if not rows:
        return {}
    made = [model(source=source, external_id=key, **values) for key, values in rows.items()]
    fields = list(next(iter(rows.values())))
    model.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["source", "external_id"], update_fields=fields
    )
    return dict(model.objects.filter(source=source, external_id__in=rows).values_list("external_id", "pk"))
