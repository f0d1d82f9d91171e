import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.matching.words import LONGEST_WORD, MOST_WORDS, stem, stems, stems_with_words


@pytest.mark.parametrize(
    ("one", "other"),
    [("gardening", "gardens"), ("walks", "walking"), ("men's", "men"), ("café", "cafe"), ("families", "family")],
)
def test_forms_of_one_word_are_searched_alike(one, other):
    assert stem(one) == stem(other) != ""


@pytest.mark.parametrize("word", ["the", "and", "service", "support", "a", "www"])
def test_words_that_every_entry_holds_are_not_searched(word):
    assert stem(word) == ""


def test_stems_are_distinct_and_in_order():
    assert stems("Knit and natter: knitting, KNITTERS natter") == ["knit", "natter", "knitter"]


def test_a_question_keeps_the_words_as_they_were_written():
    assert stems_with_words("Gardening at Walton") == {"garden": "Gardening", "walton": "Walton"}


@given(st.text(max_size=400))
def test_any_text_gives_words_that_postgresql_can_hold(text):
    for found in stems(text):
        assert 0 < len(found) <= LONGEST_WORD
        assert not set(found) & set("'\\: \x00")


def test_a_text_of_a_million_words_is_cut():
    assert len(stems(" ".join(f"word{number}" for number in range(MOST_WORDS * 2)))) == MOST_WORDS
