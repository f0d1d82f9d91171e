"""The matching index in a test: of what the test's own transaction wrote, in a folder of the test's own."""

from pathlib import Path

import pytest
from django.db import connection

from linkwell.directory.searching import keeping, process
from linkwell.directory.searching.process import View


class InsideTheTest(View):
    """A view without a thread, which sees what the test wrote and has not committed."""

    def __init__(self, home: Path) -> None:
        super().__init__("", home)
        self.folder = home / "index"

    def current(self):
        if self.kept is None:
            with connection.cursor() as cursor:
                self.kept = keeping.build(self.folder, cursor)
        return super().current()

    def caught_up(self, cursor):
        self.kept = keeping.caught_up(self.current(), self.folder, cursor, with_own=True)
        return self.kept


@pytest.fixture
def search_index(db, settings, tmp_path):
    """Searches are answered by an index, not by the database, in this test."""
    settings.LINKWELL_SEARCH_INDEX = True
    view = InsideTheTest(tmp_path)
    before = process.use(view)
    yield view
    process.use(before)
