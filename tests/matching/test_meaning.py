"""What services mean: the built-in words, the folder they are kept in, the points they give."""

import hashlib
from dataclasses import dataclass

import numpy as np
import pytest

from linkwell.matching import ranking
from linkwell.matching.meaning import store
from linkwell.matching.meaning.scorer import UNSAID, Meanings, best, installed, sentences, whole
from linkwell.matching.meaning.sentence import SHA256, SentenceModel
from linkwell.matching.meaning.themes import Themes, as_bytes
from linkwell.matching.meaning.vectors import DATA, built_in

GONE = "my wife died last year and I cry every day"


@dataclass(frozen=True)
class Told:
    id: int
    name: str
    text: str


GRIEF = Told(7, "Kind Hours", "A group for adults grieving for someone who has died. Trained volunteers listen.")
DEBT = Told(3, "Clear Water", "Free help with credit cards and rent arrears. We talk to the people you owe.")
BOWLS = Told(90, "Victoria Park Bowling Club", "Flat green bowls in summer. New members may borrow woods.")
ALL = (GRIEF, DEBT, BOWLS)


class Counting:
    """The built-in words, which say how many texts they were given."""

    def __init__(self):
        self.kind, self.name, self.dimensions, self.texts = "words", "counting", built_in().dimensions, []

    def encode(self, texts):
        self.texts += texts
        return built_in().encode(texts)


@pytest.fixture
def meanings(tmp_path):
    held = Meanings(tmp_path, Counting())
    held.keep(ALL)
    held.encoder.texts.clear()
    return held


def points(meanings, said, *services):
    return meanings.latest().statement(said).points(np.array([one.id for one in services]))


def test_the_tables_are_those_that_were_distilled():
    vectors = np.load(DATA / "vectors.npy", mmap_mode="r")
    pieces = (DATA / "pieces.txt").read_text().splitlines()
    themes = (DATA / "themes.txt").read_text().splitlines()

    assert (vectors.shape, vectors.dtype) == ((len(pieces), 256), np.int8)
    assert np.load(DATA / "weights.npy").shape == (len(pieces),)
    assert np.load(DATA / "themes-words.npy").shape == (256, len(themes))
    assert np.load(DATA / "themes-sentence.npy").shape == (384, len(themes))
    assert hashlib.sha256((DATA / "vectors.npy").read_bytes()).hexdigest().startswith("1d4ab877b72474ce")
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 8e6
    assert SHA256 in (DATA / "README.md").read_text()


@pytest.mark.parametrize(
    ("said", "near", "far"),
    [
        (GONE, "a bereavement group for widows and widowers", "bowls club for beginners"),
        ("I owe money to everybody", "debt advice and help with loans", "a choir for people who like to sing"),
        ("i keep forgeting where i put things", "a memory cafe for people with dementia", "five-a-side football"),
        ("black mould on the wall and the landlord does nothing", "housing advice for tenants", "creative writing"),
        ("my hearing aid whistles", "lip-reading and help for deaf people", "couch to 5k running course"),
    ],
)
def test_MA3_the_built_in_words_are_nearer_to_what_would_help(said, near, far):
    one, yes, no = built_in().encode([said, near, far])

    assert one @ yes > one @ no + 0.1


def test_words_that_say_nothing_have_no_meaning_and_order_plays_no_part():
    empty, marks, one, other = built_in().encode(["", "?! …", "dog bites man", "man bites dog"])

    assert not empty.any() and not marks.any()
    assert one == pytest.approx(other, abs=1e-6)
    assert np.linalg.norm(one) == pytest.approx(1)


def test_shares_of_themes_add_up_and_the_likeliest_is_the_right_one():
    themes = Themes("words")
    shares = themes.shares(built_in().encode(["I owe money on three credit cards", "my mother has dementia"]))

    assert shares.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert [themes.names[best_one] for best_one in shares.argmax(axis=1)][0] == "debt"
    assert "dementia" in themes.names[shares[1].argmax()]


def test_MA3_what_would_help_gets_most_points_whatever_order_services_are_asked_in(meanings):
    grief, debt, bowls = points(meanings, GONE, GRIEF, DEBT, BOWLS)

    assert ranking.MEANING["words"].points >= grief > max(debt, bowls) >= 0
    assert list(points(meanings, GONE, BOWLS, GRIEF, DEBT)) == [bowls, grief, debt]
    assert points(meanings, "the bailiffs are coming, we owe rent", DEBT) > points(meanings, GONE, DEBT)


def test_a_service_that_is_not_known_and_words_that_say_nothing_give_no_points(meanings):
    assert list(points(meanings, GONE, Told(4, "", ""), Told(10**9, "", ""), Told(-1, "", ""))) == [0, 0, 0]
    assert list(points(meanings, "…", *ALL)) == [0, 0, 0]


def test_the_scan_gives_what_the_formula_says(meanings):
    themes, encoder = Themes("words"), built_in()
    one, entries = encoder.encode([GONE]), encoder.encode([whole(each.name, each.text) for each in ALL])
    shared = themes.shares(one) @ (as_bytes(themes.shares(entries)) / 255).T
    blend = ranking.MEANING["words"]
    expected = one @ entries.T + blend.themes * np.log(shared + UNSAID)

    found = meanings.statement(GONE).nearness(np.array([each.id for each in ALL]))

    assert found == pytest.approx(expected[0], abs=0.03)  # vectors are kept in 127ths
    share = np.clip((found - blend.none) / (blend.all - blend.none), 0, 1)
    assert points(meanings, GONE, *ALL) == pytest.approx(blend.points * share, abs=1e-5)


def test_only_texts_that_changed_are_put_into_vectors_again(meanings):
    changed = Told(DEBT.id, DEBT.name, "A choir. We sing on Mondays.")
    before = points(meanings, "I like to sing in a choir", DEBT)
    meanings.encoder.texts.clear()

    meanings.keep([GRIEF, changed, BOWLS])

    assert meanings.encoder.texts == [whole(changed.name, changed.text)]
    assert points(meanings, "I like to sing in a choir", DEBT) > before
    assert len(meanings._rows.named) == 4


def test_a_service_that_is_gone_has_no_meaning_until_it_comes_back(meanings):
    meanings.keep([], removed=[GRIEF.id, 555])

    assert points(meanings, GONE, GRIEF) == [0]
    meanings.keep([GRIEF])
    assert points(meanings, GONE, GRIEF) > 0


def test_another_process_sees_what_one_wrote(meanings, tmp_path):
    other = Meanings(tmp_path, Counting())
    choir = Told(11, "Out Loud", "A choir for everybody who likes to sing.")
    assert points(other, "I love to sing in a choir", choir) == [0]

    meanings.keep([choir])

    assert points(other, "I love to sing in a choir", choir) > 0


def test_what_a_killed_writer_left_half_is_cut_off(meanings, tmp_path):
    folder = meanings._rows.folder
    before = points(meanings, GONE, *ALL)
    with (folder / "0.rows").open("ab") as file:  # a row and a half that nothing names
        file.write(b"x" * (meanings._rows.width * 3 // 2))
    with (folder / "0.ids").open("ab") as file:  # and half a name
        file.write(b"x" * 5)

    fresh = Meanings(tmp_path, Counting())
    assert list(points(fresh, GONE, *ALL)) == list(before)
    choir = Told(11, "Out Loud", "A choir for everybody who likes to sing.")
    fresh.keep([choir])

    assert points(fresh, "I love to sing in a choir", choir) > 0
    assert list(points(fresh, GONE, *ALL)) == list(before)
    assert (folder / "0.rows").stat().st_size == 4 * fresh._rows.width


def test_rows_that_no_longer_count_are_written_away_and_readers_follow(meanings, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "SMALL", 6)
    reader = Meanings(tmp_path, Counting())
    expected = points(reader, GONE, GRIEF, BOWLS)
    for number in range(9):
        meanings.keep([Told(DEBT.id, DEBT.name, f"Text {number}")])

    assert list(points(reader, GONE, GRIEF, BOWLS)) == list(expected)
    assert reader._rows.number > 0 and len(reader._rows.named) < 7
    assert {path.stem for path in reader._rows.folder.glob("*.rows")} == {str(reader._rows.number)}


def test_a_reason_names_the_sentences_that_met(meanings):
    said = meanings.statement("The garden is fine. My husband has died and I cry all day.")
    because = said.because(GRIEF.name, GRIEF.text)

    assert (because.said, because.met) == (
        "My husband has died and I cry all day.",
        "A group for adults grieving for someone who has died.",
    )
    assert because.sentence == (
        "“My husband has died and I cry all day” is close to “A group for adults grieving for someone who has died”"
    )
    assert said.because("Bowls", "Flat green bowls.") is None
    assert meanings.statement("…").because(GRIEF.name, GRIEF.text) is None


def test_sentences_end_at_stops_and_lines():
    assert sentences("One. Two!  Three; four\nfive? ") == ["One.", "Two!", "Three;", "four", "five?"]


@pytest.mark.skipif(installed() is None, reason="the sentence model is not installed: docs/how-to/own-words.md")
def test_the_sentence_model_is_taken_where_it_is_installed_and_ranks_the_same_way(tmp_path):
    encoder = best(installed())
    held = Meanings(tmp_path, encoder)
    held.keep(ALL)

    assert isinstance(encoder, SentenceModel)
    assert points(held, GONE, *ALL).argmax() == 0
    assert points(held, "everybody wants money off me that I haven't got", *ALL).argmax() == 1
