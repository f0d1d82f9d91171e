"""Referrals: who asks for whom and why, what is decided, and what the referrer hears."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from linkwell.demo.generate import truth
from linkwell.demo.generate.calendar import plus_working, some_time
from linkwell.demo.generate.data import read
from linkwell.demo.generate.people import Human, PeopleMaker
from linkwell.demo.generate.rows import Rows, stream, weighted
from linkwell.demo.generate.team import PracticeRow, Team, Worker

_SIGNS = "23456789BCDFGHJKMNPQRTVWXY"
RECEIVED_WORDS = "We have received this referral. You will hear whether we can take it on."
ACCEPTED_WORDS = "We have accepted this referral. A link worker will get in touch with the person."


@dataclass
class Journey:
    """One referral and what becomes of it."""

    id: int
    human: Human
    needs: list[str]
    received: datetime
    practice: PracticeRow | None
    agency: bool
    urgent: bool
    rng: Random
    state: str = "received"
    returns: int = 0
    opened: datetime | None = None
    workers: list[tuple[Worker, datetime]] = field(default_factory=list)
    allocations: list[int] = field(default_factory=list)  # rows of Allocation

    def worker_at(self, moment: datetime) -> Worker:
        """Return who was responsible at a moment."""
        return [worker for worker, since in self.workers if since <= moment][-1]


class Intake:
    """Writes referrals, their steps and the news of them; nothing at or after `now` is written."""

    def __init__(self, seed: int, rows: Rows, team: Team, people: PeopleMaker, now: datetime) -> None:
        self.seed, self.rows, self.team, self.people, self.now = seed, rows, team, people, now
        self.count = 0

    def receive(self, day: date, practice: PracticeRow | None, source: str, again: Human | None = None) -> Journey:
        """Add a referral of a new person, or of someone who was referred before."""
        self.count += 1
        rng = stream(self.seed, "referral", self.count)
        at = some_time(rng, day, 8, 18)
        by, name, behalf = self._referrer(rng, practice, source)
        home = practice or rng.choice(self.team.practices)
        human = again or self.people.add(practice=home.id, area=home.area, at=at, by=by or self.team.lead)
        if human.times_referred:
            human.latent = truth.referred_again(human.latent)
        human.times_referred += 1
        needs = draw_needs(rng, human)
        urgent = rng.random() < 0.06
        voice = human.voice(rng, "")
        reasons = [voice.need(needs[0], "situations")]
        if len(needs) > 1 and rng.random() < 0.35:
            reasons.append(voice.need(needs[1], "situations"))
        reason = " ".join(filter(None, [*reasons, voice.phrase("on_top")]))
        if source == "self":
            reason = f"“{voice.need(needs[0], 'said')}.” Rang the office."
        journey = Journey(
            self.rows.add(
                "referrals.Referral", programme_id=1, person_id=human.id, reference=self._reference(), source=source,
                practice_id=practice.id if practice else None,
                agency_id=self.team.agency if source == "agency" else None, referrer_id=by, referrer_name=name,
                on_behalf_of=behalf, reason=reason, needs=needs,
                urgency="urgent" if urgent else "routine", told_person="" if source == "self" else voice.phrase("told"),
                state="received", state_reason="", received_at=at, decided_at=None, closed_at=None,
            ),
            human, needs, at, practice, source == "agency", urgent, rng,
        )  # fmt: skip
        self._event(journey, "", "received", at, by)
        self._agreement(rng, journey, at, by)
        self.tell(journey, "received", RECEIVED_WORDS, at, None)
        return journey

    def _referrer(self, rng: Random, practice: PracticeRow | None, source: str) -> tuple[int | None, str, str]:
        if source == "agency":
            return self.team.agency_member, "Nicola Dean", ""
        if practice is not None:
            doctor, helper = practice.gp, practice.navigator
            names = {number: self._name(number) for number in (doctor, helper)}
            if rng.random() < 0.45:
                return doctor, names[doctor], ""
            return helper, names[helper], names[doctor] if rng.random() < 0.5 else ""
        return (self.team.lead, self.team.lead_name, "") if source == "staff" else (None, "", "")

    def _name(self, membership: int) -> str:
        account = self.rows.get("team.Membership", membership)["account_id"]
        return str(self.rows.get("team.Account", account)["name"])

    def _reference(self) -> str:
        """Return a reference that no other referral has: its number stands in it, turned beyond recognition."""
        number = (self.count * 148_035_889) % len(_SIGNS) ** 6
        signs = ""
        for _ in range(6):
            number, rest = divmod(number, len(_SIGNS))
            signs += _SIGNS[rest]
        return f"LW-{signs}"

    def _agreement(self, rng: Random, journey: Journey, at: datetime, by: int | None) -> None:
        person = journey.human.id
        self.rows.add("people.Consent", **_consent(person, "referral", given=True, at=at, by=by, how="in_person"))
        given = rng.random() < 0.96
        why = "" if given else "Does not want the practice to hear more than that we met"
        self.rows.add("people.Consent", **_consent(person, "feedback", given=given, at=at, by=by, why_not=why))
        if rng.random() < 0.55 and journey.human.times_referred == 1:
            journey.human.risks.append(
                self.rows.add(
                    "people.RiskStatement", person_id=person, none_known=True, text="", began_at=at, ended_at=None,
                    recorded_by_id=by,
                )
            )  # fmt: skip

    def move(self, journey: Journey, to: str, at: datetime, by: int | None, reason: str = "") -> None:
        """Take one step, as the product's own table of states allows."""
        row = self.rows.get("referrals.Referral", journey.id)
        was, row["state"], row["state_reason"] = row["state"], to, reason
        if to in ("accepted", "declined", "redirected"):
            row["decided_at"] = at
        if to in ("declined", "redirected", "closed"):
            row["closed_at"] = at
        journey.state = to
        self._event(journey, was, to, at, by, reason)

    def _event(self, journey: Journey, was: str, now: str, at: datetime, by: int | None, reason: str = "") -> None:
        self.rows.add(
            "referrals.ReferralEvent", referral_id=journey.id, at=at, was=was, now=now, by_id=by, reason=reason
        )

    def tell(self, journey: Journey, kind: str, text: str, at: datetime, by: int | None) -> None:
        """Write what the referrer is told; about half is opened within days."""
        told = self.rows.add(
            "referrals.FeedbackToReferrer", referral_id=journey.id, kind=kind, text=text, at=at, by_id=by
        )
        readers = [journey.practice.navigator, journey.practice.gp] if journey.practice else []
        for reader in readers or ([self.team.agency_member] if journey.agency else []):
            opened = at + timedelta(hours=journey.rng.expovariate(1 / 40))
            if journey.rng.random() < 0.58 and opened < self.now:
                self.rows.add("referrals.FeedbackRead", feedback_id=told, by_id=reader, at=opened)

    def decide(self, journey: Journey, day: date) -> date | None:
        """Decide on a received referral; return the day on which an answer comes, if one was asked for."""
        rng, at = journey.rng, some_time(journey.rng, day, 9, 16)
        by = self.team.triager(journey.id)
        words = read("phrases.toml")
        outcome = weighted(
            rng, {"accepted": 90, "declined": 4, "redirected": 2, "returned": 4 if not journey.returns else 0}
        )
        if outcome == "accepted":
            self.move(journey, "accepted", at, by)
            self.tell(journey, "accepted", ACCEPTED_WORDS, at, by)
        elif outcome == "returned":
            question = rng.choice(words["question"])
            journey.returns += 1
            self.move(journey, "returned", at, by, question)
            self.tell(journey, "returned", f"We need to know more: {question}", at, by)
            return plus_working(day, rng.randrange(1, 9)) if rng.random() < 0.82 else None
        else:
            reason = rng.choice(words["decline"] if outcome == "declined" else words["redirect"])
            said, _, instead = reason.partition("|")
            said = f"{said} Who can help instead: {instead}" if instead else said
            self.move(journey, outcome, at, by, said)
            self.tell(journey, "declined", f"We could not take this referral on. {said}", at, by)
        return None

    def answer(self, journey: Journey, day: date) -> None:
        """Let the referrer answer the question; the referral is received again."""
        answer = journey.rng.choice(read("phrases.toml")["answer"])
        row = self.rows.get("referrals.Referral", journey.id)
        self.move(journey, "received", some_time(journey.rng, day, 8, 17), row["referrer_id"], answer)
        row["reason"] = f"{row['reason']}\n\n{answer}"

    def allocate(self, journey: Journey, worker: Worker, at: datetime) -> None:
        """Give an accepted referral to a link worker."""
        self._responsible(journey, worker, at)
        self.move(journey, "allocated", at, self.team.lead)
        journey.opened = at

    def hand_over(self, journey: Journey, worker: Worker, at: datetime) -> None:
        """Let another link worker carry on."""
        self.rows.get("referrals.Allocation", journey.allocations[-1])["ended_at"] = at
        self._responsible(journey, worker, at)

    def _responsible(self, journey: Journey, worker: Worker, at: datetime) -> None:
        journey.workers.append((worker, at))
        journey.allocations.append(
            self.rows.add(
                "referrals.Allocation", referral_id=journey.id, person_id=journey.human.id, link_worker_id=worker.id,
                began_at=at, ended_at=None,
            )
        )  # fmt: skip


def _consent(
    person: int, purpose: str, *, given: bool, at: datetime, by: int | None, how: str = "", why_not: str = ""
) -> dict[str, object]:
    return {
        "person_id": person, "purpose": purpose, "organisation_id": None, "given": given, "how": how,
        "why_not": why_not, "recorded_at": at, "recorded_by_id": by, "expires_on": None, "withdrawn_at": None,
    }  # fmt: skip


def draw_needs(rng: Random, human: Human) -> list[str]:
    """Return one to three needs that go together, the first the main one, and fit the person."""
    known = read("needs.toml")
    age = human.age(date(2026, 1, 1))
    unlikely = {
        "family": age > 55, "work": age > 66, "memory": age < 60, "immigration": human.language == "en",
        "learning": age > 75, "abuse": human.gender == "male" and rng.random() < 0.7, "volunteering": age > 85,
    }  # fmt: skip
    weights = {code: need["weight"] * (0.08 if unlikely.get(code) else 1.0) for code, need in known.items()}
    needs = [weighted(rng, weights)]
    for code in rng.sample(known[needs[0]]["near"], len(known[needs[0]]["near"])):
        if len(needs) < 3 and rng.random() < 0.38 and not unlikely.get(code):
            needs.append(code)
    return needs
