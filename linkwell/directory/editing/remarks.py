"""Changing and withdrawing what one wrote for one's colleagues; what stood before is kept and no longer shown."""

from datetime import datetime

from django.db import transaction

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.directory.actions import add_remark
from linkwell.directory.models import InternalRemark
from linkwell.team.access import SUP
from linkwell.team.models import Membership


@transaction.atomic
def edit_remark(*, remark_id: int, text: str, by: Membership, at: datetime) -> InternalRemark:
    """Write one's own remark anew; raise NotVisible, or RemarkRefused when it is empty or too long."""
    was = _mine(remark_id, by)
    if was.by_id != by.pk:
        raise NotVisible
    new = add_remark(service_id=was.service_id, text=text, by=by, at=at)
    new.replaces = was
    new.save(update_fields=["replaces"])
    was.withdrawn_at = at
    was.save(update_fields=["withdrawn_at"])
    return new


@transaction.atomic
def withdraw_remark(*, remark_id: int, by: Membership, at: datetime) -> InternalRemark:
    """Take a remark back: one's own, or as a team lead anybody's of the scheme. Raise NotVisible."""
    remark = _mine(remark_id, by)
    remark.withdrawn_at = at
    remark.save(update_fields=["withdrawn_at"])
    audit.record("directory.remark_withdrawn", about=remark, by=by, at=at)
    return remark


def _mine(remark_id: int, by: Membership) -> InternalRemark:
    rows = InternalRemark.objects.filter(scheme_id=by.scheme_id, withdrawn_at=None).select_for_update()
    remark = rows.filter(pk=remark_id).first()
    if remark is None or (remark.by_id != by.pk and by.role != SUP):
        raise NotVisible
    return remark
