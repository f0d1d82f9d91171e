"""What staff do to the directory: say how a service works now, that it is right, what is wrong, what helps to know."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from linkwell.common import audit
from linkwell.directory import call_list, derive, listeners, rules
from linkwell.directory.errors import NoSuchService, RemarkRefused, ReportRefused
from linkwell.directory.models import (
    FieldSource,
    InternalRemark,
    OperatingStatus,
    Organisation,
    Report,
    Service,
    ServiceNeed,
    Verification,
)
from linkwell.directory.queries.public import listed_services
from linkwell.matching import needs as vocabulary
from linkwell.team.models import Membership

LONGEST_REMARK = 2_000
LONGEST_REPORT = 500
MOST_REPORTS = 99
# Fields that a person may put right by hand; an import then leaves them alone.
BY_HAND = frozenset(
    """name description description_text url email how_to_join what_to_bring first_visit eligibility_text minimum_age
    maximum_age modes languages access_yes access_no slots times_text is_free cost_text is_undisclosed""".split()
)


def _service(service_id: int) -> Service:
    service = Service.objects.select_for_update(of=("self",)).filter(pk=service_id).first()
    if service is None:
        raise NoSuchService
    return service


@transaction.atomic
def set_operating_status(
    *, service_id: int, status: str, by: Membership | None, at: datetime, wait_weeks: int | None = None,
    note: str = "", until: date | None = None,
) -> OperatingStatus:  # fmt: skip
    """Record how a service works from now on, until a day or for good; raise NoSuchService or StatusRefused.

    Without `by` the organisation itself said so. Whoever holds open connections to it is told.
    """
    rules.check_status(status=status, wait_weeks=wait_weeks, until=until, on=at.date())
    service = _service(service_id)
    event = OperatingStatus.objects.create(
        service=service, status=status, wait_weeks=wait_weeks, note=note.strip()[:LONGEST_REMARK], until=until, at=at,
        by=by,
    )  # fmt: skip
    was = (service.operating, service.wait_weeks)
    service.operating, service.wait_weeks, service.operating_since = status, wait_weeks, at
    service.operating_note, service.operating_until, service.changed_at = event.note, until, at
    service.save(
        update_fields=["operating", "wait_weeks", "operating_since", "operating_note", "operating_until", "changed_at"]
    )
    audit.record("directory.status_set", about=service, by=by, at=at)
    if was != (status, wait_weeks):
        listeners.entry_changed([service.pk])
    return event


@transaction.atomic
def set_break(
    *, service_id: int, from_on: date | None, until_on: date | None, by: Membership | None, at: datetime
) -> Service:
    """Note a seasonal break, from its first day to the day they are back; two empty days take it away.

    Raises NoSuchService or StatusRefused.
    """
    rules.check_break(from_on=from_on, until_on=until_on, on=at.date())
    service = _service(service_id)
    service.break_from, service.break_until, service.changed_at = from_on, until_on, at
    service.save(update_fields=["break_from", "break_until", "changed_at"])
    audit.record("directory.break_set", about=service, by=by, at=at)
    return service


@transaction.atomic
def record_verification(
    *, service_id: int, who: str, how: str, found: str, by: Membership | None, at: datetime, note: str = "",
    said_by: str = "",
) -> Verification:  # fmt: skip
    """Record that somebody looked whether an entry is right; what they found makes it fresh, full or closed.

    Open reports are settled by it and its call is done; "no answer" and "wrong number" settle nothing.
    """
    service = _service(service_id)
    event = Verification.objects.create(
        service=service, who=who, how=how, found=found, at=at, by=by, note=note.strip()[:LONGEST_REMARK],
        said_by=said_by.strip()[:80],
    )  # fmt: skip
    audit.record("directory.verified", about=service, by=by, at=at)
    if found in rules.SETTLES_NOTHING:
        return event
    service.confirmed_at, service.confirmed_by, service.confirmed_how = at, who, how
    service.open_reports = 0
    service.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_how", "open_reports"])
    Report.objects.filter(service=service, settled_at=None).update(settled_at=at)
    call_list.end_call(service_id=service_id, outcome=found, at=at)
    if found in ("closed", "full"):
        set_operating_status(service_id=service_id, status=found, by=by, at=at, note=note)
    return event


@transaction.atomic
def record_report(*, service_id: int, kind: str, by: Membership | None, at: datetime, note: str = "") -> Report:
    """Record what somebody found at the door ("it was closed"): it lowers the entry's freshness and asks for a call.

    It never changes the entry, however many say so.
    """
    service = _service(service_id)
    report = Report.objects.create(service=service, kind=kind, note=note.strip()[:LONGEST_REMARK], at=at, by=by)
    service.open_reports, service.reported_at = min(service.open_reports + 1, MOST_REPORTS), at
    service.save(update_fields=["open_reports", "reported_at"])
    call_list.add_call(service_id=service_id, why="report", at=at)
    if by is not None:  # a visitor belongs to no scheme, whose trails these are; the report itself says when
        audit.record("directory.reported", about=service, by=by, at=at)
    return report


def report_public(*, public_id: UUID, kind: str, at: datetime, note: str = "") -> Report:
    """Record what a visitor without an account found; raise NoSuchService for what the public does not see,
    ReportRefused for a kind that is none. The caller limits how often one visitor may."""
    if kind not in dict(Report.KINDS):
        raise ReportRefused("Choose what you found.")
    service_id = listed_services().filter(public_id=public_id).values_list("pk", flat=True).first()
    if service_id is None:
        raise NoSuchService
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in note).split())
    return record_report(service_id=service_id, kind=kind, note=words[:LONGEST_REPORT], by=None, at=at)


@transaction.atomic
def set_referral_email(*, organisation_id: int, email: str, how: str, by: Membership, at: datetime) -> Organisation:
    """Set the address that people's details go to, confirmed with the group by hand; an empty one stops sharing."""
    address = email.strip()
    rules.check_referral_address(email=address, how=how)
    organisation = Organisation.objects.select_for_update().filter(pk=organisation_id).first()
    if organisation is None:
        raise NoSuchService
    organisation.referral_email = address
    organisation.referral_email_how = how.strip() if address else ""
    organisation.referral_email_verified_at = at if address else None
    organisation.referral_email_verified_by = by.pk if address else None
    organisation.save(
        update_fields=[
            "referral_email", "referral_email_how", "referral_email_verified_at", "referral_email_verified_by"
        ]
    )  # fmt: skip
    audit.record("directory.referral_address_set", about=organisation, by=by, at=at)
    return organisation


@transaction.atomic
def add_remark(*, service_id: int, text: str, by: Membership, at: datetime) -> InternalRemark:
    """Keep a remark for colleagues of the same scheme; raise RemarkRefused when it is empty or too long."""
    words = text.strip()
    if not words:
        raise RemarkRefused("Write what your colleagues should know.")
    if len(words) > LONGEST_REMARK:
        raise RemarkRefused(f"Shorten the remark to {LONGEST_REMARK:,} characters.")
    service = _service(service_id)
    remark = InternalRemark.objects.create(scheme_id=by.scheme_id, service=service, text=words, at=at, by=by)
    audit.record("directory.remarked", about=remark, by=by, at=at)
    return remark


@transaction.atomic
def correct_service(
    *, service_id: int, fields: dict[str, Any], by: Membership, at: datetime, note: str = ""
) -> Service:
    """Put fields right by hand; imports leave them alone from now on."""
    if unknown := set(fields) - BY_HAND:
        raise ValueError(f"Not fields to correct by hand: {', '.join(sorted(unknown))}")
    service = _service(service_id)
    for field, value in fields.items():
        setattr(service, field, value)
        FieldSource.objects.update_or_create(
            service=service, field=field, defaults={"set_at": at, "set_by": by.pk, "note": note}
        )
    service.changed_at = at
    service.save(update_fields=[*fields, "changed_at"])
    derive.refresh_search([service.pk])
    audit.record("directory.corrected", about=service, by=by, at=at)
    return service


@transaction.atomic
def set_needs(*, service_id: int, codes: list[str], by: Membership, at: datetime) -> Service:
    """Say by hand which needs a service answers, beside those that its list states."""
    if unknown := set(codes) - set(vocabulary.BY_CODE):
        raise ValueError(f"Not needs: {', '.join(sorted(unknown))}")
    service = _service(service_id)
    ServiceNeed.objects.filter(service=service, why="hand").exclude(code__in=codes).delete()
    for code in codes:
        ServiceNeed.objects.update_or_create(service=service, code=code, defaults={"why": "hand", "phrase": ""})
    rows = list(ServiceNeed.objects.filter(service=service).order_by("code").values_list("code", "why"))
    service.need_codes = [code for code, _ in rows]
    service.strong_needs = [code for code, why in rows if why != "text"]
    service.changed_at = at
    service.save(update_fields=["need_codes", "strong_needs", "changed_at"])
    audit.record("directory.needs_set", about=service, by=by, at=at)
    return service
