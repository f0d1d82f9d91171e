"""Refusals of this room."""

from linkwell.common.errors import DomainError


class CannotLoad(DomainError):
    """A reference file cannot be read; the sentence says what to do."""

    code = "cannot_load"
