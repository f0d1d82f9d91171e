"""What colleagues of one scheme told each other about an entry."""

from dataclasses import dataclass
from datetime import datetime

from linkwell.directory.models import InternalRemark


@dataclass(frozen=True)
class Remark:
    """What a colleague of this scheme wrote; never leaves it."""

    text: str
    at: datetime
    by: str
    pk: int = 0
    by_id: int = 0


def remarks(service_id: int, *, scheme_id: int) -> list[Remark]:
    """Return the remarks of one scheme on a service, newest first."""
    rows = InternalRemark.objects.filter(scheme_id=scheme_id, service_id=service_id, withdrawn_at=None)
    names = ("text", "at", "by__account__name", "pk", "by_id")
    return [Remark(*row) for row in rows.order_by("-at", "-pk").values_list(*names)]
