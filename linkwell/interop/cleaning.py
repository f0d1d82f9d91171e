"""From what a feed says to what can be stored: each function returns a value or None, and why it changed it."""

import re
import string
import unicodedata
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

NOTHING = frozenset(
    {"", "na", "n/a", "n.a.", "null", "none", "nil", "nan", "-", "--", "?", "tbc", "unknown", "undefined"}
)
LONDON = ZoneInfo("Europe/London")
OLDEST_AGE = 120

_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_LOCAL = string.ascii_letters + string.digits + ".!#$%&'*+/=?^_`{|}~-"  # the letters of the part before the @
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}", re.IGNORECASE)
_PLAIN_LINK = re.compile(rf"https?://{_HOST.pattern}(?:/[A-Za-z0-9._~/-]*)?")  # nothing to mend, as most are
MOST_OF_LINK = 2_000


class Cleaned(NamedTuple):
    """A value (None when there is none left), and the reason if it is not what stood there."""

    value: Any
    reason: str = ""


def mask(text: str) -> str:
    """Return the text with the local part of each e-mail address hidden."""
    kept, done, at = list[str](), 0, text.find("@")
    while at >= 0:
        before = text[max(done, at - 64) : at]
        found = _EMAIL.match(text, at - len(before) + len(before.rstrip(_LOCAL)))
        if found:
            kept += [text[done : found.start()], "…", text[at : found.end()]]
            done = found.end()
        at = text.find("@", max(done, at + 1))
    return "".join([*kept, text[done:]]) if kept else text


def shown(value: Any, limit: int = 160) -> str:
    """Return a raw value as a report may show it: short, on one line, addresses masked."""
    text = value if isinstance(value, str) else repr(value)
    text = mask(" ".join(_CONTROL.sub("�", text[: limit * 4]).split()))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def tidy_already(value: str, *, limit: int, lines: bool = False) -> str:
    """Return the text of a value that needs no mending, as nearly all are, "" where `tidy` has to look at it."""
    if not (value.isascii() and value.isprintable()):
        return ""
    text = value.strip() if lines else " ".join(value.split())
    return text if len(text) <= limit and (len(text) >= 10 or text.casefold() not in NOTHING) else ""


def tidy(value: str, *, limit: int, lines: bool = False) -> Cleaned:
    """Return text without control characters, over-long ends and wrong encodings; None where nothing is left."""
    reason = ""
    if value.isascii() and value.isprintable():  # nearly every value: nothing to mend but its length
        value = value.strip() if lines else " ".join(value.split())
        return _kept(value, limit, "")
    if _CONTROL.search(value):
        value, reason = _CONTROL.sub("", value), "Control characters removed"
    if "â€" in value or "Ã" in value or "Â\xa0" in value:
        try:
            value, reason = value.encode("cp1252").decode("utf-8"), "Letters of a wrong encoding mended"
        except UnicodeError:
            pass
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " "))
    return _kept(value.strip() if lines else " ".join(value.split()), limit, reason)


def _kept(value: str, limit: int, reason: str) -> Cleaned:
    if len(value) < 10 and value.casefold() in NOTHING:
        return Cleaned(None, "Says nothing: taken as absent")
    if len(value) > limit:
        value, reason = value[: limit - 1].rstrip() + "…", f"Longer than {limit:,} characters: cut"
    return Cleaned(value, reason)


def email(value: str) -> Cleaned:
    """Return the first e-mail address in a text."""
    found = _EMAIL.findall(value)
    if not found:
        return Cleaned(None, "Not an e-mail address")
    stripped = value.strip()
    if len(found) > 1:
        return Cleaned(found[0], "More than one address: the first is kept")
    return Cleaned(found[0], "" if stripped == found[0] else "Words around the address removed")


def url(value: str) -> Cleaned:
    """Return a link that starts with http or https."""
    link = "".join(value.split())
    if _PLAIN_LINK.fullmatch(link) and len(link) <= MOST_OF_LINK:
        return Cleaned(link, "" if link == value.strip() else "A slip in the web address mended")
    if re.match(r"(?i)(?:www\.|(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:/|$))", link):
        host_only = Cleaned("http://" + link, "The beginning http:// was missing")
        return host_only if _is_web(host_only.value) else Cleaned(None, "Not a web address")
    if re.match(r"(?i)https?:/*(?=[^/])", link):
        mended = re.sub(r"(?i)^(https?):/*(?:https?:/*)?", lambda found: found[1].lower() + "://", link)
        if _is_web(mended):
            return Cleaned(mended, "" if mended == value.strip() else "A slip in the web address mended")
    scheme = re.match(r"(?i)\s*([a-z][a-z0-9+.-]*):", value)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return Cleaned(None, f"A link that starts with {scheme[1].lower()[:20]}: is not kept")
    return Cleaned(None, "Not a web address")


def _is_web(link: str) -> bool:
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return False
    return (
        len(link) <= MOST_OF_LINK
        and parts.username is None
        and bool(_HOST.fullmatch(host))
        and not re.search(r"[<>\"'`\\{}|^\x00-\x20]", link)
    )


def integer(value: Any) -> int | None:
    """Return a whole number from 12, 12.0, "12" or "12+"; None from anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 2**31 else None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**31 else None
    if isinstance(value, str) and (found := re.fullmatch(r"\s*(-?\d{1,9})(?:\.0+)?\s*\+?\s*(?:years?)?\s*", value)):
        return int(found[1])
    return None


def age(value: Any) -> Cleaned:
    """Return an age of 0 to 120."""
    number = integer(value)
    if number is None:
        return Cleaned(None, "Not an age")
    if number < 0:
        return Cleaned(None, "An age below 0 means no limit was given")
    return Cleaned(number) if number <= OLDEST_AGE else Cleaned(None, f"No one is {shown(number, 20)}: not an age")


def amount(value: Any) -> Decimal | None:
    """Return an amount of money of 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        money = Decimal(re.sub(r"[£$€,\s]", "", str(value))).quantize(Decimal("0.01"))
    except (InvalidOperation, ValueError):
        return None
    return money if money.is_finite() and 0 <= money < 10_000_000 else None


_DAY_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y", "%Y/%m/%d", "%d/%m/%y", "%Y%m%d")


def day(value: str, forms: tuple[str, ...] = ()) -> Cleaned:
    """Return a date between 1900 and 2100; British order where figures alone stand."""
    text = value.strip()
    if re.match(r"\d{4}-\d{2}-\d{2}[T ]", text):
        text = text[:10]
    for form in (*forms, *_DAY_FORMS):
        try:
            found = datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
        if 1900 <= found.year <= 2100:
            return Cleaned(found, "" if form == "%Y-%m-%d" or form in forms else "Read as day, month, year")
    return Cleaned(None, "Not a date")


def moment(value: str) -> Cleaned:
    """Return an aware moment; one without a zone is taken as British time."""
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return Cleaned(None, "Not a date and time")
    if not 1900 <= found.year <= 2100:
        return Cleaned(None, "Not a date and time")
    if found.tzinfo is None:
        return Cleaned(found.replace(tzinfo=LONDON).astimezone(UTC), "No time zone: taken as British time")
    try:
        return Cleaned(found.astimezone(UTC))
    except (OverflowError, ValueError):
        return Cleaned(None, "Not a date and time")


_TIME = re.compile(
    r"\s*([01]?\d|2[0-4])(?:[:.]([0-5]\d)(?::[0-5]\d(?:\.\d{1,9})?)?)?\s*(?:(am|pm)|Z|[+-]\d\d:?\d\d)?\s*", re.I
)


def clock(value: str) -> time | None:
    """Return a time of day from "10:00", "10:00:00", "10:00+01:00", "10.30", "9am" or "4:00 PM"."""
    found = _TIME.fullmatch(value)
    if not found or not (found[2] or found[3]):
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(23, 59) if hour == 24 else time(hour, minute)


class Coordinates(NamedTuple):
    latitude: float | None
    longitude: float | None
    reason: str = ""


def coordinates(latitude: Any, longitude: Any, *, in_uk: bool) -> Coordinates:
    """Return a plausible WGS84 point; swapped ones are turned round, impossible ones dropped."""
    north, east = _degrees(latitude), _degrees(longitude)
    if north is None or east is None:
        return Coordinates(None, None, "Not a point: one of the two coordinates is missing or no number")
    if abs(north) < 0.01 and abs(east) < 0.01:
        return Coordinates(None, None, "0, 0 lies in the sea: taken as absent")
    if _uk(north, east):
        return Coordinates(north, east)
    if _uk(east, north):
        return Coordinates(east, north, "Latitude and longitude were swapped")
    if in_uk:
        return Coordinates(None, None, "Lies outside the United Kingdom, unlike its address: taken as absent")
    if abs(north) > 90 or abs(east) > 180:
        return Coordinates(None, None, "No such place on Earth: taken as absent")
    return Coordinates(north, east)


def _degrees(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) <= 400 else None  # also drops NaN and infinities


def _uk(latitude: float, longitude: float) -> bool:
    return 49.0 <= latitude <= 61.5 and -9.0 <= longitude <= 2.5
