"""What the columns of a spreadsheet probably are: by the words of their names, else by what stands in them."""

import re
from collections.abc import Callable, Sequence

from linkwell.interop import cleaning
from linkwell.interop.opening_times import schedules_of
from linkwell.interop.phones import phones
from linkwell.places import postcodes

ENOUGH = 0.6  # of the cells that hold anything
SAMPLE = 200  # rows looked at
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?"

# Read from above: a name that fits two lines is the first.
_HEADERS: tuple[tuple[str, str], ...] = (
    ("email", r"\be ?-?mail\b"),
    ("postcode", r"\bpost ?-?codes?\b|\bpcode\b|\bzip\b"),
    ("phone", r"\b(?:tele)?phones?\b|\btel(?:ephone)?\b|\bmobile\b|\bcontact (?:no|num)"),
    ("organisation_website", r"organi[sz]ation.*(?:web|url)"),
    ("url", r"\bweb|\burl\b|\blink\b|\bhomepage\b"),
    ("latitude", r"^lat(?:itude)?\b|\blatitude\b"),
    ("longitude", r"^(?:lon|lng|long)(?:itude)?$|\blongitude\b"),
    ("easting", r"\beastings?\b"),
    ("northing", r"\bnorthings?\b"),
    ("minimum_age", r"\bmin(?:imum)?[ _]?age|\bage[ _](?:from|min)|\byoungest|\bfrom age|\blower age"),
    ("maximum_age", r"\bmax(?:imum)?[ _]?age|\bage[ _](?:to|max)|\boldest|\bto age|\bupper age"),
    ("checked_on", r"\b(?:last|date) ?(?:updated?|checked|reviewed|verified|modified)|\bupdated on|updated date"),
    ("what_to_bring", r"\bbring\b"),
    ("how_to_join", r"\bhow (?:to|do|can)\b.*(?:join|refer|access|book|attend)|\breferrals?\b|\bbooking\b"),
    ("opening_times", r"\bopen(?:ing)?\b|\bhours\b|\btimes?\b|\bwhen\b|\bsessions?\b|\bschedule\b|^days?\b"),
    ("opening_times", rf"^{_DAY}$"),
    ("cost", r"\bcosts?\b|\bprices?\b|\bfees?\b|\bcharges?\b"),
    ("languages", r"\blanguages?\b"),
    ("access", r"\baccessib|\bdisab(?:led|ility)|\bwheelchair|\baccess (?:info|needs|details)"),
    ("eligibility", r"\beligib|\bwho (?:is|can|it)\b|\bcriteria\b|\bsuitable\b|\baudience\b|\btarget group|\bages?\b"),
    ("wait", r"\bwait"),
    ("organisation", r"\borgani[sz](?:ation|er)s?\b|\bprovider\b|\b(?:run|hosted|delivered) by\b|\bcharity$"),
    ("town", r"\btown\b|\bcity\b|\blocality\b|\bvillage\b"),
    ("place_name", r"\bvenue\b(?!.*address)|\bbuilding\b|\bplace\b"),
    ("address", r"\baddress\b|\bstreet\b|\blocation\b|\bwhere\b"),
    ("area", r"\bwards?\b|\bareas?\b|\bdistrict\b|\bborough\b|\bneighbourhood\b"),
    ("term", r"\bcategor|\btypes?\b|\btheme\b|\btopic\b|\bneeds?\b"),
    ("status", r"\bstatus\b"),
    ("contact", r"\bcontacts?\b"),
    ("description", r"\bdesc(?:ription)?\b|\babout\b|\bsummary\b|\bdetails\b|\binformation\b|\bwhat\b|\bactivities\b"),
    ("description", r"\bnotes\b"),
    ("name", r"\bname\b|\btitle\b|^(?:service|activity|group|club|project|event|facility|library|centre)$"),
    ("id", r"^(?:id|ref|reference|urn|uprn|unique.*|osm id)$"),
)  # fmt: skip
SEVERAL = frozenset({"description", "address", "opening_times"})  # fields that several columns may make up


def guess_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return for each column the field that it probably is, "" for one that is better left out."""
    named = [_by_name(name) for name in header]
    found = [""] * len(header)
    taken: set[str] = set()
    for place, field in enumerate(named):
        if field and (field in SEVERAL or field not in taken) and not _contradicts(field, _cells(rows, place)):
            found[place] = field
            taken.add(field)
    for place in range(len(header)):
        if not found[place]:
            field = _by_values(_cells(rows, place))
            if field and field not in taken:
                found[place] = field
                taken.add(field)
    if "name" not in taken:
        _find_name(found, header, rows)
    return found


def _cells(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    cells = (row[place].strip() for row in rows[:SAMPLE] if place < len(row))
    return [cell[:300] for cell in cells if cell.casefold() not in cleaning.NOTHING]


def _by_name(name: str) -> str:
    words = " ".join(re.sub(r"[_\-./:()?]+", " ", name.casefold()[:100]).split())
    if re.search(r"\b(?:code|number|no)$", words) and not re.search(r"post ?code|phone|tel|contact", words):
        return ""  # area codes, charity numbers
    return next((field for field, pattern in _HEADERS if re.search(pattern, words)), "")


def _share(cells: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(1 for cell in cells if pattern.fullmatch(cell)) / len(cells) if cells else 0.0


_AGE, _DECIMAL = re.compile(r"\d{1,2}\+?"), re.compile(r"-?\d{1,2}\.\d{3,}")
_DAYS = re.compile(rf"(?is).*\b{_DAY}\b.*")


def _by_values(cells: Sequence[str]) -> str:
    if not cells:
        return ""
    if _share(cells, _DECIMAL) >= ENOUGH:
        numbers = [float(cell) for cell in cells if _DECIMAL.fullmatch(cell)]
        inside = sum(1 for number in numbers if 49 <= number <= 61.5)
        return "latitude" if inside >= ENOUGH * len(numbers) else "longitude" if all(n < 3 for n in numbers) else ""
    tests: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("email", lambda cell: cleaning.email(cell).value is not None and len(cell) < 80),
        ("postcode", lambda cell: bool(postcodes.normalise(cell))),
        ("url", lambda cell: re.match(r"(?i)(?:https?:|www\.)", cell) is not None),
        ("phone", lambda cell: len(cell) < 60 and bool(phones(cell))),
        ("opening_times", lambda cell: bool(schedules_of(cell))),
    )
    for field, fits in tests:
        if sum(1 for cell in cells if fits(cell)) >= ENOUGH * len(cells):
            return field
    return ""


def _contradicts(field: str, cells: Sequence[str]) -> bool:
    """Say whether what stands in a column speaks against its name."""
    if not cells:
        return False
    if field in ("minimum_age", "maximum_age"):
        return _share(cells, _AGE) < ENOUGH
    if field == "postcode":
        return sum(1 for cell in cells if postcodes.normalise(cell) or postcodes.outward(cell)) < 0.3 * len(cells)
    if field == "opening_times":
        return sum(1 for cell in cells if _DAYS.match(cell) or re.search(r"\d", cell)) < 0.3 * len(cells)
    return False


def _find_name(found: list[str], header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Take the first column of mostly different, short words for the name."""
    for place in range(len(header)):
        cells = _cells(rows, place)
        wordy = [cell for cell in cells if re.search(r"[^\W\d]{2}", cell) and len(cell) <= 120]
        if found[place] in ("", "term", "organisation") and len(wordy) >= ENOUGH * max(len(cells), 1) and wordy:
            if len(set(wordy)) >= ENOUGH * len(wordy):
                found[place] = "name"
                return
