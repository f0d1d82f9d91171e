"""Z31, Z32: a feed by its address - all pages, each service in full, and never a whole list that is none."""

import json
from contextlib import contextmanager

import pytest

from linkwell.directory.imports import import_records
from linkwell.directory.models import Service
from linkwell.interop import errors
from linkwell.interop.asking import Asking
from linkwell.interop.open_referral import open_address
from tests.interop.hostile import breaks_off, hostile_server, says
from tests.interop.test_fetching import fetcher

COUNT = 7


def patient():
    """Asks again at once, so that no test waits."""
    return Asking(fetcher(), sleep=lambda _: None)


def service(number, **more):
    return {"id": f"s{number}", "name": f"Lunch club {number}", "status": "active", **more}


def full(number):
    return service(number, organization={"id": "o1", "name": "Age Kind"}, contacts=[{"id": f"c{number}", "name": "Jo"}])


def answers(content):
    return says("Content-Type: application/json\r\n", json.dumps(content).encode())


def oruk3(records, number, pages, **changed):
    return {"total_items": COUNT, "total_pages": pages, "page_number": number, "size": len(records),
            "first_page": number == 1, "last_page": number == pages, "empty": not records, "contents": records,
            **changed}  # fmt: skip


def oruk1(records, number, pages):
    return {"totalElements": COUNT, "totalPages": pages, "number": number, "size": len(records), "first": number == 1,
            "last": number == pages, "empty": not records, "content": records}  # fmt: skip


def page(number):
    return f"/feed/services?page={number}&per_page=100"


def feed(envelope=oruk3, make=full, each=3):
    """A feed of seven services in three pages, as {path: answer}."""
    numbers = list(range(COUNT))
    parts = [numbers[start : start + each] for start in range(0, COUNT, each)]
    return {
        page(place): answers(envelope([make(number) for number in part], place, len(parts)))
        for place, part in enumerate(parts, start=1)
    }


@contextmanager
def opened(paths, path="/feed/services", **options):
    with hostile_server(paths) as server:
        with open_address(server.url(path), asking=patient(), **options) as reader:
            yield reader


def ids(reader):
    return [raw.external_id for raw in reader.raws()]


@pytest.mark.parametrize("envelope", [oruk3, oruk1])
def test_all_pages_of_a_feed_are_read_in_order_DI2(envelope):
    told = []
    with opened(feed(envelope), progress=lambda what, done: told.append((what, done))) as reader:
        assert ids(reader) == [f"s{number}" for number in range(COUNT)]
        assert reader.is_whole_list and not reader.mended
        assert (reader.format == "oruk1") is (envelope is oruk1)
        assert all(not reader.read(raw).is_shallow for raw in reader.raws())
    assert told == [("pages", 1), ("pages", 2), ("pages", 3)]


def test_the_root_of_a_feed_leads_to_its_services():
    root = {"version": "HSDS-UK-3.0", "profile": "x", "openapi_url": "https://example.org/openapi.json"}
    with opened(feed() | {"/feed": answers(root)}, "/feed") as reader:
        assert len(ids(reader)) == COUNT


def test_a_shallow_list_is_completed_service_by_service_DI2():
    by_id = {f"/feed/services/s{number}": answers(full(number)) for number in range(COUNT)}
    with opened(feed(make=service) | by_id) as reader:
        read = [reader.read(raw) for raw in reader.raws()]
    assert [record.contacts[0].name for record in read] == ["Jo"] * COUNT
    assert reader.is_whole_list and not reader.mended


def test_services_that_cannot_be_had_in_full_stay_as_the_list_has_them():
    by_id = {f"/feed/services/s{number}": answers(full(number)) for number in (0, 1, 3)}
    by_id["/feed/services/s4"] = answers(full(5))  # another's record is not taken for this one's
    with opened(feed(make=service) | by_id) as reader:
        shallow = [reader.read(raw).is_shallow for raw in reader.raws()]
    assert shallow == [False, False, True, False, True, True, True]
    assert reader.is_whole_list  # all are listed: none of them has gone
    assert reader.mended == ["4 services could not be fetched in full: what the list says of them was taken"]


def test_an_id_is_one_step_of_an_address_whatever_it_holds():
    odd = "a/../b?c#d e"
    single = {page(1): answers(oruk3([{**service(1), "id": odd}], 1, 1, total_items=1))}
    with hostile_server(single | {"/feed/services/a%2F..%2Fb%3Fc%23d%20e": answers({**full(1), "id": odd})}) as server:
        with open_address(server.url("/feed/services"), asking=patient()) as reader:
            assert not reader.read(next(reader.raws())).is_shallow


@pytest.mark.parametrize(
    "broken",
    [says("", b"<html>", status="500 Oops"), breaks_off, says("", b"<html>Down for maintenance</html>"), says("", b"")],
)
def test_Z31_a_page_that_fails_leaves_the_rest_and_no_service_gone(broken):
    with opened(feed() | {page(2): broken}) as reader:
        assert ids(reader) == ["s0", "s1", "s2", "s6"]
        assert not reader.is_whole_list
        assert "Page 2 could not be read" in reader.mended[0]


def test_Z31_pages_that_fail_one_after_the_other_end_the_walk():
    asked = feed(each=1)
    for number in (3, 4, 5):
        asked[page(number)] = says("", status="503 Busy")
    with opened(asked) as reader:
        assert ids(reader) == ["s0", "s1"]
        assert not reader.is_whole_list


def test_Z31_a_first_page_that_fails_is_said_so_and_nothing_is_read():
    with pytest.raises(errors.BadStatus, match="404"), opened({}):
        pass
    with pytest.raises(errors.CannotRead), opened({page(1): says("", b"<html>hello</html>")}):
        pass


def test_a_server_that_is_busy_for_a_moment_is_asked_again():
    answered = []

    def busy_once(client, path):
        answered.append(path)
        (says("", status="503 Busy") if len(answered) == 1 else answers(oruk3([full(1)], 1, 1, total_items=1)))(
            client, path
        )

    with opened({page(1): busy_once}) as reader:
        assert ids(reader) == ["s1"] and reader.is_whole_list
    assert len(answered) == 2


def test_Z32_pages_that_go_round_in_a_ring_end():
    class Ring(dict):
        def get(self, path, default=None):
            return answers(oruk3([full(1), full(2)], 1, 10**9, total_items=10**9))

    with opened(Ring()) as reader:
        assert ids(reader) == ["s1", "s2"]
        assert not reader.is_whole_list
        assert "ring" in reader.mended[0]


@pytest.mark.parametrize(("says_so", "whole"), [(COUNT + 1, False), (COUNT, True), (2, True)])
def test_Z32_a_total_that_promises_more_than_there_is_makes_no_whole_list(says_so, whole):
    paths = {page(1): answers(oruk3([full(number) for number in range(COUNT)], 1, 1, total_items=says_so))}
    paths[page(2)] = answers(oruk3([], 2, 1, total_items=says_so))
    with opened(paths) as reader:
        assert len(ids(reader)) == COUNT
        assert reader.is_whole_list is whole


def test_a_service_that_moves_to_the_next_page_while_it_is_read_counts_once():
    paths = feed()
    paths[page(2)] = answers(oruk3([full(2), full(3), full(4)], 2, 3))
    paths[page(3)] = answers(oruk3([full(5), full(6)], 3, 3))
    with opened(paths) as reader:
        assert ids(reader) == [f"s{number}" for number in range(COUNT)]
        assert reader.is_whole_list


def test_one_page_and_one_service_are_no_whole_list():
    with opened(feed(), page(2)) as reader:
        assert ids(reader) == ["s3", "s4", "s5"] and not reader.is_whole_list
    with opened({"/feed/services/s1": answers(full(1))}, "/feed/services/s1") as reader:
        assert ids(reader) == ["s1"] and not reader.is_whole_list


@pytest.mark.django_db
def test_Z31_a_feed_of_which_a_page_fails_closes_nothing_and_the_whole_one_does(scheme):
    from django.utils import timezone

    def take(paths):
        with opened(paths) as reader:
            return import_records(reader=reader, source="Trafford", at=timezone.now())

    assert take(feed()).created == COUNT
    partial = take(feed() | {page(2): breaks_off})
    assert (partial.unchanged, partial.closed, partial.withheld) == (4, [], [])
    again = take(feed())
    assert (again.unchanged, again.created, again.updated) == (COUNT, 0, 0)
    assert Service.objects.filter(listing="listed").count() == COUNT
