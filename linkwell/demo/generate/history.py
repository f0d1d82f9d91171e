"""Two years, day by day: referrals arrive, wait, are taken on as far as there is room, and end."""

from collections import defaultdict
from datetime import date, timedelta

from linkwell.demo.generate.calendar import at, is_working, plus_working, some_time
from linkwell.demo.generate.connecting import Connecting
from linkwell.demo.generate.course import Course, plan_course
from linkwell.demo.generate.directory import ServiceRow
from linkwell.demo.generate.intake import Intake, Journey
from linkwell.demo.generate.joining import Chooser
from linkwell.demo.generate.ledger import Ledger
from linkwell.demo.generate.measures import Questions
from linkwell.demo.generate.people import Human, PeopleMaker
from linkwell.demo.generate.rows import Rows, poisson, stream
from linkwell.demo.generate.support import EpisodeWriter, Shared, Written
from linkwell.demo.generate.team import PracticeRow, Team, Worker
from linkwell.demo.generate.town import Spot

WORKING_DAYS_A_YEAR = 255
PACE = 0.76  # of what the practices' eagerness would bring, as they begin slowly
OTHERS = {"agency": 0.28, "self": 0.20, "staff": 0.08}  # a working day
MOST_NEW_A_DAY = 2
NOTICE = timedelta(days=21)  # who leaves takes nobody new on


class History:
    """Lives through the two years of one scheme."""

    def __init__(
        self, seed: int, last_day: date, rows: Rows, spots: list[Spot], team: Team, services: list[ServiceRow]
    ) -> None:
        self.seed, self.last_day, self.rows, self.team = seed, last_day, rows, team
        self.now = at(last_day, 0)  # nothing happens on the last day itself
        self.rng = stream(seed, "days")
        self.ledger = Ledger()
        self.intake = Intake(seed, rows, team, PeopleMaker(seed, rows, spots), self.now)
        self.chooser = Chooser(services)
        self.shared = Shared(
            rows, self.intake, Connecting(rows, self.now), Questions(rows, self.ledger), self.ledger, self.now
        )
        self.to_decide: dict[date, list[Journey]] = defaultdict(list)
        self.to_answer: dict[date, list[Journey]] = defaultdict(list)
        self.again: dict[date, list[tuple[Human, PracticeRow | None]]] = defaultdict(list)
        self.queue: list[Journey] = []
        self.courses: list[tuple[Journey, Course]] = []
        self.caseload: dict[int, list[tuple[Journey, Course]]] = defaultdict(list)

    def run(self) -> list[Written]:
        """Return every episode, as far as it has come."""
        day = self.team.launch
        while day < self.last_day:
            if is_working(day):
                self._one_day(day)
            day += timedelta(days=1)
        return [EpisodeWriter(self.shared, journey, course).write() for journey, course in self.courses]

    def _one_day(self, day: date) -> None:
        self._arrivals(day)
        for journey in self.to_answer.pop(day, []):
            self.intake.answer(journey, day)
            self._later(journey, day)
        for journey in self.to_decide.pop(day, []):
            answers_on = self.intake.decide(journey, day)
            if answers_on is not None:
                self.to_answer[answers_on].append(journey)
            if journey.state == "accepted":
                self.queue.append(journey)
        self._leavers(day)
        self._take_on(day)

    def _later(self, journey: Journey, day: date) -> None:
        days = 0 if journey.urgent else self.rng.choices([1, 2, 3, 4], weights=[45, 30, 17, 8])[0]
        self.to_decide[plus_working(day, max(1, days))].append(journey)

    def _arrivals(self, day: date) -> None:
        for practice in self.team.practices:
            if day < practice.joined:
                continue
            begun = min(1.0, 0.78 + (day - practice.joined).days / 700)
            season = 1.12 if day.month in (1, 2, 10, 11) else 0.86 if day.month in (8, 12) else 1.0
            hears_of_waits = 1 - min(0.4, max(0, len(self.queue) - 25) / 200)
            a_day = practice.list_size / 1000 * practice.eagerness / WORKING_DAYS_A_YEAR * PACE
            a_day *= begun * season * hears_of_waits
            for _ in range(poisson(self.rng, a_day)):
                self._receive(day, practice, "practice")
        for source, a_day in OTHERS.items():
            for _ in range(poisson(self.rng, a_day)):
                self._receive(day, None, source)
        for human, by in self.again.pop(day, []):
            self._receive(day, by, "practice" if by else "self", human)

    def _receive(self, day: date, practice: PracticeRow | None, source: str, again: Human | None = None) -> None:
        journey = self.intake.receive(day, practice, source, again)
        self.ledger.referred += 1
        self._later(journey, day)

    def _room(self, worker: Worker, day: date) -> int:
        moment = at(day, 9)
        held = [entry for entry in self.caseload[worker.id] if entry[1].ends is None or entry[1].ends > moment]
        self.caseload[worker.id] = held
        settling_in = (day - worker.began).days // 2 + 4 if worker.began > self.team.launch else worker.room
        return min(worker.room, settling_in) - len(held)

    def _take_on(self, day: date) -> None:
        here = [worker for worker in self.team.workers if worker.is_here(day) and worker.is_here(day + NOTICE)]
        room = {worker.id: min(MOST_NEW_A_DAY, self._room(worker, day)) for worker in here}
        self.queue.sort(key=lambda journey: (not journey.urgent, journey.received))
        waiting = []
        for journey in self.queue:
            free = [worker for worker in here if room[worker.id] > 0]
            if not free:
                waiting.append(journey)
                continue
            worker = self._best(journey, free)
            room[worker.id] -= 1
            self.intake.allocate(journey, worker, some_time(self.rng, day, 16, 18))
            course = plan_course(journey, self.chooser)
            self.courses.append((journey, course))
            self.caseload[worker.id].append((journey, course))
            self._comes_back(journey, course)
        self.queue = waiting

    def _best(self, journey: Journey, free: list[Worker]) -> Worker:
        speaks = [
            worker for worker in free if journey.human.language != "en" and journey.human.language in worker.languages
        ]
        return speaks[0] if speaks else self.rng.choice(free)

    def _comes_back(self, journey: Journey, course: Course) -> None:
        share = {"not_reached": 0.14, "disengaged": 0.12, "declined": 0.08}.get(course.reason, 0.06)
        if course.ends is None or course.reason in ("died", "moved_away") or self.rng.random() > share:
            return
        day = plus_working(course.ends.date() + timedelta(days=self.rng.randint(40, 260)), 0)
        self.again[day].append((journey.human, journey.practice))

    def _leavers(self, day: date) -> None:
        """Hand over the people of a worker who leaves, to whoever has the fewest."""
        for worker in self.team.workers:
            if worker.ended is None or not self.caseload[worker.id] or day < worker.ended - timedelta(days=1):
                continue
            here = [one for one in self.team.workers if one.is_here(day) and one is not worker]
            moment = at(day, 16, 30)
            for journey, course in self.caseload.pop(worker.id):
                if course.ends is not None and course.ends <= moment:
                    continue
                to = min(here, key=lambda one: (len(self.caseload[one.id]), one.id))
                self.intake.hand_over(journey, to, moment)
                self.caseload[to.id].append((journey, course))
