"""Does it work: worker, jobs, mail, clock; and is it set up as it should be for real people?"""

import os
import platform
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from urllib.parse import urlsplit

from linkwell.cli import roles
from linkwell.cli.backup import keys
from linkwell.cli.doctor.findings import Finding, Patient, ago, things
from linkwell.cli.home import RESTORED_KEYS

SILENT_AFTER = timedelta(seconds=30)
LATE_AFTER = timedelta(minutes=15)
MAIL_LATE_AFTER = timedelta(hours=1)
CLOCKS_MAY_DIFFER = timedelta(seconds=5)
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SECRET_FILES = ("secret-key", RESTORED_KEYS, keys.SIGNING_KEY, "restored-settings.env", "backups.jsonl")
SHORTEST_KEY = 32
TRIAL_KEYS = {"unused", "a-key-for-tests-only", "secret", "changeme"}


def versions(patient: Patient) -> Finding:
    """What runs here."""
    number = patient.owner.info.server_version
    database = f"PostgreSQL {number // 10000}.{number % 10000}"
    text = f"Linkwell {version('linkwell')}, {database}, Python {platform.python_version()}"
    well = number // 10000 >= roles.OLDEST
    return Finding("Versions", well, text, "" if well else f"Upgrade PostgreSQL to {roles.OLDEST} or later.")


def worker(patient: Patient) -> Finding:
    """Somebody does the jobs."""
    (silent,) = patient.one("SELECT now() - max(last_heartbeat) FROM procrastinate_workers")
    if silent is not None and silent <= SILENT_AFTER:
        return Finding("Worker", True, "alive")
    text = "no worker runs" if silent is None else f"the worker has been silent for {ago(silent)}"
    return Finding("Worker", False, text, "Start Linkwell with `linkwell run`: mails and seals wait for its worker.")


def jobs(patient: Patient) -> Finding:
    """No job failed lately, and none waits long beyond its time."""
    late, failed = patient.one(
        """
        SELECT count(*) FILTER (WHERE job.status IN ('todo', 'doing') AND coalesce(job.scheduled_at, began.at) < %s),
               count(*) FILTER (WHERE job.status = 'failed' AND coalesce(began.at, now()) > %s)
          FROM procrastinate_jobs AS job
          LEFT JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events WHERE job_id = job.id) AS began ON true
        """,
        patient.at - LATE_AFTER,
        patient.at - timedelta(days=7),
    )
    if late:
        return Finding(
            "Jobs",
            False,
            f"{things(late, 'job')} late by more than {ago(LATE_AFTER)}",
            "See that the worker runs (`linkwell run`) and what its log says.",
        )
    if failed:
        return Finding("Jobs", False, f"{things(failed, 'job')} failed within a week", "See `linkwell jobs failed`.")
    return Finding("Jobs", True, "none late, none failed within a week")


def mail(patient: Patient) -> Finding:
    """What was to be sent is sent."""
    oldest, waiting, held, failed = patient.one(
        "SELECT min(created_at) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'queued'),"
        " count(*) FILTER (WHERE state = 'held'), count(*) FILTER (WHERE state = 'failed') FROM outbox_message"
    )
    if patient.is_real and not os.environ.get("LINKWELL_SMTP"):
        return Finding(
            "Mail",
            False,
            f"no mail sender is configured; {things(waiting, 'message')} waiting",
            "Set LINKWELL_SMTP for Linkwell, and for this command.",
        )
    if patient.is_real and oldest is not None and patient.at - oldest > MAIL_LATE_AFTER:
        return Finding(
            "Mail",
            False,
            f"the oldest of {things(waiting, 'message')} waits since {oldest:%-d %B, %H:%M} UTC",
            "See LINKWELL_SMTP, the mail server and the page Messages.",
        )
    text = f"{things(waiting, 'message')} waiting, {held:,} held for a person to release, {failed:,} could not be sent"
    return Finding("Mail", True, text)


def clock(patient: Patient) -> Finding:
    """This machine and the database tell the same time."""
    before = datetime.now(UTC)
    (theirs,) = patient.one("SELECT clock_timestamp()")
    apart = max(before - theirs, theirs - datetime.now(UTC))
    if apart > CLOCKS_MAY_DIFFER:
        return Finding(
            "Clock",
            False,
            f"this machine and the database differ by {apart.total_seconds():,.0f} seconds",
            "Set both by a time server (chrony, systemd-timesyncd).",
        )
    return Finding("Clock", True, "this machine and the database tell the same time")


def settings(patient: Patient) -> Finding:
    """Nothing is set that is unsafe for real people."""
    wrong = [*_address(), *_keys(), *_trials(patient)]
    if not wrong:
        return Finding("Settings", True, "safe, as this command sees them")
    if not patient.is_real:
        return Finding("Settings", True, f"good enough for a trial: {'; '.join(wrong)}")
    return Finding("Settings", False, "; ".join(wrong), "Set them as docs/how-to/run-on-a-server.md says.")


def _address() -> Iterator[str]:
    parts = urlsplit(os.environ.get("LINKWELL_PUBLIC_URL", ""))
    host = os.environ.get("LINKWELL_HOST", "127.0.0.1")
    if parts.scheme != "https" and (parts.hostname or "localhost") not in LOOPBACK:
        yield "LINKWELL_PUBLIC_URL is not https"
    if parts.scheme != "https" and host not in LOOPBACK:
        yield f"LINKWELL_HOST {host} lets others reach pages without https"
    if "*" in os.environ.get("LINKWELL_ALLOWED_HOSTS", "").split(","):
        yield "LINKWELL_ALLOWED_HOSTS answers to every name"
    if os.environ.get("LINKWELL_SMTP") and not os.environ.get("LINKWELL_FROM"):
        yield "LINKWELL_FROM is not set"


def _keys() -> Iterator[str]:
    for name in ("LINKWELL_SECRET_KEY", "LINKWELL_FIELD_KEY", "LINKWELL_AUDIT_KEY"):
        key = os.environ.get(name)
        if key is not None and (key in TRIAL_KEYS or len(key) < SHORTEST_KEY):
            yield f"{name} is short or a well-known word"


def _trials(patient: Patient) -> Iterator[str]:
    if os.environ.get("LINKWELL_CRASH_AT"):
        yield "LINKWELL_CRASH_AT is set"
    if patient.is_real and os.environ.get("LINKWELL_DEMO") == "1":
        yield "LINKWELL_DEMO is 1 while real schemes are in it"


def key_files(patient: Patient) -> Finding:
    """The files that hold keys are there and closed to others."""
    given = bool(os.environ.get("LINKWELL_SECRET_KEY_IS_GIVEN"))
    if not given and not (patient.home / "secret-key").exists():
        return Finding(
            "Keys",
            False,
            f"there is no {patient.home / 'secret-key'}",
            "Bring it from a backup; a new one cannot read what is encrypted.",
        )
    open_ones = []
    for name in SECRET_FILES:
        path = patient.home / name
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            open_ones.append(str(path))
    if open_ones:
        return Finding("Keys", False, f"others may read {' and '.join(open_ones)}", f"chmod 600 {' '.join(open_ones)}")
    return Finding("Keys", True, "present, and readable by Linkwell's user alone")
