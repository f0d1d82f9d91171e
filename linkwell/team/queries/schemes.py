"""What a scheme has set for itself, and who belongs to it: practices, agencies, programmes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from linkwell.team.models import Agency, Membership, Practice, Programme, Scheme
from linkwell.team.prepared import Prepared


@dataclass(frozen=True)
class PracticeRow:
    """A practice of the scheme."""

    pk: int
    name: str
    code_system: str
    code: str
    postcode: str
    email: str
    list_size: int | None
    is_active: bool


def practices(*, viewer: Membership) -> list[PracticeRow]:
    """Return the practices of the viewer's scheme, by name."""
    return [PracticeRow(*row) for row in _practices(scheme_id=viewer.scheme_id)]


@Prepared
def _practices(shape: object, *, scheme_id: int) -> QuerySet[Practice, tuple[Any, ...]]:
    rows = Practice.objects.filter(scheme_id=scheme_id).order_by("name", "pk")
    return rows.values_list("pk", "name", "code_system", "code", "postcode", "email", "list_size", "is_active")


@dataclass(frozen=True)
class AgencyRow:
    """An agency of the scheme."""

    pk: int
    name: str
    kind: str
    email: str
    is_active: bool


def agencies(*, viewer: Membership) -> list[AgencyRow]:
    """Return the agencies of the viewer's scheme, by name."""
    rows = Agency.objects.filter(scheme_id=viewer.scheme_id).order_by("name", "pk")
    return [AgencyRow(*row) for row in rows.values_list("pk", "name", "kind", "email", "is_active")]


@dataclass(frozen=True)
class ProgrammeRow:
    """A programme of the scheme."""

    pk: int
    name: str
    kind: str
    first_contact_days: int | None
    began_on: date
    ended_on: date | None


def programmes(*, viewer: Membership) -> list[ProgrammeRow]:
    """Return the programmes of the viewer's scheme: those that go on first, then by name."""
    rows = Programme.objects.filter(scheme_id=viewer.scheme_id).order_by("name", "pk")
    names = ("pk", "name", "kind", "first_contact_days", "began_on", "ended_on")
    found = [ProgrammeRow(*row) for row in rows.values_list(*names)]
    return sorted(found, key=lambda row: row.ended_on is not None)


@dataclass(frozen=True)
class SchemeSettings:
    """What a scheme has set for itself."""

    name: str
    host_name: str
    nation: str
    role_name: str
    first_contact_days: int
    phone: str
    reply_email: str
    centre: tuple[float, float] | None


def scheme_settings(*, viewer: Membership) -> SchemeSettings:
    """Return the settings of the viewer's scheme."""
    row = Scheme.objects.select_related("host").get(pk=viewer.scheme_id)
    centre = None
    if row.centre_latitude is not None and row.centre_longitude is not None:
        centre = (row.centre_latitude, row.centre_longitude)
    return SchemeSettings(
        row.name, row.host.name, row.get_nation_display(), row.role_name, row.first_contact_days, row.phone,
        row.reply_email, centre,
    )  # fmt: skip


def scheme_ids() -> list[int]:
    """Return every scheme, for what a clock starts in each of them."""
    return list(Scheme.objects.order_by("pk").values_list("pk", flat=True))


def demo_scheme_ids() -> list[int]:
    """Return the schemes that the demo's generator made."""
    return list(Scheme.objects.filter(is_demo=True).order_by("pk").values_list("pk", flat=True))
