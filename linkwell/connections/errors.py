"""Refusals about connections, in the words of the page."""

from linkwell.common.errors import DomainError


class NotTakingPeople(DomainError):
    code = "not_taking_people"

    def __init__(self, *, service: str, how: str) -> None:
        super().__init__(f"{service} is {how}. Look for another group, or correct the entry if that is wrong.")


class FullNow(NotTakingPeople):
    """There is no room, but there may be a waiting list: who refers asks for a place on it, knowing that."""

    code = "full_now"

    def __init__(self, *, service: str) -> None:
        DomainError.__init__(
            self,
            f"{service} is full. Ask for a place on its waiting list, keep it for later, or look for another group.",
        )


class NoReferralAddress(DomainError):
    code = "no_referral_address"

    def __init__(self, *, organisation: str) -> None:
        super().__init__(
            f"{organisation} has no confirmed e-mail for referrals. Ring them and read it out, or ask them for an"
            " address and confirm it in the directory."
        )


class NoOrganisation(DomainError):
    code = "no_organisation"

    def __init__(self) -> None:
        super().__init__(
            "Nobody is named as running this service, so nothing can be sent. Tell the person about it instead."
        )


class AlreadyConnected(DomainError):
    code = "already_connected"

    def __init__(self, *, connection_id: int) -> None:
        super().__init__("This person is already connected with this service.")
        self.connection_id = connection_id


class AgreementMissing(DomainError):
    code = "agreement_missing"

    def __init__(self) -> None:
        super().__init__("Say how the person agreed. Without their agreement nothing is sent.")


class NothingTicked(DomainError):
    code = "nothing_ticked"

    def __init__(self) -> None:
        super().__init__("Tick what they need to know.")


class FieldNotAllowed(DomainError):
    code = "field_not_allowed"

    def __init__(self, *, label: str) -> None:
        super().__init__(f"“{label}” cannot be told to this group.")


class ExtraNeedsReason(DomainError):
    code = "extra_needs_reason"

    def __init__(self, *, labels: list[str]) -> None:
        super().__init__(
            f"Groups like this do not usually need: {', '.join(labels)}. Say why they do, or leave it out."
        )


class PreviewChanged(DomainError):
    code = "preview_changed"

    def __init__(self) -> None:
        super().__init__("Something has changed since you looked. Read once more what they will be told, then send.")


class ReasonMissing(DomainError):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Say why, in a few words.")


class UnknownAnswer(DomainError):
    code = "unknown_answer"

    def __init__(self) -> None:
        super().__init__("Choose one of the answers.")


class WeeksOutOfRange(DomainError):
    code = "weeks_out_of_range"

    def __init__(self) -> None:
        super().__init__("The wait must be between 1 and 104 weeks. Leave it empty if you do not know.")


class AnswerStands(DomainError):
    code = "answer_stands"

    def __init__(self) -> None:
        super().__init__("The person has been told your answer, so it can no longer be changed here. Please ring us.")


class NothingShared(DomainError):
    code = "nothing_shared"

    def __init__(self) -> None:
        super().__init__("Nothing was sent to this group, or it was withdrawn already.")


class OfAnotherPlan(DomainError):
    code = "of_another_plan"

    def __init__(self) -> None:
        super().__init__("This goal is not in this person's plan.")


class UnknownNeed(DomainError):
    code = "unknown_need"

    def __init__(self) -> None:
        super().__init__("Choose the need for which nothing was found.")


class UnknownReason(DomainError):
    code = "unknown_reason"

    def __init__(self) -> None:
        super().__init__("Choose what kept them from it.")


class AlreadyCounted(DomainError):
    code = "already_counted"

    def __init__(self) -> None:
        super().__init__(
            "The quarter of this record has closed, and it stands in its figures. If it is still missing, record it"
            " anew."
        )


class AttendedInTheFuture(DomainError):
    code = "attended_in_the_future"

    def __init__(self) -> None:
        super().__init__("The day they went cannot lie in the future, nor before they were told about it.")


class NothingOnTheList(DomainError):
    code = "nothing_on_the_list"

    def __init__(self) -> None:
        super().__init__("There is nothing on the short list yet. Put something on it from Find support.")


class NotThisWay(DomainError):
    """The person does not want it sent this way, or it cannot be; the sentence says which."""

    code = "not_this_way"
