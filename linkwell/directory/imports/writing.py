"""One batch is written while the next is read: by a thread of its own, in the transaction of the run."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType

from django.db import DEFAULT_DB_ALIAS, connections

from linkwell.directory.records import Issue

Work = Callable[[], list[Issue]]


class Writer:
    """Does one work after the other, in order; a work that fails is raised by the next `begin` or `wait`.

    The work uses the connection, and so the transaction, of the thread that made the writer; that thread waits
    before it uses the connection itself.
    """

    def __init__(self) -> None:
        self._under_way: Future[list[Issue]] | None = None
        self._connection = connections[DEFAULT_DB_ALIAS]

    def __enter__(self) -> "Writer":
        self._connection.inc_thread_sharing()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()  # what is under way ends before anything is rolled back
        self._connection.dec_thread_sharing()

    def begin(self, work: Work) -> list[Issue]:
        """Begin a work once the one before it is done; return what that one found."""
        found = self.wait()
        self._under_way = self._thread.submit(copy_context().run, self._do, work)
        return found

    def wait(self) -> list[Issue]:
        """Wait until nothing is under way; return what the last work found."""
        under_way, self._under_way = self._under_way, None
        return under_way.result() if under_way else []

    def _do(self, work: Work) -> list[Issue]:
        connections[DEFAULT_DB_ALIAS] = self._connection
        try:
            return work()
        finally:
            del connections[DEFAULT_DB_ALIAS]
