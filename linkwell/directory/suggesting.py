"""What the public may suggest about an entry: a change that waits for a directory editor, never a change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from linkwell.directory.editing import entry, moderation
from linkwell.directory.editing.fields import LABELS as ALL_LABELS
from linkwell.directory.errors import ChangeRefused, NoSuchService
from linkwell.directory.models import ChangeRequest, Service
from linkwell.directory.queries import said
from linkwell.directory.queries.public import listed_services

FIELDS = (
    "times", "places", "phones", "costs", "how_to_join", "what_to_bring", "first_visit", "who_greets", "email", "url",
)  # fmt: skip
LABELS = {name: ALL_LABELS[name] for name in FIELDS}
LEADS_THERE = frozenset({"places", "email", "url"})  # of a service whose address is not given out


@dataclass(frozen=True)
class Suggestable:
    """An entry as somebody may suggest changes to it: the words that stand in it now, by field."""

    name: str
    stands: dict[str, str]
    is_private: bool


def suggestable(public_id: UUID) -> Suggestable:
    """Return an entry for a form; raise NoSuchService."""
    service = entry.whole(listed_services().filter(public_id=public_id)).first()
    if service is None:
        raise NoSuchService
    stands = entry.texts_of(service)
    return Suggestable(service.name, {name: stands[name] for name in _fields(service)}, said.is_private(service))


def suggest(*, public_id: UUID, fields: Mapping[str, str], at: datetime) -> None:
    """Keep what somebody without an account suggests; the same again is kept once. Raise ChangeRefused."""
    service = listed_services().filter(public_id=public_id).first()
    if service is None:
        raise NoSuchService
    allowed = {name: text.strip() for name, text in fields.items() if name in (*_fields(service), moderation.NOTE)}
    waiting = ChangeRequest.objects.filter(service=service, state="waiting", origin="public")
    again = set(waiting.values_list("field", "suggested")) & set(allowed.items())
    new = {name: text for name, text in allowed.items() if (name, text) not in again}
    try:
        moderation.suggest_changes(service_id=service.pk, fields=new, origin="public", by=None, at=at)
    except ChangeRefused:
        if not again:
            raise


def _fields(service: Service) -> tuple[str, ...]:
    return tuple(name for name in FIELDS if not (service.is_undisclosed and name in LEADS_THERE))
