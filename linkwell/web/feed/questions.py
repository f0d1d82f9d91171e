"""Parameters of an address → a question to the directory."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from linkwell.directory.queries.feed import taxonomies
from linkwell.directory.queries.feed_filters import FeedQuery, Near, OwnTerm, SourceTaxonomy
from linkwell.interop.open_referral import parameters
from linkwell.interop.open_referral.parameters import PARAMETERS, PER_PAGE, BadParameter
from linkwell.interop.open_referral.publish_terms import own_by_id, taxonomy_id
from linkwell.places import postcodes
from linkwell.places.queries import locate_postcode


def asked(request: HttpRequest, endpoint: str) -> dict[str, Any]:
    """Return the parameters of a request; raise BadParameter."""
    return parameters.read(endpoint, {name: request.GET[name] for name in request.GET})


def slice_of(given: dict[str, Any]) -> tuple[int, int, int]:
    """Return the number of the page, how many rows to skip and how many to take."""
    page, size = given.get("page", 1), given.get("per_page", PER_PAGE)
    return page, (page - 1) * size, size


def query(given: dict[str, Any]) -> FeedQuery:
    """Return the question; raise BadParameter for a postcode that no table knows."""
    term, taxonomy, nothing = None, None, False
    if "taxonomy_term_id" in given:
        own = own_by_id().get(given["taxonomy_term_id"])
        term = OwnTerm(*own) if own else given["taxonomy_term_id"]
        nothing = bool(own and not own[1])  # the id of a taxonomy is no term's
    if "taxonomy_id" in given:
        taxonomy = taxonomy_of(given["taxonomy_id"])
        nothing = nothing or taxonomy is None
    return FeedQuery(
        search=given.get("search", ""), term=term, taxonomy=taxonomy, nothing=nothing,
        organisation=given.get("organization_id"), minimum_age=given.get("minimum_age"),
        maximum_age=given.get("maximum_age"), opens_from=given.get("start_time"), closes_by=given.get("end_time"),
        day=given.get("day"), modified_after=given.get("modified_after"), near=_near(given),
    )  # fmt: skip


def taxonomy_of(wanted: UUID) -> OwnTerm | SourceTaxonomy | None:
    """Return the taxonomy of an id, None where no taxonomy has it."""
    own = own_by_id().get(wanted)
    if own is not None:
        return None if own[1] else OwnTerm(own[0])
    found = next((one for one in taxonomies() if taxonomy_id(one) == wanted), None)
    return SourceTaxonomy(found.source_id, found.name) if found else None


def _near(given: dict[str, Any]) -> Near | None:
    if "postcode" not in given:
        return None
    whole = postcodes.normalise(given["postcode"]) or postcodes.outward(given["postcode"])
    found = locate_postcode(whole) if whole else None
    if found is None:
        raise BadParameter("postcode", PARAMETERS["postcode"].wants)
    return Near(found.latitude, found.longitude, found.outcode, given.get("proximity"))
