"""Notes of contacts, as link workers write them: how it went, what was new, what comes next."""

from datetime import datetime

from linkwell.demo.generate.data import read
from linkwell.demo.generate.intake import Journey
from linkwell.demo.generate.voice import Voice, day_in_words


class Notes:
    """Writes the notes of one episode."""

    def __init__(self, journey: Journey, voice: Voice) -> None:
        self.journey, self.voice, self.rng = journey, voice, journey.rng

    def contact(self, mode: str, part: str, following: datetime | None, news: list[str]) -> str:
        """Return the note of a contact that reached the person."""
        if part == "declines":
            return f"{self.voice.phrase('open_phone')} {self.voice.phrase('end_declined')}"
        if part == "brief":
            when = day_in_words(following.date()) if following else "next week"
            return f"Short call to introduce myself. Agreed to meet on {when}."
        if part == "first":
            return self._first(following)
        if mode in ("text", "letter"):
            return " ".join([self.voice.phrase(f"open_{mode}"), *news[:2]])
        lines = [self.voice.phrase(f"open_{mode}")]
        if self.journey.human.interpreter:
            lines.append(self.voice.phrase("interpreter"))
        lines += [self.voice.phrase("feeling"), *news[:3], *self._going(part)]
        lines.append(self._closing(part, following))
        return " ".join(filter(None, lines))

    def _first(self, following: datetime | None) -> str:
        voice, needs = self.voice, self.journey.needs
        lines = [voice.phrase("first")]
        if self.journey.human.interpreter:
            lines.append(voice.phrase("interpreter"))
        lines.append(voice.need(needs[0], "heard"))
        if len(needs) > 1 and self.rng.random() < 0.7:
            lines.append(voice.need(needs[1], "heard"))
        if self.rng.random() < 0.5:
            lines.append(f"“{voice.need(needs[0], 'said')}.”")
        lines.append(self._closing("", following))
        return " ".join(filter(None, lines))

    def _going(self, part: str) -> list[str]:
        codes = [self.rng.choice(self.journey.needs)]
        if part in ("review", "last") or self.rng.random() < 0.25:
            codes.append(self.journey.needs[0])
        lines = [self._news_of(code) for code in codes if part or self.rng.random() < 0.85]
        return list(dict.fromkeys(lines))

    def _news_of(self, code: str) -> str:
        known = read("needs.toml")[code]["going"]
        if (
            all(sentence in self.voice.said or not self.voice.fits.get(sentence[:1], True) for sentence in known)
            or self.rng.random() < 0.25
        ):
            return self.voice.phrase("going_any")
        return self.voice.need(code, "going")

    def _closing(self, part: str, following: datetime | None) -> str:
        if part == "last":
            return self.voice.phrase("ending")
        if part == "stepping":
            return self.voice.phrase("stepping")
        return self.voice.phrase("close", next=day_in_words(following.date())) if following else ""
