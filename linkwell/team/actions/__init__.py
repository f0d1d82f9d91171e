"""Changing schemes, who works in them, and who refers to them."""

from linkwell.team.actions.invitations import (
    Invited,
    Joined,
    OutsideIdentity,
    accept_invitation,
    ask_to_invite,
    invite,
    link_identity,
    redeem_invitation,
    remove_identity,
    withdraw_invitation,
)
from linkwell.team.actions.members import change_member, end_membership
from linkwell.team.actions.proposals import Agreed, agree, ask_to_change, refuse
from linkwell.team.actions.schemes import (
    NewScheme,
    Settings,
    add_agency,
    add_practice,
    add_programme,
    add_scheme,
    end_programme,
    invite_manager,
    update_agency,
    update_practice,
    update_scheme,
)
from linkwell.team.actions.second_step import Reset, ask_to_reset, reset_second_step, second_step_set_up

__all__ = [
    "Agreed",
    "OutsideIdentity",
    "Reset",
    "agree",
    "ask_to_change",
    "ask_to_invite",
    "ask_to_reset",
    "link_identity",
    "refuse",
    "remove_identity",
    "reset_second_step",
    "second_step_set_up",
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
    "invite_manager",
    "redeem_invitation",
    "update_agency",
    "update_practice",
    "update_scheme",
    "withdraw_invitation",
]
