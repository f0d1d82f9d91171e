"""The files of measures: what ships is right, and what is wrong is refused with file, place and reason (OU1, OU4)."""

from pathlib import Path

import pytest

from linkwell.outcomes.definitions import SHIPPED, MeasureFileWrong, load, read

GOOD = """
code = "energy"
name = "Energy"
short_name = "Energy"
source = "A test"
licence = "None needed."
minimum_age = 18
proxy_allowed = true
[[items]]
code = "tired"
question = "How tired are you?"
answers = [[0, "Not at all"], [1, "A little"], [2, "Very"]]
[[items]]
code = "sleep"
question = "How well do you sleep?"
lowest = 1
highest = 5
lowest_label = "badly"
highest_label = "well"
[[scales]]
code = "energy"
name = "Energy"
items = ["tired", "sleep"]
combine = "sum"
better = "higher"
counts_as_change = 1
meaningful_change = 2
meaningful_change_note = "Two points."
bands = [[1, 3, "Low"], [4, 7, "High"]]
"""


@pytest.fixture
def shipped():
    return load([SHIPPED])


def test_the_free_pack_ships_complete(shipped):
    assert set(shipped) == {"ons4", "ucla3", "lonely"}
    assert [len(shipped[code].items) for code in ("ons4", "ucla3", "lonely")] == [4, 3, 1]


def test_wellbeing_is_four_scores_from_nought_to_ten_and_no_composite(shipped):
    scales = shipped["ons4"].scales
    assert [(scale.lowest, scale.highest, len(scale.items)) for scale in scales] == [(0, 10, 1)] * 4
    assert [scale.better for scale in scales] == ["higher", "higher", "higher", "lower"]


def test_wellbeing_is_held_against_the_uk_means_of_the_year_to_march_2023(shipped):
    assert [scale.norm.value for scale in shipped["ons4"].scales] == [7.45, 7.73, 7.39, 3.23]


@pytest.mark.parametrize(
    ("scale", "value", "band"),
    [
        (0, 4, "Low"), (0, 5, "Medium"), (0, 6, "Medium"), (0, 7, "High"), (0, 8, "High"), (0, 9, "Very high"),
        (3, 1, "Very low"), (3, 2, "Low"), (3, 3, "Low"), (3, 4, "Medium"), (3, 5, "Medium"), (3, 6, "High"),
    ],
)  # fmt: skip
def test_wellbeing_bands_are_those_of_the_office_for_national_statistics(shipped, scale, value, band):
    assert shipped["ons4"].scales[scale].band(value) == band


def test_loneliness_runs_from_three_to_nine_and_less_is_better(shipped):
    (scale,) = shipped["ucla3"].scales
    assert (scale.lowest, scale.highest, scale.better) == (3, 9, "lower")
    assert [scale.band(value) for value in (3, 4, 5, 7, 8, 9)] == ["Low", "Low", "Medium", "Medium", "High", "High"]
    assert scale.gain(8, 6) == 2


def test_the_direct_question_is_a_category_and_part_of_no_sum(shipped):
    (scale,) = shipped["lonely"].scales
    assert scale.combine == "category"
    assert all("lonely" not in other.items for other in shipped["ucla3"].scales)


def test_no_shipped_measure_claims_a_meaningful_change_or_allows_a_proxy(shipped):
    for measure in shipped.values():
        assert not measure.proxy_allowed and measure.licence and measure.source
        assert all(scale.meaningful_change is None and scale.meaningful_change_note for scale in measure.scales)


def test_a_measure_of_the_adopters_own_folder_is_loaded_beside_the_shipped_ones(tmp_path):
    (tmp_path / "energy.toml").write_text(GOOD)
    measure = load([SHIPPED, tmp_path])["energy"]
    assert (measure.scales[0].lowest, measure.scales[0].highest) == (1, 7)
    assert [words for _, words in measure.items[1].answers] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("was", "now", "reason"),
    [
        ('code = "energy"\nname', 'code = "En ergy"\nname', "code must be"),
        ('name = "Energy"\nshort', "short", "name is missing"),
        ("minimum_age = 18", 'minimum_age = "x"', "minimum_age must be a whole number"),
        ("proxy_allowed = true", "proxy_allowed = 1", "proxy_allowed must be true or false"),
        ("proxy_allowed = true", 'proxy_allowed = true\nmodes = ["pigeon"]', "modes must be some of"),
        ('[[0, "Not at all"], [1, "A little"], [2, "Very"]]', '["No", "Yes"]', "answers must be two or more pairs"),
        ('[1, "A little"]', '[0, "A little"]', "answers has 0 twice"),
        ("highest = 5", "highest = 1", "highest must lie above lowest"),
        ('code = "sleep"', 'code = "tired"', "items must name questions|items has tired twice"),
        ('items = ["tired", "sleep"]', 'items = ["tired", "diet"]', "items must name questions"),
        ('combine = "sum"', 'combine = "mean"', "combine must be one of"),
        ('combine = "sum"', 'combine = "single"', "needs combine = 'sum'"),
        ('better = "higher"', 'better = "more"', "better must be one of"),
        ("counts_as_change = 1", "counts_as_change = 0", "counts_as_change must be a number above zero"),
        ("meaningful_change = 2", 'meaningful_change = "2"', "meaningful_change must be a number"),
        ('[4, 7, "High"]', '[5, 7, "High"]', "without gap or overlap"),
        ('[4, 7, "High"]', '[4, 6, "High"]', "without gap or overlap"),
        ('code = "energy"\nname = "Energy"\nitems', 'code = "ucla3"\nname = "Energy"\nitems', "taken already"),
        ("[[scales]]", "[[scales", "energy.toml"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(tmp_path, was, now, reason):
    assert was in GOOD
    (tmp_path / "energy.toml").write_text(GOOD.replace(was, now, 1))
    with pytest.raises(MeasureFileWrong, match=reason) as refusal:
        load([SHIPPED, tmp_path])
    assert str(refusal.value).startswith("energy.toml: ")


def test_a_folder_that_is_not_there_is_refused():
    with pytest.raises(MeasureFileWrong, match="is not a folder of measures"):
        load([Path("/no/such/folder")])


def test_a_measure_without_questions_is_refused(tmp_path):
    (tmp_path / "empty.toml").write_text(GOOD.split("[[items]]")[0])
    with pytest.raises(MeasureFileWrong, match="items must have one row or more"):
        read(tmp_path / "empty.toml")


def test_a_wrong_file_stops_the_start_up(tmp_path, settings):
    from linkwell.outcomes.apps import every_measure_can_be_used

    (tmp_path / "energy.toml").write_text(GOOD.replace("minimum_age = 18", ""))
    settings.LINKWELL_MEASURES = str(tmp_path)
    (error,) = every_measure_can_be_used()
    assert "energy.toml: minimum_age" in error.msg
    settings.LINKWELL_MEASURES = ""
    assert every_measure_can_be_used() == []
