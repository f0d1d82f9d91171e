"""Misspelt words, other words for the same thing, experience, meaning, and what an index refuses; MA4, MA5."""

import threading
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from linkwell.matching import ranking, spelling, synonyms
from linkwell.matching.index import Place, ServiceFacts, ServiceIndex, Tried, compiled, warming
from linkwell.matching.index.calling import asked
from linkwell.matching.index.columns import Ask
from linkwell.matching.index.memory import address
from linkwell.matching.index.packing import packed
from linkwell.matching.index.sheet import ON
from linkwell.matching.query import Point, Query

TODAY = date(2026, 11, 23)


def index_of(folder, *texts, **facts):
    return ServiceIndex.build(
        [
            ServiceFacts(id=number, name=text, modes=("in_person",), **facts)
            for number, text in enumerate(texts, start=1)
        ],
        folder,
    )


def found(index, words, **others):
    return index.search(Query(words=words), on=TODAY, **others)


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("bereavemant", "bereavement"),  # changed
        ("gardning", "gardening"),  # left out
        ("swimmming", "swimming"),  # put in
        ("alzhiemers", "alzheimers"),  # swapped
        ("counsiling", "counselling"),  # two slips of a long word
    ],
)
def test_ma4_a_misspelt_word_finds_what_was_meant_for_less_and_the_reason_says_so(tmp_path, asked, held):
    index = index_of(tmp_path, f"{held.title()} in Sale", "Chess", "Brass band")

    answer = found(index, asked)

    assert [one.service_id for one in answer.suggestions] == [1]
    assert f"For “{asked}” we looked for “{held}”" in answer.suggestions[0].reasons
    assert answer.looked_for == ((asked, held),)
    assert answer.suggestions[0].parts.words == pytest.approx(ranking.MISSPELT)
    assert answer.words_not_found == ()


def test_ma4_a_need_is_heard_in_a_misspelt_word_that_no_entry_holds(tmp_path):
    index = index_of(tmp_path, "Tea at three", needs={"loneliness": (True, "")})

    answer = found(index, "lonley")

    assert [one.service_id for one in answer.suggestions] == [1]
    assert (answer.heard, answer.looked_for) == ((("loneliness", "lonely"),), (("lonley", "lonely"),))
    assert answer.words_not_found == ()


@pytest.mark.parametrize("asked", ["xyzzy", "chat", "bread", "1234567"])
def test_ma4_a_word_that_is_near_nothing_or_short_finds_nothing_and_is_named(tmp_path, asked):
    index = index_of(tmp_path, "Bereavement café", "Chart", "Bra bank", "1234568")

    answer = found(index, asked)

    assert (answer.count, answer.words_not_found) == (0, (asked,))


def test_ma4_a_word_that_stands_somewhere_is_not_taken_for_another(tmp_path):
    index = index_of(tmp_path, "Garden club", "Gardens club", "Warden scheme")

    assert {one.name for one in found(index, "wardens").suggestions} == {"Warden scheme"}


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("CAB", "Citizens Advice Trafford"),
        ("DWP", "Help with the Department for Work and Pensions"),
        ("PIP", "Personal independence payment forms"),
        ("ESOL", "English classes for beginners"),
        ("english for speakers of other languages", "ESOL in Stretford"),
        ("AA", "Alcoholics Anonymous"),
        ("U3A", "University of the Third Age"),
        ("MH", "Mental health drop-in"),
        ("DV", "Domestic abuse outreach"),
        ("foodbank", "Food bank"),
    ],
)
def test_ma4_abbreviations_and_other_words_for_the_same_thing_find_each_other(tmp_path, asked, held):
    index = index_of(tmp_path, held, "Chess", "Brass band")

    answer = found(index, asked)

    assert [one.name for one in answer.suggestions] == [held]
    assert any("we looked for" in reason for reason in answer.suggestions[0].reasons)


def test_ma4_the_word_itself_stands_before_another_word_for_it(tmp_path):
    index = index_of(tmp_path, "Citizens Advice", "CAB", "Citizens Advice, the CAB")

    answer = found(index, "CAB")

    assert [one.service_id for one in answer.suggestions] == [2, 3, 1]
    points = [one.parts.words for one in answer.suggestions]
    assert points == pytest.approx([ranking.WORDS, ranking.WORDS, ranking.ANOTHER_WORD])


def test_a_setting_that_does_not_expand_takes_words_as_they_are(tmp_path):
    index = index_of(tmp_path, "Citizens Advice", "Bereavement café")

    exact = replace(ranking.PRODUCT, expands=False)

    assert found(index, "CAB", weights=exact).count == found(index, "bereavemant", weights=exact).count == 0


def test_every_line_of_the_synonyms_has_words_and_no_phrase_stands_in_two():
    stems = [
        tuple(stem for stem, _ in synonyms.sequence(phrase)) for line in synonyms.SAME for phrase in dict.fromkeys(line)
    ]
    lines = [{tuple(stem for stem, _ in synonyms.sequence(phrase)) for phrase in line} for line in synonyms.SAME]

    assert all(stems)
    assert sum(map(len, lines)) == len(set().union(*lines))


def test_the_nearest_word_is_the_one_with_the_fewest_slips_then_the_commoner():
    words = [("a", "walking"), ("b", "talking"), ("c", "walkings"), ("d", "waking"), ("e", "w4lking")]
    holding = {"a": 3, "b": 30, "c": 1, "d": 0, "e": 99}.__getitem__

    assert spelling.nearest("wolking", words, holding) == ("a", "walking")
    assert spelling.nearest("xalking", words, holding) == ("b", "talking")
    assert spelling.nearest("wakling", words, holding) == ("a", "walking")
    assert spelling.nearest("walk", words, holding) is None


def test_ma5_experience_changes_rank_and_the_reason_says_so(tmp_path):
    index = index_of(tmp_path, "Lunch club", "Lunch table")

    answer = found(index, "lunch", tried={1: Tried(-0.8, "Tried in May: full")})

    assert [one.service_id for one in answer.suggestions] == [2, 1]
    assert answer.suggestions[1].reasons[-1] == "Tried in May: full"
    assert answer.suggestions[1].parts.tried == -0.8
    assert answer.suggestions[1].score == pytest.approx(answer.suggestions[1].parts.score)


class Says:
    """Meaning that gives points to some services, and notes which it was asked about."""

    def __init__(self, points):
        self.given, self.asked = points, set()

    def points(self, service_ids):
        self.asked |= set(service_ids.tolist())
        return np.array([self.given.get(one, 0.0) for one in service_ids.tolist()], np.float32)


def test_ma3_meaning_finds_what_no_word_does_but_never_past_a_limit(tmp_path):
    services = [
        ServiceFacts(id=1, name="Tea and talk", is_free=True),
        ServiceFacts(id=2, name="Tea and talk", is_free=False),
        ServiceFacts(id=3, name="Quiet room", is_free=True),
        ServiceFacts(id=4, name="Closed", operating="closed"),
    ]
    index = ServiceIndex.build(services[:3], tmp_path).update(services[3:])
    says = Says({1: 2.5, 2: 2.5, 4: 2.5})

    answer = index.search(Query(words="the house is so quiet", free_only=True), on=TODAY, meaning=says)

    assert [one.service_id for one in answer.suggestions] == [1, 3]
    assert [(one.service_id, one.code) for one in answer.near_misses] == [(2, "cost")]
    assert answer.suggestions[0].parts.meaning == 2.5
    assert answer.suggestions[0].score == pytest.approx(answer.suggestions[0].parts.score)
    assert says.asked == {1, 2, 3}


def test_what_the_public_may_not_see_is_neither_found_nor_counted(tmp_path):
    services = [ServiceFacts(id=1, name="Lunch"), ServiceFacts(id=2, name="Lunch", is_public=False)]
    index = ServiceIndex.build(services, tmp_path)

    answer = index.public(Query(words="lunch"), on=TODAY)

    assert ([hit.service_id for hit in answer.hits], answer.count, found(index, "lunch").count) == ([1], 1, 2)
    assert index.holding_all(["lunch"], on=TODAY).tolist() == [1]


@pytest.mark.parametrize("why", ["hidden", "joined", "ended"])
def test_ma8_what_is_left_out_is_not_found_and_says_why(tmp_path, why):
    index = ServiceIndex.build([ServiceFacts(id=1, name="Lunch", left_out=why)], tmp_path)

    assert found(index, "lunch").count == 0
    assert [one.code for one in index.explain(Query(words="lunch"), 1, on=TODAY).whys] == [why]
    assert index.explain(Query(words="lunch"), 99, on=TODAY).whys[0].sentence == "It is not in the directory."


def test_more_values_than_there_are_bits_for_are_refused_in_a_sentence(tmp_path):
    services = [ServiceFacts(id=n, name="x", languages=(f"l{n}",)) for n in range(1, 70)]

    with pytest.raises(ValueError, match="at most 63 languages"):
        ServiceIndex.build(services, tmp_path)


def test_many_threads_search_one_index_while_it_is_made_anew(tmp_path):
    services = [ServiceFacts(id=number, name=f"Lunch club {number}") for number in range(1, 301)]
    index = ServiceIndex.build(services, tmp_path)
    wrong = []

    def searches():
        mine = index
        for _ in range(40):
            mine = mine.latest()
            answer = found(mine, "lunch")
            if answer.count != 300 or len(answer.suggestions) != 10:
                wrong.append(answer)

    threads = [threading.Thread(target=searches) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        ServiceIndex.build(services, tmp_path)
    for thread in threads:
        thread.join()

    assert not wrong


def test_compiled_code_is_kept_elsewhere_only_where_our_own_folder_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(warming.os, "access", lambda path, mode: True)
    warming.keep_compiled_in(tmp_path)
    assert "NUMBA_CACHE_DIR" not in warming.os.environ

    monkeypatch.setattr(warming.os, "access", lambda path, mode: False)
    warming.keep_compiled_in(tmp_path)
    assert warming.os.environ["NUMBA_CACHE_DIR"] == str(tmp_path)
    monkeypatch.delenv("NUMBA_CACHE_DIR")


def test_loops_are_kept_apart_for_each_state_of_the_source_and_old_ones_go(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled.config, "CACHE_DIR", str(tmp_path / "kept"))
    source = tmp_path / "room" / "inner" / "loops.py"
    source.parent.mkdir(parents=True)
    folders = []
    for text in ("one", "two", "three", "four", "one"):
        source.write_text(text)
        folders.append(compiled.keep_apart(tmp_path / "room"))
        folders[-1].mkdir(parents=True, exist_ok=True)

    assert folders[0] == folders[4]
    assert len({folder.name for folder in folders}) == 4
    assert compiled.config.CACHE_DIR == str(folders[4])
    assert {folder.parent for folder in folders} == {tmp_path / "kept"}
    assert len(list((tmp_path / "kept").iterdir())) == 3


def test_the_limits_of_a_question_are_read_as_they_are_written():
    numbers = [number % 2 == 0 if kind is bool else kind(number + 2) for number, kind in
               enumerate(Ask.__annotations__.values())]  # fmt: skip
    block = packed([Ask(*numbers)])

    assert asked(address(block), int(block[0, ON])) == Ask(*numbers)


def test_a_place_off_the_grid_is_found_by_its_degrees(tmp_path):
    here = Place(location_id=1, latitude=54.597, longitude=-5.93)
    index = ServiceIndex.build([ServiceFacts(id=1, name="Lunch", places=(here,))], tmp_path)

    for metres, count in ((6_000, 1), (5_000, 0)):
        query = Query(words="lunch", home=Point(54.647, -5.93), reach_metres=metres)  # 5.56 km north
        assert index.search(query, on=TODAY).count == count
