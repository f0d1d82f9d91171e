"""The base of every refusal: a code for machines, a sentence for people."""


class DomainError(Exception):
    """Something may not happen; `str(error)` says why in plain words and names no person."""

    code = "refused"


class NotVisible(DomainError):
    """The thing does not exist for this viewer; doors answer as if it did not exist at all."""

    code = "not_found"

    def __init__(self, message: str = "There is nothing here for you to see.") -> None:
        super().__init__(message)


class TransitionRefused(DomainError):
    """A state table does not allow this step."""

    code = "transition_refused"
