"""DI13: every endpoint and every page of the feed, by the compiled schemas and the five rules that they miss."""

import json

import pytest

from tests.contracts import feed_world

BASE = "/open-referral/v3"


@pytest.fixture
def world(db):
    return feed_world.make()


def got(client, path, **asked):
    answer = client.get(f"{BASE}{path}", asked)
    assert answer.status_code == 200, answer.content[:500]
    return json.loads(answer.getvalue())


def test_DI13_services_of_the_world_and_no_others_are_listed(client, world):
    names = {one["name"] for one in got(client, "/services")["contents"]}

    assert names == {"Men's Shed", "Tea and Chat", "Winter Walks", "Safe refuge", "Drop-in at a quiet place"}
