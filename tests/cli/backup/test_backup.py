"""A backup: one moment, one encrypted file, tried by restoring that very file."""

import os
import stat
import threading

import psycopg
import pytest

from linkwell.cli import roles
from linkwell.cli.backup import envelope, homefiles, keys, make, records, restore, servers, tools, trial
from linkwell.cli.backup.envelope import Damaged
from linkwell.cli.database import Urls
from linkwell.cli.errors import Refused
from tests.cli.backup.conftest import KEY, backed_up, quiet


def test_Z40_a_backup_is_tried_by_restoring_it_and_the_result_is_kept(sample):
    last = records.last_tried(sample.home)

    assert last["file"] == str(sample.file)
    assert last["tried_at"] >= last["made_at"]
    assert last["rows"] == sample.made.rows > 100
    assert stat.S_IMODE(sample.file.stat().st_mode) == 0o600
    assert not servers.exists(sample.urls, f"{sample.clone.name}{servers.CHECKING}")


def test_A05_a_backup_shows_nothing_to_who_has_not_its_key_and_that_key_is_not_on_the_server(sample):
    content = sample.file.read_bytes()
    for word in (b"Zebedee", b"PGDMP", b"manifest.json", KEY.encode(), b"people_person"):
        assert word not in content
    on_the_server = b"".join(file.read_bytes() for file in sample.home.rglob("*") if file.is_file())
    assert b"AGE-SECRET-KEY" not in on_the_server
    assert b"AGE-SECRET-KEY" in sample.identity.read_bytes()


def test_a_backup_brings_the_keys_along_unless_that_is_not_wanted(sample, tmp_path):
    identity = keys.read_identity(sample.identity)
    with_keys = trial.look_through(sample.file, identity.keys, name="x", signer=identity.signer, server=190000)
    bare = backed_up(sample, to=tmp_path, with_keys=False, tried=False)
    without = trial.look_through(bare.file, identity.keys, name="x", signer=identity.signer, server=190000)

    assert homefiles.keys_in(with_keys.files)["LINKWELL_SECRET_KEY"] == KEY
    assert homefiles.keys_in(without.files) == {} and keys.SIGNING_KEY not in without.files
    assert without.manifest.field_key_check == homefiles.key_check(KEY)


@pytest.fixture
def writers(sample, django_db_blocker):
    """Two who write without pause: a person, an audit event and a message in one transaction each."""
    ledger, stop, enough = [], threading.Event(), threading.Event()
    threads = [threading.Thread(target=_write, args=(sample, ledger, stop, enough)) for _ in range(2)]
    with django_db_blocker.unblock():
        for thread in threads:
            thread.start()
        assert enough.wait(120)
        yield ledger
        stop.set()
        for thread in threads:
            thread.join(120)


def _write(sample, ledger, stop, enough):
    from django.db import connection
    from django.utils import timezone

    from linkwell.common import audit
    from linkwell.messages.actions import queue_message
    from linkwell.people.models import Person
    from linkwell.team.models import Scheme
    from tests.factories import in_scheme

    scheme = Scheme.objects.get(pk=sample.scheme_id)
    while not stop.is_set():
        now = timezone.now()
        with in_scheme(scheme):
            person = Person.objects.create(scheme=scheme, given_name="Written", family_name="Meanwhile", created_at=now)
            audit.record("trial.written", about=person, at=now)
            queue_message(scheme_id=scheme.pk, template="referral_news", recipient_kind="trial",
                          recipient_id=person.pk, at=now, words={"reference": "R-2"})  # fmt: skip
        ledger.append(person.pk)  # only once it is acknowledged
        if len(ledger) >= 10:
            enough.set()
    connection.close()


def test_Z40_a_backup_taken_during_writes_holds_all_that_was_acknowledged_and_no_half_of_anything(
    sample, writers, elsewhere, tmp_path, untroubled
):
    acknowledged = list(writers)
    made = backed_up(sample, to=tmp_path / "backups")
    assert len(writers) > len(acknowledged), "nobody wrote while the backup was made"

    urls, home = elsewhere
    restore.restore(made.file, sample.identity, urls, home, replace=False, say=quiet)

    with psycopg.connect(roles.as_owner(urls.owner)) as restored:
        persons, audited, told = (
            {number for (number,) in restored.execute(query).fetchall()}
            for query in (
                "SELECT id FROM people_person WHERE given_name = 'Written'",
                "SELECT person_id FROM common_auditevent WHERE event = 'trial.written'",
                "SELECT recipient_id FROM outbox_message WHERE recipient_kind = 'trial'",
            )
        )
    assert set(acknowledged) <= persons
    assert persons == audited == told


def test_a_database_that_changes_between_counting_and_dumping_would_be_noticed(
    sample, tmp_path, monkeypatch, untroubled
):
    said = make._manifest
    monkeypatch.setattr(make, "_manifest", lambda server, **others: _less_one_row(said(server, **others)))
    with pytest.raises(Damaged, match="the table team_host holds"):
        backed_up(sample, to=tmp_path / "two moments")
    assert list((tmp_path / "two moments").iterdir()) == []


def _less_one_row(manifest):
    manifest.census.tables["team_host"][0] -= 1
    return manifest


@pytest.mark.parametrize("size", [10, 70_000, 3_000_000])
def test_a_full_disk_is_noticed_in_the_last_write_too(size):
    own = envelope.pyrage.x25519.Identity.generate()
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OSError, match="No space"):
        envelope.encrypt([bytes(size)], full, [own.to_public()])


def test_a_full_disk_is_a_sentence_and_leaves_nothing_behind(sample, tmp_path, monkeypatch):
    monkeypatch.setattr(make, "_private_file", lambda path: path.touch() or open("/dev/full", "wb"))
    before = records.all_of(sample.home)

    with pytest.raises(Refused, match="The disk of .* is full"):
        backed_up(sample, to=tmp_path)

    assert list(tmp_path.iterdir()) == []
    assert records.all_of(sample.home) == before


def test_a_backup_that_the_disk_spoiled_is_not_kept_and_removes_no_older_one(sample, tmp_path, monkeypatch):
    older = tmp_path / "linkwell-2020-01-01-000000.tar.age"
    older.touch()
    encrypt = make.encrypt

    def spoiling(pieces, file, recipients):
        written = encrypt(pieces, file, recipients)
        file.seek(written // 2)
        file.write(b"x")
        return written

    monkeypatch.setattr(make, "encrypt", spoiling)
    with pytest.raises(Damaged, match="is damaged: it was changed, cut short or added to"):
        backed_up(sample, to=tmp_path, keep=1)

    assert list(tmp_path.iterdir()) == [older]


def test_of_the_tried_backups_the_newest_are_kept_and_leftovers_of_killed_ones_go(sample, tmp_path, monkeypatch):
    for name in ("linkwell-2020-01-01-000000.tar.age", "linkwell-2021-01-01-000000.tar.age", "letter.txt",
                 "linkwell-2022-01-01-000000-untried.tar.age", "linkwell-2019-01-01-000000.tar.age.part"):  # fmt: skip
        (tmp_path / name).touch()

    monkeypatch.setattr(make, "try_out", lambda *_, **__: None)
    made = backed_up(sample, to=tmp_path, keep=2)

    assert {file.name for file in tmp_path.iterdir()} == {
        "linkwell-2021-01-01-000000.tar.age",
        "linkwell-2022-01-01-000000-untried.tar.age",
        "letter.txt",
        made.file.name,
    }
    assert [file.name for file in made.removed] == ["linkwell-2020-01-01-000000.tar.age"]


def test_an_untried_backup_says_so_in_its_name_and_is_not_taken_for_a_tried_one(sample, tmp_path):
    before = records.last_tried(sample.home)
    made = backed_up(sample, to=tmp_path, tried=False)

    assert made.file.name.endswith("-untried.tar.age")
    assert records.last_tried(sample.home) == before


def test_a_backup_is_never_written_over(sample):
    content = sample.file.read_bytes()
    with pytest.raises(Refused, match="exists already"):
        backed_up(sample, to=sample.file)
    assert sample.file.read_bytes() == content


def test_a_role_that_does_not_see_every_row_makes_no_backup(sample, tmp_path):
    with psycopg.connect(sample.urls.owner, autocommit=True) as server:
        server.execute("CREATE ROLE linkwell_blind NOLOGIN; GRANT linkwell_blind TO CURRENT_USER")
    try:
        with pytest.MonkeyPatch.context() as patch, pytest.raises(Refused, match="BYPASSRLS"):
            patch.setattr(roles, "OWNER", "linkwell_blind")
            backed_up(sample, to=tmp_path)
    finally:
        with psycopg.connect(sample.urls.owner, autocommit=True) as server:
            server.execute("DROP ROLE linkwell_blind")


@pytest.mark.embedded
def test_where_no_database_may_be_made_a_server_of_its_own_tries_the_backup(sample, tmp_path):
    modest = Urls(sample.urls.app, sample.clone.owner_url)
    assert not servers.may_create(modest)

    made = make.back_up(modest, sample.home, make.Wanted(to=tmp_path), say=quiet)

    assert made.seconds_to_try is not None
    assert not (sample.home / servers.TRIAL_HOME).exists()


def test_a_second_key_opens_later_backups_as_well_and_never_a_key_is_written_over(sample, tmp_path):
    home, at = tmp_path / "home", make.datetime.now(make.UTC)
    home.mkdir()
    first, second = (tmp_path / name for name in ("one.txt", "two.txt"))
    keys.make(home=home, to=first, at=at, add=False)
    with pytest.raises(Refused, match="With --add"):
        keys.make(home=home, to=second, at=at, add=False)
    with pytest.raises(Refused, match="never written over"):
        keys.make(home=home, to=first, at=at, add=True)
    with pytest.raises(Refused, match="lies in Linkwell's data folder"):
        keys.make(home=home, to=home / "key.txt", at=at, add=True)
    keys.make(home=home, to=second, at=at, add=True)

    readers = keys.recipients(home=home, given=())
    sealed = tmp_path / "sealed"
    with sealed.open("wb") as file:
        envelope.encrypt([b"for both"], file, readers)
    for path in (first, second):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        identity = keys.read_identity(path)
        with sealed.open("rb") as file, envelope.opened(file, identity.keys, name="x") as stream:
            assert stream.read() == b"for both"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["age1qqqq"], "a letter is wrong or missing"),
        (["AGE-SECRET-KEY-1QQQ"], "stays away from the server"),
        (["/nowhere/key.txt"], "neither a public key"),
        ([], "Run `linkwell backup keys`"),
    ],
)
def test_a_recipient_that_is_none_is_refused(tmp_path, monkeypatch, given, sentence):
    monkeypatch.delenv(keys.SETTING, raising=False)
    with pytest.raises(Refused, match=sentence):
        keys.recipients(home=tmp_path, given=given)


def test_the_password_of_the_database_stands_on_no_command_line(monkeypatch):
    seen = {}

    def pretend(command, env, **_):
        seen.update(command=command, env=env)
        raise KeyboardInterrupt

    monkeypatch.setattr(tools.subprocess, "Popen", pretend)
    with pytest.raises(KeyboardInterrupt):
        list(tools.dump("/bin/pg_dump", url="postgresql://me:hush@localhost/linkwell", snapshot="1"))
    assert "hush" not in " ".join(seen["command"]) and seen["env"]["PGPASSWORD"] == "hush"


def test_too_little_room_is_said_before_anything_is_written(sample, tmp_path, monkeypatch):
    monkeypatch.setattr(make.shutil, "disk_usage", lambda path: os.terminal_size((0, 0)) and _Full())
    with pytest.raises(Refused, match="GB free, and a backup of this database needs about"):
        backed_up(sample, to=tmp_path)
    assert list(tmp_path.iterdir()) == []


class _Full:
    free = 1000
