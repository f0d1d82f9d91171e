"""Z34: an entry vanishes from its list while people are linked to it."""

import json
from datetime import UTC, datetime, timedelta

from linkwell.connections.actions.changes import tell_workers
from linkwell.directory.imports import import_records
from linkwell.directory.models import Service
from linkwell.interop.open_referral import FeedReader
from linkwell.support.models import Task
from tests.factories import ConnectionFactory, MembershipFactory

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def take(*names, days=0):
    data = json.dumps([{"id": name, "name": name} for name in names]).encode()
    return import_records(reader=FeedReader(data), source="Council", at=NOW + timedelta(days=days))


def test_Z34_it_is_kept_as_closed_for_them_and_their_link_worker_finds_it_in_today(scheme, monkeypatch):
    from linkwell.connections import jobs

    told = []
    monkeypatch.setattr(jobs, "enqueue_tell", told.append)
    take("Choir", "Chess")
    choir = Service.objects.get(name="Choir")
    worker = MembershipFactory(scheme=scheme)
    connection = ConnectionFactory(service=choir, episode__link_worker=worker)

    result = take("Chess", days=1)
    for service_id in told:
        tell_workers(scheme_id=scheme.pk, service_id=service_id, at=NOW)

    choir.refresh_from_db()
    connection.refresh_from_db()
    assert result.closed == ["Choir"] and told == [choir.pk]
    assert (choir.listing, connection.service) == ("gone", choir), "kept, and still theirs"
    task = Task.objects.get(kind=Task.Kind.CHANGED)
    assert task.episode == connection.episode and "Choir" in task.text
