"""Puts sentences together for one person: names, pronouns, household, dates."""

import re
from datetime import date
from random import Random

from linkwell.demo.generate.data import read

PRONOUNS = {
    "female": ("she", "her", "her"),
    "male": ("he", "him", "his"),
    "other": ("they", "them", "their"),
}
_IRREGULAR = {"is": "are", "was": "were", "has": "have", "does": "do", "goes": "go", "cries": "cry"}
_NOT_VERBS = {"always"}


class Voice:
    """Says template sentences of one person; a sentence is not said twice while others are left."""

    def __init__(
        self, rng: Random, *, called: str, gender: str, spouse: str, child: str, worker: str, age: int, language: str
    ) -> None:
        self.rng, self.gender = rng, gender
        self.fits = {"^": age < 58, ">": age > 55, "~": language != "en"}
        he, him, his = PRONOUNS[gender]
        self.words = {
            "N": called, "he": he, "him": him, "his": his, "He": he.capitalize(), "His": his.capitalize(),
            "spouse": spouse, "child": child, "W": worker,
        }  # fmt: skip
        self.said: set[str] = set()

    def fill(self, template: str, **more: str) -> str:
        """Return a template with its placeholders filled."""
        text = template.format(**self.words, **more)
        return _plural(text) if self.gender == "other" else text

    def one(self, templates: list[str], **more: str) -> str:
        """Return one sentence, another than before where there is one."""
        chosen = self._choose(templates)
        if chosen:
            self.said.add(chosen)
        return self.fill(chosen.lstrip("^>~"), **more)

    def _choose(self, templates: list[str]) -> str:
        for _ in range(4):  # mostly the first is right
            chosen = self.rng.choice(templates)
            if chosen not in self.said and self.fits.get(chosen[:1], True):
                return chosen
        fitting = [template for template in templates if self.fits.get(template[:1], True)] or templates
        return self.rng.choice([template for template in fitting if template not in self.said] or fitting)

    def phrase(self, key: str, **more: str) -> str:
        """Return one sentence of `phrases.toml`."""
        return self.one(read("phrases.toml")[key], **more)

    def need(self, code: str, part: str, **more: str) -> str:
        """Return one sentence about a need, from `needs.toml`."""
        return self.one(read("needs.toml")[code][part], **more)


def _plural(text: str) -> str:
    """Return the text with "they is" and "they goes" put right."""

    def mend(match: re.Match[str]) -> str:
        verb = match[2]
        if verb in _IRREGULAR:
            return f"{match[1]} {_IRREGULAR[verb]}"
        if verb in _NOT_VERBS or not verb.endswith("s") or verb.endswith("ss"):
            return match[0]
        return f"{match[1]} {verb[:-1]}"

    return re.sub(r"\b([Tt]hey) ([a-z]+)", mend, text)


def day_in_words(day: date) -> str:
    """Return "Thursday 3 December"."""
    return f"{day:%A} {day.day} {day:%B}"
