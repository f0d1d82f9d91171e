"""Clients that work on a Linkwell over HTTP while it is killed, each with a ledger of what was acknowledged.

A form that gets no answer, or 503, is sent again with the same key, as a browser does, until it is acknowledged.
"""

import http.client
import random
import re
import string
import time
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from tests.faults.ledger import Entry, Ledger
from tests.faults.scheme import Cast

AWAY = (502, 503, 504)
CSRF = "".join(random.choices(string.ascii_letters, k=32))


class Wrong(Exception):
    """An answer that no client can do anything with."""


class Client(Thread):
    """One signed-in member who sends one form after the other until told to stop."""

    def __init__(self, load: "Load", who: dict[str, Any], ledger: Ledger, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.load, self.who, self.ledger, self.chance = load, who, ledger, chance
        self.wrong: list[str] = []

    def run(self) -> None:
        while not self.load.over.is_set():
            try:
                self.act()
            except Wrong as answer:
                self.wrong.append(str(answer))
                if len(self.wrong) > 20:
                    return

    def act(self) -> None:
        raise NotImplementedError

    def key(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def words(self) -> str:
        return f"ledger {self.chance.getrandbits(64):016x} of member {self.who['membership']}"

    def send(self, entries: list[Entry], path: str, **answers: Any) -> None:
        """Send a form until it is acknowledged, then write it down; give up when the load's patience is over."""
        for entry in entries:
            self.ledger.send(entry)
        answers = {"once": self.key(), **answers}
        while True:
            status, location, _ = self.ask("POST", path, answers)
            if status == 302 and not location.startswith("/account/"):
                return self.ledger.acknowledge(*entries)
            if status != 0 and status not in AWAY:
                raise Wrong(f"POST {re.sub('[0-9]+', '0', path)} answered {status} {location}")
            if self.load.gives_up():
                return
            time.sleep(0.1)

    def ask(self, method: str, path: str, answers: dict[str, Any] | None = None) -> tuple[int, str, str]:
        """Return status, Location and page; status 0 where nobody answers."""
        body = urlencode({"csrfmiddlewaretoken": CSRF, **(answers or {})}, doseq=True) if method == "POST" else None
        headers = {
            "Cookie": f"{self.load.cast.cookie_name}={self.who['cookie']}; linkwell-csrf={CSRF}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Host": f"localhost:{self.load.port}",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.load.port, timeout=40)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            self.load.answers[0] += 1
            return 0, "", ""
        finally:
            connection.close()
        self.load.answers[answer.status] += 1
        return answer.status, answer.headers.get("Location", ""), text


class Worker(Client):
    """A link worker: contacts, goals, remarks, and people referred on."""

    def act(self) -> None:
        person, words = self.chance.choice(self.who["people"]), self.words()
        kind = self.chance.choices(["contact", "goal", "remark", "refer_on"], weights=[55, 15, 15, 15])[0]
        if kind == "contact":
            entry = Entry("contact", words, str(person))
            minutes, key = self.chance.randrange(60), self.key()
            self.send(
                [entry], f"/people/{person}/log/", reached="yes", mode="phone", minutes=minutes, note=words,
                submission_key=key,
            )  # fmt: skip
        elif kind == "goal":
            self.send([Entry("goal", words, str(person))], f"/people/{person}/plan/", **{"goal-text": words})
        elif kind == "remark":
            service = self.chance.choice(self.load.cast.services)
            path = f"/directory/{service}/remarks/"
            self.send([Entry("remark", words, str(service))], path, **{"remark-text": words})
        else:
            self.refer_on(person)

    def refer_on(self, person: int) -> None:
        """Look at the preview, then send exactly that."""
        free = [one for one in self.load.cast.services if (person, one) not in self.load.referred]
        if not free:
            return
        service = self.chance.choice(free)
        self.load.referred.add((person, service))
        path = f"/people/{person}/refer/{service}/"
        ticks = {"ticked": ["name", "contact"], "hope": "Company", "channel": "email", "days": "90"}
        mark = None
        while mark is None and not self.load.gives_up():
            status, location, page = self.ask("POST", path, ticks)
            mark = re.search(r'name="previewed"[^>]*value="([0-9a-f]+)"', page)
            if mark is None and status in (0, *AWAY):
                time.sleep(0.1)
            elif mark is None:
                raise Wrong(f"the preview answered {status} {location}")
        if mark is not None:
            entry = Entry("referred_on", f"{person}-{service}", str(person))
            self.send([entry], path, **ticks, previewed=mark[1], agreed_how="in_person", send="1")


class Referrer(Client):
    """A practice: one referral after the other, each of somebody else."""

    def act(self) -> None:
        words = self.words()
        family = "Ledger" + "".join(self.chance.choices(string.ascii_lowercase, k=12))
        born = f"{self.chance.randrange(1930, 2000)}"
        self.send(
            [Entry("referral", words, family)], "/refer/new/", given_name="Test", family_name=family,
            **{"born_on-day": "3", "born_on-month": "4", "born_on-year": born}, phone="07700 900123",
            ways=["phone"], language="en", needs=["loneliness"], reason=words, urgency="routine", risk="unknown",
            agreement="agreed", submission_key=self.key(),
        )  # fmt: skip
        time.sleep(0.05)


class Lead(Client):
    """A team lead: takes on what came in, and gives each to a link worker."""

    def act(self) -> None:
        _, _, page = self.ask("GET", "/referrals/")
        waiting = set(re.findall(r"/referrals/(\d+)/", page)) - self.load.taken_on
        if not waiting:
            time.sleep(0.3)
            return
        number, worker = self.chance.choice(sorted(waiting)), self.chance.choice(self.load.cast.workers)["membership"]
        self.load.taken_on.add(number)
        entries = [Entry(kind, number, str(worker)) for kind in ("taken_on", "episode")]
        self.send(entries, f"/referrals/{number}/accept/", link_worker=worker)


class Load:
    """All clients of one scheme."""

    def __init__(self, port: int, cast: Cast, folder: Path, chance: random.Random, *, each: int = 1) -> None:
        self.port, self.cast, self.over = port, cast, Event()
        self.answers: Counter[int] = Counter()
        self.referred, self.taken_on = cast.referred, cast.taken_on
        self.until: float | None = None
        kinds: deque[tuple[Callable[..., Client], dict[str, Any]]] = deque()
        for worker in cast.workers:
            kinds.extend([(Worker, worker)] * each)
        kinds.extend([(Referrer, cast.referrer), (Lead, cast.lead)])
        folder.mkdir(exist_ok=True)
        self.clients = [
            kind(self, who, Ledger(folder / f"client-{number}"), random.Random(chance.getrandbits(64)))
            for number, (kind, who) in enumerate(kinds)
        ]

    def start(self) -> None:
        for client in self.clients:
            client.start()

    def acknowledged(self) -> list[Entry]:
        return [entry for client in self.clients for entry in client.ledger.entries()]

    def sent(self) -> set[Entry]:
        return set().union(*(client.ledger.sent for client in self.clients))

    def gives_up(self) -> bool:
        return self.until is not None and time.monotonic() > self.until

    def stop(self, *, patience: float = 60) -> list[str]:
        """Have every client end with an answer to its last form; return what was answered wrongly."""
        self.until = time.monotonic() + patience
        self.over.set()
        for client in self.clients:
            client.join(timeout=patience + 60)
        wrong = Counter(answer for client in self.clients for answer in client.wrong)
        return [f"{number} times: {answer}" for answer, number in wrong.items()] + [
            f"{status} was answered {number} times, which is no clear error."
            for status, number in self.answers.items()
            if status >= 500 and status not in AWAY
        ]
