"""Looks at one Linkwell from top to bottom."""

import os

from linkwell.cli import migrations, roles
from linkwell.cli.database import database, named_by_environment
from linkwell.cli.doctor import database as data
from linkwell.cli.doctor import searching, service
from linkwell.cli.doctor.findings import Check, Finding, Patient, looked_at
from linkwell.cli.errors import Refused
from linkwell.cli.home import ensure_home
from linkwell.cli.running.run import REAL, contents

FIRST: dict[str, Check] = {"Roles": data.login, "Versions": service.versions, "Tables": data.tables}
ALWAYS: dict[str, Check] = {
    "Disk": data.disk, "Clock": service.clock, "Settings": service.settings, "Keys": service.key_files,
    "Restore": data.leftovers, "Backup": data.backup,
}  # fmt: skip
CURRENT_ONLY: dict[str, Check] = {
    "Walls": data.walls, "Audit": data.audit, "Worker": service.worker, "Jobs": service.jobs, "Mail": service.mail,
    "Search": searching.search_index,
}  # fmt: skip


def examine() -> list[Finding]:
    """Return what every check finds; a database that is not there is the only finding."""
    os.environ["LINKWELL_SECRET_KEY_IS_GIVEN"] = "1" if os.environ.get("LINKWELL_SECRET_KEY") else ""
    home = ensure_home()
    if named_by_environment() is None and not any(home.glob("postgres*")):
        return [Finding("Database", False, f"there is none in {home}", "Start Linkwell: `linkwell run`.")]
    try:
        with database() as urls, roles.connect(roles.as_owner(urls.owner)) as owner:
            return [Finding("Database", True, "answers"), *_looked_at(home, urls, owner)]
    except Refused as refusal:
        return [Finding("Database", False, "does not answer", str(refusal))]
    finally:
        os.environ.pop("LINKWELL_SECRET_KEY_IS_GIVEN", None)


def _looked_at(home, urls, owner) -> list[Finding]:
    state = migrations.state(urls.owner)
    if state == migrations.NEVER:
        return [Finding("Tables", False, "there are none yet", "Run `linkwell migrate`, or `linkwell run`.")]
    if state == migrations.CURRENT:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", migrations.SETTINGS)
        import django

        django.setup()
    is_real = contents(urls.owner) == REAL
    patient = Patient(home, urls, owner, is_current=state == migrations.CURRENT, is_real=is_real)
    checks = {**FIRST, **CURRENT_ONLY, **ALWAYS}
    return [looked_at(name, check, patient) for name, check in checks.items()]
