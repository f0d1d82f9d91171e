"""What a misspelt word was probably meant to be."""

import pytest

from linkwell.matching.recognise import needs_heard
from linkwell.matching.spelling import WRITTEN, meant


@pytest.mark.parametrize(
    ("typed", "known"),
    [("bereavment", "bereavement"), ("gardenning", "gardening"), ("depresed", "depressed"), ("lonley", "lonely")],
)
def test_a_misspelt_word_is_taken_for_the_nearest_by_which_a_need_is_known(typed, known):
    assert meant(typed) == known


@pytest.mark.parametrize("typed", ["lonely", "isolated", "housing", "tea", "xylophone", "painting", "letter", "baking"])
def test_a_word_that_is_known_as_it_stands_or_like_no_other_is_left_alone(typed):
    assert meant(typed) in ("", typed)


@pytest.mark.parametrize("word", WRITTEN)
def test_a_need_is_heard_in_each_word_that_a_slip_is_taken_for(word):
    assert needs_heard(word)
