"""A service works differently now: those whose people are connected to it hear of it; and how much it is used."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count

from linkwell.connections import rules
from linkwell.connections.actions.sharing import tell_worker
from linkwell.connections.models import Connection
from linkwell.directory.confirming.uses import note_open_connections
from linkwell.directory.models import Service
from linkwell.directory.rules import how_it_stands
from linkwell.support.models import Task


@transaction.atomic
def tell_workers(*, scheme_id: int, service_id: int, at: datetime) -> int:
    """Put a service's change into the Today of each link worker with an open connection to it; return how many."""
    service = Service.objects.filter(pk=service_id).first()
    if service is None:
        return 0
    rows = Connection.objects.select_related("episode", "service").filter(
        scheme_id=scheme_id, service_id=service_id, state__in=rules.OPEN, episode__ended_at=None
    )
    now = how_it_stands(
        operating=service.operating, wait_weeks=service.wait_weeks, until=service.operating_until,
        listing=service.listing,
    )  # fmt: skip
    told = list(rows.order_by("pk"))
    for connection in told:
        tell_worker(connection, kind=Task.Kind.CHANGED, text=f"{service.name}: {now}", by=None, at=at)
    return len(told)


@transaction.atomic
def count_uses(*, scheme_id: int, at: datetime) -> int:
    """Write down in how many open connections of this scheme each entry stands this week; return of how many."""
    rows = Connection.objects.filter(scheme_id=scheme_id, state__in=rules.OPEN, episode__ended_at=None)
    counts = dict(rows.order_by().values_list("service_id").annotate(n=Count("pk")))
    note_open_connections(counted_by=scheme_id, counts=counts, at=at)
    return len(counts)
