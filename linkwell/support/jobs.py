"""Every night: seals what came late, checks the chain, looks through the day's looks."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from linkwell.common.jobs import clock_job, enqueue, scheme_job
from linkwell.common.scope import scope
from linkwell.messages import mail
from linkwell.messages.errors import MailDelayed, MailRefused, UnsafeMail
from linkwell.messages.templates import Mail
from linkwell.support.actions.access_review import find_access_flags, tell_of_a_touched_trail
from linkwell.team import queries
from linkwell.team.sealing import actions as sealing
from linkwell.team.sealing import chain, heads

CHECK, LOOKS = "audit.check_scheme", "access_review.search_scheme"
DAYS_BACK = 7  # nights may be missed; what is kept already is not kept twice

log = logging.getLogger("linkwell.audit")


@scheme_job(name=CHECK, purpose="Check the audit chain of a scheme", in_steps=True)
def check_scheme(*, scheme_id: int) -> None:
    now = timezone.now()
    sealing.seal_scheme(scheme_id=scheme_id, at=now, reach=chain.SETTLED)
    report = sealing.check_scheme(scheme_id=scheme_id, at=now)
    with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
        sealing.note_check(report=report, at=now)
        if not report.is_whole:
            log.error("The audit chain of scheme %s has %s findings.", scheme_id, report.found)
            first = report.findings[0].position
            tell_of_a_touched_trail(scheme_id=scheme_id, found=report.found, position=first, at=now)
    if settings.AUDIT_MAIL:
        sealing.tell_heads(scheme_id=scheme_id, at=now, places={"mail": _mail_the_last})


def _mail_the_last(told: Sequence[chain.Head]) -> None:
    """Mail the newest head: once a night is enough for somebody who keeps the mails; raise OSError."""
    body = f"Keep this line. It shows later whether the audit trail up to here is whole.\n\n{heads.line_of(told[-1])}\n"
    try:
        mail.send(to=settings.AUDIT_MAIL, mail=Mail("Linkwell: head of the audit chain", body), reference=uuid4())
    except (MailDelayed, MailRefused, UnsafeMail) as fault:
        raise OSError(0, str(fault)) from None


@scheme_job(name=LOOKS, purpose="Look through who looked at whom in a scheme")
def search_scheme(*, scheme_id: int) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    days = [today - timedelta(days=back) for back in range(DAYS_BACK, 0, -1)]
    find_access_flags(scheme_id=scheme_id, days=days, at=now)


@clock_job(name="audit.nightly", purpose="Check the audit chains and look through the day's looks", cron="20 1 * * *")
def nightly() -> None:
    for scheme_id in queries.scheme_ids():
        enqueue(CHECK, once=f"audit-check-{scheme_id}", scheme_id=scheme_id)
        enqueue(LOOKS, once=f"access-review-{scheme_id}", scheme_id=scheme_id)
