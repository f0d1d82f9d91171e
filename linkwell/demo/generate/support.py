"""Writes one episode of support from its planned course, as far as it has come by now."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from linkwell.demo.generate import truth
from linkwell.demo.generate.calendar import plus_working, some_time
from linkwell.demo.generate.connecting import Connecting, Open, news_of_reply
from linkwell.demo.generate.course import Course, Step
from linkwell.demo.generate.intake import Intake, Journey
from linkwell.demo.generate.joining import Move, Thread
from linkwell.demo.generate.ledger import Ledger
from linkwell.demo.generate.listening import listen, next_step
from linkwell.demo.generate.measures import Questions
from linkwell.demo.generate.notes import Notes
from linkwell.demo.generate.plans import Plans
from linkwell.demo.generate.rows import Rows
from linkwell.demo.generate.telling import ending_words
from linkwell.demo.generate.unmet import unmet
from linkwell.demo.generate.voice import Voice

REVIEW_AFTER = timedelta(weeks=12)
_MINUTES = {
    "in_person": (30, 75), "phone": (10, 35), "video": (20, 45), "text": (2, 6), "group": (10, 25), "doorstep": (5, 15),
    "letter": (10, 20),
}  # fmt: skip


@dataclass
class Shared:
    """What the episodes of one scheme write with."""

    rows: Rows
    intake: Intake
    connecting: Connecting
    questions: Questions
    ledger: Ledger
    now: datetime


@dataclass
class Written:
    """One episode as it stands, for what is added for today."""

    journey: Journey
    row: int
    voice: Voice
    open_connections: list[Open] = field(default_factory=list)
    review_due: date | None = None


class EpisodeWriter:
    """Writes one episode."""

    def __init__(self, shared: Shared, journey: Journey, course: Course) -> None:
        assert journey.opened is not None
        self.shared, self.rows, self.journey, self.course = shared, shared.rows, journey, course
        self.worker = journey.workers[0][0]
        self.voice = journey.human.voice(journey.rng, self.worker.name.split(" ")[0])
        self.notes = Notes(journey, self.voice)
        self.lead = shared.intake.team.lead
        self.row = self.rows.add(
            "support.Episode", person_id=journey.human.id, referral_id=journey.id, link_worker_id=self.worker.id,
            state="new", level=course.level, opened_at=journey.opened, first_attempt_at=None,
            first_conversation_at=None, last_heard_at=None, contacts_count=0, attempts_count=0, minutes_total=0,
            next_step="First contact", next_step_on=journey.opened.date(), waiting_on="us", ended_at=None,
            end_reason="", end_note="",
        )  # fmt: skip
        self.episode = self.rows.get("support.Episode", self.row)
        self.plans = Plans(self.rows, self.row, journey, self.voice)
        self.written = Written(journey, self.row, self.voice)
        self.opened: dict[int, Open] = {}
        self.news: list[str] = []
        self.tasks: list[tuple[int, Open]] = []
        self._event("", "new", journey.opened, self.lead)
        for code in journey.needs:
            self.plans.need(code, "", journey.opened, self.lead)

    def write(self) -> Written:
        """Write every step before now, and what the next one is."""
        moves = [
            (move.at, 1, number, move) for number, thread in enumerate(self.course.threads) for move in thread.moves
        ]
        steps = [(step.at, 0, number, step) for number, step in enumerate(self.course.steps)]
        ends = self.course.ends or datetime.max.replace(tzinfo=self.shared.now.tzinfo)
        ahead: list[Step] = []
        for at, _, number, what in sorted(steps + moves, key=lambda entry: entry[:3]):  # type: ignore[operator]
            if at >= min(self.shared.now, ends):
                ahead += [what] if isinstance(what, Step) and at < ends else []
                continue
            self.worker = self.journey.worker_at(at)
            self.voice.words["W"] = self.worker.name.split(" ")[0]
            if isinstance(what, Step):
                getattr(self, f"_{what.kind}")(what)
            else:
                self._connect(number, self.course.threads[number], what)
        if ends < self.shared.now:
            self._end(ends)
        else:
            self._what_next(ahead, ends)
        return self.written

    def _event(self, was: str, now: str, at: datetime, by: int, reason: str = "") -> None:
        self.rows.add("support.EpisodeEvent", episode_id=self.row, at=at, was=was, now=now, by_id=by, reason=reason)

    def _move(self, to: str, at: datetime, reason: str = "") -> None:
        if self.episode["state"] != to:
            self._event(self.episode["state"], to, at, self.worker.id, reason)
            self.episode["state"] = to

    def _mode(self, step: Step, instead: str) -> str:
        """Return how it happened: who has no phone is not rung."""
        mode = str(step.data["mode"])
        return instead if mode in ("phone", "text") and not self.journey.human.has_phone else mode

    def _attempt(self, step: Step) -> None:
        mode = self._mode(step, "doorstep")
        minutes = 0 if mode in ("phone", "text") else self.journey.rng.randint(5, 15)
        self._log(step.at, mode, minutes, False, self.voice.phrase(f"attempt_{mode}"))
        self.episode["attempts_count"] += 1
        self.episode["next_step"], self.episode["next_step_on"] = "Try again", step.at.date() + timedelta(days=2)
        if self.episode["state"] == "new":
            self._move("contacted", step.at)

    def _contact(self, step: Step) -> None:
        mode, part, rng = self._mode(step, "in_person"), step.data["part"], self.journey.rng
        following = self._following(step)
        low, high = (45, 80) if part == "first" else _MINUTES[mode]
        minutes = rng.randint(low, high) // 5 * 5 if high > 10 else rng.randint(low, high)
        first = part == "first"
        note = self.notes.contact(mode, part, following, self.news)
        self.news = []
        self._log(step.at, mode, minutes, True, note, first=first)
        self.episode["contacts_count"] += 1
        self.episode["last_heard_at"] = step.at
        if first:
            self._first(step.at)
        elif self.episode["state"] == "new":
            self._move("contacted", step.at)
        if part == "stepping":
            self._move("stepping_down", step.at + timedelta(minutes=20))
        if part == "review":
            self._review(step.at)
        for task, held in self.tasks:
            self.rows.get("support.Task", task)["done_at"] = step.at
            self.shared.connecting.settle(held, step.at)
        self.tasks = []

    def _log(self, at: datetime, mode: str, minutes: int, reached: bool, note: str, *, first: bool = False) -> None:
        later = timedelta(minutes=minutes + self.journey.rng.randrange(1, 40))
        self.rows.add(
            "support.Contact", episode_id=self.row, person_id=self.journey.human.id, at=at, mode=mode, minutes=minutes,
            reached=reached, chosen_by_person=reached and self.journey.rng.random() < 0.3, is_first_conversation=first,
            note=note, by_id=self.worker.id, recorded_at=at + later, corrects_id=None, submission_key=None,
        )  # fmt: skip
        self.episode["minutes_total"] += minutes
        self.episode["first_attempt_at"] = self.episode["first_attempt_at"] or at

    def _first(self, at: datetime) -> None:
        self.episode["first_conversation_at"] = at
        self._move("engaged", at)
        self.shared.ledger.engaged += 1
        for code in self.journey.needs:
            self.plans.say(code, self.voice.need(code, "said"))
        listen(self.rows, self.journey, self.voice, at=at, by=self.worker.id)
        self.written.review_due = (at + REVIEW_AFTER).date()

    def _review(self, at: datetime) -> None:
        due = self.written.review_due or at.date()
        note = self.voice.need(self.journey.needs[0], "going")
        self.rows.add("support.Review", episode_id=self.row, due_on=due, held_at=at, note=note, by_id=self.worker.id)
        self.written.review_due = at.date() + timedelta(weeks=8)

    def _plan(self, step: Step) -> None:
        reviews = [
            later.at.date() for later in self.course.steps if later.at > step.at and later.data.get("part") == "review"
        ]
        review_on = reviews[0] if reviews else step.at.date() + timedelta(weeks=8)
        self.plans.agree(step.at, self.worker.id, review_on)
        self.written.review_due = review_on

    def _ask(self, step: Step) -> None:
        occasion = step.data["occasion"]
        mode = next(
            row.data["mode"] for row in reversed(self.course.steps) if row.kind == "contact" and row.at <= step.at
        )
        attended = any(
            self.rows.get("connections.Connection", held.row)["first_attended_on"] for held in self.opened.values()
        )
        dose = 0.0 if occasion == "baseline" else truth.dose(self.episode["contacts_count"], attended=attended)
        self.shared.questions.ask(
            self.journey.rng, self.journey.human, episode=self.row, occasion=occasion, at=step.at, by=self.worker.id,
            mode=mode, dose=dose,
        )  # fmt: skip

    def _gap(self, step: Step) -> None:
        outcode, said = self.journey.human.spot.area.outcode, self.voice.phrase("gap")
        row = unmet(step.data["need"], outcode, said, episode=self.row, at=step.at, by=self.worker.id)
        self.rows.add("connections.UnmetNeed", **row)

    def _connect(self, number: int, thread: Thread, move: Move) -> None:
        connecting = self.shared.connecting
        if number not in self.opened:
            goal = self.plans.goal_for(thread.need)
            held = connecting.begin(self.journey, thread, episode=self.row, goal=goal, by=self.worker.id, number=number)
            self.opened[number] = held
            self.written.open_connections.append(held)
            return
        held = self.opened[number]
        hope = self.plans.hope(thread.need) or self.voice.need(thread.need, "goals")
        news = connecting.step(self.journey, held, move, self.worker, hope=hope)
        if move.to == "shared":
            self.episode["waiting_on"] = "service"
        if news:
            self.news.append(self.voice.fill(news, service=thread.service.name, when=thread.service.when))
        if move.reply:
            self.episode["waiting_on"] = "us"
            self._task(held, move)

    def _task(self, held: Open, move: Move) -> None:
        text = news_of_reply(held.thread.service.name, move.reply, move.wait_weeks)
        link = {"about": "connections.Connection", "id": held.row, "path": "/connections/{}/"}
        done = some_time(self.journey.rng, plus_working(move.at.date(), self.journey.rng.randint(1, 2)), 9, 17)
        task = self.rows.add(
            "support.Task", member_id=self.worker.id, episode_id=self.row, kind="reply", text=text, link=link,
            due_on=move.at.date(), added_at=move.at, done_at=done if done < self.shared.now else None,
        )  # fmt: skip
        if done < self.shared.now:
            self.shared.connecting.settle(held, done)
        else:
            self.tasks.append((task, held))

    def _following(self, step: Step) -> datetime | None:
        after = [row.at for row in self.course.steps if row.at > step.at and row.kind in ("contact", "attempt")]
        return after[0] if after else None

    def _what_next(self, ahead: list[Step], ends: datetime) -> None:
        waits = {"shared", "received", "waiting"}
        states = {self.rows.get("connections.Connection", held.row)["state"] for held in self.opened.values()}
        if self.episode["waiting_on"] == "service" and not states & waits:
            self.episode["waiting_on"] = "us"
        elif self.episode["waiting_on"] == "us" and self.journey.rng.random() < 0.3 and self.episode["last_heard_at"]:
            self.episode["waiting_on"] = "person"
        if self.written.review_due is not None:
            self.rows.add(
                "support.Review", episode_id=self.row, due_on=self.written.review_due, held_at=None, note="", by_id=None
            )
        reached = self.episode["last_heard_at"]
        coming = [step for step in ahead if step.kind in ("contact", "attempt")]
        if not coming:
            if self.episode["attempts_count"]:
                self.episode["next_step"] = "No answer to the letter: end and tell the practice"
                self.episode["next_step_on"] = ends.date()
            return
        if reached is None:
            return  # first contact or "try again", as the product itself would have it
        step = next((one for one in coming if one.kind == "contact"), coming[0])
        mode, first = self._mode(step, "in_person"), step.data.get("part") == "first"
        self.episode["next_step"] = next_step(mode, step.at, called=self.journey.human.called, first=first)
        self.episode["next_step_on"] = step.at.date()

    def _end(self, at: datetime) -> None:
        reason, voice = self.course.reason, self.voice
        self.worker = self.journey.worker_at(at)
        if self.course.kind == "disengaged":
            self.shared.ledger.stopped += 1
        self.plans.finish(reason, at)
        joined, tried = self._joined()
        for held in self.opened.values():
            self.shared.connecting.close(held, at, self.worker.id)
        self._move("ended", at, reason)
        self.episode.update(
            ended_at=at, end_reason=reason, end_note=voice.phrase(f"end_{reason}"), next_step="", next_step_on=None
        )
        for task, _ in self.tasks:
            self.rows.get("support.Task", task)["done_at"] = at
        if reason == "died":
            self.rows.get("people.Person", self.journey.human.id)["died_on"] = at.date() - timedelta(days=2)
        told = ending_words(
            reason=reason, contacts=self.episode["contacts_count"], attempts=self.episode["attempts_count"],
            joined=joined, tried=tried,
        )  # fmt: skip
        intake = self.shared.intake
        intake.move(self.journey, "closed", at, self.worker.id)
        kind = "not_reached" if reason == "not_reached" else "ended"
        intake.tell(self.journey, kind, told, at, self.worker.id)
        for row in self.journey.allocations:
            held_row = self.rows.get("referrals.Allocation", row)
            held_row["ended_at"] = held_row["ended_at"] or at

    def _joined(self) -> tuple[list[str], list[str]]:
        joined, tried = [], []
        for held in self.opened.values():
            state = self.rows.get("connections.Connection", held.row)["state"]
            if state in ("first_attended", "attending"):
                joined.append(held.thread.service.name)
            elif state in ("declined_org", "declined_person", "ended"):
                tried.append(held.thread.service.name)
        return joined, tried
