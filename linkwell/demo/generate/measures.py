"""The questions at the start, at a review and at the end: answered, or skipped with a reason."""

from datetime import datetime
from random import Random
from typing import Any

from linkwell.demo.generate import truth
from linkwell.demo.generate.data import read
from linkwell.demo.generate.ledger import Ledger, Sitting
from linkwell.demo.generate.people import Human
from linkwell.demo.generate.rows import Rows, weighted

ITEMS = {"satisfied": "life_satisfaction", "worthwhile": "worthwhile", "happy": "happy", "anxious": "anxious"}
LONELINESS = ("companionship", "left_out", "isolated")
BASELINE_ANSWERED = 0.84


class Questions:
    """Writes completions and scores, and keeps what lies behind them in the ledger."""

    def __init__(self, rows: Rows, ledger: Ledger) -> None:
        self.rows, self.ledger = rows, ledger

    def ask(
        self, rng: Random, human: Human, *, episode: int, occasion: str, at: datetime, by: int, mode: str, dose: float
    ) -> None:
        """Ask all three questionnaires on one occasion; not everyone answers, and the lower rather do not."""
        baseline = occasion == "baseline"
        states = human.latent.state if baseline else human.latent.new_state()
        values = {name: human.latent.value(name, states, dose) for name in truth.SCALES}
        why = self._why_not(rng, baseline, values[truth.SELECTED_ON])
        about = {"person_id": human.id, "episode_id": episode, "occasion": occasion, "at": at, "by_id": by}
        if why:
            for measure in ("ons4", "ucla3", "lonely"):
                self._skip(about, measure, why)
            return
        answers = {name: truth.answered(name, value) for name, value in values.items()}
        self.ledger.note(Sitting(human.id, episode, occasion, at.date(), states, dose, answers))
        how = weighted(rng, {"in_person": 93, "paper": 7}) if mode in ("in_person", "group", "doorstep") else "phone"
        helped = "interpreter" if human.interpreter else ""
        told = {**about, "how": how, "helped_by": helped, "skipped_why": "", "submission_key": None}
        self._answered(told, "ons4", {item: answers[scale] for item, scale in ITEMS.items()},
                       {scale: answers[scale] for scale in ITEMS.values()})  # fmt: skip
        loneliness = spread(rng, answers["ucla3"])
        self._answered(told, "ucla3", dict(zip(LONELINESS, loneliness, strict=True)), {"ucla3": answers["ucla3"]})
        if rng.random() < 0.06:
            self._skip(about, "lonely", "Did not want to")
        else:
            often = max(1, min(5, round(6.1 - 0.55 * values["ucla3"] + rng.gauss(0, 0.6))))
            self._answered(told, "lonely", {"lonely": often}, {"lonely": often})

    def _why_not(self, rng: Random, baseline: bool, satisfaction: float) -> str:
        words = read("phrases.toml")
        if baseline:
            share = BASELINE_ANSWERED if satisfaction > 2.5 else BASELINE_ANSWERED - 0.2
            return "" if rng.random() < share else rng.choice(words["no_baseline"])
        self.ledger.asked_again += 1
        if rng.random() < truth.chance(truth.ANSWERS_FOLLOW_UP, satisfaction - 6):
            self.ledger.answered_again += 1
            return ""
        return str(rng.choice(words["no_follow_up"]))

    def _skip(self, about: dict[str, Any], measure: str, why: str) -> None:
        self.rows.add(
            "outcomes.Completion", **about, measure=measure, how="", helped_by="", answers={}, skipped_why=why,
            submission_key=None,
        )  # fmt: skip

    def _answered(self, about: dict[str, Any], measure: str, answers: dict[str, int], scores: dict[str, int]) -> None:
        row = self.rows.add("outcomes.Completion", **about, measure=measure, answers=answers)
        for scale, value in scores.items():
            self.rows.add("outcomes.Score", completion_id=row, scale=scale, value=float(value))


def spread(rng: Random, total: int) -> list[int]:
    """Return three answers of 1 to 3 that add up to a total of 3 to 9."""
    answers = [1, 1, 1]
    for _ in range(total - 3):
        answers[rng.choice([place for place in range(3) if answers[place] < 3])] += 1
    return answers
