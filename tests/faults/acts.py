"""One act of each kind, by the page or job that people reach it through, ready to be done once.

`prepare(scheme)` writes what they need; `ACTS[name](prepared)` does one and returns nothing.
"""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from linkwell.connections import actions as connections
from linkwell.directory.imports import import_records
from linkwell.directory.imports import run as imports
from linkwell.interop.open_referral import FeedReader
from linkwell.messages.actions import DELIVER
from linkwell.messages.models import Message
from linkwell.team import tokens
from linkwell.team.access import LW, MGR, REF, SUP
from linkwell.team.models import OneTimeCode
from tests.factories import EpisodeFactory, MembershipFactory, OrganisationFactory, ReferralFactory, ServiceFactory
from tests.fixtures import ProductClient
from tests.story import NOW, tell

FEED = 30
HEALTH_NUMBERS = ("9434765919", "9000000009", "9990000018", "9434765870", "9876543210")
SUBJECTS = 5  # how often each act can be done for good before everything must be prepared again


@dataclass
class Prepared:
    """Who acts, and on what; `now` is the one of its subjects that the next act is about."""

    scheme_id: int
    clients: dict[str, ProductClient]
    groups: list[ProductClient]
    subjects: list[dict[str, Any]]
    now: int = 0

    @property
    def ids(self) -> dict[str, Any]:
        return self.subjects[self.now]

    def post(self, who: str, path: str, **answers: Any) -> Any:
        """Send a form and refuse anything but success."""
        client = self.groups[self.now] if who == "group" else self.clients[who]
        response = client.post(path, answers)
        if response.status_code != 302:
            raise AssertionError(f"{path} answered {response.status_code}, not success")
        return response


def prepare(scheme: Any) -> Prepared:
    """Write into the scheme in force what every act needs."""
    story = tell(scheme)
    members = {
        "worker": story.asha, "lead": MembershipFactory(role=SUP), "manager": MembershipFactory(role=MGR),
        "referrer": MembershipFactory(role=REF),
    }  # fmt: skip
    clients = {name: signed_in(member) for name, member in members.items()}
    groups = [ProductClient() for _ in range(SUBJECTS)]
    return Prepared(scheme.pk, clients, groups, [_subject(story, number) for number in range(SUBJECTS)])


def _subject(story: Any, number: int) -> dict[str, Any]:
    """Write what one round of all acts is about."""
    replying, mailed, choir = (_service(f"{name} {number}") for name in ("Shed", "Cafe", "Choir"))
    for service in (replying, mailed):
        episode = EpisodeFactory(link_worker=story.asha)
        connections.share_with_organisation(
            episode_id=episode.pk, service_id=service.pk, share=story.share(), by=story.asha, at=NOW
        )
    answered, sent = Message.objects.filter(template="organisation_referral").order_by("-pk")[:2][::-1]
    import_feed("old", source=f"Feed {number}", number=FEED)
    people = {
        name: EpisodeFactory(link_worker=story.asha).person_id
        for name in ("called", "met", "planned", "ending", "referred")
    }
    return people | {
        "number": number, "asha": story.asha.pk, "choir": choir.pk,
        "received": ReferralFactory().pk, "secret": tokens.secret_of(answered.token), "message": sent.pk,
        "keys": [str(uuid.uuid4()) for _ in range(3)],
    }  # fmt: skip


def _service(name: str) -> Any:
    address = f"{name.replace(' ', '').lower()}@example.org"
    return ServiceFactory(name=name, organisation=OrganisationFactory(referral_email=address))


def open_what_needs_requests(prepared: Prepared) -> None:
    """Do, outside the scope, what goes before an act: the group reads its code, the preview is looked at."""
    for prepared.now in range(SUBJECTS):
        path = f"/r/{prepared.ids['secret']}"
        prepared.post("group", f"{path}/send-code/")
        code = tokens.code_of(OneTimeCode.objects.latest("pk"))
        prepared.post("group", f"{path}/code/", code=code)
        page = prepared.clients["worker"].post(_refer_path(prepared), TICKS).content.decode()
        prepared.ids["previewed"] = page.split('name="previewed"')[1].split('value="')[1].split('"')[0]
    prepared.now = 0
    for client in prepared.clients.values():
        client.get("/more/")  # the session notes when it began


def signed_in(member: Any) -> ProductClient:
    """Return a browser past the second factor."""
    client = ProductClient()
    client.force_login(member.account)
    session = client.session
    session["membership"] = member.pk
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time()}]
    session["account_authentication_methods_user"] = str(member.account_id)
    session.save()
    return client


def receive(given: Prepared) -> None:
    given.post(
        "referrer", "/refer/new/", given_name="Ada", family_name=f"Clarke-{'ABCDE'[given.now]}",
        health_number=HEALTH_NUMBERS[given.now], phone="07700 900123", ways=["phone", "post"], language="en",
        needs=["loneliness"], urgency="routine", risk="some", risk_text="A large dog.", agreement="agreed",
        submission_key=given.ids["keys"][0],
    )  # fmt: skip


def accept_and_allocate(given: Prepared) -> None:
    given.post("lead", f"/referrals/{given.ids['received']}/accept/", link_worker=given.ids["asha"])


def log_contact(given: Prepared) -> None:
    given.post(
        "worker", f"/people/{given.ids['called']}/log/", reached="yes", mode="phone", minutes="20",
        note="We spoke at length.", submission_key=given.ids["keys"][1],
    )  # fmt: skip


def first_conversation(given: Prepared) -> None:
    given.post(
        "worker", f"/people/conversation/{given.ids['met']}/", matters="My garden", needs=["loneliness"],
        own_words="so quiet", risk="none", mode="phone", minutes="50", questions="later", channels=["phone"],
        submission_key=given.ids["keys"][2],
    )  # fmt: skip


def change_plan(given: Prepared) -> None:
    given.post(
        "worker", f"/people/{given.ids['planned']}/plan/",
        **{"goal-text": "Go out twice a week", "goal-importance": "9"},
    )  # fmt: skip


TICKS = {"ticked": ["name", "contact"], "hope": "Company", "channel": "email", "days": "90"}


def _refer_path(given: Prepared) -> str:
    return f"/people/{given.ids['referred']}/refer/{given.ids['choir']}/"


def refer_on(given: Prepared) -> None:
    given.post(
        "worker", _refer_path(given), **TICKS, previewed=given.ids["previewed"], agreed_how="in_person", send="1"
    )


def reply_by_link(given: Prepared) -> None:
    given.post("group", f"/r/{given.ids['secret']}/referral/", answer="wait", wait_weeks="6", text="Ask for Jo")


def end_support(given: Prepared) -> None:
    given.post("worker", f"/people/{given.ids['ending']}/end/", reason="not_reached")


def invite(given: Prepared) -> None:
    given.post("manager", "/team/invite/", email=f"new{given.now}@example.org", name="Ada New", role=LW)


def set_status(given: Prepared) -> None:
    given.post(
        "worker", f"/directory/{given.ids['choir']}/status/",
        **{"status-status": "waiting", "status-wait_weeks": "6", "status-note": "Rang Jo"},
    )  # fmt: skip


def deliver(given: Prepared) -> None:
    """The job that mails one message of the outbox."""
    from procrastinate.contrib.django import app

    app.tasks[DELIVER].func(scheme_id=given.scheme_id, message_id=given.ids["message"])


def take_feed(given: Prepared) -> None:
    """An import of changed, new and vanished entries, in three batches."""
    import_feed("new", source=f"Feed {given.now}", number=FEED + 5, first=3)


def import_feed(version: str, *, source: str, number: int, first: int = 0) -> Any:
    feed = [{"id": str(pk), "name": f"Club {pk} {version if pk % 2 else 'same'}"} for pk in range(first, number)]
    imports.BATCH = 12
    return import_records(reader=FeedReader(json.dumps(feed).encode()), source=source, at=timezone.now())


# what is done → how many of its transactions change anything beside sessions and counters
ACTS: dict[str, tuple[Callable[[Prepared], None], int]] = {
    "receive": (receive, 1),
    "accept_and_allocate": (accept_and_allocate, 1),
    "log_contact": (log_contact, 1),
    "first_conversation": (first_conversation, 1),
    "change_plan": (change_plan, 1),
    "refer_on": (refer_on, 1),
    "reply_by_link": (reply_by_link, 1),
    "end_support": (end_support, 1),
    "invite": (invite, 1),
    "set_status": (set_status, 1),
    "deliver": (deliver, 2),  # the claim stands before the mail leaves
    "take_feed": (take_feed, 2),  # the run stands before the work begins, so that a killed one is seen
}
