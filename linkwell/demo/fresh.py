"""What the nights before left in the directory: counted uses, reports to look into, calls to make, questions asked."""

from datetime import datetime

from linkwell.connections.actions.changes import count_uses
from linkwell.directory import call_list
from linkwell.directory.confirming import actions, calling, queries
from linkwell.directory.models import Report, Service

ASKED = 3


def keep_fresh(*, scheme_id: int, at: datetime) -> None:
    """Do what the jobs of the last nights would have done."""
    count_uses(scheme_id=scheme_id, at=at)
    reported: dict[int, datetime] = {}
    for service_id, reported_at in Report.objects.filter(settled_at=None).values_list("service_id", "at"):
        reported[service_id] = max(reported.get(service_id, reported_at), reported_at)
    for service_id, reported_at in sorted(reported.items()):
        number = Report.objects.filter(service_id=service_id, settled_at=None).count()
        Service.objects.filter(pk=service_id).update(open_reports=number, reported_at=reported_at)
        call_list.add_call(service_id=service_id, why="report", at=reported_at)
    for due in queries.due_organisations(on=at.date(), most=ASKED):
        actions.ask(organisation_id=due.organisation_id, scheme_id=scheme_id, at=at)
    calling.fill(at=at, may_write=False)
