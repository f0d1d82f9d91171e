"""Canaries: values that exist once, so that wherever one turns up it says whose it is and from which field."""

import html
import re
from dataclasses import dataclass
from datetime import date, timedelta

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MONTHS = "January February March April May June July August September October November December".split()
SHAPES = (
    r"zqx[a-z]{6}x",  # every word, and the first half of every address
    r"07700 ?9\d{5}",  # telephone
    r"9\d{2} ?\d{3} ?\d{4}",  # health number
    r"\b57\.\d{6}|-9\.\d{6}\b",  # latitude, longitude
    rf"\b\d{{1,2}} (?:{'|'.join(MONTHS)}) 19[345]\d\b|19[345]\d-\d\d-\d\d",  # birth
)
ANY = re.compile("|".join(SHAPES), re.IGNORECASE)
TOOLS_OF_FORMS = re.compile(r'csrfmiddlewaretoken" value="\w+"|X-CSRFToken": "\w+"|nonce="[^"]+"')


@dataclass(frozen=True)
class Planted:
    """Where a canary stands: the field, what kind of fact it is, about whom (or about nobody), in which scheme."""

    field: str
    kind: str
    relation: str
    scheme: str

    def __str__(self) -> str:
        whom = f", {self.relation}" if self.relation else ""
        return f"{self.field} ({self.kind}{whom}, {self.scheme} scheme)"


class Canaries:
    """Makes canaries, and finds them again in anything that left the product."""

    def __init__(self) -> None:
        self.planted: dict[str, Planted] = {}

    def word(self, where: Planted) -> str:
        number, letters = len(self.planted) * 7919, ""  # neighbours share no beginning
        for _ in range(6):
            number, place = divmod(number, 26)
            letters += LETTERS[place]
        return self._keep(f"Zqx{letters}x", where)

    def email(self, where: Planted) -> str:
        return f"{self.word(where).lower()}@canary.example"

    def capitals(self, where: Planted) -> str:
        return self.word(where).upper()

    def phone(self, where: Planted) -> str:
        return self._keep(f"07700 9{len(self.planted):05d}", where)

    def health_number(self, where: Planted) -> str:
        return self._keep(f"9{len(self.planted):09d}", where)

    def latitude(self, where: Planted) -> float:
        return float(self._keep(f"57.{100001 + 10 * len(self.planted)}", where))

    def longitude(self, where: Planted) -> float:
        return float(self._keep(f"-9.{100001 + 10 * len(self.planted)}", where))

    def born(self, where: Planted) -> date:
        day = date(1930, 1, 1) + timedelta(days=len(self.planted))
        self._keep(day.isoformat(), where)
        self._keep(f"{day.day} {MONTHS[day.month - 1]} {day.year}", where)
        return day

    def words(self, where: Planted) -> list[str]:
        return [self.word(where)]

    def content(self, where: Planted) -> list[list[str]]:
        return [["What we tell them", self.word(where)]]

    def plan(self, where: Planted) -> dict[str, object]:
        return {
            "needs": [{"code": "loneliness", "own_words": self.word(where)}],
            "strengths": [self.word(where)],
            "goals": [{"text": self.word(where), "status": "open", "actions": []}],
        }

    def limits(self, where: Planted) -> dict[str, str]:
        return {"said": self.word(where)}

    def _keep(self, text: str, where: Planted) -> str:
        key = _plain(text)
        if key in self.planted:
            raise AssertionError(f"The canary {text!r} was made twice.")
        self.planted[key] = where
        return text

    def found_in(self, *texts: str) -> set[Planted]:
        """Return every canary in the texts, as they are or as a page writes them."""
        found = set()
        for text in texts:
            cleaned = TOOLS_OF_FORMS.sub("", text)
            for match in ANY.findall(html.unescape(cleaned) if "&" in cleaned else cleaned):
                where = self.planted.get(_plain(match))
                if where is not None:
                    found.add(where)
        return found


def _plain(text: str) -> str:
    return text.lower().replace(" ", "")
