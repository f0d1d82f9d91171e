"""The worker: does the jobs that wait in the database, and takes up those a killed worker left."""

import asyncio
import logging
import os
import sys

from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from linkwell.cli.running.children import end_with_parent

HEARTBEAT_SECONDS = 5
GONE_AFTER_SECONDS = 20
JOBS_AT_ONCE = 2
GIVEN_UP_AFTER = 10  # tries: a job at which worker after worker dies must not take the next one with it
LOOKS_FOR_JOBS = (
    "The worker reaches the database through a pooler, so it is not told of jobs and looks for them every five seconds."
    " Set LINKWELL_LISTEN_URL to the address of the server itself."
)


async def take_up_what_was_left(app) -> None:
    """Give back to the queue, again and again, the jobs of workers that no longer answer."""
    while True:
        await take_up_once(app)
        await asyncio.sleep(GONE_AFTER_SECONDS)


async def take_up_once(app) -> None:
    """Give back the jobs of workers that no longer answer; those tried too often count as failed."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=GONE_AFTER_SECONDS):
        if job.attempts >= GIVEN_UP_AFTER:
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
        else:
            await app.job_manager.retry_job(job)


def note_until_heard(manager) -> None:
    """Have what became of a job noted once the database answers; unnoted it would count as under way for ever."""
    finish, retry = until_heard(manager.finish_job_by_id_async), until_heard(manager.retry_job_by_id_async)

    async def retry_unless_its_like_waits(*, job_id, **values) -> None:
        try:
            await retry(job_id=job_id, **values)
        except UniqueViolation:  # such as the same job of the next minute: that one does it
            await finish(job_id=job_id, status=Status.FAILED, delete_job=True)

    manager.finish_job_by_id_async, manager.retry_job_by_id_async = finish, retry_unless_its_like_waits


def until_heard(note):
    """Return a function that tells the database again and again until it answers."""

    async def noting(**values):
        while True:
            try:
                return await note(**values)
            except UniqueViolation:
                raise
            except ConnectorException:
                await asyncio.sleep(1)

    return noting


async def work(app) -> None:
    """Do jobs until told to stop."""
    async with app.open_async():
        told = await is_told_of_jobs(app)
        if not told:
            print(LOOKS_FOR_JOBS, file=sys.stderr, flush=True)
        note_until_heard(app.job_manager)
        minding = asyncio.create_task(take_up_what_was_left(app))
        working = asyncio.create_task(
            app.run_worker_async(
                concurrency=JOBS_AT_ONCE,
                listen_notify=told,
                delete_jobs="successful",
                shutdown_graceful_timeout=5,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=GONE_AFTER_SECONDS,
            )
        )
        done, _ = await asyncio.wait({minding, working}, return_when=asyncio.FIRST_COMPLETED)
        minding.cancel()
        if minding in done:  # the database went away; the supervisor starts a new worker
            working.cancel()
            await minding
        await working


class KindAndPlace(logging.Filter):
    """Logs the kind of a fault and where it arose, never its text: it may hold a person's data."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and (fault := record.exc_info[1]) is not None:
            trace = fault.__traceback__
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
            record.msg = f"{record.getMessage().splitlines()[0]} ({type(fault).__name__}{place})"
            record.args = record.exc_info = record.exc_text = None
        return True


def connector():
    """Return what fetches jobs: on the server itself where LINKWELL_LISTEN_URL names it, else as the pages do."""
    from django.conf import settings
    from procrastinate.contrib.django import app
    from procrastinate.psycopg_connector import PsycopgConnector

    if settings.LINKWELL_LISTEN_URL:
        return PsycopgConnector(conninfo=settings.LINKWELL_LISTEN_URL, kwargs={"prepare_threshold": None})
    return app.connector.get_worker_connector()


async def is_told_of_jobs(app) -> bool:
    """Say whether notifications reach us: not where a pooler stands before the server's own process."""
    async with app.connector.pool.connection() as server:
        answer = await (await server.execute("SELECT pg_backend_pid()")).fetchone()
        return server.info.backend_pid == answer[0]


def main() -> None:
    """Set Django up and work."""
    import django

    django.setup()
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # the supervisor says that the database is away
    for handler in logging.getLogger().handlers:
        handler.addFilter(KindAndPlace())
    from procrastinate.contrib.django import app

    with app.replace_connector(connector()) as worker_app:
        asyncio.run(work(worker_app))


if __name__ == "__main__":
    end_with_parent(int(os.environ["LINKWELL_PARENT"]))
    main()
