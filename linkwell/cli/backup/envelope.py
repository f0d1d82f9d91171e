"""The envelope of a backup: an age file, written and read as a stream, sealed piece by piece.

age closes each 64 KiB with an authenticator and marks the last piece, so a bit that changed, a piece
that moved and an end that is missing are all noticed.
"""

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

import pyrage

from linkwell.cli.errors import Refused

MAGIC = b"age-encryption.org/v1"


class Damaged(Refused):
    """A backup cannot be trusted; nothing was changed."""

    code = "backup_damaged"


def encrypt(pieces: Iterable[bytes], target: BinaryIO, recipients: Sequence[Any]) -> int:
    """Write the pieces, encrypted to all recipients, and return the bytes written; raise what went wrong."""
    source, sink = _Source(pieces), _Sink(target)
    try:
        pyrage.encrypt_io(source, sink, recipients)
    except Exception:
        if source.fault or sink.fault:
            raise (source.fault or sink.fault) from None  # type: ignore[misc]
        raise
    # the library forgets a fault of its very last write
    if source.fault or sink.fault:
        raise source.fault or sink.fault  # type: ignore[misc]
    return sink.written


class _Source:
    """A reader over pieces that keeps the first fault, whatever the library makes of it."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces, self.rest, self.fault = iter(pieces), memoryview(b""), None

    def read(self, size: int) -> bytes:
        while not self.rest:
            try:
                piece = next(self.pieces, None)
            except BaseException as fault:
                self.fault = fault
                raise
            if piece is None:
                return b""
            self.rest = memoryview(piece)
        taken, self.rest = self.rest[:size], self.rest[size:]
        return bytes(taken)


class _Sink:
    """A writer that writes all of each piece and keeps the first fault."""

    def __init__(self, target: BinaryIO) -> None:
        self.target, self.written, self.fault = target, 0, None

    def write(self, data: bytes) -> int:
        try:
            self.target.write(data)
        except BaseException as fault:
            self.fault = fault
            raise
        self.written += len(data)
        return len(data)

    def flush(self) -> None:
        self.target.flush()


@contextmanager
def opened(source: BinaryIO, identities: Sequence[Any], *, name: str) -> Iterator[BinaryIO]:
    """Give the decrypted content as a stream; raise Damaged unless every byte up to the end is authentic.

    The verdict falls when the block ends: what was read before it is not to be trusted.
    """
    _check_start(source, name)
    into, out_of = os.pipe()
    with open(into, "rb", buffering=1024 * 1024) as stream:
        opening = _Opening(source, out_of, identities)
        opening.start()
        try:
            yield stream
            while stream.read(1024 * 1024):
                pass
        except Exception as reason:
            stream.close()
            opening.join()
            broken = opening.fault is not None and not isinstance(opening.fault, BrokenPipeError)
            if broken and (isinstance(reason, Damaged) or not isinstance(reason, Refused)):
                raise _refusal(opening.fault, name) from None  # why what was read made no sense
            raise
        finally:
            stream.close()
            opening.join()
    if opening.fault is not None:
        raise _refusal(opening.fault, name)


class _Opening(threading.Thread):
    """Decrypts into a pipe beside the one who reads it."""

    def __init__(self, source: BinaryIO, out_of: int, identities: Sequence[Any]) -> None:
        super().__init__(daemon=True)
        self.source, self.out_of, self.identities = source, out_of, list(identities)
        self.fault: Exception | None = None

    def run(self) -> None:
        with open(self.out_of, "wb", buffering=0) as pipe:
            sink = _Sink(_Whole(pipe))  # type: ignore[arg-type]
            try:
                pyrage.decrypt_io(self.source, sink, self.identities)
            except Exception as fault:
                self.fault = sink.fault or fault  # type: ignore[assignment]
            else:
                self.fault = sink.fault  # type: ignore[assignment]


class _Whole:
    """Writes all of a piece into a pipe that may take only a part at a time."""

    def __init__(self, pipe: Any) -> None:
        self.pipe = pipe

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self.pipe.write(rest) :]

    def flush(self) -> None:
        pass


def _check_start(source: BinaryIO, name: str) -> None:
    start = source.read(512)
    source.seek(0)
    if start.startswith(MAGIC):
        return
    if not start:
        raise Damaged(f"{name} is empty. Nothing was changed. Use another backup.")
    if start.startswith(b"PGDMP") or start[257:262] == b"ustar" or start.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise Damaged(
            f"{name} is a plain copy or archive, not a backup made by `linkwell backup`: nothing shows that it is whole"
            " or of one moment. Nothing was changed."
        )
    raise Damaged(
        f"{name} is not a backup made by `linkwell backup`, or its beginning is damaged. Nothing was changed."
    )


def _refusal(fault: Exception, name: str) -> Refused:
    if isinstance(fault, pyrage.DecryptError) and "key" in str(fault).lower():
        return Damaged(
            f"This identity file does not open {name}, or the first lines of the backup are damaged. Nothing was"
            " changed. Bring the identity file whose public key it was made for, or another copy of the backup."
        )
    if isinstance(fault, OSError) and fault.errno:
        return Damaged(f"{name} cannot be read to its end ({fault.strerror}). Nothing was changed.")
    return Damaged(
        f"{name} is damaged: it was changed, cut short or added to after it was made. Nothing was changed. Use another"
        " copy of it, or another backup."
    )
