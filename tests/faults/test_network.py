"""The database is away, slow, or half heard: pages say so, keep what was typed, and recover. Security: Z10, Z11."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection

from linkwell.cli.running import web_server
from linkwell.referrals.models import Referral
from linkwell.team.access import LW, REF
from linkwell.web import line
from tests.factories import EpisodeFactory, MembershipFactory, in_scheme
from tests.faults.proxy import FAULTS, Proxy, as_url
from tests.faults.running import Linkwell, eventually, open_folder
from tests.faults.visitor import Visitor
from tests.web.test_refer import REFER, filled

pytestmark = pytest.mark.fault


@pytest.fixture
def between(cloned_database):
    """A proxy before a database of this test's own."""
    with open_folder() as folder, Proxy.to_server(cloned_database.app_url, folder) as proxy:
        yield proxy


@pytest.fixture
def site(cloned_database, between):
    """The whole product, which reaches its database through the proxy."""
    with open_folder() as folder:
        (folder / "home").mkdir()
        product = Linkwell(
            folder / "home", DATABASE_URL=between.url, LINKWELL_OWNER_URL=as_url(cloned_database.owner_url),
            LINKWELL_SECRET_KEY=cloned_database.environment()["LINKWELL_SECRET_KEY"],
        )  # fmt: skip
        product.start()
        eventually(product.well, within=60, what="healthy before the test")
        yield product
        if product.is_up():
            product.stop()


@pytest.fixture
def rana(scheme, site, client_for):
    """A referrer in a browser of the product."""
    with in_scheme(scheme):
        member = MembershipFactory(role=REF)
    return Visitor(site.port, client_for(member))


def count(scheme):
    with in_scheme(scheme):
        return Referral.objects.count()


def test_Z10_Z11_the_network_to_the_database_fails_in_each_way_and_nothing_typed_is_lost(site, between, scheme, rana):
    the_database_is_away(site, between, scheme, rana)
    answers_arrive_broken(site, between, scheme, rana)
    the_database_is_slow(site, between, rana)


def the_database_is_away(site, between, scheme, rana):
    """Health is red, the sign-in page stands, the 503 page keeps what was typed; then all is well by itself."""
    form = rana.get(REFER).form()
    between.away()
    eventually(lambda: site.health()[0] == 503, within=60, what="health is red")
    assert site.health()[1]["database"] == "down"
    assert Visitor(site.port).get("/account/login/").status == 200
    answer = rana.post(REFER, {**form, **filled(reason="He said: “never again”, and meant it.")})
    assert answer.status == 503 and answer.headers["Retry-After"]
    assert "He said: “never again”, and meant it." in answer.text

    between.mend()
    eventually(lambda: rana.get(REFER).status == 200, within=60, what="pages recovered without a restart")
    again = rana.post(REFER, answer.form())
    assert (again.status, count(scheme)) == (302, 1), again.text
    assert rana.post(REFER, answer.form()).headers["Location"] == again.headers["Location"]
    assert count(scheme) == 1
    eventually(site.well, within=60, what="all of it recovered without a restart")


def answers_arrive_broken(site, between, scheme, rana):
    """Whatever of the server's words is lost on the way, sending again makes one record."""
    for number, fault in enumerate(FAULTS * 2):
        before = count(scheme)
        sent = {
            **rana.get(REFER).form(),
            **filled(family_name=f"Case {number}", health_number="", phone=f"0770090{number}"),
        }
        between.once(fault)
        rana.post(REFER, sent)
        between.mend()

        def arrives(sent=sent):
            return rana.post(REFER, sent).status == 302

        eventually(arrives, within=60, what=f"sent again after {fault}")
        assert count(scheme) == before + 1, fault


def the_database_is_slow(site, between, rana):
    """While every answer takes seconds, the sign-in page and /healthz answer, and what is too much hears 503."""
    between.delay = 3
    stop = threading.Event()
    answers = []

    def ask():
        while not stop.is_set():
            answers.append(rana.copy().get(REFER, timeout=120).status)

    places = web_server.PROCESSES * (line.AT_WORK + line.WAITING)
    askers = [threading.Thread(target=ask, daemon=True) for _ in range(places + 24)]
    for asker in askers:
        asker.start()
    try:
        eventually(lambda: 503 in answers, within=60, what="what is too much hears 503")
        assert Visitor(site.port).get("/account/login/", timeout=60).status == 200
        assert site.health()[0] in (200, 503)
    finally:
        stop.set()
        between.mend()
        for asker in askers:
            asker.join(timeout=120)
    eventually(lambda: rana.get(REFER).status == 200, within=60, what="pages after the slow time")


def test_Z11_a_statement_that_waits_too_long_is_given_up_with_a_503(cloned_database, scheme, client_for):
    with in_scheme(scheme):
        worker = MembershipFactory(role=LW)
        episode = EpisodeFactory(link_worker=worker)
    client = client_for(worker)
    with psycopg.connect(cloned_database.app_url, autocommit=True) as app:
        app.execute(f"ALTER ROLE CURRENT_USER IN DATABASE {cloned_database.name} SET statement_timeout = 500")
    connection.close()
    with psycopg.connect(cloned_database.owner_url) as owner:
        owner.execute("LOCK TABLE support_episode IN ACCESS EXCLUSIVE MODE")
        answer = client.get(f"/people/{episode.person_id}/")
        assert answer.status_code == 503 and answer["Retry-After"]
    assert client.get(f"/people/{episode.person_id}/").status_code == 200


def test_Z11_a_line_lets_so_many_in_so_many_wait_and_sends_the_rest_away():
    queue = line.Line(at_work=2, waiting=3, longest_wait=60)
    assert queue.enter() and queue.enter()
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(queue.enter) for _ in range(3)]
        eventually(lambda: queue.is_full(), within=60, what="three wait")
        assert not queue.enter()
        for _ in range(3):
            queue.leave()
        assert all(each.result(timeout=60) for each in waiting)


def test_Z11_who_waited_long_enough_is_sent_away_and_leaves_no_trace():
    queue = line.Line(at_work=1, waiting=1, longest_wait=0.01)
    assert queue.enter()
    assert not queue.enter()
    queue.leave()
    assert queue.enter()


def test_Z11_the_web_server_has_threads_to_spare_when_the_line_is_full():
    assert web_server.THREADS >= line.AT_WORK + line.WAITING + 8


@pytest.mark.django_db
@pytest.mark.parametrize("where", line.WITHOUT_DATABASE[:2])
def test_Z11_the_sign_in_page_asks_the_database_nothing(client, django_assert_num_queries, where):
    with django_assert_num_queries(0):
        assert client.get(where).status_code == 200
