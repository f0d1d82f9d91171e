"""Loads the generated scheme into an empty database, all of it or nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from linkwell.common import audit
from linkwell.common.locks import one_at_a_time
from linkwell.common.scope import scope
from linkwell.connections.models import SharePacket
from linkwell.connections.queries import PURPOSE
from linkwell.demo.desk import add_desk
from linkwell.demo.errors import AlreadyLoaded, NotADemoDatabase
from linkwell.demo.fresh import keep_fresh
from linkwell.demo.generate import DemoScheme, generate
from linkwell.demo.generate.rows import stream, uuid
from linkwell.demo.truth_file import write_truth
from linkwell.demo.writing import Row, Writer
from linkwell.matching.words import search_text
from linkwell.people.keys import hashed_number, keys_of
from linkwell.people.models import Person
from linkwell.support.actions.access_review import find_access_flags
from linkwell.team import tokens
from linkwell.team.models import Account, Membership, Scheme

SEED = 2020
MAILS_OF_DAYS = 21  # older mails of the two years are not made again
LOOKS_OF_DAYS = 10  # what stood out among them is looked for, as every night
_SHARED = ("places.Postcode", "places.Outcode")
_BEFORE_THE_SCHEME = ("team.Host", "team.Scheme")
_ORDER = (
    "team.Programme", "team.Practice", "team.Agency", "team.Account", "team.Membership", "directory.Source",
    "directory.Organisation", "directory.Location", "directory.Service", "directory.ServiceAtLocation",
    "directory.ServiceNeed", "directory.Schedule", "directory.CostOption", "directory.Phone", "directory.Language",
    "directory.Accessibility", "directory.ServiceArea", "directory.Capacity", "directory.Verification",
    "directory.OperatingStatus", "directory.Report", "directory.InternalRemark", "people.Person", "people.PersonKey",
    "people.ContactRule", "people.AccessNeed", "people.Consent", "people.RiskStatement", "people.RestrictedReader",
    "people.Exclusion", "people.RecordOpening", "common.AuditEvent",
    "referrals.Referral", "referrals.ReferralEvent", "referrals.Allocation",
    "referrals.FeedbackToReferrer", "referrals.FeedbackRead", "support.Episode", "support.EpisodeEvent",
    "support.Contact", "support.AboutMe", "support.EpisodeNeed", "support.Strength", "support.Goal", "support.Action",
    "support.PlanVersion", "support.Review", "connections.Connection", "connections.ConnectionEvent", "support.Task",
    "connections.SharePacket", "connections.Reply", "connections.UnmetNeed", "outcomes.Completion", "outcomes.Score",
    "outbox.Message",
)  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """What was loaded, and how long it took, in seconds."""

    scheme_id: int
    rows: int
    generated: float
    loaded: float
    truth: Path


def check_only_demo() -> None:
    """Raise NotADemoDatabase if a scheme, account or person is there that the demo did not make.

    Imported directories and reference tables do not count, nor do people and colleagues whom someone
    added to the demo scheme itself while trying it.
    """
    in_demo = Membership.objects.filter(scheme__is_demo=True).values("account_id")
    strangers = Account.objects.filter(is_demo=False).exclude(pk__in=in_demo)
    if Scheme.objects.filter(is_demo=False).exists() or strangers.exists():
        raise NotADemoDatabase


def load_demo(*, seed: int = SEED, last_day: date | None = None) -> Loaded:
    """Generate and load the demo scheme; raise NotADemoDatabase or AlreadyLoaded, having changed nothing.

    last_day   the day that the pages take for today; empty, today
    """
    check_only_demo()
    if Scheme.objects.filter(is_demo=True).exists():
        raise AlreadyLoaded
    began = time.perf_counter()
    made = generate(seed, last_day or timezone.localdate())
    generated = time.perf_counter()
    with transaction.atomic():
        one_at_a_time("demo scheme")
        check_only_demo()
        if Scheme.objects.filter(is_demo=True).exists():
            raise AlreadyLoaded
        scheme_id = _load(made)
    finished = time.perf_counter()
    truth = write_truth(made, Path(settings.HOME))
    rows = sum(len(table) for table in made.tables.values())
    return Loaded(scheme_id, rows, generated - began, finished - generated, truth)


def _load(made: DemoScheme) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
    writer, tables = Writer(), dict(made.tables)
    for table in _SHARED:
        writer.write(table, tables.pop(table), keep=True)
    for table in _BEFORE_THE_SCHEME:
        writer.write(table, tables.pop(table))
    scheme_id = writer.id_of("team.Scheme", 1)
    tables["people.PersonKey"] = _keys(tables["people.Person"], scheme_id)
    tables["directory.Service"] = _searchable(tables["directory.Service"], tables["directory.Organisation"])
    with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
        if Person.objects.exists():
            raise NotADemoDatabase
        for table in _ORDER:
            if table == "outbox.Message":
                tables[table] = _mails(made, writer, scheme_id)
            writer.write(table, tables.pop(table, []), scheme_id=scheme_id)
            _check_keys_now()
        _verify_addresses(made, writer)
        add_desk(scheme_id=scheme_id, last_day=made.last_day)
        keep_fresh(scheme_id=scheme_id, at=timezone.now())
        scheme = Scheme.objects.get(pk=scheme_id)
        days = [made.last_day - timedelta(days=back) for back in range(LOOKS_OF_DAYS, 0, -1)]
        find_access_flags(scheme_id=scheme_id, days=days, at=timezone.now())
        audit.record("demo.loaded", about=scheme, at=timezone.now(), purpose=f"seed {made.seed}, up to {made.last_day}")
    if tables:
        raise AssertionError(f"Tables without a place in the order: {', '.join(sorted(tables))}")
    return scheme_id


def _check_keys_now() -> None:
    """Let the database check foreign keys table by table, not all of them at the end."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _keys(people: list[Row], scheme_id: int) -> list[Row]:
    rows: list[Row] = []
    for person in people:
        keys = keys_of(
            given_name=person["given_name"], preferred_name=person["preferred_name"], born_on=person["born_on"],
            family_name=person["family_name"], postcode="" if person["location_hidden"] else person["postcode"],
            hashed_number=hashed_number(scheme_id, person["health_number"]),
        )  # fmt: skip
        rows += [
            {"id": len(rows) + number, "person_id": person["id"], "kind": kind, "key": key}
            for number, (kind, key) in enumerate(keys, 1)
        ]
    return rows


def _searchable(services: list[Row], organisations: list[Row]) -> list[Row]:
    names = {row["id"]: row["name"] for row in organisations}
    return [
        {**row, "search": search_text(row["name"], names[row["organisation_id"]], row["description_text"])}
        for row in services
    ]


def _mails(made: DemoScheme, writer: Writer, scheme_id: int) -> list[Row]:
    """Return the mails of the last weeks: to groups with a link that works, and news to practices."""
    since = datetime.combine(made.last_day - timedelta(days=MAILS_OF_DAYS), datetime.min.time(), tzinfo=UTC)
    rng = stream(made.seed, "mails")
    rows: list[Row] = []

    def add(template: str, kind: str, recipient: int, words: dict[str, str], at: datetime, token: int | None) -> None:
        rows.append(
            {
                "id": len(rows) + 1, "channel": "email", "template": template, "recipient_kind": kind,
                "recipient_id": recipient, "words": words, "token_id": token, "code_id": None, "state": "sent",
                "attempts": 1, "reference": uuid(rng), "created_at": at, "next_attempt_at": at,
                "sent_at": at + timedelta(seconds=20),
            }
        )  # fmt: skip

    _links_to_groups(made, writer, scheme_id, since, add)
    referrals = {row["id"]: row for row in made.tables["referrals.Referral"]}
    for told in made.tables["referrals.FeedbackToReferrer"]:
        referral = referrals[told["referral_id"]]
        for kind, table, key in (("practice", "team.Practice", "practice_id"), ("agency", "team.Agency", "agency_id")):
            if told["at"] >= since and referral[key]:
                words = {"reference": referral["reference"]}
                add("referral_news", kind, writer.id_of(table, referral[key]), words, told["at"], None)
    rows.sort(key=lambda row: (row["created_at"], row["id"]))
    return [{**row, "id": number} for number, row in enumerate(rows, 1)]


def _links_to_groups(
    made: DemoScheme, writer: Writer, scheme_id: int, since: datetime, add: Callable[..., None]
) -> None:
    for packet in made.tables["connections.SharePacket"]:
        if packet["channel"] != SharePacket.Channel.EMAIL or packet["agreed_at"] < since:
            continue
        day_after = packet["expires_on"] + timedelta(days=1)
        token = tokens.make_token(
            scheme_id=scheme_id, purpose=PURPOSE, object_id=writer.id_of("connections.SharePacket", packet["id"]),
            expires_at=timezone.make_aware(datetime.combine(day_after, datetime.min.time())), at=packet["agreed_at"],
        )  # fmt: skip
        words = {"reference": packet["reference"], "until": f"{packet['expires_on']:%-d %B %Y}"}
        recipient = writer.id_of("connections.SharePacket", packet["id"])
        add("organisation_referral", "share", recipient, words, packet["agreed_at"], token.pk)


def _verify_addresses(made: DemoScheme, writer: Writer) -> None:
    EmailAddress.objects.bulk_create(
        EmailAddress(user_id=writer.id_of("team.Account", row["id"]), email=row["email"], verified=True, primary=True)
        for row in made.tables["team.Account"]
    )
