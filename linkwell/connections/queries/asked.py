"""What a group was asked for, and what it could not do: counted from its own answers, without anybody's details."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, Subquery

from linkwell.connections.models import Reply, SharePacket
from linkwell.team.access import VOA
from linkwell.team.models import Membership

A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Asked:
    """Referrals to one service of a group in a year, by its last answer to each."""

    service: str
    asked: int
    yes: int
    wait: int
    full: int
    funds: int
    other: int
    no_answer: int


def asked_of_us(*, viewer: Membership, at: datetime) -> list[Asked]:
    """Return what the viewer's organisation was sent in the last year by the scheme, by service; 1 statement."""
    if viewer.role != VOA or viewer.organisation_id is None:
        return []
    last = Reply.objects.filter(connection=OuterRef("connection")).order_by("-at", "-pk")
    sent = SharePacket.objects.filter(
        scheme_id=viewer.scheme_id, organisation_id=viewer.organisation_id, agreed_at__gte=at - A_YEAR
    )
    sent = sent.annotate(answer=Subquery(last.values("answer")[:1]), why=Subquery(last.values("why")[:1]))
    no = Q(answer=Reply.Answer.NO)
    rows = sent.values("connection__service__name").annotate(
        asked=Count("pk"),
        yes=Count("pk", filter=Q(answer=Reply.Answer.YES)),
        wait=Count("pk", filter=Q(answer=Reply.Answer.WAIT)),
        full=Count("pk", filter=no & Q(why=Reply.Why.FULL)),
        funds=Count("pk", filter=no & Q(why=Reply.Why.FUNDS)),
        other=Count("pk", filter=no & ~Q(why__in=[Reply.Why.FULL, Reply.Why.FUNDS])),
        no_answer=Count("pk", filter=Q(answer=None) | Q(answer=Reply.Answer.RING)),
    )
    return [Asked(service=row.pop("connection__service__name"), **row) for row in rows.order_by(
        "connection__service__name"
    )]  # fmt: skip
