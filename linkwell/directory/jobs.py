"""Keeps entries fresh: every hour what ended by itself opens again; every night who is due is asked, or rung about."""

from django.utils import timezone

from linkwell.common.jobs import clock_job, enqueue, scheme_job
from linkwell.directory.confirming import actions, calling, queries, uses
from linkwell.directory.duplicates.proposing import propose_duplicates
from linkwell.messages import channels
from linkwell.team.queries import scheme_ids

ASK, TEND, ROUND = "directory.ask_organisation", "directory.tend", "directory.nightly_round"
MOST_A_NIGHT = 200


@scheme_job(name=ASK, purpose="Ask an organisation whether its entries are right")
def ask_organisation(*, scheme_id: int, organisation_id: int) -> None:
    actions.ask(organisation_id=organisation_id, scheme_id=scheme_id, at=timezone.now())


@scheme_job(name=TEND, purpose="Open entries whose pause is over; count what searches showed")
def tend(*, scheme_id: int) -> None:
    now = timezone.now()
    calling.return_to_open(at=now)
    uses.count_shown(at=now)


@scheme_job(name=ROUND, purpose="Remind, give up waiting, fill the list of calls, choose who is asked")
def nightly_round(*, scheme_id: int) -> None:
    now = timezone.now()
    for request_id in queries.waiting_requests(at=now):
        if not actions.fall_silent(request_id=request_id, at=now):
            actions.remind(request_id=request_id, at=now)
    may_write = bool(channels.configured())
    calling.fill(at=now, may_write=may_write)
    if not may_write:
        return
    asks = queries.who_asks(queries.due_organisations(on=now.date(), most=MOST_A_NIGHT), otherwise=scheme_id)
    for organisation_id, asking in asks.items():
        enqueue(ASK, once=f"ask-{organisation_id}", scheme_id=asking, organisation_id=organisation_id)


@clock_job(name="directory.tend_hourly", purpose="Open what is due; count searches", cron="7 * * * *")
def tend_hourly() -> None:
    for scheme_id in scheme_ids()[:1]:  # the directory is shared: the first scheme keeps the books
        enqueue(TEND, once="directory-tend", scheme_id=scheme_id)


@clock_job(name="directory.keep_fresh", purpose="Ask organisations and fill the list of calls", cron="10 4 * * *")
def keep_fresh() -> None:
    for scheme_id in scheme_ids()[:1]:
        enqueue(ROUND, once="directory-round", scheme_id=scheme_id)


@clock_job(name="directory.find_duplicates", purpose="Look for entries that may be one service", cron="25 3 * * *")
def find_duplicates() -> None:
    propose_duplicates(at=timezone.now())
