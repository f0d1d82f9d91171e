"""The whole feed at once, for the bulk files: NDJSON and the data package, read as the feed reads it."""

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

import msgspec

from linkwell.directory.queries import feed
from linkwell.directory.queries.feed_filters import FeedQuery
from linkwell.interop.open_referral import publish, publish_package, publish_terms
from linkwell.interop.open_referral.publish_parts import Told

TERMS_AT_A_TIME = 1_000
TITLE = "The directory of services, as Linkwell publishes it"


def services(*, at: datetime) -> Iterator[Told]:
    """Return every service in full."""
    return map(publish.service, feed.all_services(FeedQuery(), full=True, at=at))


def taxonomies() -> Iterator[Told]:
    """Return our taxonomies, then those of sources."""
    yield from publish_terms.own_taxonomies()
    yield from map(publish_terms.taxonomy, feed.taxonomies())


def terms() -> Iterator[Told]:
    """Return our terms, then those of sources."""
    yield from publish_terms.own_terms()
    skip = 0
    while rows := feed.terms_page(skip=skip, take=TERMS_AT_A_TIME).rows:
        yield from map(publish_terms.term, rows)
        skip += TERMS_AT_A_TIME


def write_lines(into: BinaryIO, *, at: datetime) -> int:
    """Write every service in full, one on a line; return how many."""
    encoder, count = msgspec.json.Encoder(), 0
    for one in services(at=at):
        into.write(encoder.encode(one) + b"\n")
        count += 1
    return count


def write_package(into: BinaryIO, *, at: datetime) -> dict[str, int]:
    """Write the data package as a zip file; return how many rows each table has."""
    return publish_package.write(
        into,
        services=services(at=at),
        organizations=map(publish.organisation, feed.all_organisations(at=at)),
        taxonomies=taxonomies(),
        terms=terms(),
        title=TITLE,
        at=at,
    )
