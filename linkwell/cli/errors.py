"""Refusals of the command line: one sentence each, saying what to do."""

from linkwell.common.errors import DomainError


class Refused(DomainError):
    """The command cannot do this here; the sentence says what to do about it."""

    code = "command_refused"
