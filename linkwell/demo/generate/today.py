"""What makes the last day worth looking at: visits and answers due, a closed group, a full inbox, special records."""

from collections import Counter
from datetime import date, datetime, timedelta

from linkwell.demo.generate.calendar import at, is_working, some_time
from linkwell.demo.generate.connecting import Open, news_of_reply
from linkwell.demo.generate.data import read
from linkwell.demo.generate.directory import ServiceRow
from linkwell.demo.generate.history import History
from linkwell.demo.generate.joining import Move, Thread
from linkwell.demo.generate.rows import Row, stream
from linkwell.demo.generate.support import Written
from linkwell.demo.generate.team import Worker

INBOX = 14
_VISITS = ("Home visit at 10.00 am", "Home visit at 1.30 pm", "Meet at the library at 3.30 pm")
_GOING = ("accepted", "waiting", "first_attended", "attending")
_LONG_NAMES = ("Venkatanarasimharajuvaripeta", "O", "O'Brien-Ní Dhomhnaill")


def add_today(history: History, episodes: list[Written], services: list[ServiceRow]) -> None:
    """Add to a finished history what the pages of today need."""
    today = _Today(history, episodes, services)
    today.inbox()
    for worker in history.team.workers:
        if worker.ended is None:
            today.replies(worker, 3 if worker is history.team.workers[0] else 1)
    today.diary(history.team.workers[0])
    today.closed_group(history.team.workers[0])
    today.special_records()


class _Today:
    """Works on the open episodes of one history."""

    def __init__(self, history: History, episodes: list[Written], services: list[ServiceRow]) -> None:
        self.history, self.rows, self.team = history, history.rows, history.team
        self.services = {row.id: row for row in services}
        self.rng = stream(history.seed, "today")
        self.open = [one for one in episodes if self._episode(one)["ended_at"] is None]
        self.yesterday = history.last_day - timedelta(days=1)
        while not is_working(self.yesterday):
            self.yesterday -= timedelta(days=1)

    def _episode(self, written: Written) -> Row:
        return self.rows.get("support.Episode", written.row)

    def _connection(self, held: Open) -> Row:
        return self.rows.get("connections.Connection", held.row)

    def _engaged(self, worker: Worker) -> list[Written]:
        found = [one for one in self.open if self._episode(one)["link_worker_id"] == worker.id]
        return [one for one in found if self._episode(one)["state"] == "engaged"]

    def inbox(self) -> None:
        """Fill the inbox, with an urgent referral and one that may be of a person already known."""
        received = [row for row in self.rows.all("referrals.Referral") if row["state"] == "received"]
        practices = [row for row in self.team.practices if row.joined <= self.yesterday]
        for number in range(len(received), INBOX):
            journey = self.history.intake.receive(self.yesterday, practices[number % len(practices)], "practice")
            self.history.ledger.referred += 1
            received.append(self.rows.get("referrals.Referral", journey.id))
        received[-1]["urgency"] = "urgent"
        known = self.rows.get("people.Person", received[0]["person_id"])
        same = self.rows.get("people.Person", received[-2]["person_id"])
        for key in ("given_name", "family_name", "preferred_name", "born_on", "gender", "pronouns", "phone"):
            same[key] = known[key]
        same.update(health_number="", health_number_system="", health_number_traced=False)

    def replies(self, worker: Worker, count: int) -> None:
        """Let groups answer yesterday what a worker sent them three days before."""
        words = read("phrases.toml")
        for number, written in enumerate(self._engaged(worker)[:count]):
            taken = {held.thread.service.id for held in written.open_connections}
            journey, sent = written.journey, some_time(self.rng, self._back(5), 10, 12)
            service = self.history.chooser.choose(self.rng, journey.human, journey.needs[0], sent, taken)
            if service is None or sent <= self._episode(written)["first_conversation_at"]:
                continue
            read_at, answered = some_time(self.rng, self._back(2), 10, 12), some_time(self.rng, self.yesterday, 13, 16)
            answer = ("yes", "wait", "ring")[number]
            to = {"yes": "accepted", "wait": "waiting", "ring": ""}[answer]
            text = self.rng.choice(words[f"org_{answer}"])
            moves = [
                Move(sent, "proposed"), Move(sent + timedelta(minutes=20), "shared"),
                Move(read_at, "received", "group"),
                Move(answered, to, "group", text, answer, 4 if answer == "wait" else None),
            ]  # fmt: skip
            self._thread(written, Thread(service, journey.needs[0], True, moves), worker)

    def _back(self, days: int) -> date:
        day = self.yesterday
        for _ in range(days):
            day -= timedelta(days=1)
            while not is_working(day):
                day -= timedelta(days=1)
        return day

    def _thread(self, written: Written, thread: Thread, worker: Worker) -> None:
        connecting, episode = self.history.shared.connecting, self._episode(written)
        held = connecting.begin(
            written.journey, thread, episode=written.row, goal=None, by=worker.id, number=len(written.open_connections)
        )
        hope = written.voice.need(thread.need, "goals")
        for move in thread.moves[1:]:
            connecting.step(written.journey, held, move, worker, hope=hope)
        written.open_connections.append(held)
        last = thread.moves[-1]
        text = news_of_reply(thread.service.name, last.reply, last.wait_weeks)
        self._task(written, "reply", text, last.at, held)
        episode["waiting_on"] = "us"

    def _task(self, written: Written, kind: str, text: str, when: datetime, held: Open) -> None:
        link = {"about": "connections.Connection", "id": held.row, "path": "/connections/{}/"}
        self.rows.add(
            "support.Task", member_id=self._episode(written)["link_worker_id"], episode_id=written.row, kind=kind,
            text=text, link=link, due_on=when.date(), added_at=when, done_at=None,
        )  # fmt: skip

    def diary(self, worker: Worker) -> None:
        """Give the first link worker visits for today and two reviews that are due."""
        engaged = self._engaged(worker)
        for written, words in zip(engaged[3:], _VISITS, strict=False):
            self._episode(written).update(next_step=words, next_step_on=self.history.last_day, waiting_on="us")
        due = {written.row for written in engaged[6:8]}
        for row in self.rows.all("support.Review"):
            if row["episode_id"] in due and row["held_at"] is None:
                row["due_on"] = self.history.last_day

    def closed_group(self, worker: Worker) -> None:
        """Close the group that most of the first link worker's people go to, as found out yesterday."""
        going = [
            (written, held) for written in self.open for held in written.open_connections
            if self._connection(held)["state"] in _GOING
        ]  # fmt: skip
        mine = Counter(
            held.thread.service.id for written, held in going
            if self._episode(written)["link_worker_id"] == worker.id and self._is_open(held)
        )  # fmt: skip
        if not mine:
            return
        service = min(mine, key=lambda number: (-mine[number], number))
        when = at(self.yesterday, 16, 10)
        note = "Rang about next week: closed for good, the volunteers could not keep it going"
        self.rows.get("directory.Service", service).update(
            operating="closed", operating_note=note, operating_since=when, changed_at=when
        )
        self.rows.add(
            "directory.OperatingStatus", service_id=service, status="closed", wait_weeks=None, note=note, at=when,
            by_id=worker.id,
        )  # fmt: skip
        for written, held in going:
            if held.thread.service.id == service:
                self._task(written, "changed", f"{held.thread.service.name} is closed. Find another", when, held)

    def _is_open(self, held: Open) -> bool:
        row = self.rows.get("directory.Service", held.thread.service.id)
        return row["operating"] == "open" and "in_person" in row["modes"]

    def special_records(self) -> None:
        """Give the first link worker a person without an address, a hidden one, a restricted record, and long names."""
        first, second, fourth = self.team.workers[0], self.team.workers[1], self.team.workers[3]
        mine = self._engaged(first)
        nowhere, hidden, restricted = mine[-1], mine[-2], mine[-3]
        self._person(nowhere).update(
            address="", postcode="", no_fixed_abode=True, latitude=None, longitude=None,
            place_note="Sleeps in a van by the harbour",
        )  # fmt: skip
        self._hide(hidden, first)
        self._person(restricted)["is_restricted"] = True
        for member in (first.id, self.team.lead):
            self.rows.add(
                "people.RestrictedReader", person_id=restricted.journey.human.id, membership_id=member,
                added_at=restricted.journey.opened,
            )  # fmt: skip
        for written, family in zip(mine[-6:-3], _LONG_NAMES, strict=False):
            self._person(written)["family_name"] = family
        theirs = self._engaged(second)[0]
        self.rows.add(
            "people.Exclusion",
            person_id=theirs.journey.human.id,
            membership_id=fourth.id,
            added_at=theirs.journey.opened,
        )

    def _person(self, written: Written) -> Row:
        return self.rows.get("people.Person", written.journey.human.id)

    def _hide(self, written: Written, worker: Worker) -> None:
        self._person(written)["location_hidden"] = True
        old = self.rows.get("people.ContactRule", written.journey.human.rule)
        fresh = {key: value for key, value in old.items() if key != "id"}
        fresh.update(
            by_post=False, by_text=False, voicemail=False, when="between 10 and 2", note="Do not leave messages",
            recorded_at=self._episode(written)["first_conversation_at"], recorded_by_id=worker.id,
        )  # fmt: skip
        self.rows.add("people.ContactRule", **fresh)
