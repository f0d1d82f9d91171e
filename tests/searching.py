"""The matching index in a test: of what the test's own transaction wrote, in a folder of the test's own."""

import pytest
from django.db import connection


@pytest.fixture
def search_index(db, settings, tmp_path):
    """Searches are answered by an index, not by the database, in this test."""
    from linkwell.directory.searching import keeping, process

    class InsideTheTest(process.View):
        """A view without a thread, which sees what the test wrote and has not committed."""

        def current(self):
            if self.kept is None:
                with connection.cursor() as cursor:
                    self.kept = keeping.build(self.folder, cursor)
            return super().current()

        def caught_up(self, cursor):
            self.kept = keeping.caught_up(self.current(), self.folder, cursor, with_own=True)
            return self.kept

    settings.LINKWELL_SEARCH_INDEX = True
    view = InsideTheTest("", tmp_path)
    view.folder = tmp_path / "index"
    before = process.use(view)
    yield view
    process.use(before)
