import pytest

from linkwell.matching import vocabulary


def test_slots_are_bits_of_day_and_part():
    assert vocabulary.slots_of([0], [0]) == 1
    assert vocabulary.slots_of([1], [2]) == 1 << 5
    assert vocabulary.days_of(vocabulary.slots_of([1, 6])) == [1, 6]


@pytest.mark.parametrize(
    ("opens", "closes", "parts"),
    [(9 * 60, 12 * 60, (0,)), (9 * 60, 17 * 60, (0, 1)), (18 * 60, 20 * 60, (2,)), (11 * 60, 18 * 60, (0, 1, 2))],
)
def test_opening_hours_touch_parts_of_the_day(opens, closes, parts):
    assert vocabulary.parts_between(opens, closes) == parts


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([2], "Wednesdays"),
        ([1, 3], "Tuesdays and Thursdays"),
        ([0, 1, 2, 3, 4], "weekdays"),
        (range(7), "every day"),
        ([0, 2, 4], "Mondays, Wednesdays and Fridays"),
    ],
)
def test_days_are_said_as_people_say_them(days, words):
    assert vocabulary.days_in_words(vocabulary.slots_of(days)) == words


@pytest.mark.parametrize(
    ("name", "code"), [("Urdu", "ur"), (" punjabi ", "pa"), ("pl", "pl"), ("Klingon", ""), ("", "")]
)
def test_a_language_is_known_by_name_or_code(name, code):
    assert vocabulary.language_code(name) == code
