"""What stands in the way of a command is one sentence that says what to do."""

import os
import subprocess
import sys

import pytest

from tests.faults.running import linkwell


def refused(*words, home, **others):
    """Run a command that must be refused and return its one sentence."""
    done = linkwell(*words, home=home, **others)
    assert done.returncode == 1, done
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr, done.stderr
    return done.stderr.strip()


@pytest.mark.parametrize("given", ["DATABASE_URL", "LINKWELL_OWNER_URL"])
def test_one_of_the_two_database_addresses_is_not_enough(tmp_path, given):
    sentence = refused("migrate", home=tmp_path, **{given: "postgresql://app:secret@localhost/linkwell"})

    assert sentence.startswith(f"{given} is set but ")
    assert "secret" not in sentence


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path):
    url = "postgresql://app:secret@localhost:1/linkwell"
    sentence = refused("migrate", home=tmp_path, DATABASE_URL=url, LINKWELL_OWNER_URL=url)

    assert "The database linkwell on localhost as app cannot be reached" in sentence
    assert "secret" not in sentence


def test_an_address_that_is_none(tmp_path):
    sentence = refused("migrate", home=tmp_path, DATABASE_URL="linkwell", LINKWELL_OWNER_URL="linkwell")

    assert sentence.startswith("DATABASE_URL is not an address of the form postgresql://")


def test_the_two_addresses_must_name_one_database(tmp_path):
    one, other = "postgresql://app@localhost/one", "postgresql://owner@localhost/other"
    sentence = refused("database", "prepare", home=tmp_path, DATABASE_URL=one, LINKWELL_OWNER_URL=other)

    assert (
        sentence
        == "LINKWELL_OWNER_URL names the database other, DATABASE_URL the database one. Let both name the same."
    )


def test_a_home_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    sentence = refused("migrate", home=tmp_path / "file" / "home")

    assert sentence.startswith(f"Linkwell cannot write to its data folder {tmp_path}/file/home")
    assert "LINKWELL_HOME" in sentence


def test_data_of_another_postgresql_names_both_versions_and_changes_nothing(open_path):
    data = open_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("16\n")
    sentence = refused("migrate", home=open_path)

    assert "was made by PostgreSQL 16, and this Linkwell runs PostgreSQL 18" in sentence
    assert "LINKWELL_HOME" in sentence
    assert [file.name for file in data.iterdir()] == ["PG_VERSION"]


def test_a_folder_of_something_else_is_left_alone(open_path):
    data = open_path / "postgres"
    data.mkdir()
    (data / "letter.txt").write_text("keep me")

    assert "holds something that is not a PostgreSQL data folder" in refused("migrate", home=open_path)
    assert (data / "letter.txt").read_text() == "keep me"


@pytest.mark.parametrize("port", ["none", "0", "70000", "-1"])
def test_a_port_that_is_none(tmp_path, port):
    assert refused("run", home=tmp_path, LINKWELL_PORT=port).startswith(f"LINKWELL_PORT is {port}, which is no port.")


def test_an_address_of_another_machine_cannot_be_listened_on(tmp_path):
    assert "no address of this machine" in refused("run", home=tmp_path, LINKWELL_HOST="192.0.2.1")


def test_help_is_quick_because_it_imports_neither_django_nor_the_rooms():
    code = (
        "import sys, contextlib, io\n"
        "from linkwell.cli import app\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): app(['--help'])\n"
        "print({name.split('.')[0] for name in sys.modules} & {'django', 'numpy', 'psycopg', 'granian'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))

    assert done.stdout == "set()\n", done


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/services", "http://169.254.169.254/", "https://localhost/"])
def test_D01_an_import_from_inside_the_own_network_is_refused_in_a_sentence(tmp_path, url):
    done = linkwell("directory", "import", url, "--source", "Trafford", home=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "leads into a private network" in done.stderr
