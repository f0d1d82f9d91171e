"""The directory that `bench feed` measures on is one that the feed and the public search can read."""

import json

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from bench import feed_rows

pytestmark = pytest.mark.embedded


def test_the_rows_of_the_bench_are_told_whole_and_found(cloned_database, database_server, client, capsys):
    with psycopg.connect(make_conninfo(database_server.admin, dbname=cloned_database.name), autocommit=True) as server:
        feed_rows.make(server, 24)

    told = json.loads(client.get("/open-referral/v3/services?full=true").content)

    assert told["total_items"] == 24
    assert {"phones", "schedules", "service_at_locations", "contacts", "attributes"} <= set(told["contents"][0])
    near = json.loads(client.get(f"/open-referral/v3/services?postcode={feed_rows.town(1)[0]}&proximity=9000").content)
    assert near["total_items"] == 6
    assert client.get(f"/find-help/?q=group&near={feed_rows.town(1)[0]}").status_code == 200
