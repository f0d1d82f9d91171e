"""Finding looks that somebody should think about, and judging them; telling when the audit trail was touched."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.messages.actions import queue_message
from linkwell.people.models import AccessFlag
from linkwell.support import rules
from linkwell.support.actions.endings import add_task
from linkwell.support.models import Task
from linkwell.support.queries.access_flags import flags_of_day
from linkwell.support.queries.looked import reviewable
from linkwell.team.access import ADM, IG, MGR
from linkwell.team.models import Membership

FLAG_PAGE = "/looked/{}/"


@transaction.atomic
def find_access_flags(*, scheme_id: int, days: Iterable[date], at: datetime, by: Membership | None = None) -> int:
    """Keep what stands out on these days; return how many flags are new. What is kept already stays as it is."""
    found = [flag for day in days for flag in flags_of_day(scheme_id=scheme_id, day=day)]
    before = AccessFlag.objects.filter(scheme_id=scheme_id).count()
    AccessFlag.objects.bulk_create(
        [
            AccessFlag(
                scheme_id=scheme_id, kind=flag.kind, membership_id=flag.membership_id, person_id=flag.person_id,
                day=flag.day, acts=flag.acts, persons=flag.persons, usual=flag.usual, found_at=at,
            )
            for flag in found
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    new = AccessFlag.objects.filter(scheme_id=scheme_id).count() - before
    if new or by is not None:
        audit.record("access_review.searched", by=by, at=at, purpose=f"{new} new")
    return new


@transaction.atomic
def judge_flag(*, flag_id: int, state: str, note: str, by: Membership, at: datetime) -> AccessFlag:
    """Say that a look was right, or that there is a question, which managers and privacy officers are told.

    Nobody judges their own looks. Raises NotVisible or NoteMissing.
    """
    flag = reviewable(by).select_for_update(of=("self",)).filter(pk=flag_id).first()
    if flag is None or state not in (AccessFlag.State.CLEARED, AccessFlag.State.CONCERN):
        raise NotVisible
    rules.check_review_note(state, note)
    flag.state, flag.note, flag.decided_by, flag.decided_at = state, note.strip(), by, at
    flag.save(update_fields=["state", "note", "decided_by", "decided_at"])
    audit.record(f"access_flag.{state}", about=flag, by=by, at=at)
    if state == AccessFlag.State.CONCERN:
        text = f"{by.name} has a question about a look at records. See who looked at whom."
        spared = {flag.membership.account_id, by.account_id}
        _tell(roles=(IG, MGR), text=text, link=FLAG_PAGE.format(flag.pk), spared=spared, scheme_id=by.scheme_id, at=at)
    return flag


def tell_of_a_touched_trail(*, scheme_id: int, found: int, position: int, at: datetime) -> None:
    """Tell managers, privacy officers and administrators that the audit trail is not as it was sealed."""
    text = (
        f"The audit trail is not as it was sealed: {found} findings, the first at position {position}."
        " Ask whoever runs Linkwell for `linkwell audit verify`."
    )
    _tell(roles=(IG, MGR, ADM), text=text, link="", spared=set(), scheme_id=scheme_id, at=at)
    audit.record("audit.check_failed", at=at, purpose=f"{found} findings, position {position}")


def _tell(*, roles: Sequence[str], text: str, link: str, spared: set[int], scheme_id: int, at: datetime) -> None:
    here = Membership.objects.current(localdate(at)).of_scheme(scheme_id).filter(role__in=roles)
    for member in here.exclude(account_id__in=spared):
        add_task(
            member_id=member.pk, episode_id=None, kind=Task.Kind.OTHER, text=text,
            link=link if member.role == IG else "", due_on=localdate(at), by=None, at=at, scheme_id=scheme_id,
        )  # fmt: skip
        queue_message(
            template="staff_notice", recipient_kind="member", recipient_id=member.pk, scheme_id=scheme_id, at=at
        )
