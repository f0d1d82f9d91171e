"""What colleagues of one scheme told each other about an entry."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from linkwell.directory.models import InternalRemark, Service


@dataclass(frozen=True)
class Remark:
    """What a colleague of this scheme wrote; never leaves it."""

    text: str
    at: datetime
    by: str
    pk: int = 0
    by_id: int = 0


def remarks(service_id: int, *, scheme_id: int) -> list[Remark]:
    """Return the remarks of one scheme on a service and on what was joined into it, newest first."""
    one = Service.objects.filter(Q(pk=service_id) | Q(joined_into=service_id))
    rows = InternalRemark.objects.filter(scheme_id=scheme_id, service__in=one, withdrawn_at=None)
    names = ("text", "at", "by__account__name", "pk", "by_id")
    return [Remark(*row) for row in rows.order_by("-at", "-pk").values_list(*names)]
