"""The plan of one episode: needs, strengths, goals and actions, and the versions agreed."""

from datetime import date, datetime, timedelta
from typing import Any

from linkwell.demo.generate.data import read
from linkwell.demo.generate.intake import Journey
from linkwell.demo.generate.rows import Row, Rows, weighted
from linkwell.demo.generate.voice import Voice


class Plans:
    """Writes and changes one plan; a version keeps it as it stood."""

    def __init__(self, rows: Rows, episode: int, journey: Journey, voice: Voice) -> None:
        self.rows, self.episode, self.journey, self.voice, self.rng = rows, episode, journey, voice, journey.rng
        self.needs: dict[str, Row] = {}
        self.strengths: list[Row] = []
        self.goals: list[tuple[Row, list[Row]]] = []
        self.versions = 0

    def need(self, code: str, own_words: str, at: datetime, by: int) -> None:
        """Open a need."""
        row = self.rows.add(
            "support.EpisodeNeed", episode_id=self.episode, code=code, own_words=own_words, raised_at=at, ended_at=None,
            by_id=by,
        )  # fmt: skip
        self.needs[code] = self.rows.get("support.EpisodeNeed", row)

    def say(self, code: str, words: str) -> None:
        """Keep how the person says it."""
        self.needs[code]["own_words"] = words

    def goal_for(self, need: str) -> int | None:
        """Return the goal that is about a need, if the plan has one yet."""
        return next((int(goal["id"]) for goal, _ in self.goals if goal["need_code"] == need), None)

    def hope(self, need: str) -> str:
        """Return that goal's words, or ""."""
        return next((str(goal["text"]) for goal, _ in self.goals if goal["need_code"] == need), "")

    def agree(self, at: datetime, by: int, review_on: date) -> None:
        """Write the plan, or what has changed in it since, and keep the version agreed."""
        if self.goals:
            self._change(at)
        else:
            self._begin(at)
        self.versions += 1
        self.rows.add(
            "support.PlanVersion", episode_id=self.episode, number=self.versions, content=self.content(),
            agreed_how=weighted(self.rng, {"in_person": 55, "phone": 35, "writing": 7, "video": 3}), agreed_at=at,
            review_on=review_on, by_id=by,
        )  # fmt: skip

    def _begin(self, at: datetime) -> None:
        said = read("phrases.toml")["strengths"]
        for text in self.rng.sample(said, self.rng.randint(1, 3)):
            row = self.rows.add(
                "support.Strength", episode_id=self.episode, text=self.voice.fill(text), added_at=at, removed_at=None
            )
            self.strengths.append(self.rows.get("support.Strength", row))
        for code in self.journey.needs[:3]:
            self._goal(code, at)
        if len(self.goals) == 1 and self.rng.random() < 0.35:
            self._goal(self.journey.needs[0], at)

    def _goal(self, code: str, at: datetime) -> None:
        asked = self.rng.random() < 0.72
        row = self.rows.add(
            "support.Goal", episode_id=self.episode, text=self.voice.need(code, "goals"), need_code=code,
            importance=self.rng.randint(6, 10) if asked else None, confidence=self.rng.randint(2, 8) if asked else None,
            status="open", added_at=at, changed_at=at,
        )  # fmt: skip
        goal = self.rows.get("support.Goal", row)
        actions = [self._action(goal, text, at) for text in self._choose(code)]
        self.goals.append((goal, actions))

    def _choose(self, code: str) -> list[str]:
        known = read("needs.toml")[code]["actions"]
        fitting = [text for text in known if self.voice.fits.get(text[:1], True)] or known
        return [text.lstrip("^>~") for text in self.rng.sample(fitting, min(len(fitting), self.rng.randint(1, 2)))]

    def _action(self, goal: Row, text: str, at: datetime) -> Row:
        words, _, who = text.partition("|")
        due_on = at.date() + timedelta(days=self.rng.choice([7, 14, 14, 21, 28]))
        row = self.rows.add(
            "support.Action", goal_id=goal["id"], text=self.voice.fill(words), who=self.voice.fill(who),
            due_on=due_on if self.rng.random() < 0.8 else None, status="planned", added_at=at, changed_at=at,
        )  # fmt: skip
        return self.rows.get("support.Action", row)

    def _change(self, at: datetime) -> None:
        for goal, actions in self.goals:
            for action in actions:
                if action["status"] == "planned" and self.rng.random() < 0.6:
                    _set(action, weighted(self.rng, {"done": 80, "dropped": 20}), at)
            if goal["status"] == "open" and self.rng.random() < 0.25:
                _set(goal, "partly", at)
            if goal["confidence"] is not None:
                goal["confidence"] = min(10, goal["confidence"] + self.rng.randint(0, 3))
        if self.rng.random() < 0.3:
            self._goal(self.rng.choice(self.journey.needs), at)

    def finish(self, reason: str, at: datetime) -> None:
        """Say where each goal stands at the end."""
        for goal, actions in self.goals:
            shares = {
                "goals_met": {"met": 88, "partly": 10, "dropped": 2},
                "partly_met": {"met": 35, "partly": 50, "open": 15},
                "nothing_helped": {"open": 60, "dropped": 40},
            }.get(reason, {"open": 80, "partly": 20})  # fmt: skip
            status = weighted(self.rng, shares)
            if status != goal["status"]:
                _set(goal, status, at)
            for action in actions:
                if action["status"] == "planned" and reason in ("goals_met", "partly_met"):
                    _set(action, weighted(self.rng, {"done": 85, "dropped": 15}), at)

    def content(self) -> dict[str, Any]:
        """Return the plan as it stands, in the shape that a version keeps."""
        return {
            "strengths": [row["text"] for row in self.strengths],
            "needs": [{"code": code, "own_words": row["own_words"]} for code, row in self.needs.items()],
            "goals": [
                {
                    **{key: goal[key] for key in ("text", "importance", "confidence", "status")},
                    "actions": [
                        {
                            "text": action["text"], "who": action["who"], "status": action["status"],
                            "due_on": action["due_on"].isoformat() if action["due_on"] else None,
                        }
                        for action in actions
                    ],
                }
                for goal, actions in self.goals
                if goal["status"] != "dropped"
            ],
        }  # fmt: skip


def _set(row: Row, status: str, at: datetime) -> None:
    row["status"], row["changed_at"] = status, at
