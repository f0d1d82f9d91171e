"""The labelled statements are whole and stay apart; measures are right; what the product holds is what was fitted."""

from collections import Counter

import numpy as np
import pytest

from bench.own_words import contenders, data, fit, measures
from linkwell.matching import ranking
from linkwell.matching.meaning.scorer import best
from linkwell.matching.meaning.vectors import DATA


def test_every_statement_suits_one_to_four_services_that_exist_and_every_service_suits_somebody():
    codes = {one.code for one in data.services()}
    every = [*data.statements(data.TUNING), *data.statements(data.KEPT)]
    used = Counter(code for one in every for code in one.suits)

    assert len(codes) == len(data.services()) >= 60
    assert len({one.said for one in every}) == len(every) >= 320
    assert all(1 <= len(set(one.suits)) == len(one.suits) <= 4 for one in (*every, *data.notes()))
    assert set(used) == codes and {code for one in data.notes() for code in one.suits} <= codes
    assert all(len(f"{one.name} {one.text}".split()) >= 30 for one in data.services())
    assert len(data.notes()) == 40


def test_the_half_of_a_statement_is_decided_by_its_words_alone():
    rows = data._read("statements")

    assert all(row["half"] == data.half(row["said"]) for row in rows)
    assert 0.4 < len(data.statements(data.KEPT)) / len(rows) < 0.6


def test_no_saying_that_themes_are_fitted_to_is_a_kept_statement_or_a_note():
    asked = {one.said.lower().strip(" .") for one in (*data.statements(data.KEPT), *data.notes())}
    said = [saying.lower().strip(" .") for theme in data.themes() for saying in theme.people_say]

    assert not asked & set(said)
    assert len({theme.name for theme in data.themes()}) == len(data.themes())
    assert all(len(set(theme.people_say)) == len(theme.people_say) >= 2 for theme in data.themes())


def test_the_themes_that_the_product_holds_are_those_of_the_sayings():
    assert (DATA / "themes.txt").read_text().splitlines() == [theme.name for theme in data.themes()]


def test_a_rank_counts_all_that_stand_before_and_ties_go_against_it():
    suits = np.array([[True, False, False], [False, False, True], [False, True, False], [True, False, True]])
    points = np.array([[3.0, 1, 2], [5.0, 4, 4], [-np.inf, -np.inf, 1], [0.1, 0.2, 0.3]])

    assert list(measures.first_ranks(points, suits)) == [1, 3, np.inf, 1]


def test_measures_come_with_intervals_that_hold_them_and_are_the_same_each_time():
    ranks = np.array([1, 1, 2, 3, 4, np.inf, 1, 9, 2, 1])
    found = measures.measured(ranks)

    assert (found.hit_1, found.hit_3) == (0.4, 0.7)
    assert found.mrr == pytest.approx((4 + 2 / 2 + 1 / 3 + 1 / 4 + 1 / 9) / 10, abs=6e-4)
    assert found.hit_3_interval[0] < 0.7 < found.hit_3_interval[1]
    assert measures.measured(ranks) == found


def test_bm25_gives_a_rare_word_more_than_a_frequent_one_and_none_for_no_word():
    asked = [data.Statement(said, ("bowls",)) for said in ("bowls", "afternoon", "xyzzy")]
    found = contenders.bm25(asked)

    assert found[0].max() > found[1].max() > 0 == found[2].max()
    assert data.services()[int(found[0].argmax())].code == "bowls"


def test_MA3_the_product_finds_more_of_what_suits_with_the_built_in_words_than_bm25_does():
    asked = data.statements(data.TUNING)
    suits = data.suited(asked)

    plain = measures.measured(measures.first_ranks(contenders.bm25(asked), suits))
    words = measures.measured(measures.first_ranks(contenders.product(asked, best()), suits))

    assert words.hit_3_interval[0] > plain.hit_3_interval[1]


def test_the_blend_of_the_built_in_words_is_what_was_fitted():
    found, _ = fit.blend(best())

    held = ranking.MEANING["words"]
    assert (found.themes, found.points) == (held.themes, held.points)
    assert (found.none, found.all) == pytest.approx((held.none, held.all), abs=0.02)
