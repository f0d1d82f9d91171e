"""What the team's pages do across rooms: invite, ask a second person, mail; count who is still with a leaver."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from linkwell.common.scope import scope
from linkwell.messages import mail
from linkwell.messages.actions import queue_message
from linkwell.places.queries import locate
from linkwell.referrals.queries.workload import LeftBehind, left_behind, people_with
from linkwell.team import actions
from linkwell.team.access import LW, MGR, SUP
from linkwell.team.actions import Agreed, Invited, Reset
from linkwell.team.errors import SecondPersonNeeded
from linkwell.team.models import Membership
from linkwell.team.proposals import deciders, managers, places_of, takes_two
from linkwell.team.queries import MemberRow, named
from linkwell.team.rules import Place
from linkwell.web.words import day


@transaction.atomic
def invite_and_mail(
    *, email: str, name: str, place: Place, by: Membership, at: datetime, called: str = ""
) -> Invited | None:
    """Invite, and put the mail with the link into the outbox; None where a second person is asked first.

    `called` is what the mail calls the place, where the role's own name says too little.
    """
    if takes_two(by=by, role=place.role):
        actions.ask_to_invite(email=email, name=name, place=place, by=by, at=at)
        _ask_deciders(by=by, at=at)
        return None
    invited = actions.invite(email=email, name=name, place=place, by=by, at=at)
    _mail_invitation(invited, by=by, at=at, called=called)
    return invited


@transaction.atomic
def change_or_ask(*, membership_id: int, place: Place, by: Membership, at: datetime) -> bool:
    """Change a member's place; False where a second person is asked first."""
    try:
        with transaction.atomic():
            actions.change_member(membership_id=membership_id, place=place, by=by, at=at)
    except SecondPersonNeeded:
        actions.ask_to_change(membership_id=membership_id, place=place, by=by, at=at)
        _ask_deciders(by=by, at=at)
        return False
    return True


@transaction.atomic
def reset_or_ask(*, membership_id: int, by: Membership, at: datetime) -> Reset | None:
    """Reset a member's second step and tell; None where a second person is asked first."""
    try:
        with transaction.atomic():
            reset = actions.reset_second_step(membership_id=membership_id, by=by, at=at)
    except SecondPersonNeeded:
        actions.ask_to_reset(membership_id=membership_id, by=by, at=at)
        _ask_deciders(by=by, at=at)
        return None
    _tell_of_reset(reset, by=by, at=at)
    return reset


@transaction.atomic
def agree_and_tell(*, proposal_id: int, by: Membership, at: datetime) -> Agreed:
    """Agree as the second person; the mails that follow go into the outbox, one to each manager."""
    agreed = actions.agree(proposal_id=proposal_id, by=by, at=at)
    if agreed.invited is not None:
        _mail_invitation(agreed.invited, by=agreed.proposal.asked_by, at=at)
    if agreed.reset is not None:
        _tell_of_reset(agreed.reset, by=by, at=at)
    for membership_id in managers(scheme_id=by.scheme_id, on=localdate(at), without={by.account_id}):
        _notice("agreement_given", membership_id, scheme_id=by.scheme_id, at=at)
    return agreed


def _mail_invitation(invited: Invited, *, by: Membership, at: datetime, called: str = "") -> None:
    words = {
        "inviter": by.name[:60],
        "role": (called or named(invited.invitation.role, by.scheme.role_name))[:60],
        "until": day(invited.invitation.expires_at),
    }
    queue_message(
        scheme_id=by.scheme_id,
        template="invitation",
        recipient_kind="invitation",
        recipient_id=invited.invitation.pk,
        words=words,
        token=invited.link,
        at=at,
    )


def _ask_deciders(*, by: Membership, at: datetime) -> None:
    for membership_id in deciders(scheme_id=by.scheme_id, on=localdate(at), without={by.account_id}):
        _notice("agreement_asked", membership_id, scheme_id=by.scheme_id, at=at)


def _tell_of_reset(reset: Reset, *, by: Membership, at: datetime) -> None:
    """Mail the link to the member, and a notice to the managers of every scheme in which the account works."""
    queue_message(
        scheme_id=by.scheme_id, template="second_step_reset", recipient_kind="member", recipient_id=reset.member.pk,
        words={"until": day(reset.link.expires_at)}, token=reset.link, at=at,
    )  # fmt: skip
    account = reset.member.account_id
    for scheme_id in sorted({scheme_id for _pk, scheme_id, _role in places_of(account, at=at)}):
        with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
            for membership_id in managers(scheme_id=scheme_id, on=localdate(at), without={account}):
                _notice("second_step_reset_told", membership_id, scheme_id=scheme_id, at=at)


def _notice(template: str, membership_id: int, *, scheme_id: int, at: datetime) -> None:
    queue_message(
        scheme_id=scheme_id, template=template, recipient_kind="member", recipient_id=membership_id, at=at
    )  # fmt: skip


def must_be_handed_over() -> bool:
    """Say whether the link of an invitation must be given by hand, for no mail can leave this server."""
    return not mail.is_configured()


def still_with(member: MemberRow, *, viewer: Membership) -> int:
    """Return how many people are with a link worker now."""
    return people_with(viewer=viewer, membership_id=member.pk) if member.role == LW else 0


def nobody_is_with(*, viewer: Membership, on: date) -> list[LeftBehind]:
    """Return whose people need someone else, for those who see the work queue."""
    return left_behind(viewer=viewer, on=on) if viewer.role in (MGR, SUP) else []


def centre_of(text: str) -> tuple[float, float] | None:
    """Return the point of a postcode or town; None where the tables do not know it."""
    found = locate(text)
    return (found.latitude, found.longitude) if found else None
