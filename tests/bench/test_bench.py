"""The benches' contenders answer alike, their rows are true, and no list of a generated scheme reads all of it."""

import psycopg
import pytest
from django.conf import settings as now
from psycopg.conninfo import make_conninfo

from bench import directory_rows, explain, generate, load, plans, results
from bench.pages import PRODUCT_STORE, STOCK_STORE, _facts
from bench.serving import session_of
from bench.writing import _by_action, _by_hand
from linkwell.common.scope import scope
from linkwell.support.models import Contact, Episode
from linkwell.team.models import Membership

PERSON_LINKED = ("people_", "referrals_", "support_", "connections_", "outcomes_", "outbox_", "common_audit")
FLAT = ("caseload", "caseload at a practice", "today", "person", "plan", "search people", "outbox")

pytestmark = pytest.mark.embedded


@pytest.fixture
def generated(cloned_database, database_server, monkeypatch):
    """Return a function that fills this test's database with a scheme of so many people and one small neighbour."""

    def fill(people: int, *, open_each: int, workers: int, judged: bool) -> generate.Part:
        monkeypatch.setattr(generate, "NEIGHBOURS", 1)
        monkeypatch.setattr(generate, "NEIGHBOUR_PEOPLE", 20)
        monkeypatch.setattr(generate, "FEWEST_WORKERS", workers)
        monkeypatch.setattr(generate, "OPEN_EACH", open_each)
        monkeypatch.setattr(directory_rows, "SERVICES", 100)
        with psycopg.connect(
            make_conninfo(database_server.admin, dbname=cloned_database.name), autocommit=True
        ) as server:
            generate.make(server, people, judged=judged)
            assert generate.is_made(server, people)
        return generate.parts(people)[0]

    return fill


def page_of(client_type, member: int, store: str) -> str:
    client = client_type(SERVER_NAME="localhost")
    client.cookies[now.SESSION_COOKIE_NAME] = session_of(member, store=store)
    response = client.get("/people/")
    assert response.status_code == 200
    return response.content.decode()


def test_generated_rows_pass_every_key_and_wall_and_both_pages_show_the_same_facts_of_them(generated, settings):
    from django.test import Client

    part = generated(60, open_each=8, workers=2, judged=True)
    ours = _facts(page_of(Client, part.member0 + 1, PRODUCT_STORE))

    stock = __import__("bench.stock.settings", fromlist=["TEMPLATES"])
    settings.ROOT_URLCONF, settings.TEMPLATES = stock.ROOT_URLCONF, stock.TEMPLATES
    settings.SESSION_ENGINE = stock.SESSION_ENGINE
    theirs = _facts(page_of(Client, part.member0 + 1, STOCK_STORE))

    assert len(ours) == 8
    assert ours == theirs
    assert any("Overdue" in row[2] for row in ours)


@pytest.mark.parametrize("save", [_by_action, _by_hand])
def test_both_ways_of_saving_a_note_keep_the_note_and_the_counters(generated, save):
    part = generated(20, open_each=3, workers=2, judged=True)
    member, episode_id = (
        Membership.objects.select_related("scheme", "account").get(pk=part.member0 + 1),
        part.person0 + 1,
    )
    with scope(scheme_ids=[part.scheme], scheme_id=part.scheme):
        before = Episode.objects.get(pk=episode_id)
        was, written = before.contacts_count, Contact.objects.filter(episode_id=episode_id).count()

    save(member, episode_id)

    with scope(scheme_ids=[part.scheme], scheme_id=part.scheme):
        assert Episode.objects.get(pk=episode_id).contacts_count == was + 1
        assert Contact.objects.filter(episode_id=episode_id).count() == written + 1


def test_no_list_of_one_worker_reads_the_tables_of_its_scheme(generated):
    part = generated(3_000, open_each=30, workers=20, judged=False)
    lists = explain.pages(part)
    found = {name: explain.explained(*lists[name]) for name in FLAT}

    assert [name for name, page in found.items() if isinstance(page, str)] == []
    for name, page in found.items():
        whole = {table: rows for table, rows in page.whole_tables.items() if rows > 100}
        assert not [table for table in whole if table.startswith(PERSON_LINKED)], (name, whole)
        assert page.rows < 1_500 and page.sorted_rows <= 300, (name, page)


def test_a_list_that_grows_is_told_apart_from_a_flat_one_and_from_one_that_counts():
    def page(buffers, rows):
        return {"buffers": buffers, "rows": rows}

    found = {
        1: {"caseload": page(400, 300), "team": page(20, 20)},
        9: {"caseload": page(800, 350), "team": page(9_000, 9_000)},
    }
    grown = {1: {"caseload": page(400, 300)}, 9: {"caseload": page(40_000, 100_000)}}

    assert plans._verdict("caseload", found, (1, 9)) == "flat"
    assert plans._verdict("team", found, (1, 9)).startswith("grows with members")
    assert plans._verdict("caseload", grown, (1, 9)) == "GROWS"


def test_results_name_their_goals_and_no_machine(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    path = results.write(
        "try", workload={}, contenders={"linkwell": {"p50_ms": 1.0}}, ratios={"stock": 4.23456},
        facts=results.machine(), same_answers=True, goals={"four times": (4.2, True), "ten times": (4.2, False)},
    )  # fmt: skip

    text = path.read_text()
    assert '"stock": 4.235' in text and '"met": false' in text
    assert __import__("socket").gethostname() not in text and "/work" not in text
    assert "MISSED  ten times: 4.2" in capsys.readouterr().out


def test_times_are_summed_up_as_middle_95th_and_longest():
    taken = load.Taken(times=[float(number) for number in range(1, 101)], failures=2, seconds=10.0)

    assert taken.summary() == {
        "per_second": 10.0, "p50_ms": 51.0, "p95_ms": 96.0, "max_ms": 100.0, "pages": 100, "failures": 2
    }  # fmt: skip


def test_a_plan_with_parallel_workers_runs_on_the_embedded_server(db):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL debug_parallel_query = on")
        cursor.execute("SELECT count(*) > 0 FROM pg_catalog.pg_class")
        assert cursor.fetchone() == (True,)
