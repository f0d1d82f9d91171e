"""What a first conversation leaves in the record, and how a next step is put into words."""

from datetime import datetime

from linkwell.demo.generate.calendar import clock
from linkwell.demo.generate.intake import Journey
from linkwell.demo.generate.rows import Rows
from linkwell.demo.generate.voice import Voice

RISKY = 0.12  # share of people about whom there is a risk to write down
_SOMETIMES = (("people", 0.5), ("communicate", 0.3), ("support", 0.25))
_NEXT = {
    "in_person": "Home visit at {time}", "phone": "Call, {time}", "video": "Video call at {time}",
    "text": "Text to ask how it went", "group": "See {N} at the group", "doorstep": "Call at the door",
}  # fmt: skip


def listen(rows: Rows, journey: Journey, voice: Voice, *, at: datetime, by: int) -> None:
    """Write what the person says of themself, and the risks."""
    headings = {
        "brings": f"{voice.need(journey.needs[0], 'said')}.",
        "matters": voice.phrase("matters"),
        "good_week": voice.phrase("good_week"),
    }
    headings |= {key: voice.phrase(key) for key, share in _SOMETIMES if journey.rng.random() < share}
    for heading, text in headings.items():
        rows.add("support.AboutMe", person_id=journey.human.id, heading=heading, text=text, at=at, by_id=by)
    _risks(rows, journey, voice, at=at, by=by)


def _risks(rows: Rows, journey: Journey, voice: Voice, *, at: datetime, by: int) -> None:
    risky = journey.rng.random() < RISKY
    known = [rows.get("people.RiskStatement", row) for row in journey.human.risks]
    held = [row for row in known if row["ended_at"] is None]
    if held and not risky:
        return
    for row in held:
        row["ended_at"] = at
    journey.human.risks.append(
        rows.add(
            "people.RiskStatement", person_id=journey.human.id, none_known=not risky, began_at=at, ended_at=None,
            text=voice.phrase("risks") if risky else "", recorded_by_id=by,
        )
    )  # fmt: skip


def next_step(mode: str, at: datetime, *, called: str, first: bool) -> str:
    """Return "Home visit at 2.30 pm"."""
    words = _NEXT.get(mode, "Call").format(time=clock(at), N=called)
    return f"First conversation: {words[0].lower()}{words[1:]}" if first else words
