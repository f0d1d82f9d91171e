"""Zip files from outside (workbooks, data packages): looked at before anything in them is unpacked."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from linkwell.interop.errors import CannotRead

MARK = b"PK\x03\x04"
MOST_MEMBERS = 2_000
MOST_UNPACKED = 128 * 1024**2  # bytes
MOST_RATIO = 100  # unpacked to packed; spreadsheets pack 5 to 20 times
SMALL = 1024**2  # below this, no ratio is a danger


@contextmanager
def unpacking(data: bytes, what: str) -> Iterator[zipfile.ZipFile]:
    """Give the members of a zip file; raise CannotRead for one that is damaged, locked or a bomb.

    A member never unpacks to more than it says (zipfile stops there), so what all of them say is the cap.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            members = opened.infolist()
            unpacked = sum(member.file_size for member in members)
            if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED:
                raise CannotRead(f"{what} unpacks to more than {MOST_UNPACKED // 1024**2} MB. Split it into parts.")
            if any(m.file_size > max(SMALL, MOST_RATIO * max(m.compress_size, 1)) for m in members):
                raise CannotRead(f"{what} unpacks to far more than a list does, so it was not opened.")
            if any(member.flag_bits & 1 for member in members):
                raise CannotRead(f"{what} is locked with a password. Save it without one.")
            yield opened
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError):
        raise CannotRead(f"{what} is damaged and cannot be opened. Save it again, or ask for it again.") from None
