"""The known truth beside the scheme: what a checker may hold an evaluation against."""

from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from linkwell.demo.generate import truth
from linkwell.demo.generate.calendar import quarter_of


@dataclass
class Sitting:
    """One occasion on which a person answered: states and dose behind the answers, and the answers."""

    person: int
    episode: int
    occasion: str
    on: Any
    states: dict[str, float]
    dose: float
    answers: dict[str, int]


@dataclass
class Ledger:
    """Collects sittings, and who was asked and not asked, while the history is made."""

    sittings: dict[int, dict[str, Sitting]] = field(default_factory=dict)  # episode → occasion → sitting
    referred: int = 0
    engaged: int = 0
    stopped: int = 0
    asked_again: int = 0
    answered_again: int = 0

    def note(self, sitting: Sitting) -> None:
        """Keep one sitting; of two on one occasion the newer holds."""
        self.sittings.setdefault(sitting.episode, {})[sitting.occasion] = sitting

    def pairs(self) -> list[tuple[Sitting, Sitting]]:
        """Return baseline and last follow-up of everyone who has both."""
        found = []
        for by_occasion in self.sittings.values():
            after = by_occasion.get("exit") or by_occasion.get("review")
            if "baseline" in by_occasion and after is not None:
                found.append((by_occasion["baseline"], after))
        return found

    def truth(self, *, seed: int, last_day: Any) -> dict[str, Any]:
        """Return everything that is known to be true, as plain values."""
        pairs = self.pairs()
        return {
            "about": (
                "Made by the generator of the demo scheme and kept out of its database. Answers are trait + state +"
                " effect, rounded; people are referred when life satisfaction stands below the cut."
            ),
            "seed": seed,
            "last_day": last_day,
            "pair": "the baseline, and the last of review and exit, of one episode",
            "population": {
                name: {"mean": scale.mean, "sd": scale.sd, "lowest": scale.lowest, "highest": scale.highest}
                for name, scale in truth.SCALES.items()
            },
            "within_person_correlation": truth.WITHIN_PERSON_CORRELATION,
            "selection": {"scale": truth.SELECTED_ON, "below": truth.CUT},
            "effect_at_full_dose": {name: scale.effect for name, scale in truth.SCALES.items()},
            "dose": {
                "full_at_contacts": truth.FULL_DOSE_CONTACTS,
                "share_without_a_place_attended": truth.SHARE_WITHOUT_A_PLACE,
            },
            "regression_to_the_mean": {name: round(truth.expected_regression(name), 4) for name in truth.SCALES},
            "drop_out": {
                "stops_coming_logit": truth.STOPS_COMING,
                "answers_follow_up_logit": truth.ANSWERS_FOLLOW_UP,
                "engaged": self.engaged,
                "stopped_coming": self.stopped,
                "asked_at_follow_up": self.asked_again,
                "answered_at_follow_up": self.answered_again,
            },
            "n": {
                "referred": self.referred,
                "with_baseline": sum("baseline" in found for found in self.sittings.values()),
                "paired": len(pairs),
            },
            "scales": {name: self._scale(name, pairs) for name in truth.SCALES},
            "paired_by_quarter_of_the_baseline": _by_quarter(pairs),
        }

    def _scale(self, name: str, pairs: list[tuple[Sitting, Sitting]]) -> dict[str, Any]:
        scale = truth.SCALES[name]
        baselines = [found["baseline"] for found in self.sittings.values() if "baseline" in found]
        before = [one.answers[name] for one, _ in pairs]
        change = [two.answers[name] - one.answers[name] for one, two in pairs]
        effect = [scale.effect * (two.dose - one.dose) for one, two in pairs]
        fall_back = [-one.states[name] for one, _ in pairs]
        stays = [two.states[name] for _, two in pairs]
        by_baseline = (1 - truth.WITHIN_PERSON_CORRELATION) * (scale.mean - fmean(before))
        parts = fmean(effect) + fmean(fall_back) + fmean(stays)
        return {
            "mean_of_all_baselines": round(fmean(row.answers[name] for row in baselines), 4),
            "mean_baseline_of_pairs": round(fmean(before), 4),
            "observed_change": round(fmean(change), 4),
            "true_effect_in_pairs": round(fmean(effect), 4),
            "regression_in_pairs": round(fmean(fall_back), 4),
            "regression_expected_from_their_baseline": round(by_baseline, 4),
            "kept_by_drop_out": round(fmean(stays), 4),  # those who felt better that day answered more often
            "rounding_and_ends_of_the_scale": round(fmean(change) - parts, 4),
        }


def _by_quarter(pairs: list[tuple[Sitting, Sitting]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one, _ in sorted(pairs, key=lambda pair: pair[0].on):
        name = quarter_of(one.on)
        counts[name] = counts.get(name, 0) + 1
    return counts
