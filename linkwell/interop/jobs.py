"""Reads sources when they are due, one after another."""

from django.utils import timezone

from linkwell.common.jobs import clock_job
from linkwell.directory.imports.sources import claim_due
from linkwell.interop.files import jobs as files  # noqa: F401  the jobs on spreadsheets that a page brought in
from linkwell.interop.sources import read_source

MOST_AT_ONCE = 20


@clock_job(
    name="sources.read", purpose="Read the sources of the directory that are due", cron="*/5 * * * *", is_alone=True
)
def read_due() -> None:
    """Claim and read due sources until none is left; each claim is committed before its source is fetched."""
    for _ in range(MOST_AT_ONCE):
        source_id = claim_due(at=timezone.now())
        if source_id is None:
            return
        read_source(source_id, clock=timezone.now)
