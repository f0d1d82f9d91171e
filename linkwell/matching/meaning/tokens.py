"""From text to the word pieces of an uncased BERT vocabulary (WordPiece: longest piece first)."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

LONGEST_WORD = 100  # letters; what is longer is unknown, as in the model's own tokenizer
UNKNOWN = "[UNK]"
_SPACE = "\t\n\r"
_ASCII = re.compile(r"[a-z0-9]+|[!-/:-@[-`{-~]")
_USUAL = re.compile(r"[ -~\t\n\r]*")


class Pieces:
    """A vocabulary and how text falls into its pieces."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.place = {piece: number for number, piece in enumerate(vocabulary)}
        self.unknown = self.place.get(UNKNOWN, -1)
        self.of_word = lru_cache(maxsize=50_000)(self._of_word)

    def of(self, text: str, most: int | None = None) -> list[int]:
        """Return the places in the vocabulary of the pieces of a text, at most `most` of them."""
        found: list[int] = []
        for word in words(text):
            found += self.of_word(word)
            if most is not None and len(found) >= most:
                return found[:most]
        return found

    def _of_word(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self.unknown,)
        found, begin = [], 0
        while begin < len(word):
            for end in range(len(word), begin, -1):
                piece = self.place.get(word[begin:end] if begin == 0 else f"##{word[begin:end]}")
                if piece is not None:
                    found.append(piece)
                    begin = end
                    break
            else:
                return (self.unknown,)
        return tuple(found)


def words(text: str) -> Iterator[str]:
    """Yield the words of a text in lower case without accents; each mark of punctuation is a word."""
    if _USUAL.fullmatch(text):
        yield from _ASCII.findall(text.lower())
        return
    word: list[str] = []
    for letter in _plain(text):
        if letter == " " or _is_mark(letter):
            if word:
                yield "".join(word)
                word = []
            if letter != " ":
                yield letter
        else:
            word.append(letter)
    if word:
        yield "".join(word)


def _plain(text: str) -> Iterator[str]:
    for letter in unicodedata.normalize("NFD", text):
        kind = unicodedata.category(letter)
        if letter in _SPACE or kind[0] == "Z":
            yield " "
        elif letter not in "\0\ufffd" and kind[0] != "C" and kind != "Mn":
            yield from letter.lower()


@lru_cache(maxsize=10_000)
def _is_mark(letter: str) -> bool:
    """Return whether a letter stands alone: punctuation, every ASCII sign, and Chinese characters."""
    if letter.isascii():
        return not letter.isalnum()
    return unicodedata.category(letter)[0] == "P" or _is_chinese(ord(letter))


def _is_chinese(code: int) -> bool:
    return 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0xF900 <= code <= 0xFAFF or code >= 0x20000
