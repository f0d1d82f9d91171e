"""What is true of each person, whatever they answer: traits, passing states, effects; and who drops out.

A person's answer on a scale is trait + state + effect, rounded to the scale. Traits and states are
normal, each with the same correlations between scales (one common factor). People are referred when
their life satisfaction stands below a cut, so that their states are low by selection and rise without
any help: regression to the mean. What the support adds grows with contacts and with a place attended.
None of this is ever stored in a table that pages read.
"""

from dataclasses import dataclass, field
from math import erf, exp, floor, pi, sqrt
from random import Random

WITHIN_PERSON_CORRELATION = 0.5
CUT = 6.5  # referred when the answer is 6 or less
SELECTED_ON = "life_satisfaction"
FULL_DOSE_CONTACTS = 8
SHARE_WITHOUT_A_PLACE = 0.6  # of the effect, while no group or service was attended
ANSWERS_FOLLOW_UP = {"intercept": 0.55, "per_point_of_life_satisfaction_above_6": 0.11}
STOPS_COMING = {"intercept": -1.35, "per_point_of_life_satisfaction_below_5": 0.18, "per_week_waited": 0.10}


@dataclass(frozen=True)
class Scale:
    """One scale in the population: mean, SD, loading on the common factor, effect of full support, range."""

    mean: float
    sd: float
    loading: float
    effect: float
    lowest: int
    highest: int


SCALES = {
    "life_satisfaction": Scale(7.0, 2.4, 0.95, 0.60, 0, 10),
    "worthwhile": Scale(7.3, 2.3, 0.85, 0.60, 0, 10),
    "happy": Scale(7.1, 2.5, 0.80, 0.50, 0, 10),
    "anxious": Scale(3.4, 2.8, -0.65, -0.50, 0, 10),
    "ucla3": Scale(5.0, 2.0, -0.70, -0.60, 3, 9),
}


def density(z: float) -> float:
    """Return the standard normal density."""
    return exp(-z * z / 2) / sqrt(2 * pi)


def below(z: float) -> float:
    """Return the standard normal distribution function."""
    return (1 + erf(z / sqrt(2))) / 2


def regression_to_the_mean(*, mean: float, sd: float, correlation: float, cut: float) -> float:
    """Return the expected gain, in points, of people chosen for one measurement below a cut, with no effect at all.

    mean, sd      of the population, points
    correlation   within a person, between two occasions, 0 to 1

    Source: Barnett, van der Pols & Dobson 2005, Int J Epidemiol 34:215-220, equation for selection by a
    cut-off with one baseline measurement.
    """
    z = (mean - cut) / sd
    return (1 - correlation) * sd * density(z) / (1 - below(z))


def expected_regression(scale: str) -> float:
    """Return the expected change of a scale by regression alone, in points, when people are chosen on SELECTED_ON."""
    chosen = SCALES[SELECTED_ON]
    gain = regression_to_the_mean(mean=chosen.mean, sd=chosen.sd, correlation=WITHIN_PERSON_CORRELATION, cut=CUT)
    if scale == SELECTED_ON:
        return gain
    other = SCALES[scale]
    return gain / chosen.sd * other.sd * chosen.loading * other.loading


@dataclass
class Latent:
    """One person's traits on every scale, and their state when they were referred."""

    traits: dict[str, float]
    state: dict[str, float]
    rng: Random
    doses: dict[str, float] = field(default_factory=dict)

    def new_state(self) -> dict[str, float]:
        """Return the passing state of another day."""
        return _draw(self.rng, sqrt(1 - WITHIN_PERSON_CORRELATION))

    def value(self, scale: str, state: dict[str, float], dose: float) -> float:
        """Return where the person stands on a scale, before rounding; dose runs from 0 to 1."""
        return SCALES[scale].mean + self.traits[scale] + state[scale] + SCALES[scale].effect * dose


def _draw(rng: Random, share: float) -> dict[str, float]:
    common = rng.gauss(0, 1)
    return {
        name: share * scale.sd * (scale.loading * common + sqrt(1 - scale.loading**2) * rng.gauss(0, 1))
        for name, scale in SCALES.items()
    }


def draw_referred(rng: Random) -> Latent:
    """Return someone of the population whose life satisfaction stood below the cut when they were seen."""
    while True:
        traits = _draw(rng, sqrt(WITHIN_PERSON_CORRELATION))
        state = _draw(rng, sqrt(1 - WITHIN_PERSON_CORRELATION))
        latent = Latent(traits, state, rng)
        if latent.value(SELECTED_ON, state, 0.0) < CUT:
            return latent


def dose(contacts: int, *, attended: bool) -> float:
    """Return how much of the full effect has been reached, 0 to 1."""
    reached = min(1.0, contacts / FULL_DOSE_CONTACTS)
    return reached * (1.0 if attended else SHARE_WITHOUT_A_PLACE)


def answered(scale: str, value: float) -> int:
    """Return the whole number that someone answers."""
    return max(SCALES[scale].lowest, min(SCALES[scale].highest, floor(value + 0.5)))


def chance(model: dict[str, float], *amounts: float) -> float:
    """Return a probability from a logistic model: its intercept, then one coefficient for each amount."""
    intercept, *slopes = model.values()
    return 1 / (1 + exp(-(intercept + sum(slope * amount for slope, amount in zip(slopes, amounts, strict=True)))))


def referred_again(latent: Latent) -> Latent:
    """Return the same person on the day of another referral: same traits, again a low state."""
    state = latent.state
    for _ in range(400):
        state = latent.new_state()
        if latent.value(SELECTED_ON, state, 0.0) < CUT:
            break
    return Latent(latent.traits, state, latent.rng)
