"""One generated scheme, and one database it is loaded into, for all tests of the demo."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from linkwell.demo.generate import DemoScheme, generate

SEED = 2020
LAST_DAY = date(2026, 11, 23)  # a Monday


@pytest.fixture(scope="session")
def made() -> DemoScheme:
    """The scheme of one seed and day."""
    return generate(SEED, LAST_DAY)


@pytest.fixture(scope="module")
def loaded(
    made: DemoScheme, django_db_setup: None, django_db_blocker: Any, database_server: Any, database_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[SimpleNamespace]:  # fmt: skip
    """The scheme loaded as the app role into a database of its own; `.scheme_id`, `.result`, `.home`."""
    from django.conf import settings

    from linkwell.demo.load import load_demo
    from linkwell.directory.models import Organisation, Source
    from linkwell.places.models import Outcode
    from tests.conftest import _close_connections, _restore, _work_on

    clone = database_server.clone(database_template)
    home, kept = tmp_path_factory.mktemp("demo"), settings.HOME
    settings.HOME = Path(home)
    with django_db_blocker.unblock():
        before = _work_on(clone)
        source = Source.objects.create(name="An imported list", created_at=timezone.now())
        Organisation.objects.create(source=source, external_id="1", name="Imported", changed_at=timezone.now())
        Outcode.objects.create(code="M33", latitude=53.4, longitude=-2.3)
        Outcode.objects.create(code="ZZ1", latitude=50.6, longitude=-3.1)  # from an earlier demo
        result = load_demo(seed=SEED, last_day=LAST_DAY)
        with psycopg.connect(clone.owner_url, autocommit=True) as owner:
            owner.execute("ANALYZE")  # as `linkwell demo load` does: plans for empty tables may take minutes
        yield SimpleNamespace(scheme_id=result.scheme_id, result=result, home=Path(home), clone=clone)
        _close_connections()
        _restore(before)
    settings.HOME = kept
    database_server.drop(clone)
