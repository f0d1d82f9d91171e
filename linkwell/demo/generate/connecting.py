"""Writes connections: their states and events, what groups were told, what they answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from linkwell.demo.generate.directory import ServiceRow
from linkwell.demo.generate.intake import Journey
from linkwell.demo.generate.joining import Move, Thread
from linkwell.demo.generate.rows import Rows
from linkwell.demo.generate.team import SCHEME_NAME, Worker

OPEN_BEFORE = ("proposed", "signposted", "shared", "received", "waiting", "accepted")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PARTS = {
    "name": "First name, as they like to be called", "full_name": "Full name", "contact": "How to reach them",
    "hope": "What they hope for", "access": "What they need from you", "age_band": "Age, within ten years",
    "address": "Address", "risks": "What a visitor must know to be safe",
}  # fmt: skip
_ACCESS = {
    "interpreter": "An interpreter", "bsl": "British Sign Language", "hearing_loop": "A hearing loop",
    "large_print": "Large print", "easy_read": "Easy read", "step_free": "Step-free access",
    "quiet_space": "A quiet space", "companion": "Someone to come along", "not_online": "Cannot use the internet",
}  # fmt: skip


@dataclass
class Open:
    """A connection that is being written."""

    row: int
    thread: Thread
    number: int


class Connecting:
    """Writes the threads of one scheme."""

    def __init__(self, rows: Rows, now: datetime) -> None:
        self.rows, self.now = rows, now
        self.packet_of: dict[int, int] = {}  # connection → packet

    def begin(self, journey: Journey, thread: Thread, *, episode: int, goal: int | None, by: int, number: int) -> Open:
        """Add a connection as talked about."""
        at = thread.moves[0].at
        row = self.rows.add(
            "connections.Connection", episode_id=episode, person_id=journey.human.id, service_id=thread.service.id,
            goal_id=goal, kind="", need_code=thread.need, state="proposed", state_at=at, answer_settled_at=None,
            reason="", wait_weeks=None, accompanied=False, created_at=at, first_attended_on=None, by_id=by,
        )  # fmt: skip
        self._event(row, "", "proposed", at, by, "")
        return Open(row, thread, number)

    def step(self, journey: Journey, held: Open, move: Move, worker: Worker, *, hope: str) -> str:
        """Take one step; return a sentence of news for the next note, or ""."""
        row = self.rows.get("connections.Connection", held.row)
        if move.reply:
            self._reply(held, move, row)
        if not move.to:
            return ""
        by = worker.id if move.by == "worker" else None
        was, row["state"], row["state_at"] = row["state"], move.to, move.at
        row["reason"] = move.reason if move.to in ("declined_org", "declined_person", "ended") else ""
        if move.to in ("signposted", "shared"):
            row["kind"] = "signpost" if move.to == "signposted" else "referral"
        if move.to == "shared":
            self._packet(journey, held, move.at, worker, hope)
        if move.to == "received":
            self.rows.get("connections.SharePacket", self.packet_of[held.row])["first_opened_at"] = move.at
        if move.to == "waiting":
            row["wait_weeks"] = move.wait_weeks
        if move.to == "first_attended":
            row["first_attended_on"] = move.at.date()
            row["accompanied"] = journey.rng.random() < 0.17
            row["answer_settled_at"] = row["answer_settled_at"] or (move.at if held.thread.shared else None)
        self._event(held.row, was, move.to, move.at, by, row["reason"])
        return _NEWS.get(move.to, "")

    def close(self, held: Open, at: datetime, by: int) -> None:
        """End what had not begun when support ended."""
        row = self.rows.get("connections.Connection", held.row)
        if row["state"] in OPEN_BEFORE:
            self._event(held.row, row["state"], "ended", at, by, "Support ended")
            row.update(state="ended", state_at=at, reason="Support ended")

    def _event(self, row: int, was: str, now: str, at: datetime, by: int | None, reason: str) -> None:
        self.rows.add(
            "connections.ConnectionEvent", connection_id=row, at=at, was=was, now=now, by_id=by, reason=reason
        )

    def _reply(self, held: Open, move: Move, row: dict[str, Any]) -> None:
        self.rows.add(
            "connections.Reply", connection_id=held.row, answer=move.reply, text=move.reason,
            wait_weeks=move.wait_weeks,
            answered_by=_ANSWERED_BY[held.row % len(_ANSWERED_BY)], at=move.at, by_id=None,
        )  # fmt: skip

    def settle(self, held: Open, at: datetime) -> None:
        """Note that the person was told the answer."""
        self.rows.get("connections.Connection", held.row)["answer_settled_at"] = at

    def _packet(self, journey: Journey, held: Open, at: datetime, worker: Worker, hope: str) -> None:
        service = held.thread.service
        ticked, content = self._content(journey, service, worker, hope)
        expires = at.date() + timedelta(days=90)
        how = "phone" if journey.rng.random() < 0.55 else "in_person"
        channel = "email" if service.takes_referrals else journey.rng.choice(["phone", "print"])
        group = self.rows.get("directory.Organisation", service.organisation)
        sent_to = group["referral_email"] if channel == "email" else ""
        self.packet_of[held.row] = self.rows.add(
            "connections.SharePacket", connection_id=held.row, person_id=journey.human.id,
            organisation_id=service.organisation, reference=_reference(len(self.packet_of) + 1), channel=channel,
            ticked=ticked, content=content, extra_reason="", agreed_how=how, agreed_at=at, expires_on=expires,
            sent_to=sent_to, withdrawn_at=None, first_opened_at=None, by_id=worker.id,
        )  # fmt: skip
        self.rows.add(
            "people.Consent", person_id=journey.human.id, purpose="share", organisation_id=service.organisation,
            given=True, how=how, why_not="", recorded_at=at, recorded_by_id=worker.id, expires_on=expires,
            withdrawn_at=None,
        )  # fmt: skip

    def _content(
        self, journey: Journey, service: ServiceRow, worker: Worker, hope: str
    ) -> tuple[list[str], list[list[str]]]:
        person = self.rows.get("people.Person", journey.human.id)
        rule = self.rows.get("people.ContactRule", journey.human.rule)
        ring = f"{worker.name}, link worker, {SCHEME_NAME}, 01632 960100"
        values = {
            "name": journey.human.called,
            "contact": _contact(person, rule, ring),
            "hope": hope,
            "access": "; ".join(_ACCESS[code] for code in sorted(journey.human.access)),
        }
        if service.organisation_kind in ("council", "nhs", "public"):
            age = journey.human.age(self.now.date())
            values["full_name"] = f"{journey.human.called} {person['family_name']}"
            values["age_band"] = "90 and over" if age >= 90 else f"{age // 10 * 10}-{age // 10 * 10 + 9}"
        if "home_visit" in service.modes and not person["location_hidden"]:
            values["address"] = ", ".join(filter(None, (person["address"], person["postcode"])))
            values["risks"] = "No known risks"
        ticked = [code for code in _PARTS if values.get(code)]
        return ticked, [*([_PARTS[code], values[code]] for code in ticked), ["Whom to ring about this", ring]]


_ANSWERED_BY = ("Jo Hartley", "Sandra", "Office", "M. Rahman", "Pat Lowe", "The organiser", "Wiktor", "Glenys Hooper")
_NEWS = {
    "signposted": "Told {him} about {service} ({when}); {N} will see.",
    "shared": "With {his} agreement, sent what we had agreed to {service}.",
    "waiting": "{service} has a list; told {him}.",
    "accepted": "{service} can take {him}; told {him} when and whom to ask for.",
    "declined_org": "{service} could not take {him}. Told {him} plainly; we look for something else.",
    "declined_person": "{N} does not want {service} after all.",
    "first_attended": "{N} went to {service} for the first time.",
    "attending": "{N} is going to {service} now.",
    "ended": "{N} has stopped going to {service}.",
}


def news_of_reply(service: str, answer: str, weeks: int | None) -> str:
    """Return what a link worker's Today says of an answer, in the product's own words."""
    wait = f", about {weeks} weeks" if weeks else ""
    return {
        "yes": f"{service} can help",
        "wait": f"{service} has a waiting list{wait}",
        "no": f"{service} couldn't take this referral. Find another",
        "ring": f"{service} asks you to ring them",
    }[answer]


def _contact(person: dict[str, Any], rule: dict[str, Any], ring: str) -> str:
    if not (person["phone"] and rule["by_phone"]):
        return f"Through us: {ring}"
    parts = [f"Phone {person['phone']}" + (f", {rule['when']}" if rule["when"] else "")]
    parts += [] if rule["voicemail"] else ["No voicemail"]
    parts += [] if rule["by_text"] else ["No texts"]
    return ". ".join([*parts, *([rule["note"]] if rule["note"] else [])])


def _reference(number: int) -> str:
    number, letters = number * 733_000_000_051 % len(_LETTERS) ** 8, ""
    for _ in range(8):
        number, rest = divmod(number, len(_LETTERS))
        letters += _LETTERS[rest]
    return f"S-{letters[:4]}-{letters[4:]}"
