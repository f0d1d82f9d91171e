"""Commands on a database that is reached by addresses, as on a server of somebody else's."""

from types import SimpleNamespace
from urllib.parse import quote

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.faults.running import linkwell, open_folder


@pytest.fixture
def open_path():
    """A throw-away folder that PostgreSQL's user can pass."""
    with open_folder() as folder:
        yield folder


@pytest.fixture
def by_url(cloned_database):
    """The clone with addresses in the form that people give."""

    def url(conninfo):
        part = conninfo_to_dict(conninfo)
        login = part["user"] + (f":{quote(part['password'], safe='')}" if part.get("password") else "")
        port = f"&port={part['port']}" if part.get("port") else ""
        return f"postgresql://{login}@/{part['dbname']}?host={quote(part['host'], safe='')}{port}"

    names = ("app_url", "owner_url", "straight_url")
    return SimpleNamespace(**{name: url(getattr(cloned_database, name)) for name in names})


@pytest.fixture
def run(by_url, tmp_path):
    """Run one command to its end on the clone."""
    addresses = {"DATABASE_URL": by_url.app_url, "LINKWELL_OWNER_URL": by_url.owner_url}
    addresses["LINKWELL_LISTEN_URL"] = by_url.straight_url
    return lambda *words: linkwell(*words, home=tmp_path, PYTHONWARNINGS="ignore", **addresses)
