"""`linkwell jobs …`: the jobs that failed, and trying one again."""

import json
from typing import Annotated

import typer

from linkwell.cli.errors import Refused

app = typer.Typer()


@app.command()
def failed(as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """List the jobs that failed and wait for somebody to look at them."""
    from linkwell.cli.session import session

    with session():
        found = _failed()
    if as_json:
        print(json.dumps(found, default=str))
        return
    for job in found:
        ids = ", ".join(f"{name}={value}" for name, value in job["ids"].items())
        print(f"{job['id']}  {job['name']}({ids})  {job['attempts']} tries, last {job['at']:%-d %B %Y %H:%M} UTC")
    print("Try one again with `linkwell jobs retry NUMBER`." if found else "No job has failed.")


@app.command()
def retry(number: Annotated[int, typer.Argument(help="The number of a failed job.")]) -> None:
    """Put a failed job back on the queue."""
    from linkwell.cli.session import session

    with session():
        from django.db import IntegrityError, connection

        if number not in {job["id"] for job in _failed()}:
            raise Refused(f"There is no failed job {number}. `linkwell jobs failed` lists those there are.")
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", [number])
        except IntegrityError:
            raise Refused(
                f"The same as job {number} waits on the queue already: there is nothing to try again."
            ) from None
    print(f"Job {number} is back on the queue.")


def _failed() -> list[dict]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT job.id, left(job.task_name, 100), job.attempts, max(event.at), CASE
                   WHEN pg_column_size(job.args) < 4000 THEN job.args END
              FROM procrastinate_jobs AS job LEFT JOIN procrastinate_events AS event ON event.job_id = job.id
             WHERE job.status = 'failed' GROUP BY job.id ORDER BY job.id"""
        )
        rows = cursor.fetchall()
    return [
        {"id": number, "name": name, "attempts": tries, "at": at, "ids": _ids(args)}
        for number, name, tries, at, args in rows
    ]


def _ids(args) -> dict[str, object]:
    """Return the arguments that are ids; of what else somebody put there only that it is there."""
    if isinstance(args, str):
        args = json.loads(args)
    if not isinstance(args, dict):
        return {"arguments": "too much to show"}
    return {name[:40]: value if type(value) is int else "not an id" for name, value in args.items()}
