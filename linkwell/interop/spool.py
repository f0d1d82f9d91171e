"""Records kept in a file on disk, so that a feed of any size needs little memory."""

from collections.abc import Sequence
from typing import IO, overload


class Spool(Sequence[bytes]):
    """A list of records of which only the places are in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._spans: list[tuple[int, int]] = []

    def append(self, record: bytes) -> None:
        self._spans.append(self._write(record))

    def replace(self, number: int, record: bytes) -> None:
        """Put another record in a record's place."""
        self._spans[number] = self._write(record)

    def _write(self, record: bytes) -> tuple[int, int]:
        start = self._file.seek(0, 2)
        self._file.write(record)
        return start, len(record)

    def __len__(self) -> int:
        return len(self._spans)

    @overload
    def __getitem__(self, number: int) -> bytes: ...
    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...
    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        start, size = self._spans[number]
        self._file.seek(start)
        return self._file.read(size)
