"""The sentence model as matrix arithmetic: the same pieces, the same vectors as its makers publish."""

import json
from math import erf, sqrt

import numpy as np
import pytest

from linkwell.matching.meaning import sentence
from linkwell.matching.meaning.scorer import installed
from linkwell.matching.meaning.sentence import SentenceModel, UnknownModel, read_tensors
from linkwell.matching.meaning.tokens import Pieces, words

needs_model = pytest.mark.skipif(
    installed() is None, reason="the sentence model is not installed: docs/how-to/own-words.md"
)

# What the tokenizer that the model was published with (`tokenizers` 0.23) answers
PIECES = {
    "Since my wife died, the house is so quiet...": [
        2144, 2026, 2564, 2351, 1010, 1996, 2160, 2003, 2061, 4251, 1012, 1012, 1012,
    ],
    "Café naïve Zoë’s £5 — “dance”": [7668, 15743, 11199, 1521, 1055, 27813, 1517, 1523, 3153, 1524],
    "日本語 text": [1864, 1876, 1950, 3793],
    "befriending isn't loneliness\tPTSD\n50+": [
        2022, 19699, 9013, 4667, 3475, 1005, 1056, 20334, 19637, 2094, 2753, 1009,
    ],
    "a" * 120: [100],
}  # fmt: skip


@pytest.fixture(scope="module")
def model():
    return SentenceModel(installed())


@needs_model
@pytest.mark.parametrize("text", PIECES)
def test_texts_fall_into_the_pieces_that_the_published_tokenizer_makes(text):
    pieces = Pieces((installed() / "vocab.txt").read_text(encoding="utf-8").split("\n"))

    assert pieces.of(text) == PIECES[text]


def test_the_longest_piece_goes_first_and_a_word_that_does_not_fall_into_pieces_is_unknown():
    pieces = Pieces(["[UNK]", "be", "bef", "##friend", "##riend", "##ing", "?"])

    assert pieces.of("Befriending?") == [2, 4, 5, 6]
    assert pieces.of("befriended be") == [0, 1]
    assert pieces.of("be be be", most=2) == [1, 1]


@pytest.mark.parametrize("text", ["I'm £5 short!", "tabs\tand\nlines", "", "re-use_it (now)"])
def test_the_short_way_through_plain_text_gives_the_same_words_as_the_long_way(text):
    assert list(words(text)) == list(words(text + "\u200b"))  # a sign that vanishes, and forces the long way


@needs_model
def test_the_example_that_the_makers_publish_comes_out_alike(model):
    # sbert.net, quickstart of Sentence Transformers with all-MiniLM-L6-v2
    found = model.encode(["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."])

    assert found @ found.T == pytest.approx(
        np.array([[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]]), abs=2e-4
    )


@needs_model
def test_a_slow_and_obvious_second_implementation_agrees(model):
    text = "the hearing aid is too loud so it's in a box"

    assert model.encode([text])[0] == pytest.approx(_slowly(text), abs=1e-5)


@needs_model
def test_a_text_means_the_same_alone_and_among_longer_ones(model):
    texts = ["lonely", "", "I have not spoken to anybody since the funeral and the evenings are long", "debt " * 300]
    together = model.encode(texts)

    for text, vector in zip(texts, together, strict=True):
        assert vector == pytest.approx(model.encode([text])[0], abs=1e-5)
    assert not together[1].any()
    assert np.linalg.norm(together[[0, 2, 3]], axis=1) == pytest.approx(1, abs=1e-5)


def test_another_model_or_half_of_one_is_refused(tmp_path):
    head = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    (tmp_path / sentence.WEIGHTS).write_bytes(len(head).to_bytes(8, "little") + head + b"\0" * 4)

    with pytest.raises(UnknownModel, match="not the model"):
        read_tensors(tmp_path / sentence.WEIGHTS)


def _slowly(text):
    """BERT one piece and one head at a time, in double precision, from the paper's formulas."""
    held = {name: tensor.astype(float) for name, tensor in read_tensors(installed() / sentence.WEIGHTS).items()}
    vocabulary = (installed() / "vocab.txt").read_text(encoding="utf-8").split("\n")
    pieces = [vocabulary.index(piece) for piece in ("[CLS]", *_split(text, vocabulary), "[SEP]")]

    def linear(rows, name):
        return np.array([held[f"{name}.weight"] @ row + held[f"{name}.bias"] for row in rows])

    def norm(rows, name):
        return np.array([(row - row.mean()) / sqrt(row.var() + 1e-12) * held[f"{name}.weight"] + held[f"{name}.bias"]
                         for row in rows])  # fmt: skip

    at = "embeddings.{}_embeddings.weight".format
    state = norm([held[at("word")][piece] + held[at("position")][place] + held[at("token_type")][0]
                  for place, piece in enumerate(pieces)], "embeddings.LayerNorm")  # fmt: skip
    for number in range(6):
        of = f"encoder.layer.{number}."
        query, key, value = (linear(state, f"{of}attention.self.{part}") for part in ("query", "key", "value"))
        heard = np.zeros_like(state)
        for head in range(12):
            mine = slice(head * 32, head * 32 + 32)
            for row in range(len(pieces)):
                logits = [query[row, mine] @ key[other, mine] / sqrt(32) for other in range(len(pieces))]
                share = np.exp(np.array(logits) - max(logits))
                heard[row, mine] = share / share.sum() @ value[:, mine]
        state = norm(state + linear(heard, f"{of}attention.output.dense"), f"{of}attention.output.LayerNorm")
        wide = linear(state, f"{of}intermediate.dense")
        wide = np.array([[x * 0.5 * (1 + erf(x / sqrt(2))) for x in row] for row in wide])
        state = norm(state + linear(wide, f"{of}output.dense"), f"{of}output.LayerNorm")
    mean = state.mean(axis=0)
    return mean / np.linalg.norm(mean)


def _split(text, vocabulary):
    whole = text.replace("'", " ' ").split()
    assert all(word in vocabulary for word in whole), "the second implementation knows whole words only"
    return whole
