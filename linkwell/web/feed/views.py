"""`/open-referral/v3/`: the directory as Open Referral UK 3.0, for everyone."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from linkwell.directory.queries import feed
from linkwell.directory.queries.feed_filters import FeedQuery, OwnTerm, SourceTaxonomy
from linkwell.directory.queries.feed_rows import FeedService
from linkwell.interop.open_referral import publish, publish_parts, publish_terms
from linkwell.interop.open_referral.openapi import document
from linkwell.web.feed.answers import Unknown, encoded, endpoint, json, lines, stream
from linkwell.web.feed.questions import asked, query, slice_of, taxonomy_of

PROFILE = "https://github.com/OpenReferralUK/uk-profile/blob/main/docs/index.md"
VERSION = "HSDS-UK-3.0"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def here(name: str) -> str:
    """Return the public address of a page of the feed: never what a request claims its host to be."""
    return f"{settings.PUBLIC_URL}{reverse(f'feed:{name}')}"


@endpoint
def root(request: HttpRequest) -> HttpResponseBase:
    """What this is, and where its description stands."""
    return json(request, {"version": VERSION, "profile": PROFILE, "openapi_url": here("openapi")})


@endpoint
def openapi(request: HttpRequest) -> HttpResponseBase:
    return json(request, document(server=here("root").rstrip("/")))


@endpoint
def services(request: HttpRequest) -> HttpResponseBase:
    """A page of services, or all of them as a stream."""
    given, at = asked(request, "services"), timezone.now()
    question, full = query(given), given.get("full", False)
    show = publish.service if full else publish.listed_service
    if given.get("format") == "ndjson":
        found: Iterable[Any] = map(show, feed.all_services(question, full=full, at=at))
        if given.get("minimal"):
            found = _moments(question, at)
        return stream(lines(found), "application/x-ndjson")
    if given.get("minimal") and "per_page" not in given and given.get("page", 1) == 1:
        total = feed.count_services(question, at=at)
        return stream(_in_one_page(total, _moments(question, at)), "application/json")
    number, skip, take = slice_of(given)
    page = feed.services_page(question, skip=skip, take=take, full=full, at=at)
    if given.get("minimal"):
        show = _minimal
    return json(request, envelope([show(one) for one in page.rows], page.total, number, take))


@endpoint
def service(request: HttpRequest, entry: str) -> HttpResponseBase:
    found = feed.service(_id(entry, "service"), at=timezone.now())
    return json(request, publish.service(_there(found, "service")))


@endpoint
def at_locations(request: HttpRequest) -> HttpResponseBase:
    """A page of services at places."""
    given = asked(request, "service_at_locations")
    number, skip, take = slice_of(given)
    full = given.get("full", False)
    page = feed.at_locations_page(query(given), skip=skip, take=take, full=full, at=timezone.now())
    contents = [publish.at_location(one, full=full) for one in page.rows]
    return json(request, envelope(contents, page.total, number, take))


@endpoint
def at_location(request: HttpRequest, entry: str) -> HttpResponseBase:
    wanted = _id(entry, "service at a location")
    halves = publish_parts.services_of(wanted)
    rows = feed.at_location(*halves, at=timezone.now()) if halves else iter(())
    told = (publish.at_location(one, full=True) for one in rows)
    found = next((one for one in told if one["id"] == str(wanted)), None)
    return json(request, _there(found, "service at a location"))


@endpoint
def organizations(request: HttpRequest) -> HttpResponseBase:
    """A page of organizations; `full_service` puts their services inside."""
    given, at = asked(request, "organizations"), timezone.now()
    number, skip, take = slice_of(given)
    inside = given.get("full_service", False)
    full = given.get("full", False) or inside
    page = feed.organisations_page(given.get("search", ""), skip=skip, take=take, full=full, at=at)
    show = publish.organisation if full else publish.listed_organisation
    contents = [show(one) for one in page.rows]
    return json(request, envelope(_with_services(contents, at) if inside else contents, page.total, number, take))


@endpoint
def organization(request: HttpRequest, entry: str) -> HttpResponseBase:
    given, at = asked(request, "organizations"), timezone.now()
    found = publish.organisation(_there(feed.organisation(_id(entry, "organization"), at=at), "organization"))
    return json(request, _with_services([found], at)[0] if given.get("full_service") else found)


def _with_services(organisations: list[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """Return organisations with their services inside, which do not say again whose they are."""
    found = feed.services_of([UUID(one["id"]) for one in organisations], at=at)
    inside = {str(owner): {"services": list(map(_without_owner, own))} for owner, own in found.items()}
    return [one | inside.get(one["id"], {}) for one in organisations]


def _without_owner(found: FeedService) -> dict[str, Any]:
    return {key: value for key, value in publish.service(found).items() if key != "organization"}


@endpoint
def taxonomies(request: HttpRequest) -> HttpResponseBase:
    """Our own taxonomies, then those that sources brought."""
    given = asked(request, "taxonomies")
    number, skip, take = slice_of(given)
    words = given.get("search", "").casefold()
    told = [one for one in _taxonomies() if words in f"{one['name']} {one['description']}".casefold()]
    return json(request, envelope(told[skip : skip + take], len(told), number, take))


@endpoint
def taxonomy(request: HttpRequest, entry: str) -> HttpResponseBase:
    wanted = str(_id(entry, "taxonomy"))
    return json(request, _there(next((one for one in _taxonomies() if one["id"] == wanted), None), "taxonomy"))


def _taxonomies() -> list[dict[str, Any]]:
    return publish_terms.own_taxonomies() + [publish_terms.taxonomy(one) for one in feed.taxonomies()]


@endpoint
def terms(request: HttpRequest) -> HttpResponseBase:
    """Our own terms, then those that sources brought."""
    given = asked(request, "taxonomy_terms")
    number, skip, take = slice_of(given)
    words, parent = given.get("search", "").casefold(), given.get("parent_id")
    of = taxonomy_of(given["taxonomy_id"]) if "taxonomy_id" in given else None
    if "taxonomy_id" in given and of is None:
        return json(request, envelope([], 0, number, take))
    own = [] if parent else [one for one in _own_terms(of) if words in f"{one['name']} {one['description']}".casefold()]
    total, theirs = len(own), []
    if not isinstance(of, OwnTerm):
        start = max(skip - len(own), 0)
        page = feed.terms_page(
            of, search=given.get("search", ""), top_only=given.get("top_only", False), parent=parent, skip=start,
            take=max(take - len(own[skip : skip + take]), 0),
        )  # fmt: skip
        total, theirs = total + page.total, [publish_terms.term(one) for one in page.rows]
    return json(request, envelope([*own[skip : skip + take], *theirs], total, number, take))


def _own_terms(of: OwnTerm | SourceTaxonomy | None) -> Iterator[dict[str, Any]]:
    if isinstance(of, SourceTaxonomy):
        return iter(())
    return publish_terms.own_terms([publish_terms.OWN[of.column]] if of else None)


@endpoint
def term(request: HttpRequest, entry: str) -> HttpResponseBase:
    wanted = _id(entry, "taxonomy term")
    own = publish_terms.own_by_id().get(wanted)
    if own and own[1]:
        return json(request, publish_terms.own_term(*own))
    return json(request, publish_terms.term(_there(feed.term(wanted), "taxonomy term")))


def envelope(contents: list[Any], total: int, number: int, size: int) -> dict[str, Any]:
    """Return a page as the standard wraps it. `size` is how many stand on it."""
    pages = -(-total // size)
    return {
        "total_items": total, "total_pages": pages, "page_number": number, "size": len(contents),
        "first_page": number == 1, "last_page": number >= pages, "empty": not contents, "contents": contents,
    }  # fmt: skip


def _minimal(found: Any) -> dict[str, Any]:
    return {"id": str(found.public_id), "last_modified": found.modified_at.isoformat()}


def _moments(question: FeedQuery, at: Any) -> Iterator[dict[str, Any]]:
    for entry, moment in feed.moments(question, at=at):
        yield {"id": str(entry), "last_modified": moment.isoformat()}


def _in_one_page(total: int, rows: Iterable[Any]) -> Iterator[bytes]:
    """Write an envelope around rows that come one by one; their number is known before."""
    head = encoded(envelope([], total, 1, max(total, 1)) | {"size": total, "empty": total == 0})
    yield head[: -len(b"]}")]
    comma = b""
    for row in rows:
        yield comma + encoded(row)
        comma = b","
    yield b"]}"


def _id(entry: str, what: str) -> UUID:
    if not _UUID.fullmatch(entry):
        raise Unknown(what)
    return UUID(entry)


def _there(found: Any, what: str) -> Any:
    if found is None:
        raise Unknown(what)
    return found
