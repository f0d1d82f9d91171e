"""The people who are referred: who they are, how they may be reached, what they need to take part."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from linkwell.demo.generate import names, truth
from linkwell.demo.generate.rows import Rows, stream, weighted
from linkwell.demo.generate.town import Spot, address_at, spot_in
from linkwell.demo.generate.voice import Voice

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
TEST_NUMBERS_FROM = 999_000_001  # numbers that begin with 999 are never issued


@dataclass
class Human:
    """A person as the generator knows them."""

    id: int
    called: str
    gender: str
    born: date
    spouse: str
    child: str
    language: str
    interpreter: bool
    not_online: bool
    practice: int
    spot: Spot
    latent: truth.Latent
    rule: int = 0  # the contact rule's row
    access: list[str] = field(default_factory=list)
    risks: list[int] = field(default_factory=list)  # rows of RiskStatement
    has_phone: bool = True
    age_then: int = 50  # when first referred
    times_referred: int = 0

    def voice(self, rng: Random, worker: str) -> Voice:
        """Return sentences about this person."""
        return Voice(
            rng, called=self.called, gender=self.gender, spouse=self.spouse, child=self.child, worker=worker,
            age=self.age_then, language=self.language,
        )  # fmt: skip

    def age(self, on: date) -> int:
        """Return whole years on a day."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


def nhs_number(serial: int) -> tuple[str, int]:
    """Return the next number of the test range with a right check digit, and the serial after it."""
    while True:
        digits = f"{serial:09d}"
        rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        serial += 1
        if rest != 10:
            return f"{digits}{rest % 11}", serial


class PeopleMaker:
    """Adds persons one by one; health and phone numbers never come twice or from a real range."""

    def __init__(self, seed: int, rows: Rows, spots: list[Spot]) -> None:
        self.seed, self.rows, self.spots = seed, rows, spots
        self.serial = TEST_NUMBERS_FROM
        self.made = 0

    def add(self, *, practice: int, area: str, at: datetime, by: int) -> Human:
        """Add one person who is referred for the first time."""
        self.made += 1
        rng = stream(self.seed, "person", self.made)
        gender = weighted(rng, {"female": 61, "male": 37.5, "other": 1.5})
        age = min(98, max(18, round(rng.gauss(38, 11) if rng.random() < 0.4 else rng.gauss(70, 11))))
        named_as = gender if gender != "other" else rng.choice([names.FEMALE, names.MALE])
        name = names.draw(rng, named_as, age)
        born = at.date() - timedelta(days=age * 365 + age // 4 + rng.randrange(365))
        spot = spot_in(rng, self.spots, area if rng.random() < 0.72 else "")
        human = Human(
            id=0, called=name.preferred or name.given, gender=gender, born=born,
            spouse=rng.choice(["husband", "partner"] if gender == "female" else ["wife", "partner"]),
            child=rng.choice(["daughter", "son", "niece"]), language=name.language,
            interpreter=rng.random() < name.interpreter, not_online=rng.random() < (0.45 if age > 70 else 0.06),
            practice=practice, age_then=age, spot=spot,
            latent=truth.draw_referred(stream(self.seed, "latent", self.made)),
        )  # fmt: skip
        human.id = self._row(rng, human, name, at)
        human.has_phone = bool(self.rows.get("people.Person", human.id)["phone"])
        self._reach(rng, human, at, by)
        return human

    def _row(self, rng: Random, human: Human, name: names.Name, at: datetime) -> int:
        number, traced = "", False
        if rng.random() < 0.93:
            number, self.serial = nhs_number(self.serial)
            traced = rng.random() < 0.9
        homeless = rng.random() < 0.011
        mobile = rng.random() < 0.7
        phone = self._phone(mobile) if rng.random() < 0.965 else ""
        email = (
            f"{_address(name)}{human.born.year % 100}@mail.example"
            if rng.random() < 0.42 and not human.not_online
            else ""
        )
        pronouns = {"female": "she/her", "male": "he/him", "other": "they/them"}[human.gender]
        return self.rows.add(
            "people.Person", given_name=name.given, family_name=name.family, preferred_name=name.preferred,
            pronouns=pronouns if human.gender == "other" or rng.random() < 0.08 else "", born_on=human.born,
            gender=human.gender if rng.random() < 0.97 else "", ethnicity=name.ethnicity if rng.random() < 0.87 else "",
            health_number_system=NHS_NUMBER if number else "", health_number=number, health_number_traced=traced,
            phone=phone, email=email, address="" if homeless else address_at(rng, human.spot),
            postcode="" if homeless else human.spot.postcode, no_fixed_abode=homeless,
            latitude=None if homeless else human.spot.latitude, longitude=None if homeless else human.spot.longitude,
            place_note="", language=human.language, needs_interpreter=human.interpreter, practice_id=human.practice,
            location_hidden=False, is_restricted=False, died_on=None, created_at=at,
        )  # fmt: skip

    def _phone(self, mobile: bool) -> str:
        """Return a number of the ranges that Ofcom keeps for drama."""
        return f"07700 900{self.made % 1000:03d}" if mobile else f"01632 960{self.made % 1000:03d}"

    def _reach(self, rng: Random, human: Human, at: datetime, by: int) -> None:
        row = self.rows.get("people.Person", human.id)
        mobile = row["phone"].startswith("07")
        when = rng.choice(_WHEN) if rng.random() < 0.4 else ""
        human.rule = self.rows.add(
            "people.ContactRule", person_id=human.id, by_phone=bool(row["phone"]) and rng.random() < 0.96,
            by_text=mobile and rng.random() < 0.6, by_email=bool(row["email"]) and rng.random() < 0.7,
            by_post=not row["no_fixed_abode"] and rng.random() < 0.95, voicemail=rng.random() < 0.4, when=when,
            note=rng.choice(_HOW_NOT) if rng.random() < 0.07 else "", recorded_at=at, recorded_by_id=by,
        )  # fmt: skip
        codes = {
            "interpreter": human.interpreter, "not_online": human.not_online,
            "hearing_loop": human.age(at.date()) > 72 and rng.random() < 0.14, "step_free": rng.random() < 0.13,
            "large_print": rng.random() < 0.05, "quiet_space": rng.random() < 0.03, "easy_read": rng.random() < 0.025,
            "companion": rng.random() < 0.06, "bsl": rng.random() < 0.004,
        }  # fmt: skip
        for code, holds in codes.items():
            if holds:
                human.access.append(code)
                self.rows.add("people.AccessNeed", person_id=human.id, code=code, note="", began_at=at, ended_at=None)


_WHEN = (
    "afternoons only",
    "mornings are best",
    "after 4 pm",
    "not before 11",
    "Mondays and Thursdays",
    "evenings, works days",
)
_HOW_NOT = (
    "Do not leave messages",
    "Ask for the daughter first",
    "Withhold the number",
    "Let it ring, slow to the phone",
)


def _address(name: names.Name) -> str:
    plain = "".join(
        letter
        for letter in f"{name.given}.{name.family}".lower()
        if letter.isascii() and (letter.isalnum() or letter == ".")
    )
    return plain.strip(".") or "mail"
