"""Is the database there, current, behind its walls, sealed and backed up?"""

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from linkwell.cli import migrations, roles
from linkwell.cli.backup import keys, records, servers
from linkwell.cli.backup.restore import JOURNAL
from linkwell.cli.doctor.findings import Finding, Patient, ago, things

UNSEALED_FOR = timedelta(minutes=20)
UNCHECKED_FOR = timedelta(days=2)
BACKUP_HOURS = 26.0  # a day, and the time that a backup takes
LEAST_FREE, LEAST_SHARE = 2e9, 0.05


def login(patient: Patient) -> Finding:
    """The app logs in, and as who."""
    with roles.connect(patient.urls.app) as server:
        (name, passes) = server.execute(
            "SELECT current_user, rolsuper OR rolbypassrls OR pg_has_role(oid, 'linkwell_owner', 'MEMBER')"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone() or ("", True)
    if passes:
        return Finding(
            "Roles",
            False,
            f"the app logs in as {name}, which passes the walls between schemes",
            "Let DATABASE_URL log in as an ordinary role, such as linkwell_app.",
        )
    (sees,) = patient.one("SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = %s", roles.OWNER)
    if not sees:
        return Finding(
            "Roles",
            False,
            f"{roles.OWNER} does not see every row, so backups would miss some",
            f"Let the server's administrator run ALTER ROLE {roles.OWNER} BYPASSRLS.",
        )
    return Finding("Roles", True, f"the app is {name}, behind the walls; migrations and backups run as {roles.OWNER}")


def tables(patient: Patient) -> Finding:
    """The tables are those of this Linkwell."""
    state = migrations.state(patient.urls.owner)
    do = "" if state == migrations.CURRENT else "Run `linkwell migrate`."
    return Finding("Tables", state == migrations.CURRENT, state, do)


def walls(patient: Patient) -> Finding:
    """Every table of a scheme stands behind its wall."""
    if not patient.is_current:
        return Finding("Walls", False, "not looked at: the tables are not current", "Run `linkwell migrate`.")
    from linkwell.cli.doctor import walls as catalogue

    lines = catalogue.problems()
    if lines:
        more = f" and {len(lines) - 3} more" if len(lines) > 3 else ""
        return Finding(
            "Walls",
            False,
            "; ".join(lines[:3]) + more,
            "Stop Linkwell now: records of one scheme may be seen by another. Restore a backup.",
        )
    return Finding(
        "Walls", True, f"{things(len(catalogue.walled()), 'table')} behind row-level security, links and logs held"
    )


def audit(patient: Patient) -> Finding:
    """The audit trail is sealed, checked and told elsewhere."""
    if not patient.is_current:
        return Finding("Audit", False, "not looked at: the tables are not current", "Run `linkwell migrate`.")
    from linkwell.common.scope import scope
    from linkwell.team.queries import scheme_ids
    from linkwell.team.sealing import queries

    waiting, since = 0, patient.at
    for number in scheme_ids():
        with scope(scheme_ids=[number], scheme_id=number):
            left = queries.unsealed(number, 0)
        waiting, since = waiting + left.count, min(since, left.since or since)
    (broken, newest) = patient.one(
        "SELECT count(*) FILTER (WHERE findings > 0), min(at) FROM"
        " (SELECT DISTINCT ON (scheme_id) * FROM team_auditcheck ORDER BY scheme_id, at DESC) AS newest"
    )
    (deaf,) = patient.one("SELECT count(*) FROM team_headdelivery WHERE failing_since IS NOT NULL")
    if broken:
        return Finding(
            "Audit",
            False,
            f"the last check found {things(broken, 'trail')} not whole",
            "Run `linkwell audit verify`, keep the database as it is, and find out who changed it.",
        )
    if waiting and patient.at - since > UNSEALED_FOR:
        return Finding(
            "Audit",
            False,
            f"{things(waiting, 'row')} not sealed for {ago(patient.at - since)}",
            "Start the worker (`linkwell run`), or run `linkwell audit seal`.",
        )
    if deaf:
        return Finding(
            "Audit",
            False,
            "the second place cannot be told of the seals",
            "See LINKWELL_AUDIT_HEADS and LINKWELL_AUDIT_SYSLOG; `linkwell audit verify` says more.",
        )
    return _checked(patient, newest, f"sealed; {things(waiting, 'row')} of the last minutes waiting")


def _checked(patient: Patient, newest: datetime | None, text: str) -> Finding:
    if newest is None:
        return Finding("Audit", True, f"{text}; never checked yet (`linkwell audit verify`)")
    if patient.at - newest > UNCHECKED_FOR:
        return Finding(
            "Audit",
            False,
            f"{text}; last checked {ago(patient.at - newest)} ago",
            "Start the worker (`linkwell run`), or run `linkwell audit verify`.",
        )
    return Finding("Audit", True, f"{text}; checked {ago(patient.at - newest)} ago")


def backup(patient: Patient) -> Finding:
    """There is a backup of today that was tried by restoring it."""
    last = records.last_tried(patient.home)
    if not patient.is_real and last is None:
        return Finding("Backup", True, "none, and none needed: no real scheme is in it")
    if last is None:
        has_key = (patient.home / keys.RECIPIENTS).exists() or os.environ.get(keys.SETTING)
        first = "Run `linkwell backup`" if has_key else "Run `linkwell backup keys`, then `linkwell backup`"
        return Finding("Backup", False, "none was ever made and tried", f"{first}, every day.")
    made = datetime.fromisoformat(last["made_at"])
    text = (
        f"last backup {ago(patient.at - made)} ago, verified by restoring: {last['rows']:,} rows,"
        f" {last['bytes'] / 1e6:,.1f} MB, {Path(last['file']).name}"
    )
    hours = float(os.environ.get("LINKWELL_BACKUP_HOURS") or BACKUP_HOURS)
    late = patient.is_real and patient.at - made > timedelta(hours=hours)
    return Finding(
        "Backup", not late, text, "Run `linkwell backup`, and see why the daily one did not." if late else ""
    )


def leftovers(patient: Patient) -> Finding:
    """Nothing of a restore is left behind that somebody must decide about."""
    if (patient.home / JOURNAL).exists():
        return Finding(
            "Restore",
            False,
            "a restore was killed before its end",
            "Run `linkwell database status`: any command undoes or finishes it.",
        )
    names = servers.kept(patient.urls)
    if names:
        return Finding(
            "Restore",
            True,
            f"{things(len(names), 'replaced database')} kept: {', '.join(names)};"
            " `linkwell database replaced --drop` removes what is no longer wanted",
        )
    return Finding("Restore", True, "nothing left over")


def disk(patient: Patient) -> Finding:
    """The disks of the data, of its log and of the home have room."""
    places = {"data folder": patient.home}
    if patient.urls.server is not None:
        data = patient.urls.server.places.data
        places |= {"database": data, "write-ahead log": (data / "pg_wal").resolve()}
    told, seen, short = [], set(), []
    for name, place in places.items():
        device = place.stat().st_dev
        use = shutil.disk_usage(place)
        if device not in seen:
            told.append(f"{use.free / 1e9:.1f} of {use.total / 1e9:.1f} GB free for the {name}")
        if use.free < min(LEAST_FREE, use.total * 0.5) or use.free < use.total * LEAST_SHARE:
            short.append(name)
        seen.add(device)
    (size,) = patient.one("SELECT pg_database_size(current_database())")
    told.append(f"the database takes {size / 1e9:.2f} GB")
    do = f"Make room for the {short[0]}: a full disk stops every write." if short else ""
    return Finding("Disk", not short, "; ".join(told), do)
