"""Who looked at whom in the last two weeks: audit rows of ordinary days, and a few looks that stand out."""

from datetime import date, datetime, timedelta

from linkwell.demo.generate.calendar import at, is_working
from linkwell.demo.generate.rows import Rows, stream
from linkwell.demo.generate.team import Team, Worker

DAYS = 14
PAGES = (
    ("person.read", "people:person"),
    ("person.plan_read", "plan:plan"),
    ("person.measures_read", "measures:history"),
)


def add_looks(seed: int, last_day: date, rows: Rows, team: Team) -> None:
    """Add the looks up to the day before the last."""
    looks = _Looks(seed, rows, team)
    days = [last_day - timedelta(days=back) for back in range(DAYS, 0, -1)]
    working = [day for day in days if is_working(day)]
    for day in working:
        looks.ordinary(day)
    here = [worker for worker in team.workers if worker.is_here(last_day)]
    looks.one_evening(here[1], working[-2])
    looks.same_surname(here, working[-3])
    looks.covering(here[3], here[0], working[-1])
    looks.many(here[0], working[-4])


class _Looks:
    """Writes looks at the people whom each worker has now."""

    def __init__(self, seed: int, rows: Rows, team: Team) -> None:
        self.rows, self.team, self.rng = rows, team, stream(seed, "looks")
        self.special = {
            row["person_id"] for table in ("RestrictedReader", "Exclusion") for row in rows.all(f"people.{table}")
        }
        self.people: dict[int, list[int]] = {}
        for row in rows.all("referrals.Allocation"):
            if row["ended_at"] is None and row["person_id"] not in self.special:
                self.people.setdefault(row["link_worker_id"], []).append(row["person_id"])

    def ordinary(self, day: date) -> None:
        """Each worker opens some of their own people in working hours."""
        for worker in self.team.workers:
            own = self.people.get(worker.id, [])
            if worker.is_here(day) and own:
                for person in self.rng.sample(own, min(len(own), self.rng.randrange(4, 10))):
                    self.look(worker, person, at(day, self.rng.randrange(9, 17), self.rng.randrange(60)))

    def look(self, worker: Worker, person: int, when: datetime, event: str = "", purpose: str = "") -> None:
        name, route = next((page for page in PAGES if page[0] == event), None) or self.rng.choice(PAGES)
        self.rows.add(
            "common.AuditEvent", at=when, event=event or name, outcome="done", membership_id=worker.id, role="LW",
            person_id=person, object_kind="", object_id=None, route="people:cover" if purpose else route,
            purpose=purpose, request_id=None,
        )  # fmt: skip

    def one_evening(self, worker: Worker, day: date) -> None:
        """Late paperwork."""
        for person in self.people[worker.id][:3]:
            self.look(worker, person, at(day, 21, self.rng.randrange(60)))

    def same_surname(self, workers: list[Worker], day: date) -> None:
        """Somebody opened by a worker of the same surname, if there is one."""
        for worker in workers:
            for person in self.people[worker.id]:
                if self.rows.get("people.Person", person)["family_name"] == worker.name.split()[-1]:
                    return self.look(worker, person, at(day, 11, 20))
        return None

    def covering(self, worker: Worker, colleague: Worker, day: date) -> None:
        """A call taken for a colleague who was away."""
        person, when = self.people[colleague.id][0], at(day, 14, 5)
        self.rows.add(
            "people.RecordOpening", person_id=person, membership_id=worker.id, kind="covering", reason="Taking a call",
            text="", began_at=when, ends_at=at(day + timedelta(days=1), 0), reviewed_at=None,
        )  # fmt: skip
        self.look(worker, person, when, "person.opened_covering", "Taking a call")
        self.look(worker, person, when + timedelta(minutes=1), "person.read")

    def many(self, worker: Worker, day: date) -> None:
        """Preparing a report, or something else."""
        for number, person in enumerate(self.people[worker.id][:34]):
            self.look(worker, person, at(day, 16, number % 60))
