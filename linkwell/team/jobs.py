"""Seals the audit trail, every minute; rows that became visible late are looked for every night."""

from django.utils import timezone

from linkwell.common.jobs import clock_job, enqueue, scheme_job
from linkwell.team import queries
from linkwell.team.sealing import actions

SEAL = "audit.seal_scheme"


@scheme_job(name=SEAL, purpose="Seal the audit rows of a scheme", in_steps=True)
def seal_scheme(*, scheme_id: int) -> None:
    actions.seal_scheme(scheme_id=scheme_id, at=timezone.now())


@clock_job(name="audit.seal", purpose="Seal what was written down in each scheme", cron="* * * * *")
def seal() -> None:
    for scheme_id in queries.scheme_ids():
        enqueue(SEAL, once=f"audit-seal-{scheme_id}", scheme_id=scheme_id)
