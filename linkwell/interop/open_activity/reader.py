"""An OpenActive feed, or the data set that names several, as an import wants it."""

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import msgspec

from linkwell.directory.records import Issue, Raw, ScheduleRecord, ServiceRecord
from linkwell.directory.rules import Times, clock, times_in_words
from linkwell.interop import errors
from linkwell.interop.asking import Asking, Progress, tell_nobody
from linkwell.interop.fetching import web_address
from linkwell.interop.open_activity.pages import Harvest, harvest
from linkwell.interop.open_activity.sessions import SERIES, SESSION, SINGLE, gather
from linkwell.interop.open_referral.documents import Document
from linkwell.interop.open_referral.reader import FeedReader
from linkwell.interop.spool import Spool

MOST_FEEDS = 20  # of one data set
MOST_SCRIPTS = 20  # of a page that are looked into


def is_page(data: bytes) -> bool:
    """Say whether bytes are a page of a feed of items."""
    return b'"items"' in data and b'"next"' in data and (b'"state"' in data or b'"license"' in data)


def feeds_of(data: bytes) -> list[str]:
    """Return the addresses of the feeds of sessions that a data set names, in JSON or inside its page."""
    wanted, found = SERIES | SINGLE | SESSION, list[str]()
    for text in _scripts(data) if data.lstrip()[:1] == b"<" else [data]:
        try:
            said = json.loads(text.decode("utf-8", errors="replace"), strict=False)
        except (ValueError, RecursionError):
            continue
        listed = said.get("distribution") if isinstance(said, dict) else None
        found += [
            one["contentUrl"]
            for one in (listed if isinstance(listed, list) else [])
            if isinstance(one, dict) and isinstance(one.get("contentUrl"), str) and wanted & set(_kinds(one))
        ]
    return list(dict.fromkeys(found))[:MOST_FEEDS]


def _scripts(page: bytes) -> Iterator[bytes]:
    """Give what stands in the first scripts of a page that hold data."""
    at, small = 0, page.lower()
    for _ in range(MOST_SCRIPTS):
        at = small.find(b"application/ld+json", at)
        start = small.find(b">", at) + 1 if at >= 0 else 0
        end = small.find(b"</script", start) if start else -1
        if end < 0:
            return
        yield page[start:end]
        at = end


def _kinds(distribution: dict[str, Any]) -> list[str]:
    said = [distribution.get(key) for key in ("additionalType", "identifier", "name")]
    flat = [one for words in said for one in (words if isinstance(words, list) else [words])]
    return [re.split(r"[/#]", one)[-1] for one in flat if isinstance(one, str)]


@contextmanager
def open_activities(
    url: str, *, today: date, asking: Asking | None = None, progress: Progress = tell_nobody,
    answer: bytes | None = None,
) -> Iterator["ActivityReader"]:  # fmt: skip
    """Fetch a feed, or all feeds of sessions of a data set; give their reader while the block runs.

    `answer` is what the address itself has already answered.
    """
    asking = asking or Asking()
    with tempfile.TemporaryFile() as file:
        found = Harvest(Spool(file))
        answer = asking.body(url) if answer is None else answer
        feeds = [] if is_page(answer) else feeds_of(answer)
        if not feeds:
            harvest(url, found, asking=asking, progress=progress, first=answer)
        for feed in feeds:
            _one_of_several(web_address(url).join(feed), found, asking, progress)
        yield ActivityReader(found, today=today)


def _one_of_several(feed: Any, found: Harvest, asking: Asking, progress: Progress) -> None:
    try:
        harvest(str(feed), found, asking=asking, progress=progress)
    except (errors.NotFetched, errors.CannotRead) as fault:
        found.partial(f"One feed of the data set could not be read: {fault}")


def read_page(data: bytes, *, today: date) -> "ActivityReader":
    """Return the reader of one page that was kept as a file: never the whole of a feed."""
    with tempfile.TemporaryFile() as file:
        found = Harvest(Spool(file))
        found.take(data)
        found.partial("One page of a feed: nothing is taken for gone")
        return ActivityReader(found, today=today)


class ActivityReader(FeedReader):
    """The series and events of a feed that still take place."""

    def __init__(self, found: Harvest, *, today: date) -> None:
        gathered = gather(found.items(), today=today)
        mended = list(found.mended)
        told = (
            (gathered.over, "sessions are over: not taken"),
            (gathered.cancelled, "sessions are cancelled: not taken"),
            (gathered.alone, "sessions have no name: their series is in another feed, so import the data set"),
            (gathered.not_taken, "items are no sessions or events (places to hire, for example): not taken"),
            (found.broken, "items have no id or state: not taken"),
        )  # fmt: skip
        mended += [f"{count:,} {words}" for count, words in told if count]
        records = [msgspec.json.encode(service) for service in gathered.services]
        document = Document(records, base="$.items", is_whole_list=found.is_whole, mended=mended)
        super().__init__(document, kind="openactive")
        self.licence = found.licence

    def read(self, raw: Raw) -> ServiceRecord | Issue:
        """Return the service; its times are told by their dates."""
        record = super().read(raw)
        if isinstance(record, ServiceRecord):
            record.times_text = "; ".join(filter(None, map(in_words, record.schedules)))
        return record


def in_words(one: ScheduleRecord) -> str:
    """Return "Tuesday 24 November 2026 6pm to 7pm", or "Tuesdays 6pm to 7pm until 15 December 2026"."""
    hours = f" {clock(one.opens_at)}" + (f" to {clock(one.closes_at)}" if one.closes_at else "") if one.opens_at else ""
    if one.valid_from is not None and one.valid_from == one.valid_to:
        return f"{one.valid_from:%A} {_date(one.valid_from)}{hours}"
    usual = times_in_words([Times(one.weekday, one.week_of_month, one.opens_at, one.closes_at, weeks=one.interval)])
    return f"{usual} until {_date(one.valid_to)}" if usual and one.valid_to else usual


def _date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
