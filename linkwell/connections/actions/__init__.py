"""Connecting a person: telling, referring, answering, going, ending; and what is missing here."""

from linkwell.connections.actions.endings import end_support
from linkwell.connections.actions.missing import change_unmet_need, record_unmet_need, withdraw_unmet_need
from linkwell.connections.actions.replies import Answer, answer, ask_for_code, note_answer_by_phone, open_packet
from linkwell.connections.actions.sharing import Share, referral_mail_stopped, share_with_organisation, withdraw_share
from linkwell.connections.actions.shortlist import say_not_right, send_short_list, take_back_not_right
from linkwell.connections.actions.steps import (
    end_connection,
    person_declined,
    propose,
    record_attending,
    record_first_attendance,
    settle_answer,
    signpost,
)

__all__ = [
    "Answer",
    "Share",
    "answer",
    "ask_for_code",
    "change_unmet_need",
    "end_connection",
    "end_support",
    "note_answer_by_phone",
    "open_packet",
    "person_declined",
    "propose",
    "record_attending",
    "record_first_attendance",
    "record_unmet_need",
    "referral_mail_stopped",
    "say_not_right",
    "send_short_list",
    "settle_answer",
    "share_with_organisation",
    "signpost",
    "take_back_not_right",
    "withdraw_share",
    "withdraw_unmet_need",
]
