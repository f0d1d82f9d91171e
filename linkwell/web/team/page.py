"""What the team's pages do across rooms: invite and mail, count who is still with a leaver, find a centre."""

from datetime import date, datetime

from django.db import transaction

from linkwell.messages import mail
from linkwell.messages.actions import queue_message
from linkwell.places.queries import locate
from linkwell.referrals.queries.workload import LeftBehind, left_behind, people_with
from linkwell.team import actions
from linkwell.team.access import LW, MGR, SUP
from linkwell.team.actions import Invited
from linkwell.team.models import Membership
from linkwell.team.queries import MemberRow, named
from linkwell.team.rules import Place
from linkwell.web.words import day


@transaction.atomic
def invite_and_mail(*, email: str, name: str, place: Place, by: Membership, at: datetime) -> Invited:
    """Invite, and put the mail with the link into the outbox."""
    invited = actions.invite(email=email, name=name, place=place, by=by, at=at)
    words = {
        "inviter": by.name[:60],
        "role": named(place.role, by.scheme.role_name)[:60],
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
    return invited


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
