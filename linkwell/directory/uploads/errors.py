"""Refusals of a spreadsheet as a whole."""

from linkwell.common.errors import DomainError


class UploadRefused(DomainError):
    code = "upload_refused"


class NoSuchUpload(DomainError):
    """Not there, another's, or older than a day."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__("This file is no longer here: files are kept for one day. Bring it in again.")


class NotReady(DomainError):
    code = "not_ready"
