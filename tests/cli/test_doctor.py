"""The doctor: one line for each thing that must be well, and what to do where it is not."""

import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from linkwell.cli import roles
from linkwell.cli.backup import records
from linkwell.cli.database import Urls
from linkwell.cli.doctor import database, searching, service, walls
from linkwell.cli.doctor.findings import Finding, Patient, ago, looked_at
from linkwell.team.sealing import actions as sealing
from tests.factories import SchemeFactory, ServiceFactory, in_scheme

NOW = datetime.now(UTC)
SETTINGS = (
    "LINKWELL_PUBLIC_URL LINKWELL_ALLOWED_HOSTS LINKWELL_HOST LINKWELL_SMTP LINKWELL_FROM LINKWELL_CRASH_AT"
    " LINKWELL_DEMO LINKWELL_FIELD_KEY LINKWELL_AUDIT_KEY LINKWELL_BACKUP_HOURS LINKWELL_BACKUP_RECIPIENT"
).split()


@pytest.fixture
def patient(cloned_database, tmp_path, monkeypatch):
    """A well-kept Linkwell with a real scheme."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LINKWELL_SECRET_KEY", "x" * 50)
    monkeypatch.setenv("LINKWELL_SMTP", "smtp://localhost")
    monkeypatch.setenv("LINKWELL_FROM", "Linkwell <us@example.org>")
    monkeypatch.setenv("LINKWELL_SECRET_KEY_IS_GIVEN", "1")
    with psycopg.connect(roles.as_owner(cloned_database.owner_url), autocommit=True) as owner:
        urls = Urls(cloned_database.straight_url, cloned_database.owner_url)
        yield Patient(tmp_path, urls, owner, is_current=True, is_real=True, at=NOW)


def test_each_thing_that_is_well_says_so(patient):
    patient.owner.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    note(patient, hours=3)
    checks = (database.login, database.tables, database.walls, database.audit, database.backup, database.disk,
              service.versions, service.worker, service.jobs, service.mail, service.clock, service.settings,
              service.key_files)  # fmt: skip
    findings = [check(patient) for check in checks]
    assert [finding for finding in findings if not finding.well or finding.do] == []


def note(patient, *, hours, tried=True):
    made = NOW - timedelta(hours=hours)
    records.note(patient.home, file=patient.home / "b.tar.age", made_at=made, bytes=4_775_461, rows=148_399,
                 tried_at=made if tried else None)  # fmt: skip


def test_the_last_backup_is_told_by_age_and_by_what_restoring_it_showed(patient):
    note(patient, hours=3)
    note(patient, hours=1, tried=False)
    text = database.backup(patient).text
    assert text == "last backup 3 hours ago, verified by restoring: 148,399 rows, 4.8 MB, b.tar.age"


def test_a_backup_that_is_late_or_was_never_tried_is_not_well(patient, monkeypatch):
    assert "`linkwell backup keys`" in database.backup(patient).do
    note(patient, hours=2, tried=False)
    assert not database.backup(patient).well
    note(patient, hours=30)
    assert not database.backup(patient).well
    monkeypatch.setenv("LINKWELL_BACKUP_HOURS", "48")
    assert database.backup(patient).well


def test_walls_that_were_taken_down_are_named(patient):
    with psycopg.connect(patient.urls.owner, autocommit=True) as owner:
        owner.execute("ALTER TABLE people_person DISABLE ROW LEVEL SECURITY")
        owner.execute("DROP POLICY wall_select ON people_contactrule")
        owner.execute("ALTER TABLE support_contact DISABLE TRIGGER keeps_every_row")
        owner.execute("GRANT DELETE ON common_auditevent TO linkwell_app")
        owner.execute("CREATE TABLE surplus ()")
    lines = walls.problems()

    assert "the table people_person is not behind row-level security" in lines
    assert "the policies of people_contactrule are not those of a wall" in lines
    assert "nothing guards support_contact against change" in lines
    assert "the app may change or remove rows of common_auditevent" in lines
    assert "the table surplus belongs to no part of Linkwell" in lines
    finding = database.walls(patient)
    assert not finding.well and "Stop Linkwell now" in finding.do


def test_an_app_that_passes_the_walls_is_named(patient):
    passing = Patient(patient.home, Urls(patient.urls.owner, patient.urls.owner), patient.owner, True, True)
    assert "which passes the walls between schemes" in database.login(passing).text


def test_a_silent_worker_late_jobs_and_failed_ones_are_named(patient):
    assert service.worker(patient).text == "no worker runs"
    patient.owner.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '2 hours')")
    assert service.worker(patient).text == "the worker has been silent for 2 hours"

    add = "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at) VALUES ('default', 'x', %s, %s)"
    patient.owner.execute(add, ["todo", NOW + timedelta(hours=1)])
    assert service.jobs(patient).well
    patient.owner.execute(add, ["failed", NOW])
    assert service.jobs(patient).text == "1 job failed within a week"
    patient.owner.execute(add, ["todo", NOW - timedelta(hours=1)])
    assert service.jobs(patient).text.startswith("1 job late")


def test_mail_that_waits_too_long_or_cannot_go_is_named(patient, monkeypatch):
    from linkwell.messages.actions import queue_message

    scheme = SchemeFactory()
    with in_scheme(scheme):
        queue_message(scheme_id=scheme.pk, template="referral_news", recipient_kind="practice", recipient_id=1,
                      at=NOW - timedelta(minutes=50), words={"reference": "R-1"})  # fmt: skip
    assert service.mail(patient).well
    patient.owner.execute("UPDATE outbox_message SET created_at = %s", [NOW - timedelta(hours=2)])
    assert service.mail(patient).text.startswith("the oldest of 1 message waits since")
    monkeypatch.delenv("LINKWELL_SMTP")
    assert service.mail(patient).text == "no mail sender is configured; 1 message waiting"


def test_a_trail_that_is_not_sealed_or_not_whole_is_named(patient):
    from linkwell.common import audit

    scheme, old = SchemeFactory(), NOW - timedelta(hours=5)
    with in_scheme(scheme):
        audit.record("trial.old", about=scheme, at=old)
    assert database.audit(patient).text == "1 row not sealed for 5 hours"
    sealing.seal_scheme(scheme_id=scheme.pk, at=NOW, reach=sealing.chain.SETTLED)
    assert database.audit(patient).well
    with in_scheme(scheme):
        report = sealing.check_scheme(scheme_id=scheme.pk, at=NOW)
        sealing.note_check(report=report, at=NOW - timedelta(days=9))
    assert "last checked 9 days ago" in database.audit(patient).text
    patient.owner.execute(
        "INSERT INTO team_auditcheck (scheme_id, at, sealed, unsealed, findings, first_finding)"
        " VALUES (%s, now(), 1, 0, 2, 'x')",
        [scheme.pk],
    )
    assert database.audit(patient).text == "the last check found 1 trail not whole"


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("LINKWELL_PUBLIC_URL", "http://linkwell.example.org", "LINKWELL_PUBLIC_URL is not https"),
        ("LINKWELL_HOST", "0.0.0.0", "lets others reach pages without https"),
        ("LINKWELL_ALLOWED_HOSTS", "*", "answers to every name"),
        ("LINKWELL_FROM", "", "LINKWELL_FROM is not set"),
        ("LINKWELL_SECRET_KEY", "changeme", "LINKWELL_SECRET_KEY is short"),
        ("LINKWELL_CRASH_AT", "statement:1", "LINKWELL_CRASH_AT is set"),
        ("LINKWELL_DEMO", "1", "while real schemes are in it"),
    ],
)
def test_a_setting_that_is_unsafe_for_real_people_is_named(patient, monkeypatch, name, value, line):
    assert service.settings(patient).well
    monkeypatch.setenv(name, value)
    finding = service.settings(patient)
    assert not finding.well and line in finding.text


def test_a_key_that_others_may_read_or_that_is_gone_is_named(patient, monkeypatch):
    key = patient.home / "secret-key"
    key.write_text("x")
    key.chmod(0o644)
    assert service.key_files(patient).do == f"chmod 600 {key}"
    key.unlink()
    monkeypatch.setenv("LINKWELL_SECRET_KEY_IS_GIVEN", "")
    assert not service.key_files(patient).well


def test_a_disk_that_is_nearly_full_and_a_clock_that_is_wrong_are_named(patient, monkeypatch):
    class Use:
        free, total = 10_000_000, 100_000_000_000

    monkeypatch.setattr(database.shutil, "disk_usage", lambda place: Use)
    assert "a full disk stops every write" in database.disk(patient).do

    class Fast(datetime):
        @classmethod
        def now(cls, zone=None):
            return datetime.now(zone) + timedelta(hours=1)

    monkeypatch.setattr(service, "datetime", Fast)
    assert "differ by 3," in service.clock(patient).text


def test_a_check_that_breaks_is_a_finding_that_names_no_content(patient):
    def broken(_):
        raise ValueError("Zebedee Example")

    assert looked_at("Mail", broken, patient) == Finding(
        "Mail", False, "could not be looked at (ValueError)", "See the log of the database."
    )


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 minutes"), (1, "1 minute"), (90, "90 minutes"), (180, "3 hours"), (6000, "4 days")]
)
def test_spans_are_told_in_words(minutes, words):
    assert ago(timedelta(minutes=minutes)) == words


def test_the_command_says_a_line_for_each_and_its_exit_code_tells(by_url, run):
    done = run("doctor", "--json")

    findings = {one["name"]: one for one in json.loads(done.stdout)}
    assert done.returncode == 1, done.stderr
    assert {"Database", "Roles", "Tables", "Walls", "Audit", "Worker", "Mail", "Backup", "Disk", "Keys"} <= set(
        findings
    )
    assert findings["Walls"]["well"], findings["Walls"]
    assert not findings["Worker"]["well"] and findings["Worker"]["do"]

    plain = run("doctor")
    assert "\x1b" not in plain.stdout
    assert "NOT WELL Worker    no worker runs" in plain.stdout
    assert plain.stdout.strip().endswith("1 of 16 are not well.")


def test_the_search_index_is_told_by_its_size_and_by_how_far_it_lags(patient, settings, monkeypatch):
    assert "LINKWELL_SEARCH_INDEX is 0" in searching.search_index(patient).text
    settings.LINKWELL_SEARCH_INDEX = True
    assert "no index here yet" in searching.search_index(patient).text

    from linkwell.directory.searching import changes, keeping

    service_of = ServiceFactory(name="Lunch club")
    keeping.build(keeping.folder_of(patient.home, changes.database_of(patient.owner.cursor())), patient.owner.cursor())
    assert searching.search_index(patient).text.startswith("the index holds 1 service,")

    service_of.operating = "closed"
    service_of.save()
    monkeypatch.setattr(searching, "BEHIND_AFTER", -timedelta(days=1))
    lagging = searching.search_index(patient)
    assert not lagging.well and "is 1 change behind" in lagging.text
