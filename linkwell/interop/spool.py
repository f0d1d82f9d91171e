"""Records kept in a file on disk, so that a feed of any size needs little memory."""

from array import array
from collections.abc import Sequence
from typing import IO, overload


class Spool(Sequence[bytes]):
    """A list of records of which only the places are in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._starts, self._sizes = array("q"), array("q")

    def append(self, record: bytes) -> None:
        start, size = self._write(record)
        self._starts.append(start)
        self._sizes.append(size)

    def replace(self, number: int, record: bytes) -> None:
        """Put another record in a record's place."""
        self._starts[number], self._sizes[number] = self._write(record)

    def _write(self, record: bytes) -> tuple[int, int]:
        start = self._file.seek(0, 2)
        self._file.write(record)
        return start, len(record)

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, number: int) -> bytes: ...
    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...
    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        self._file.seek(self._starts[number])
        return self._file.read(self._sizes[number])
