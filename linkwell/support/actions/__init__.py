"""Changing an episode of support: contacts and needs, the plan, tasks, reviews and endings."""

from linkwell.support.actions.contacts import (
    Conversation,
    Happened,
    locked_episode,
    log_contact,
    log_first_conversation,
    set_needs,
    take_on,
)
from linkwell.support.actions.endings import add_task, end_episode, finish_task, hold_review, step_down
from linkwell.support.actions.intake import accept_and_take_on, add_note_to_referral
from linkwell.support.actions.looking import (
    note_refused_opening,
    note_search,
    open_restricted_record,
    review_opening,
)
from linkwell.support.actions.plan import (
    add_action,
    add_goal,
    add_strength,
    agree_plan,
    change_action,
    change_goal,
    remove_strength,
)

__all__ = [
    "Conversation",
    "Happened",
    "accept_and_take_on",
    "add_action",
    "add_goal",
    "add_note_to_referral",
    "add_strength",
    "add_task",
    "agree_plan",
    "change_action",
    "change_goal",
    "end_episode",
    "finish_task",
    "hold_review",
    "locked_episode",
    "log_contact",
    "log_first_conversation",
    "note_refused_opening",
    "note_search",
    "open_restricted_record",
    "remove_strength",
    "review_opening",
    "set_needs",
    "step_down",
    "take_on",
]
