"""A restore: everything is checked beside, then put in place in one step, or not at all."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from linkwell.cli import migrations, roles
from linkwell.cli.backup import homefiles, inside, keys, make, manifest, restore, servers
from linkwell.cli.backup.envelope import Damaged
from linkwell.cli.errors import Refused
from tests.cli.backup.conftest import KEY, backed_up, named, quiet


@pytest.fixture(scope="module")
def in_place(sample, database_server, tmp_path_factory):
    """The sample's backup restored on a machine that had nothing."""
    home, name = tmp_path_factory.mktemp("machine"), f"{sample.clone.name}_machine"
    urls = named(sample, name)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LINKWELL_SECRET_KEY")
        done = restore.restore(sample.file, sample.identity, urls, home, replace=False, say=quiet)
    with psycopg.connect(roles.as_owner(urls.owner), autocommit=True) as server:
        yield done, server, urls, home
    servers.drop(urls, name)


def one(server, query, *params):
    return server.execute(query, params or None).fetchone()[0]


def test_Z40_a_restore_on_an_empty_machine_brings_rows_walls_seals_and_keys_and_opens_nothing_old(sample, in_place):
    done, server, urls, home = in_place

    assert one(server, "SELECT given_name FROM people_person") == "Zebedee"
    assert one(server, "SELECT count(*) FROM team_auditseal") >= 1
    assert (home / "secret-key").read_text() == KEY
    assert (home / keys.SIGNING_KEY).read_bytes() == (sample.home / keys.SIGNING_KEY).read_bytes()
    assert "position" in (home / "audit-heads.log").read_text() or (home / "audit-heads.log").stat().st_size > 0
    with psycopg.connect(urls.app) as app:
        assert one(app, "SELECT count(*) FROM people_person") == 0, "the app sees a person without a scheme"

    assert done.settled["sessions"] == 1 and one(server, "SELECT count(*) FROM django_session") == 0
    assert done.settled["held"] == 1
    assert one(server, "SELECT state FROM outbox_message") == "held"
    assert one(server, "SELECT why FROM outbox_message").startswith("Waited when the backup of")
    assert one(server, "SELECT count(*) FROM common_auditevent WHERE event = 'scheme.restored'") == 1
    assert done.settled["jobs"] == 1
    taken_up = one(server, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NULL")
    assert taken_up == 1, "no worker would take up the job again"
    assert done.kept_database == "" and not (home / restore.STAGED).exists()


def test_the_audit_trail_of_a_restored_database_is_whole_also_with_the_event_of_the_restore(in_place):
    _, _, urls, home = in_place
    keys_now = {"LINKWELL_SECRET_KEY": KEY}
    found = inside.examine(servers.Beside(urls, servers.name_of(urls)), keys=keys_now, heads=home / "audit-heads.log")
    assert found == []


def test_a_backup_that_lacks_a_wall_or_whose_trail_was_changed_or_that_the_key_does_not_open_is_told(sample):
    place = servers.Beside(sample.urls, sample.clone.name)
    with psycopg.connect(roles.as_owner(sample.urls.owner), autocommit=True) as server:
        event = one(server, "SELECT event FROM common_auditevent ORDER BY id LIMIT 1")
        try:
            server.execute("ALTER TABLE people_person NO FORCE ROW LEVEL SECURITY")
            _rename_first_event(server, "person.changed")
            lines = inside.examine(place, keys={"LINKWELL_SECRET_KEY": "another"}, heads=sample.home / "none")
        finally:
            server.execute("ALTER TABLE people_person FORCE ROW LEVEL SECURITY")
            _rename_first_event(server, event)
    told = "; ".join(lines)
    assert "the table people_person is not behind row-level security" in told
    assert 'does not open the encrypted column "health_number" of people_person' in told
    assert "the audit trail of scheme" in told


def _rename_first_event(server, event):
    server.execute("ALTER TABLE common_auditevent DISABLE TRIGGER USER")
    server.execute(
        "UPDATE common_auditevent SET event = %s WHERE id = (SELECT min(id) FROM common_auditevent)", [event]
    )
    server.execute("ALTER TABLE common_auditevent ENABLE TRIGGER USER")


def test_whatever_is_told_of_a_restored_database_makes_no_backup(sample, tmp_path, monkeypatch):
    monkeypatch.setattr(inside, "examine", lambda *_, **__: ["the audit trail of scheme 1 is not whole"])
    with pytest.raises(Damaged, match="is not what was backed up: the audit trail of scheme 1 is not whole"):
        backed_up(sample, to=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("DELETE FROM linkwell_cache", "the table linkwell_cache holds 0 rows of 1"),
        ("UPDATE linkwell_cache SET value = 'other'", "rows of the table linkwell_cache are not as they were"),
        ("CREATE TABLE surplus ()", "there is a table surplus that was not backed up"),
        ("DROP POLICY wall_delete ON people_person", "the policy wall_delete on people_person is missing"),
        ("ALTER TABLE people_person DISABLE TRIGGER stays_in_its_scheme", "stays_in_its_scheme on .* is not as it was"),
        ("GRANT UPDATE ON common_auditevent TO linkwell_app", "linkwell_app to UPDATE common_auditevent was not there"),
        ("ALTER TABLE people_person DISABLE ROW LEVEL SECURITY", "the table people_person is not as it was"),
        ("ALTER TABLE common_auditevent ALTER id RESTART 1", "the numbers of common_auditevent start again"),
    ],
)
def test_what_a_restored_database_lacks_is_named(sample, statement, line):
    from linkwell.cli.backup import census

    with psycopg.connect(roles.as_owner(sample.urls.owner)) as server:
        server.execute("INSERT INTO linkwell_cache (cache_key, value, expires) VALUES ('one', '', now())")
        server.execute("DELETE FROM linkwell_cache WHERE cache_key <> 'one'")
        before = census.take(server)
        server.execute(statement)
        lines = manifest.differences(_said(before), census.take(server), same_server_version=True)
        lines += census.sequences_behind(server)
        server.rollback()
    assert any(re.search(line, found) for found in lines), lines


def test_a_backup_whose_checksums_were_made_in_another_way_is_judged_by_its_counts():
    older = manifest.Census({"people_person": [3, "one way"]}, {"the old name": ""}, "older form")
    now = manifest.Census({"people_person": [3, "another way"]}, {}, "this form")
    assert manifest.differences(_said(older), now, same_server_version=True) == []
    fewer = manifest.Census({"people_person": [2, "another way"]}, {}, "this form")
    assert manifest.differences(_said(older), fewer, same_server_version=True) == [
        "the table people_person holds 2 rows of 3"
    ]


def _said(found):
    return manifest.Manifest("x", "2026-11-22T12:00:00+00:00", "0.1.0", 180004, "", [], found, [])


def test_a_database_that_is_not_empty_is_replaced_only_when_told_and_then_kept(sample, elsewhere, untroubled):
    urls, home = elsewhere
    name = servers.name_of(urls)
    servers.make(urls, name)
    with psycopg.connect(urls.owner, autocommit=True) as server:
        server.execute("CREATE TABLE letters (line text); INSERT INTO letters VALUES ('keep me')")

    with pytest.raises(Refused, match="is not empty, so nothing was changed. With --replace"):
        restore.restore(sample.file, sample.identity, urls, home, replace=False, say=quiet)
    with psycopg.connect(urls.owner) as in_use:
        with pytest.raises(Refused, match="1 programs are connected"):
            restore.restore(sample.file, sample.identity, urls, home, replace=True, say=quiet)
        assert one(in_use, "SELECT line FROM letters") == "keep me"

    done = restore.restore(sample.file, sample.identity, urls, home, replace=True, say=quiet)

    assert servers.kept(urls) == [done.kept_database]
    with psycopg.connect(servers.admin(urls, done.kept_database)) as kept:
        assert one(kept, "SELECT line FROM letters") == "keep me"
    with psycopg.connect(roles.as_owner(urls.owner)) as server:
        assert one(server, "SELECT given_name FROM people_person") == "Zebedee"


KILLED = """
import os, signal, sys
from pathlib import Path
from linkwell.cli.backup import inside, restore, servers
from linkwell.cli.database import Urls
from linkwell.cli.backup.make import datetime

die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
when, file, identity, app, owner, home = sys.argv[1:]
inside.examine = lambda *_, **__: []
if when == "before":
    servers.swap = die
else:
    restore.finish = die
restore.restore(Path(file), Path(identity), Urls(app, owner), Path(home), replace=True, say=lambda line: None)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_restore_killed_in_the_middle_is_undone_or_finished_by_the_next_command(sample, elsewhere, when):
    urls, home = elsewhere
    name = servers.name_of(urls)
    servers.make(urls, name)
    with psycopg.connect(urls.owner, autocommit=True) as server:
        server.execute("CREATE TABLE letters (line text); INSERT INTO letters VALUES ('keep me')")
    (home / "secret-key").write_text("the key of what was here")

    words = [when, sample.file, sample.identity, urls.app, urls.owner, home]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *map(str, words)], capture_output=True, env=plain(os.environ)
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert (home / "secret-key").read_text() == "the key of what was here"
    restore.finish(urls, home)

    with psycopg.connect(servers.admin(urls, name)) as server:
        tables = {table for (table,) in server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert ("letters" in tables, "people_person" in tables) == (when == "before", when == "after")
    assert (home / "secret-key").read_text() == ("the key of what was here" if when == "before" else KEY)
    assert not servers.exists(urls, f"{name}{servers.RESTORING}")
    assert not (home / restore.JOURNAL).exists() and not (home / restore.STAGED).exists()


def plain(environment):
    return {name: value for name, value in environment.items() if name != "LINKWELL_SECRET_KEY"}


def test_Z41_a_backup_of_two_releases_ago_is_restored_and_brought_up_to_date(sample, elsewhere, tmp_path, untroubled):
    older = [("outcomes", "0002"), ("people", "0003")]
    try:
        for room, number in older:
            migrations.django("migrate", room, number, "--verbosity=0", "--skip-checks",
                              url=roles.as_owner(sample.urls.owner))  # fmt: skip
        with psycopg.connect(roles.as_owner(sample.urls.owner), autocommit=True) as server:
            server.execute("COMMENT ON TABLE django_migrations IS 'linkwell of two releases ago'")
        made = backed_up(sample, to=tmp_path / "backups", tried=False)
    finally:
        migrations.migrate(sample.urls.owner)
    urls, home = elsewhere

    restore.restore(made.file, sample.identity, urls, home, replace=False, say=quiet)

    assert migrations.state(urls.owner) == migrations.CURRENT
    with psycopg.connect(roles.as_owner(urls.owner)) as server:
        assert one(server, "SELECT given_name FROM people_person WHERE id = %s", sample.person_id) == "Zebedee"


def test_Z41_a_backup_of_a_newer_linkwell_or_postgresql_is_refused_in_a_sentence(sample):
    known = inside.known_migrations()
    said = _said(manifest.Census({}, {}))

    def check(found, *, server=180004):
        manifest.check_versions(found, known=known, server=server, tools=server, name="b.tar.age")

    check(said)
    newer = manifest.Manifest(**{**vars(said), "migrations": [["people", "0999_later"], ["team", "0999_later"]]})
    with pytest.raises(
        Refused, match=r"newer Linkwell \(0.1.0\): .*people.0999_later and 1 more\). Install that version"
    ):
        check(newer)
    with pytest.raises(Refused, match="was made from PostgreSQL 18, and PostgreSQL 15"):
        check(said, server=150008)
    raw = said.to_json().replace(b'"format":1', b'"format":2')
    with pytest.raises(Refused, match="backups have another form"):
        manifest.from_json(raw, name="b.tar.age")


def test_another_field_key_in_the_environment_is_refused_before_anything_is_replaced(sample, elsewhere, monkeypatch):
    urls, home = elsewhere
    monkeypatch.setenv("LINKWELL_FIELD_KEY", "another key, for other columns")
    with pytest.raises(Refused, match="LINKWELL_FIELD_KEY is set here to another key"):
        restore.restore(sample.file, sample.identity, urls, home, replace=False, say=quiet)
    assert not servers.exists(urls, servers.name_of(urls))


def test_another_secret_key_in_the_environment_stays_and_the_backups_key_reads_what_is_encrypted(tmp_path, monkeypatch):
    monkeypatch.setenv("LINKWELL_SECRET_KEY", "the key of the new machine")
    files = {homefiles.KEYS_FILE: b'{"LINKWELL_SECRET_KEY": "old"}'}
    homefiles.stage(tmp_path / "staged", files)
    homefiles.install(tmp_path / "staged", tmp_path, suffix="_before")
    restored = homefiles.restored_keys(tmp_path)
    assert restored == {"LINKWELL_FIELD_KEY": "old", "LINKWELL_AUDIT_KEY": "old"}
    assert homefiles.field_key(homefiles.keys_here(tmp_path)) == "old"


def test_a_backup_without_keys_is_restored_only_where_the_key_is(sample, tmp_path):
    check = homefiles.key_check(KEY)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LINKWELL_SECRET_KEY")
        with pytest.raises(Refused, match="made without keys, and the key here is not the one"):
            homefiles.check_keys({}, home=tmp_path, check=check)
        assert not (tmp_path / "secret-key").exists()
    assert homefiles.check_keys({}, home=tmp_path, check=check)["LINKWELL_SECRET_KEY"] == KEY


def test_a_file_of_a_backup_cannot_be_written_outside_the_data_folder(tmp_path):
    with pytest.raises(Refused, match="outside the data folder"):
        homefiles.stage(tmp_path / "staged", {"measures/../../../etc/cron.d/x": b"x"})
    assert not (Path("/etc/cron.d/x")).exists()


def test_restoring_the_very_file_can_be_tried_later_with_the_key_and_is_noted(sample, elsewhere, untroubled):
    urls, home = elsewhere
    contents = restore.check(sample.file, sample.identity, urls, home, say=quiet)

    assert contents.manifest.census.rows == sample.made.rows
    assert make.records.last_tried(home)["file"] == str(sample.file)
    assert not servers.exists(urls, f"{servers.name_of(urls)}{servers.CHECKING}")
    assert not (home / "secret-key").exists(), "a check leaves a key behind"
