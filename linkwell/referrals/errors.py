"""Refusals about referrals."""

from datetime import date

from linkwell.common.dates import british
from linkwell.common.errors import DomainError


class NothingToGoOn(DomainError):
    code = "nothing_to_go_on"

    def __init__(self) -> None:
        super().__init__("Choose at least one need, or say in a sentence what is going on.")


class NotIdentified(DomainError):
    code = "not_identified"

    def __init__(self) -> None:
        super().__init__("Give the NHS number or the date of birth, so that two people are never taken for one.")


class AgreementMissing(DomainError):
    code = "agreement_missing"

    def __init__(self) -> None:
        super().__init__("Say whether the person agreed to be referred; if they were not asked, say why.")


class NotAccepted(DomainError):
    code = "not_accepted"

    def __init__(self) -> None:
        super().__init__("This referral is not waiting for a link worker: somebody may have been quicker.")


class TooLate(DomainError):
    code = "too_late"

    def __init__(self) -> None:
        super().__init__("This referral is no longer waiting for a decision: somebody was quicker.")


class CannotTakeOn(DomainError):
    code = "cannot_take_on"

    def __init__(self) -> None:
        super().__init__("This link worker cannot take this person on. Choose someone else.")


class ReferrerMissing(DomainError):
    code = "referrer_missing"

    def __init__(self) -> None:
        super().__init__("Say which practice or agency asked for this, so that they hear what became of it.")


class NotOfThisScheme(DomainError):
    code = "not_of_this_scheme"

    def __init__(self) -> None:
        super().__init__("Choose a practice or agency from the list.")


class ReferralOver(DomainError):
    code = "referral_over"

    def __init__(self) -> None:
        super().__init__("This referral has ended, so nothing can be added to it. Send a new one.")


class AnswerMissing(DomainError):
    code = "answer_missing"

    def __init__(self) -> None:
        super().__init__("Write what you would like us to know.")


class AddedAlready(DomainError):
    code = "added_already"

    def __init__(self) -> None:
        super().__init__("You have just added this to the referral.")


class ReasonNeeded(DomainError):
    code = "reason_needed"

    def __init__(self) -> None:
        super().__init__("Say why, in words the referrer will understand.")


class LinkWorkerHasLeft(DomainError):
    code = "link_worker_has_left"

    def __init__(self, *, left_on: date) -> None:
        super().__init__(f"This link worker left on {british(left_on)}. Choose someone else.")


class NotALinkWorker(DomainError):
    code = "not_a_link_worker"

    def __init__(self) -> None:
        super().__init__("Choose a link worker of this scheme.")


class ReferenceUsed(DomainError):
    code = "reference_used"

    def __init__(self, *, reference: str) -> None:
        super().__init__(
            f"A referral with this reference of yours came before: it is {reference}. Nothing was changed. If this is"
            " something new, give it another reference."
        )


class SameKeyOtherReferral(DomainError):
    code = "same_key_other_referral"

    def __init__(self) -> None:
        super().__init__("This form was already sent, with something else in it. Start a new referral.")
