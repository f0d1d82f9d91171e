"""Which needs words speak of, and which they only seem to."""

import pytest

from linkwell.matching import needs, recognise
from linkwell.matching.recognise import MOST_FROM_TEXT, needs_heard, needs_of_entry


def codes(name="", text="", terms=()):
    return {need.code for need in needs_of_entry(name, text, terms)}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("We visit lonely older people", "loneliness"),
        ("A befriending scheme", "loneliness"),
        ("Cruse supports the bereaved", "bereavement"),
        ("Debt advice and money management", "money"),
        ("Citizens Advice", "benefits"),
        ("A foodbank", "food"),
        ("Help with energy bills", "fuel"),
        ("ESOL classes", "learning"),
        ("For unpaid carers", "caring"),
        ("Stay and play for toddlers", "family"),
        ("A women's refuge", "abuse"),
        ("Tai chi and yoga", "activity"),
        ("Men’s Shed: woodwork", "creative"),
        ("Support with diabetes", "long_term_condition"),
        ("Memory Café", "memory"),
        ("LGBT choir", "faith_culture"),
    ],
)
def test_an_entry_is_recognised_by_its_words(text, code):
    assert code in codes(text=text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Everyone can benefit from a chat", "benefits"),
        ("A single room with paintwork", "creative"),
        ("In the heart of the village, of course", "long_term_condition"),
        ("Of course you are welcome", "learning"),
        ("Drop into our walk-in centre", "activity"),
        ("We use cookies", "weight"),
        ("Our employees employ care", "work"),
        ("The clinic paints the pain-free picture of the job", "long_term_condition"),
        ("Ample car parking; parks by the door", "transport"),
        ("Meet at St Mary's Church on Mondays at St Mary's Church", "faith_culture"),
        ("We pride ourselves on this", "faith_culture"),
        ("Please send an e-mail", "disability"),
        ("Temple Meads station", "faith_culture"),
        ("Run by volunteers", "volunteering"),
        ("Sports and social club", "loneliness"),
        ("A natured person", "nature"),
        ("Blood pressure", "low_mood"),
    ],
)
def test_an_entry_is_not_given_a_need_its_words_only_look_like(text, code):
    assert code not in codes(text=text)


@pytest.mark.parametrize(
    "words",
    [
        "of course", "benefits from", "public benefit", "walk-in", "walk in", "heart of", "in memory of", "cookies",
        "in the course of", "equal opportunities", "safeguarding", "regardless of age", "car parks", "car parking",
        "registered charity", "volunteer led", "run by our volunteers", "our volunteers", "sports & social club",
        "blood pressure", "the state of the art", "church hall", "at the old church", "temple meads", "parish council",
        "chapel road",
    ],
)  # fmt: skip
def test_every_phrase_that_is_not_meant_is_seen_by_its_hint(words):
    assert recognise._prepare(f"Here {words}. There").split() == ["here", ".", "there"]


def test_a_phrase_is_told_where_it_stands_between_other_signs():
    assert recognise._WRITTEN.hits("(energy  bills), -food bank-") == {
        "fuel": [(1, "energy  bills")], "food": [(18, "food bank")],
    }  # fmt: skip


def test_a_term_outweighs_the_name_and_the_name_the_text():
    found = {need.code: need for need in needs_of_entry("Knitting circle", "Lonely? Come knitting.", ["Loneliness"])}

    assert (found["loneliness"].why, found["creative"].why) == ("term", "name")
    assert found["creative"].is_strong
    assert found["creative"].phrase == "knitting"


def test_a_long_description_gives_its_main_themes_only():
    everything = ". ".join(
        f"{need.words[0].rstrip('*')}ing {need.words[1].rstrip('*') if len(need.words) > 1 else ''}"
        for need in needs.NEEDS
    )

    found = needs_of_entry("", everything + " debt debt debt")

    assert len(found) == MOST_FROM_TEXT
    assert all(not need.is_strong for need in found)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("since my wife died the house is so quiet", {"bereavement", "loneliness"}),
        ("I can't pay my bills and my landlord wants me out", {"money", "housing"}),
        ("he hits me", {"abuse"}),
        ("I forget things and my daughter worries", {"memory"}),
        ("I'd like to learn to use the computer", {"digital"}),
        ("", set()),
        ("the weather", set()),
    ],
)
def test_what_a_person_says_is_heard_as_needs(said, heard):
    assert heard <= set(needs_heard(said))
    assert bool(needs_heard(said)) is bool(heard)


def test_the_phrase_that_said_so_is_kept():
    assert needs_heard("The house is so quiet now")["loneliness"] == "house is so quiet"


def test_every_need_has_words_of_its_own_and_a_label():
    for need in needs.NEEDS:
        assert need.words
        assert needs.label(need.code) == need.label
        assert need.code in codes(text=need.words[0].rstrip("*"))
    assert needs.label("something_else") == "something_else"
