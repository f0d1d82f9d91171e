"""Changing schemes, who works in them, and who refers to them."""

from linkwell.team.actions.invitations import (
    Invited,
    Joined,
    accept_invitation,
    invite,
    redeem_invitation,
    withdraw_invitation,
)
from linkwell.team.actions.members import change_member, end_membership
from linkwell.team.actions.schemes import (
    NewScheme,
    Settings,
    add_agency,
    add_practice,
    add_programme,
    add_scheme,
    end_programme,
    update_agency,
    update_practice,
    update_scheme,
)

__all__ = [
    "Invited",
    "Joined",
    "NewScheme",
    "Settings",
    "accept_invitation",
    "add_agency",
    "add_practice",
    "add_programme",
    "add_scheme",
    "change_member",
    "end_membership",
    "end_programme",
    "invite",
    "redeem_invitation",
    "update_agency",
    "update_practice",
    "update_scheme",
    "withdraw_invitation",
]
