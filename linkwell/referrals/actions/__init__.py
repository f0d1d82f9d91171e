"""Receiving, deciding, allocating and closing referrals; telling the referrer; covering for a colleague."""

from linkwell.referrals.actions.covering import cover_person
from linkwell.referrals.actions.deciding import (
    NOTHING_TO_TELL,
    accept_referral,
    allocate_referral,
    close_referral,
    decline_referral,
    ensure_accepted,
    return_referral,
)
from linkwell.referrals.actions.feedback import mark_read, tell_referrer
from linkwell.referrals.actions.receiving import Request, add_note, answer_question, receive_referral
from linkwell.referrals.actions.steps import move

__all__ = [
    "NOTHING_TO_TELL",
    "Request",
    "accept_referral",
    "add_note",
    "allocate_referral",
    "answer_question",
    "close_referral",
    "cover_person",
    "decline_referral",
    "ensure_accepted",
    "mark_read",
    "move",
    "receive_referral",
    "return_referral",
    "tell_referrer",
]
