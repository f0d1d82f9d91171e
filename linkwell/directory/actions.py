"""What staff do to the directory: say how a service works now, that it is right, what is wrong, what helps to know."""

from datetime import datetime
from typing import Any

from django.db import transaction

from linkwell.common import audit
from linkwell.directory import derive, rules
from linkwell.directory.errors import NoSuchService, RemarkRefused
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
from linkwell.matching import needs as vocabulary
from linkwell.team.models import Membership

LONGEST_REMARK = 2_000
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
    *, service_id: int, status: str, by: Membership, at: datetime, wait_weeks: int | None = None, note: str = ""
) -> OperatingStatus:
    """Record how a service works from now on; raise NoSuchService or StatusRefused."""
    rules.check_status(status=status, wait_weeks=wait_weeks)
    service = _service(service_id)
    event = OperatingStatus.objects.create(
        service=service, status=status, wait_weeks=wait_weeks, note=note.strip()[:LONGEST_REMARK], at=at, by=by
    )
    service.operating, service.wait_weeks, service.operating_since = status, wait_weeks, at
    service.operating_note, service.changed_at = event.note, at
    service.save(update_fields=["operating", "wait_weeks", "operating_since", "operating_note", "changed_at"])
    audit.record("directory.status_set", about=service, by=by, at=at)
    return event


@transaction.atomic
def record_verification(
    *, service_id: int, who: str, how: str, found: str, by: Membership | None, at: datetime, note: str = ""
) -> Verification:
    """Record that somebody looked whether an entry is right; "right" and "changed" make it fresh."""
    service = _service(service_id)
    event = Verification.objects.create(
        service=service, who=who, how=how, found=found, at=at, by=by, note=note.strip()[:LONGEST_REMARK]
    )
    if found in ("right", "changed"):
        service.confirmed_at, service.confirmed_by = at, who
        service.save(update_fields=["confirmed_at", "confirmed_by"])
    audit.record("directory.verified", about=service, by=by, at=at)
    if found == "closed" and by is not None:
        set_operating_status(service_id=service_id, status="closed", by=by, at=at, note=note)
    return event


@transaction.atomic
def record_report(*, service_id: int, kind: str, by: Membership | None, at: datetime, note: str = "") -> Report:
    """Record what somebody found at the door ("it was closed"); it waits for a member of staff to look."""
    service = _service(service_id)
    report = Report.objects.create(service=service, kind=kind, note=note.strip()[:LONGEST_REMARK], at=at, by=by)
    audit.record("directory.reported", about=service, by=by, at=at)
    return report


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
