"""Refusals of this room: a whole file that cannot be read."""

from linkwell.common.errors import DomainError


class CannotRead(DomainError):
    """The file as a whole is no feed; the sentence says what to do."""

    code = "cannot_read"
