"""Refusals about measures."""

from linkwell.common.errors import DomainError


class UnknownMeasure(DomainError):
    code = "unknown_measure"

    def __init__(self) -> None:
        super().__init__("These questions are not in use here. Open the page again.")


class UnknownQuestion(DomainError):
    code = "unknown_question"

    def __init__(self, *, measure: str) -> None:
        super().__init__(f"“{measure}” has no such question. Open the page again.")


class AnswerOutOfRange(DomainError):
    code = "answer_out_of_range"

    def __init__(self, *, question: str) -> None:
        super().__init__(f"Choose one of the answers offered for “{question}”.")


class ProxyNotAllowed(DomainError):
    code = "proxy_not_allowed"

    def __init__(self, *, measure: str) -> None:
        super().__init__(
            f"“{measure}” can only be answered by the person. If somebody else answered, say that it was not asked."
        )


class TooYoung(DomainError):
    code = "too_young"

    def __init__(self, *, measure: str, minimum_age: int) -> None:
        super().__init__(f"“{measure}” is for people aged {minimum_age} and over. Say that it was not asked.")


class WayNotAllowed(DomainError):
    code = "way_not_allowed"

    def __init__(self, *, measure: str) -> None:
        super().__init__(f"“{measure}” may not be asked in this way. Choose another way, or say that it was not asked.")


class HowMissing(DomainError):
    code = "how_missing"

    def __init__(self) -> None:
        super().__init__("Say how the questions were answered: in person, by phone, on paper or online.")


class NothingAnswered(DomainError):
    code = "nothing_answered"

    def __init__(self) -> None:
        super().__init__("Choose at least one answer, or say why the questions were not asked.")


class ReasonMissing(DomainError):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Say why the questions were not asked.")


class AnsweredAndSkipped(DomainError):
    code = "answered_and_skipped"

    def __init__(self, *, measure: str) -> None:
        super().__init__(f"“{measure}” has answers and a reason for not asking. Keep one of the two.")


class LaterAnswersExist(DomainError):
    code = "later_answers_exist"

    def __init__(self) -> None:
        super().__init__(
            "Later answers are recorded already, so these cannot be answers “at the start”. Choose “At a review”."
        )


class SupportIsOver(DomainError):
    code = "support_is_over"

    def __init__(self) -> None:
        super().__init__("This support has ended. Choose “At the end” or one of the later occasions.")


class SupportNotOver(DomainError):
    code = "support_not_over"

    def __init__(self) -> None:
        super().__init__("This support has not ended yet. Choose “At the start”, “At a review” or “At the end”.")
