"""From the bytes of a file to text: byte order marks, UTF-8, else the Windows letters of old spreadsheets."""

import codecs
from pathlib import Path

from linkwell.interop.errors import CannotRead

LARGEST = 1_000_000_000  # bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def file_bytes(path: Path) -> bytes:
    """Return what a file holds; raise CannotRead with a sentence where it cannot be an input."""
    if path.is_dir():
        raise CannotRead(f"{path.name} is a folder. Name one file in it.")
    try:
        if path.stat().st_size > LARGEST:
            raise CannotRead(f"{path.name} is larger than {LARGEST // 1_000_000:,} MB. Split it and import the parts.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise CannotRead(f"There is no file {path}. Check the path.") from None
    except PermissionError:
        raise CannotRead(f"You may not read {path.name}. Ask its owner, or copy it.") from None
    except OSError as error:
        raise CannotRead(f"{path.name} cannot be read: {error.strerror or 'it is no ordinary file'}.") from None
    if not data.strip(b" \t\r\n\0"):
        raise CannotRead(f"{path.name} is empty. Nothing was changed.")
    return data


def to_text(data: bytes, encoding: str = "") -> tuple[str, str]:
    """Return the text and the encoding it was in."""
    if encoding:
        try:
            return data.decode(encoding).removeprefix("\ufeff"), encoding
        except LookupError:
            raise CannotRead(f"The mapping names an encoding that does not exist: {encoding}.") from None
        except UnicodeDecodeError:
            raise CannotRead(f"The file is not in {encoding}, the encoding its mapping names.") from None
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, errors="replace"), name
    if len(data) >= 4 and data[1] == 0 and data[3] == 0 and data[0]:
        return data.decode("utf-16-le", errors="replace"), "utf-16-le"
    if len(data) >= 4 and data[0] == 0 and data[2] == 0 and data[1]:
        return data.decode("utf-16-be", errors="replace"), "utf-16-be"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "cp1252"
