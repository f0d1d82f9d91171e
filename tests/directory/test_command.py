"""`linkwell directory import` and `linkwell reference load`, as they are typed."""

import json
import signal
import subprocess
import sys
from urllib.parse import quote, urlencode

import pytest
from django.utils import timezone
from psycopg.conninfo import conninfo_to_dict

from linkwell.cli import main
from linkwell.directory.models import ImportRun, ListMapping, Service
from linkwell.places.models import Outcode

CLUBS = [{"id": "1", "name": "Lunch club", "email": ""}, {"id": "2", "name": ""}]
MAPPING = '[columns]\nname = "Name"\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "clubs.json").write_text(json.dumps(CLUBS))
    (tmp_path / "clubs.csv").write_text("Name\nTea club\n")
    (tmp_path / "mine.toml").write_text(MAPPING)
    (tmp_path / "empty.json").touch()
    (tmp_path / "page.html").write_text("<html>404</html>")
    return tmp_path


def address(conninfo):
    """Return a connection in the form that the command wants: postgresql://role:password@/database?host=…"""
    parts = conninfo_to_dict(conninfo)
    role = quote(parts.pop("user")) + (f":{quote(parts.pop('password'))}" if "password" in parts else "")
    return f"postgresql://{role}@/{parts.pop('dbname')}?{urlencode(parts)}"


@pytest.fixture
def environment(cloned_database):
    """What a command needs to work on the test's own database."""
    urls = {
        "DATABASE_URL": address(cloned_database.app_url),
        "LINKWELL_LISTEN_URL": address(cloned_database.straight_url),
        "LINKWELL_OWNER_URL": address(cloned_database.owner_url),
    }
    return cloned_database.environment() | urls


def linkwell(folder, *words, environment=None):
    return subprocess.run(
        [sys.executable, "-m", "linkwell.cli", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["clubs.json"], "Name the source"),
        (["nothing.json", "--source", "T"], "There is no file nothing.json. Check the path."),
        ([".", "--source", "T"], "is a folder. Name one file in it."),
        (["empty.json", "--source", "T"], "empty.json is empty. Nothing was changed."),
        (["page.html", "--source", "T"], "This file is not JSON"),
        (["clubs.csv", "--source", "T"], "add --mapping FILE"),
        (["clubs.csv", "--source", "T", "--format", "csv"], "add --mapping FILE"),
        (["clubs.csv", "--source", "T", "--mapping", "nothing.toml"], "There is no mapping nothing"),
        (["clubs.csv", "--source", "T", "--mapping", "trafford-libraries"], "has no column"),
        (["clubs.json", "--source", "T", "--format", "oruk3", "--mapping", "mine.toml"], "is for spreadsheets"),
        (["clubs.json", "--source", "T", "--report", "no/such/report.json"], "there is no folder no/such"),
        (["clubs.json", "--source", "T", "--report", "."], "that is a folder"),
    ],
)
def test_what_cannot_be_imported_is_one_sentence_before_anything_is_touched(
    folder, words, sentence, monkeypatch, capsys
):
    monkeypatch.chdir(folder)
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # this process ends as it was going to
    monkeypatch.setattr(sys, "argv", ["linkwell", "directory", "import", *words])

    with pytest.raises(SystemExit) as ended:
        main()

    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (1, "")
    assert sentence in told.err


def test_an_import_ends_with_a_summary_and_a_report_and_again_changes_nothing(folder, environment):
    words = ["directory", "import", "clubs.json", "--source", "Test", "--report", "report.json"]

    first = linkwell(folder, *words, environment=environment)
    assert first.returncode == 0, first.stderr
    report = json.loads((folder / "report.json").read_text())
    again = linkwell(folder, *words, environment=environment)
    report_again = json.loads((folder / "report.json").read_text())

    assert again.returncode == 0, again.stderr
    assert "refused $[1].name (2): It has no name" in first.stdout
    counts = ("source", "read", "created", "updated", "unchanged", "refused", "withheld")
    assert {key: report[key] for key in counts} == {
        "source": "Test", "read": 2, "created": 1, "updated": 0, "unchanged": 0, "refused": 1, "withheld": 0,
    }  # fmt: skip
    assert report["repairs"] == report_again["repairs"] != []
    assert (report_again["created"], report_again["unchanged"], report_again["run"]) == (0, 1, report["run"] + 1)
    assert Service.objects.count() == 1


def test_a_spreadsheet_by_its_mapping_and_a_dry_run_that_keeps_nothing(folder, environment):
    words = ["directory", "import", "clubs.csv", "--source", "Test", "--mapping", "mine.toml"]

    dry = linkwell(folder, *words, "--dry-run", environment=environment)
    assert (dry.returncode, Service.objects.count(), ImportRun.objects.count()) == (0, 0, 0), dry.stderr
    assert "nothing was kept" in dry.stdout

    assert linkwell(folder, *words, environment=environment).returncode == 0
    assert Service.objects.get().name == "Tea club"


def test_DI2_a_mapping_kept_on_a_page_is_there_by_its_name(folder, environment):
    content = {"columns": {"name": "Name"}}
    ListMapping.objects.create(name="sale", source="Sale", content=content, changed_at=timezone.now(), changed_by=1)
    words = ["directory", "import", "clubs.csv", "--source", "Sale", "--mapping"]

    done = linkwell(folder, *words, "sale", environment=environment)
    unknown = linkwell(folder, *words, "nothing", environment=environment)

    assert done.returncode == 0, done.stderr
    assert Service.objects.get().external_id == "sale/tea-club"
    assert "There is no mapping nothing" in unknown.stderr


def test_a_check_reads_without_a_database(folder):
    done = linkwell(folder, "directory", "check", "clubs.json")

    assert done.returncode == 0, done.stderr
    assert "2 records, 1 can be taken" in done.stdout


def test_the_mappings_that_come_with_linkwell_are_listed(folder):
    done = linkwell(folder, "directory", "mappings")

    assert "trafford-libraries" in done.stdout


def test_reference_tables_are_loaded_and_another_file_is_refused(folder, environment):
    (folder / "outcodes.csv").write_text(
        "postcode,latitude,longitude,town,region,country\nM33,53.42,-2.32,,Trafford,ENG\nX,1,1,,,\n"
    )

    done = linkwell(folder, "reference", "load", "postcodes", "outcodes.csv", environment=environment)
    wrong = linkwell(folder, "reference", "load", "practices", "outcodes.csv", environment=environment)
    unknown = linkwell(folder, "reference", "load", "moons", "outcodes.csv", environment=environment)

    assert done.returncode == 0, done.stderr
    assert "Not an outward code" in done.stdout
    assert Outcode.objects.get().region == "Trafford"
    assert (wrong.returncode, unknown.returncode) == (1, 1)
    assert "is not epraccur" in wrong.stderr
    assert "Say postcodes or practices" in unknown.stderr
