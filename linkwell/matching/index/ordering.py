"""Sorts rows by the grid and turns the words of each service into the services of each word."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.index.columns import CELL
from linkwell.matching.index.segment import key_of
from linkwell.matching.index.sweeping import post

if TYPE_CHECKING:
    from linkwell.matching.index.wording import Terms


def grid_order(
    sections: NDArray[np.int8], x: NDArray[np.float64], y: NDArray[np.float64], ids: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[float], NDArray[np.uint32]]:
    """Return the services in the order of rows, where sections end, the grid, and where its cells begin."""
    placed = sections < 2
    if placed.any():
        west, south = np.floor(x[placed].min() / CELL) * CELL, np.floor(y[placed].min() / CELL) * CELL
        wide = int((x[placed].max() - west) // CELL) + 1
        high = int((y[placed].max() - south) // CELL) + 1
    else:
        west = south = 0.0
        wide = high = 1
    cell = np.where(placed, ((y - south) // CELL) * wide + (x - west) // CELL, 0).astype(np.int64)
    order = np.lexsort((ids, cell, sections))
    ends = np.searchsorted(sections[order], [0, 1, 2, 3], side="right")
    starts = []
    for section, begin in ((0, 0), (1, ends[0])):
        held = np.bincount(cell[sections == section], minlength=wide * high) if len(ids) else np.zeros(1, np.int64)
        starts.append(begin + np.concatenate([[0], np.cumsum(held)]))
    return order, ends, [float(west), float(south), wide, high], np.concatenate(starts).astype(np.uint32)


def by_rows(words: "Terms", order: NDArray[np.int64], listed: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """Return keys of terms, postings and how many listed services hold each."""
    keys, new, written = terms_in_order(words)
    terms = new[np.frombuffer(words.doc_terms, np.uint32)] if len(words.doc_terms) else np.empty(0, np.uint32)
    weights = np.frombuffer(words.doc_weights, np.uint8) if len(terms) else np.empty(0, np.uint8)
    starts = np.concatenate([[0], np.cumsum(np.bincount(terms, minlength=len(keys)))]).astype(np.int64)
    posted, weight = np.empty(len(terms), np.uint32), np.empty(len(terms), np.uint8)
    holding = np.zeros(len(keys), np.int32)
    ends = np.asarray(words.doc_ends, np.int64)
    post(order, ends, terms, np.array(weights), listed.astype(np.int64), starts, posted, weight, holding)
    return {
        "keys": keys,
        "starts": starts,
        "holding": holding,
        "posted": posted,
        "weight": weight,
        "written": np.frombuffer(written, np.uint8),
    }


def terms_in_order(words: "Terms") -> tuple[NDArray[np.uint64], NDArray[np.uint32], bytes]:
    """Return the keys of all terms ascending, the new number of each, and the words as they are written."""
    keys = np.array([key_of(kind, term) for kind, term in words.names], np.uint64)
    order = np.argsort(keys, kind="stable")
    new = np.empty(len(keys), np.uint32)
    new[order] = np.arange(len(keys))
    lines = [f"{stem}\t{word}" for stem, word in words.first.items()]
    return keys[order], new, "\n".join(lines).encode()
