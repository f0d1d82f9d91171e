"""Refusals of the outbox."""

from linkwell.common.errors import DomainError


class UnknownWords(DomainError):
    """A template was given something it has no place for, or lacks something it needs."""

    code = "unknown_words"

    def __init__(self, *, template: str, names: list[str]) -> None:
        super().__init__(f"The message “{template}” and these words do not fit together: {', '.join(names)}.")


class UnknownRecipient(DomainError):
    code = "unknown_recipient"

    def __init__(self, *, kind: str) -> None:
        super().__init__(f"Nobody has said how to reach a recipient of the kind “{kind}”.")


class NotWaiting(DomainError):
    code = "not_waiting"

    def __init__(self) -> None:
        super().__init__("This message was sent already or is on its way. There is nothing to try again.")


class UnsafeMail(DomainError):
    """A mail that must not leave: a line break in a header, or more than one recipient."""

    code = "unsafe_mail"


class MailRefused(DomainError):
    """The mail server took the connection and refused for good; trying again changes nothing."""

    code = "mail_refused"


class MailDelayed(DomainError):
    """The mail server was away or asked to come later; `unclear` if it may have taken the mail all the same."""

    code = "mail_delayed"

    def __init__(self, message: str, *, unclear: bool = False) -> None:
        super().__init__(message)
        self.unclear = unclear
