"""The embedded server: started by who needs it, stopped by who leaves last."""

import os
import stat
import tempfile
from pathlib import Path

import psycopg
import pytest

from linkwell.cli import database
from linkwell.cli.home import ensure_home, home, secret_key
from linkwell.cli.postgres.server import SUPERUSER
from tests.faults.running import linkwell, open_folder

pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def folder():
    with open_folder() as folder:
        with database.running(folder, fast_and_loose=True):
            pass
        yield folder


def running(folder):
    return database.running(folder, fast_and_loose=True)


def ask(server, question):
    with psycopg.connect(server.url(user=SUPERUSER, database="postgres")) as connection:
        return connection.execute(question).fetchone()[0]


def test_a_command_starts_the_database_and_stops_what_it_started(folder):
    with running(folder) as server:
        assert ask(server, "SELECT 1") == 1
    assert server.pid() is None


def test_the_last_one_out_stops_the_database_whoever_started_it(folder):
    first, second = running(folder), running(folder)
    server = first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert ask(server, "SELECT 1") == 1
    second.__exit__(None, None, None)
    assert server.pid() is None


def test_the_database_stops_when_a_command_fails(folder):
    with pytest.raises(ZeroDivisionError), running(folder) as server:
        _ = 1 / 0
    assert server.pid() is None


def test_started_to_stay_it_outlives_commands_and_stops_on_demand(folder):
    assert "The database runs" in linkwell("database", "start", home=folder).stdout
    with running(folder) as server:
        pass
    assert ask(server, "SELECT 1") == 1

    assert linkwell("database", "stop", home=folder).stdout == "The database is stopped.\n"
    assert server.pid() is None
    assert linkwell("database", "stop", home=folder).stdout == "The database was not running.\n"


def test_stopping_it_is_refused_while_a_command_uses_it(folder):
    with running(folder) as server:
        done = linkwell("database", "stop", home=folder)
        assert done.returncode == 1
        assert "in use by another Linkwell command" in done.stderr
        assert ask(server, "SELECT 1") == 1


def test_a_pid_file_whose_number_is_now_a_stranger_s_does_not_block_the_start(folder):
    data = folder / "postgres"
    stale = f"{os.getpid()}\n{data}\n1700000000\n5432\n{folder}/postgres-socket\n\n  1 1\nready   \n"
    (data / "postmaster.pid").write_text(stale)

    with running(folder) as server:
        assert server.pid() != os.getpid()
        assert ask(server, "SELECT 1") == 1


def test_a_start_that_was_killed_while_making_the_data_folder_is_made_good(open_path):
    half = open_path / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    with running(open_path) as server:
        assert ask(server, "SHOW data_checksums") == "on"


def test_nobody_reaches_it_over_the_network_and_nobody_else_over_its_socket(folder):
    with running(folder) as server:
        assert ask(server, "SHOW listen_addresses") == ""
        assert stat.S_IMODE((folder / "postgres-socket").stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "postgres").stat().st_mode) == 0o700


def test_its_log_holds_no_value_of_any_row(folder):
    with running(folder) as server:
        with pytest.raises(psycopg.Error):
            ask(server, "SELECT 'Ada Example'::int")
        log = "".join(file.read_text() for file in (folder / "postgres" / "log").iterdir())
    assert "starting PostgreSQL" in log
    assert "Ada" not in log


def test_a_long_path_keeps_its_socket_in_a_short_private_folder(open_path):
    deep = open_path / ("long" * 20) / ("path" * 20)
    deep.mkdir(parents=True)
    with running(deep) as server:
        sockets = server.places.sockets
        assert ask(server, "SELECT 1") == 1
    assert sockets.parent == Path(tempfile.gettempdir())
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    sockets.rmdir()


def test_a_short_socket_folder_of_somebody_else_is_refused(open_path):
    deep = open_path / ("long" * 20) / ("path" * 20)
    deep.mkdir(parents=True)
    sockets = database.embedded(deep).places.sockets
    sockets.chmod(0o755)

    done = linkwell("database", "start", home=deep)

    assert done.returncode == 1
    assert done.stderr.startswith(f"The folder {sockets} for PostgreSQL's socket does not belong to")
    sockets.rmdir()


def test_the_secret_key_is_made_once_and_is_this_user_s_alone(tmp_path):
    key = secret_key(tmp_path)

    assert len(key) > 50
    assert secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]


def test_the_home_is_var_in_the_clone_whatever_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("LINKWELL_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    assert home() == Path(__file__).resolve().parents[2] / "var"

    monkeypatch.setenv("LINKWELL_HOME", "here")
    assert ensure_home() == tmp_path / "here"
