"""Answers of the directory: what fits a person, what an entry says, what stands under a word."""

from linkwell.directory.queries.beside import Beside, side_by_side
from linkwell.directory.queries.entries import (
    OrganisationEntry,
    ServicePage,
    organisation_entry,
    referral_address,
    service_page,
)
from linkwell.directory.queries.listing import Listed, Listing, search_directory
from linkwell.directory.queries.public import public_services
from linkwell.directory.queries.public_page import Moved, PublicPage, public_page
from linkwell.directory.queries.public_search import known_words, public_search
from linkwell.directory.queries.remarks import Remark, remarks
from linkwell.directory.queries.said import Place
from linkwell.directory.queries.support import find_support, from_home, place_named
from linkwell.directory.queries.why_not import Known, why_not

__all__ = [
    "Beside",
    "Known",
    "Listed",
    "Listing",
    "Moved",
    "OrganisationEntry",
    "Place",
    "PublicPage",
    "Remark",
    "ServicePage",
    "find_support",
    "from_home",
    "known_words",
    "organisation_entry",
    "place_named",
    "public_page",
    "public_search",
    "public_services",
    "referral_address",
    "remarks",
    "search_directory",
    "service_page",
    "side_by_side",
    "why_not",
]
