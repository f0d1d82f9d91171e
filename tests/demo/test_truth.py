"""The known truth beside the demo scheme: the judge of every evaluation (EV15)."""

from math import sqrt
from random import Random
from statistics import fmean, stdev

import pytest

from linkwell.demo.generate import truth
from linkwell.outcomes import catalogue


def paired(made, scale):
    """Return (before, after) of everyone with a baseline and a later answer, from the tables alone."""
    scored = {row["completion_id"]: row["value"] for row in made.tables["outcomes.Score"] if row["scale"] == scale}
    found: dict[int, dict[str, float]] = {}
    for row in made.tables["outcomes.Completion"]:
        if row["id"] in scored:
            found.setdefault(row["episode_id"], {})[row["occasion"]] = scored[row["id"]]
    return [
        (row["baseline"], row.get("exit", row.get("review")))
        for row in found.values()
        if "baseline" in row and ("exit" in row or "review" in row)
    ]


def test_regression_to_the_mean_is_what_barnett_and_others_compute():
    # Their formula by hand: mean 100, SD 15, cut 85 (z = 1), correlation 0.6, one measurement.
    expected = 0.4 * 15 * (0.24197072 / 0.15865525)
    assert truth.regression_to_the_mean(mean=100, sd=15, correlation=0.6, cut=85) == pytest.approx(expected, rel=1e-6)


def test_regression_to_the_mean_is_what_a_simulation_finds():
    rng = Random(7)
    change = []
    for _ in range(20_000):
        person = truth.draw_referred(rng)
        before = person.value("life_satisfaction", person.state, 0)
        change.append(person.value("life_satisfaction", person.new_state(), 0) - before)
    error = stdev(change) / sqrt(len(change))
    assert fmean(change) == pytest.approx(truth.expected_regression("life_satisfaction"), abs=4 * error)


@pytest.mark.parametrize("scale", list(truth.SCALES))
def test_the_paired_change_less_regression_is_near_the_true_effect(made, scale):
    pairs = paired(made, scale)
    known = made.truth["scales"][scale]
    change = [after - before for before, after in pairs]
    assert fmean(change) == pytest.approx(known["observed_change"], abs=1e-3)
    error = stdev(change) / sqrt(len(change))
    left = fmean(change) - made.truth["regression_to_the_mean"][scale] - known["kept_by_drop_out"]
    assert left == pytest.approx(known["true_effect_in_pairs"], abs=4 * error)


@pytest.mark.parametrize("scale", list(truth.SCALES))
def test_the_observed_change_alone_would_flatter(made, scale):
    known = made.truth["scales"][scale]
    assert abs(known["observed_change"]) > 1.8 * abs(known["true_effect_in_pairs"])


@pytest.mark.parametrize("scale", list(truth.SCALES))
def test_the_parts_of_a_change_add_up(made, scale):
    known = made.truth["scales"][scale]
    parts = (
        known["true_effect_in_pairs"] + known["regression_in_pairs"] + known["kept_by_drop_out"]
        + known["rounding_and_ends_of_the_scale"]
    )  # fmt: skip
    assert parts == pytest.approx(known["observed_change"], abs=1e-3)


def test_drop_out_is_informative(made):
    assert all(abs(row["kept_by_drop_out"]) > 0.02 for row in made.truth["scales"].values())
    counts = made.truth["drop_out"]
    assert 0.15 < counts["stopped_coming"] / counts["engaged"] < 0.4
    assert 0.5 < counts["answered_at_follow_up"] / counts["asked_at_follow_up"] < 0.8


def test_closed_quarters_hold_enough_pairs_to_show(made):
    by_quarter = made.truth["paired_by_quarter_of_the_baseline"]
    assert sum(count >= 10 for count in by_quarter.values()) >= 5


def test_questions_and_scores_are_those_of_the_measures_that_ship(made):
    measures = catalogue.measures()
    scales = {scale.code for measure in measures.values() for scale in measure.scales}
    assert {row["scale"] for row in made.tables["outcomes.Score"]} == scales
    for row in made.tables["outcomes.Completion"]:
        measure = measures[row["measure"]]
        assert bool(row["answers"]) != bool(row["skipped_why"])
        for code, value in row["answers"].items():
            item = measure.item(code)
            assert item is not None and value in [number for number, _ in item.answers]


def test_the_truth_stands_in_no_table(made):
    names = {key for rows in made.tables.values() for row in rows[:1] for key in row}
    assert not names & {"trait", "traits", "state_noise", "dose", "latent", "effect"}
