"""Refusals about support."""

from linkwell.common.errors import DomainError


class EpisodeOver(DomainError):
    code = "episode_over"

    def __init__(self) -> None:
        super().__init__("This support has ended. Reopen it first.")


class InTheFuture(DomainError):
    code = "in_the_future"

    def __init__(self) -> None:
        super().__init__("A contact is logged after it happened: the time must not lie in the future.")


class MinutesOutOfRange(DomainError):
    code = "minutes_out_of_range"

    def __init__(self) -> None:
        super().__init__("The length must be between 0 and 600 minutes.")


class RiskNotAsked(DomainError):
    code = "risk_not_asked"

    def __init__(self) -> None:
        super().__init__(
            "Say what the risks are, or choose “No known risks”, before you finish the first conversation."
        )


class AlreadyTalked(DomainError):
    code = "already_talked"

    def __init__(self) -> None:
        super().__init__("The first conversation was held already. Log what is new on the person's record.")


class GoalEmpty(DomainError):
    code = "goal_empty"

    def __init__(self) -> None:
        super().__init__("Write the goal as a sentence in the person's own words.")


class ActionEmpty(DomainError):
    code = "action_empty"

    def __init__(self) -> None:
        super().__init__("Say what will be done and who will do it.")


class ScaleOutOfRange(DomainError):
    code = "scale_out_of_range"

    def __init__(self) -> None:
        super().__init__("Importance and confidence run from 1 to 10; leave them empty if you did not ask.")


class NothingToAgree(DomainError):
    code = "nothing_to_agree"

    def __init__(self) -> None:
        super().__init__("Write at least one goal before the plan is agreed.")


class HowAgreedMissing(DomainError):
    code = "how_agreed_missing"

    def __init__(self) -> None:
        super().__init__("Say how the person agreed to the plan.")


class EndReasonMissing(DomainError):
    code = "end_reason_missing"

    def __init__(self) -> None:
        super().__init__("Choose why the support ends.")


class NothingToldToReferrer(DomainError):
    code = "nothing_told_to_referrer"

    def __init__(self) -> None:
        super().__init__("Write what the referrer will read; they are always told.")


class SameKeyOtherContact(DomainError):
    code = "same_key_other_contact"

    def __init__(self) -> None:
        super().__init__("This contact was already saved, with something else in it. Log a new one.")


class NoteMissing(DomainError):
    code = "note_missing"

    def __init__(self) -> None:
        super().__init__("Say what your question is, so that others can follow it up.")
