"""Tells link workers that a service of their people works differently now; counts how much entries are used."""

from django.utils import timezone

from linkwell.common.jobs import clock_job, enqueue, scheme_job
from linkwell.connections.actions.changes import count_uses, tell_workers
from linkwell.team import queries

TELL, COUNT = "connections.tell_of_change", "connections.count_uses"


@scheme_job(name=TELL, purpose="Tell the link workers of a scheme that a service works differently now")
def tell_of_change(*, scheme_id: int, service_id: int) -> None:
    tell_workers(scheme_id=scheme_id, service_id=service_id, at=timezone.now())


@scheme_job(name=COUNT, purpose="Count in how many open connections of a scheme each entry stands")
def count_scheme(*, scheme_id: int) -> None:
    count_uses(scheme_id=scheme_id, at=timezone.now())


@clock_job(name="connections.count_uses_nightly", purpose="Count how much entries are used", cron="40 2 * * *")
def count_nightly() -> None:
    for scheme_id in queries.scheme_ids():
        enqueue(COUNT, once=f"uses-{scheme_id}", scheme_id=scheme_id)


def enqueue_tell(service_id: int) -> None:
    """Let every scheme's link workers hear of a change, within the transaction that makes it."""
    for scheme_id in queries.scheme_ids():
        enqueue(TELL, once=f"changed-{service_id}-{scheme_id}", scheme_id=scheme_id, service_id=service_id)
