"""The directory on the Open Referral UK 3.0 / HSDS 3.1 shape, with its feeds, its freshness and its remarks.

Directory facts are public and shared by every scheme; a remark belongs to the scheme that wrote it.
"""

from linkwell.directory.models.asking import Call, ConfirmationRequest, ServiceUse, ShownInSearch
from linkwell.directory.models.details import (
    Accessibility,
    Capacity,
    Contact,
    CostOption,
    Language,
    Phone,
    Schedule,
    ServiceArea,
)
from linkwell.directory.models.editing import EntryEvent, GroupCheck
from linkwell.directory.models.entries import Location, Organisation, Service, ServiceAtLocation
from linkwell.directory.models.feeds import FieldSource, ImportRow, ImportRun, Source
from linkwell.directory.models.review import Duplicate, Joining, NeedPhrase, Question, RawRecord, TermNeed
from linkwell.directory.models.searching import SearchChange
from linkwell.directory.models.standing import (
    ChangeRequest,
    InternalRemark,
    Opening,
    OperatingStatus,
    Report,
    Verification,
)
from linkwell.directory.models.terms import Attribute, ServiceNeed, TaxonomyTerm
from linkwell.directory.models.uploads import ListMapping, Upload

__all__ = [
    "Accessibility",
    "Attribute",
    "Call",
    "Capacity",
    "ChangeRequest",
    "ConfirmationRequest",
    "Contact",
    "CostOption",
    "Duplicate",
    "EntryEvent",
    "FieldSource",
    "GroupCheck",
    "ImportRow",
    "ImportRun",
    "InternalRemark",
    "Joining",
    "Language",
    "ListMapping",
    "Location",
    "NeedPhrase",
    "Opening",
    "OperatingStatus",
    "Organisation",
    "Phone",
    "Question",
    "RawRecord",
    "Report",
    "Schedule",
    "SearchChange",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
    "ServiceNeed",
    "ServiceUse",
    "ShownInSearch",
    "Source",
    "TaxonomyTerm",
    "TermNeed",
    "Upload",
    "Verification",
]
