"""Seals the audit trail, every minute; forgets, every night, the keys of forms that were sent long ago."""

from django.utils import timezone

from linkwell.common import once
from linkwell.common.jobs import clock_job, enqueue, scheme_job
from linkwell.team import queries, tokens
from linkwell.team.sealing import actions

SEAL = "audit.seal_scheme"
FORGET = "forms.forget_scheme"


@scheme_job(name=SEAL, purpose="Seal the audit rows of a scheme", in_steps=True)
def seal_scheme(*, scheme_id: int) -> None:
    actions.seal_scheme(scheme_id=scheme_id, at=timezone.now())


@clock_job(name="audit.seal", purpose="Seal what was written down in each scheme", cron="* * * * *")
def seal() -> None:
    for scheme_id in queries.scheme_ids():
        enqueue(SEAL, once=f"audit-seal-{scheme_id}", scheme_id=scheme_id)


@scheme_job(name=FORGET, purpose="Forget the keys of forms that were sent more than thirty days ago")
def forget_old_sendings(*, scheme_id: int) -> None:
    once.forget_old(scheme_id=scheme_id, at=timezone.now())


@clock_job(name="forms.forget", purpose="Look for old keys of forms in each scheme", cron="40 3 * * *")
def forget() -> None:
    for scheme_id in queries.scheme_ids():
        enqueue(FORGET, once=f"forms-forget-{scheme_id}", scheme_id=scheme_id)


@clock_job(name="links.end", purpose="Stop links and codes that are over: no clock revives them", cron="* * * * *")
def end_links() -> None:
    tokens.end_what_is_over(at=timezone.now())
