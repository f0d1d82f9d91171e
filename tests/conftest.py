"""What every test stands on: a PostgreSQL of its own, the app's role, and no network.

`db` (or the mark `django_db`) gives a test the suite's database, logged in as linkwell_app, in a
transaction that is rolled back: row-level security is always on, as in the product.

`cloned_database` gives a test a database of its own in which commits are real: for journeys, abuse,
races and faults. Django works on it while the test runs; `.environment()` is for other processes.
`live_site` serves it on http://localhost. Nothing is ever flushed: an append-only table refuses it.
"""

import os
import socket
from collections.abc import Iterator

import hypothesis
import pytest

from tests.database import Clone, TestServer, django_settings, test_server

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's driver runs an event loop
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)  # the same cases on every run
hypothesis.settings.load_profile("suite")
pytest_plugins = ["tests.fixtures", "tests.searching", "tests.story"]
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

LONG = ("tests/faults/", "tests/journeys/", "tests/cli/", "tests/demo/")  # first, or one worker ends with them alone


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Hand out the files whose tests take longest first."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs the embedded server's process or files where the suite runs on another server."""
    if item.get_closest_marker("embedded") and os.environ.get("LINKWELL_OWNER_URL"):
        pytest.skip("needs the embedded PostgreSQL, and LINKWELL_OWNER_URL names another server")
    if item.get_closest_marker("straight") and os.environ.get("LINKWELL_LISTEN_URL"):
        pytest.skip("needs a connection of its own to the server, and DATABASE_URL leads through a pooler")


@pytest.fixture(scope="session")
def database_server() -> Iterator[TestServer]:
    """The server of the suite, started by the first test that needs a database."""
    with test_server() as server:
        yield server


@pytest.fixture(scope="session")
def database_template(database_server: TestServer) -> str:
    """The name of the migrated database that all others are copied from."""
    return database_server.template()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, database_server, database_template):
    """Give this run (each worker of it) its own copy of the template, as the app role."""
    clone = database_server.clone(database_template)
    with django_db_blocker.unblock():
        _work_on(clone)
    yield
    with django_db_blocker.unblock():
        _close_connections()
    database_server.drop(clone)


@pytest.fixture
def cloned_database(request, django_db_setup, django_db_blocker, database_server, database_template):
    """A database of this test's own, in which what is committed stays until the test ends."""
    if {"db", "transactional_db"} & set(request.fixturenames) or request.node.get_closest_marker("django_db"):
        raise RuntimeError("Use `db` (rolled back) or `cloned_database` (committed), not both.")
    clone = database_server.clone(database_template)
    with django_db_blocker.unblock():
        before = _work_on(clone)
        yield clone
        _close_connections()
        _restore(before)
    database_server.drop(clone)


@pytest.fixture
def live_site(cloned_database: Clone, settings):
    """The product served on http://localhost from this process; `.url` is its address."""
    from pytest_django.live_server_helper import LiveServer

    site = LiveServer("localhost")
    settings.PUBLIC_URL = site.url
    yield site
    site.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Let the browser tests use the system's Chromium."""
    found = next((path for path in CHROMIUM if os.path.exists(path)), None)
    if found is None:
        pytest.exit("No Chromium was found. Install it (Debian: apt-get install chromium), then try again.", 4)
    return {**browser_type_launch_args, "executable_path": found, "args": CHROMIUM_OPTIONS}


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        inside = self.family == socket.AF_UNIX or address[0] in {"localhost", "127.0.0.1", "::1"}
        if not inside:
            raise RuntimeError(f"A test tried to reach {address[0]}; tests stay on this machine.")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def _work_on(clone: Clone) -> dict[str, object]:
    """Point Django at the clone, in every thread; return where it pointed before."""
    from django.db import connections

    _close_connections()
    where = connections.settings["default"]
    before = {name: where[name] for name in django_settings(clone.app_url)}
    where.update(django_settings(clone.app_url))
    return before


def _restore(before: dict[str, object]) -> None:
    from django.db import connections

    connections.settings["default"].update(before)


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()
