"""Refusals of this room."""

from linkwell.common.errors import DomainError


class ImportRunning(DomainError):
    """Two imports of one source at once would undo each other."""

    code = "import_running"

    def __init__(self, *, source: str) -> None:
        super().__init__(f"Another import of {source} is running. Wait until it has ended, then start this one again.")


class NoSourceName(DomainError):
    code = "no_source_name"

    def __init__(self) -> None:
        super().__init__("Name the source that this list comes from, for example --source Trafford.")


class NoSuchService(DomainError):
    code = "not_found"

    def __init__(self) -> None:
        super().__init__("There is no such service in the directory.")


class StatusRefused(DomainError):
    code = "status_refused"


class AnswerRefused(DomainError):
    """What a group, or whoever rang it, said cannot be taken as it is."""

    code = "answer_refused"


class ReportRefused(DomainError):
    code = "report_refused"


class AddressRefused(DomainError):
    code = "address_refused"


class RemarkRefused(DomainError):
    code = "remark_refused"


class ChangeRefused(DomainError):
    """A change that cannot be taken as it is written."""

    code = "change_refused"


class NoSuchChange(DomainError):
    code = "not_found"

    def __init__(self) -> None:
        super().__init__("This change has been decided, or there is none.")


class SourceRefused(DomainError):
    code = "source_refused"


class ConfirmationRefused(DomainError):
    code = "confirmation_refused"
