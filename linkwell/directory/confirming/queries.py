"""Which entries should be looked at, in the order of the harm that looking avoids; what a group reads of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Max, Q, Sum

from linkwell.common.crypto import keyed_hash
from linkwell.common.errors import NotVisible
from linkwell.directory.confirming import rules
from linkwell.directory.confirming.uses import WEEKS, monday
from linkwell.directory.models import ConfirmationRequest, Organisation, Phone, Service, ServiceUse
from linkwell.directory.queries.public import LISTED
from linkwell.team.models import Token

PURPOSE = "confirm_entries"

_USED = """
    SELECT service_id, coalesce(sum(count) FILTER (WHERE counted_by = 0), 0)::float8 / greatest(1, (
               SELECT count(DISTINCT week) FROM directory_serviceuse
               WHERE counted_by = 0 AND week > %(since)s)) AS shown,
           coalesce(sum(count) FILTER (WHERE counted_by > 0 AND week = (
               SELECT max(week) FROM directory_serviceuse WHERE counted_by > 0)), 0) AS connections
    FROM directory_serviceuse WHERE week > %(since)s GROUP BY service_id
"""
# The same as rules.harm over freshness.probability; tests hold them together
_RIGHT = "greatest(s.trust * exp(-s.fades * greatest(%(on)s::date - s.right_from, 0) / 365.25), 1e-9)"
_HARM = f"""
    ({rules.SHOWN_USED} * coalesce(u.shown, 0) + coalesce(u.connections, 0) + {rules.UNSEEN_USE})
    * (1 - {_RIGHT} * (1 - ln({_RIGHT}))) / s.fades * {rules.WEEKS_A_YEAR}
"""
_LIVE = """s.listing IN ('listed', 'temporarily_closed') AND s.hidden_at IS NULL AND s.joined_into_id IS NULL
    AND s.ended_on IS NULL AND s.operating <> 'closed' AND f.is_approved"""


@dataclass(frozen=True)
class Due:
    """An organisation with entries to confirm, and the harm that asking it avoids."""

    organisation_id: int
    harm: float


def due_organisations(*, on: date, most: int) -> list[Due]:
    """Return organisations with an entry that will soon sink or has sunk, most harm first.

    Those asked within a month, or that asked not to be mailed, and those on a break are left out. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH used AS ({_USED})
            SELECT s.organisation_id, sum({_HARM}) AS harm
            FROM directory_service s JOIN directory_source f ON f.id = s.source_id
            JOIN directory_organisation o ON o.id = s.organisation_id LEFT JOIN used u ON u.service_id = s.id
            WHERE {_LIVE} AND s.sinks_on <= %(until)s::date AND o.asks_stopped_at IS NULL
              AND (s.break_from IS NULL
                   OR NOT (s.break_from - %(silent)s < %(on)s::date AND %(on)s::date < s.break_until))
              AND NOT EXISTS (SELECT FROM directory_confirmationrequest r WHERE r.organisation_id = o.id
                              AND (r.state = 'asked' OR r.asked_at::date > %(on)s::date - %(month)s))
            GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(most)s
            """,
            {
                "on": on, "until": on + rules.ASKED_AHEAD, "since": _since(on),
                "silent": rules.SILENT_AFTER.days, "month": rules.MONTH.days, "most": most,
            },
        )  # fmt: skip
        return [Due(pk, float(harm)) for pk, harm in cursor.fetchall()]


def harm_of(service_ids: Sequence[int] | None, *, on: date) -> dict[int, float]:
    """Return the harm that looking at entries avoids in a week; of all that stand on the list of calls for None."""
    chosen = "s.id = ANY(%(ids)s)" if service_ids is not None else (
        "s.id IN (SELECT service_id FROM directory_call WHERE ended_at IS NULL)"
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH used AS ({_USED}) SELECT s.id, {_HARM} FROM directory_service s"
            f" LEFT JOIN used u ON u.service_id = s.id WHERE {chosen} AND s.right_from IS NOT NULL",
            {"on": on, "since": _since(on), "ids": list(service_ids or [])},
        )
        return {pk: float(harm) for pk, harm in cursor.fetchall()}


def who_asks(due: Sequence[Due], *, otherwise: int) -> dict[int, int]:
    """Return which scheme asks each organisation: the one with most open connections to it, else `otherwise`."""
    ids = [one.organisation_id for one in due]
    rows = ServiceUse.objects.filter(service__organisation__in=ids, counted_by__gt=0)
    most: dict[int, tuple[int, int]] = {}
    for organisation_id, scheme_id, count in (
        rows.order_by().values_list("service__organisation_id", "counted_by").annotate(n=Sum("count"))
    ):
        most[organisation_id] = max(most.get(organisation_id, (0, 0)), (count, scheme_id))
    return {pk: most[pk][1] if pk in most else otherwise for pk in ids}


def waiting_requests(*, at: datetime) -> list[int]:
    """Return the open requests that are old enough to be reminded of or given up, oldest first."""
    rows = ConfirmationRequest.objects.filter(state="asked", asked_at__lte=at - rules.REMINDED_AFTER)
    return list(rows.order_by("asked_at", "pk").values_list("pk", flat=True)[:5000])


def sunk_without_call(*, on: date, most: int, may_write: bool) -> list[int]:
    """Return entries below the line that nobody is asked about by message and that stand on no list of calls."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT s.id FROM directory_service s JOIN directory_source f ON f.id = s.source_id
            LEFT JOIN directory_organisation o ON o.id = s.organisation_id
            WHERE {_LIVE} AND s.sinks_on <= %(on)s::date
              AND (s.break_from IS NULL OR NOT (s.break_from <= %(on)s::date AND %(on)s::date < s.break_until))
              AND (o.id IS NULL OR o.asks_stopped_at IS NOT NULL OR NOT %(may_write)s)
              AND NOT EXISTS (SELECT FROM directory_call c WHERE c.service_id = s.id AND c.ended_at IS NULL)
            ORDER BY s.sinks_on, s.id LIMIT %(most)s
            """,
            {"on": on, "most": most, "may_write": may_write},
        )
        return [pk for (pk,) in cursor.fetchall()]


def _since(on: date) -> date:
    return date.fromordinal(monday(on).toordinal() - 7 * WEEKS)


def to_confirm(organisation_id: int, *, on: date) -> list[Service]:
    """Return the live entries of an organisation that a question is about: all of them but those on a break."""
    rows = Service.objects.filter(
        organisation_id=organisation_id, listing__in=LISTED, hidden_at=None, joined_into=None, ended_on=None,
        source__is_approved=True,
    ).exclude(operating="closed")  # fmt: skip
    return [
        row
        for row in rows.order_by("name", "pk")
        if not rules.falls_in_break(break_from=row.break_from, break_until=row.break_until, on=on)
    ]


def address_of(organisation: Organisation) -> str:
    """Return the mailbox that an organisation may be asked at: given by it or its entries, and by nobody else."""
    found = [rules.Candidate(organisation.email)]
    if organisation.referral_email_verified_at is not None:
        found.append(rules.Candidate(organisation.referral_email, checked=True))
    given = Service.objects.filter(organisation=organisation, listing__in=LISTED).exclude(email="")
    found += [rules.Candidate(email) for email in given.order_by("pk").values_list("email", flat=True)[:20]]
    return rules.choose_address(found)


def number_of(organisation: Organisation) -> str:
    """Return the mobile number that an organisation may be asked at by text, or nothing."""
    mine = Q(organisation=organisation) | Q(service__organisation=organisation, service__listing__in=LISTED)
    rows = Phone.objects.filter(mine).order_by("service_id", "position", "pk")
    return rules.mobile(rows.values_list("number", flat=True)[:50])


def address_key(address: str) -> str:
    """Return a mailbox or number as its keyed hash: enough to see that it was asked already."""
    return keyed_hash(address.strip().casefold(), purpose="address that is asked")


def last_asked_at(organisation_id: int, key: str) -> datetime | None:
    """Return when an organisation, or the mailbox it shares with others, was last asked."""
    asked = ConfirmationRequest.objects.filter(Q(organisation_id=organisation_id) | Q(address_key=key))
    newest: datetime | None = asked.aggregate(newest=Max("asked_at"))["newest"]
    return newest


@dataclass(frozen=True)
class AskedEntry:
    """One entry as its group reads it: what is said of it now."""

    pk: int
    name: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Asked:
    """The page behind a link: the organisation's entries, or that it is answered."""

    organisation: str
    entries: tuple[AskedEntry, ...]
    state: str
    ended_on: date | None

    @property
    def is_open(self) -> bool:
        return self.state in ("asked", "silent") and bool(self.entries)


def asked(token_id: int, *, on: date) -> Asked:
    """Return what a group is asked through its link; raise NotVisible. Three statements."""
    token = Token.objects.filter(pk=token_id, purpose=PURPOSE).first()
    rows = ConfirmationRequest.objects.select_related("organisation")
    request = rows.filter(pk=token.object_id).first() if token else None
    if request is None:
        raise NotVisible
    entries = [_asked_entry(row) for row in to_confirm(request.organisation_id, on=on)]
    ended = request.ended_at.date() if request.ended_at else None
    return Asked(request.organisation.name, tuple(entries), request.state, ended)


def _asked_entry(row: Service) -> AskedEntry:
    facts = (
        ("What it is", row.description_text[:400]),
        ("Days and times", row.times_text),
        ("How to get in", row.how_to_join),
        ("Cost", "Free" if row.is_free and not row.cost_text else row.cost_text),
        ("E-mail", row.email),
        ("Website", row.url),
    )
    return AskedEntry(row.pk, row.name, tuple((name, words) for name, words in facts if words))


@dataclass(frozen=True)
class AskedByText:
    """The open question that a number was asked, and in whose scheme."""

    request_id: int
    scheme_id: int


def asked_by_text(number: str) -> AskedByText | None:
    """Return the open question to a number, if there is one."""
    key = address_key(rules.mobile([number]))
    rows = ConfirmationRequest.objects.filter(address_key=key, channel="sms", state="asked")
    request_id = rows.order_by("-asked_at").values_list("pk", flat=True).first()
    token = Token.objects.filter(purpose=PURPOSE, object_id=request_id).first() if request_id else None
    return AskedByText(request_id, token.scheme_id) if request_id and token else None
