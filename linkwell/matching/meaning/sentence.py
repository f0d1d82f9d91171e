"""The sentence model all-MiniLM-L6-v2 as plain matrix arithmetic: reads its weights, needs NumPy and nothing else.

The model (Apache-2.0) is not part of Linkwell; docs/how-to/own-words.md tells how to install it. Six
layers of twelve heads of attention, the mean over all pieces, length 1.
"""

import hashlib
import json
import mmap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.meaning.tokens import Pieces

Floats = NDArray[np.float32]

WEIGHTS, VOCABULARY = "model.safetensors", "vocab.txt"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # of the weights all else was fitted to
DIMENSIONS, LAYERS, HEADS = 384, 6, 12
MOST_PIECES = 128
BATCH_PIECES = 2_048  # of one pass, with padding: bounds its memory
_EPSILON = 1e-12


class UnknownModel(ValueError):
    """The folder holds another model, or half of one."""


Linear = tuple[Floats, Floats]  # weights as the file holds them (out, in), and what is added


@dataclass(frozen=True)
class _Layer:
    """One layer. The weights stay mapped from the file, so that all processes share them."""

    query: Linear
    key: Linear
    value: Linear
    joined: Linear
    after_attention: Linear
    widen: Linear
    narrow: Linear
    after_all: Linear


class SentenceModel:
    """Texts to vectors of length 1; texts near in meaning have a product near 1."""

    dimensions = DIMENSIONS
    kind = "sentence"
    name = f"sentence-{SHA256[:8]}"

    def __init__(self, folder: Path) -> None:
        """Read the model in `folder`; raise UnknownModel where it is not the one that the weights were fitted to."""
        tensors = read_tensors(folder / WEIGHTS)
        self._pieces = Pieces((folder / VOCABULARY).read_text(encoding="utf-8").split("\n"))
        self._begin, self._stop = self._pieces.place["[CLS]"], self._pieces.place["[SEP]"]
        table = "embeddings.{}_embeddings.weight"
        self._words = tensors[table.format("word")]
        self._places = tensors[table.format("position")] + tensors[table.format("token_type")][0]
        self._first = _linear(tensors, "embeddings.LayerNorm")
        self._layers = [_layer(tensors, number) for number in range(LAYERS)]

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return (n, 384) vectors of length 1, one a text; an empty text is a row of zeros."""
        pieces = [self._pieces.of(text, MOST_PIECES - 2) for text in texts]
        return self.encode_pieces(pieces)

    def encode_pieces(self, pieces: Sequence[Sequence[int]]) -> Floats:
        """Return the vectors of texts already in pieces; short ones go together, for padding is work."""
        found = np.zeros((len(pieces), DIMENSIONS), np.float32)
        order = sorted((number for number, row in enumerate(pieces) if row), key=lambda number: len(pieces[number]))
        begin = 0
        while begin < len(order):
            end = begin + 1
            while end < len(order) and (len(pieces[order[end]]) + 2) * (end + 1 - begin) <= BATCH_PIECES:
                end += 1
            rows = order[begin:end]
            found[rows] = self._pass([pieces[number] for number in rows])
            begin = end
        return found

    def _pass(self, pieces: Sequence[Sequence[int]]) -> Floats:
        longest = max(map(len, pieces)) + 2
        places = np.zeros((len(pieces), longest), np.intp)
        real = np.zeros((len(pieces), longest), np.float32)
        for row, of_text in enumerate(pieces):
            places[row, : len(of_text) + 2] = [self._begin, *of_text, self._stop]
            real[row, : len(of_text) + 2] = 1
        state = _normalise(self._words[places] + self._places[:longest], self._first)
        hidden = (real - 1)[:, None, None, :] * np.float32(1e9)  # attention to padding
        for layer in self._layers:
            state = _forward(layer, state, hidden)
        mean = (state * real[:, :, None]).sum(axis=1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def _forward(layer: _Layer, state: Floats, hidden: Floats) -> Floats:
    """Return the state (texts, pieces, d) after one layer; `hidden` is added to the attention's logits."""
    texts, pieces, width = state.shape
    size = width // HEADS
    flat = state.reshape(-1, width)

    def heads(linear: Linear) -> Floats:
        return _times(flat, linear).reshape(texts, pieces, HEADS, size).transpose(0, 2, 1, 3)

    logits = heads(layer.query) @ heads(layer.key).transpose(0, 1, 3, 2) * np.float32(size**-0.5) + hidden
    share = np.exp(logits - logits.max(axis=-1, keepdims=True))
    share /= share.sum(axis=-1, keepdims=True)
    heard = (share @ heads(layer.value)).transpose(0, 2, 1, 3).reshape(-1, width)
    flat = _normalise(flat + _times(heard, layer.joined), layer.after_attention)
    flat = _normalise(flat + _times(_gelu(_times(flat, layer.widen)), layer.narrow), layer.after_all)
    return flat.reshape(state.shape)


def _times(rows: Floats, linear: Linear) -> Floats:
    return rows @ linear[0].T + linear[1]


def _normalise(state: Floats, norm: Linear) -> Floats:
    centred = state - state.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
    return centred / spread * norm[0] + norm[1]


def _gelu(x: Floats) -> Floats:
    return x * np.float32(0.5) * (1 + _erf(x * np.float32(0.5**0.5)))


def _erf(x: Floats) -> Floats:
    """Return the error function within 2e-7. Source: Abramowitz & Stegun 1964, 7.1.26."""
    size = np.abs(x)
    t = 1 / (1 + np.float32(0.3275911) * size)
    steps: Any = np.float32(1.061405429)
    for constant in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        steps = steps * t + np.float32(constant)
    return np.copysign(1 - steps * t * np.exp(-size * size), x)


def _layer(tensors: Mapping[str, Floats], number: int) -> _Layer:
    def part(name: str) -> Linear:
        return _linear(tensors, f"encoder.layer.{number}.{name}")

    return _Layer(
        query=part("attention.self.query"),
        key=part("attention.self.key"),
        value=part("attention.self.value"),
        joined=part("attention.output.dense"),
        after_attention=part("attention.output.LayerNorm"),
        widen=part("intermediate.dense"),
        narrow=part("output.dense"),
        after_all=part("output.LayerNorm"),
    )


def _linear(tensors: Mapping[str, Floats], name: str) -> Linear:
    return tensors[f"{name}.weight"], tensors[f"{name}.bias"]


def read_tensors(path: Path) -> dict[str, Floats]:
    """Return the float32 tensors of a safetensors file, mapped and not copied; raise UnknownModel for another file.

    The format: 8 bytes of length (little-endian), that many of JSON {name: dtype, shape, data_offsets}, the data.
    """
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if hashlib.sha256(mapped).hexdigest() != SHA256:
        raise UnknownModel(f"{path.name} is not the model all-MiniLM-L6-v2 that Linkwell was fitted to.")
    begin = 8 + int.from_bytes(mapped[:8], "little")
    held: dict[str, Floats] = {}
    for name, about in json.loads(mapped[8:begin]).items():
        if about.get("dtype") == "F32":
            first, last = about["data_offsets"]
            flat = np.frombuffer(mapped, np.float32, (last - first) // 4, begin + first)
            held[name] = flat.reshape(about["shape"])
    return held
