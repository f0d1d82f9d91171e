"""The scheme's own people: host, scheme, practices, agency, and who signs in as what."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from linkwell.demo.generate.calendar import at, working
from linkwell.demo.generate.rows import Rows
from linkwell.demo.generate.town import CENTRE, TOWN, Spot

SCHEME_NAME = f"{TOWN} Social Prescribing"
DOMAIN = "wickersea.example"
DAYS = 730  # two years of history
CODE_SYSTEM = "urn:linkwell:demo"  # no practice of the national register has such a code


@dataclass(frozen=True)
class PracticeRow:
    """A practice and how it refers: list size, referrals of 1,000 patients a year, days after launch it joined."""

    id: int
    name: str
    area: str
    list_size: int
    eagerness: float
    joined: date
    gp: int
    navigator: int


@dataclass(frozen=True)
class Worker:
    """A link worker's membership: first day, last day (not included), room for how many people at once."""

    id: int
    name: str
    began: date
    ended: date | None
    room: int
    languages: tuple[str, ...]
    triages: bool

    def is_here(self, day: date) -> bool:
        """Say whether the worker works for the scheme on a day."""
        return self.began <= day and (self.ended is None or day < self.ended)


@dataclass(frozen=True)
class Team:
    """Everyone by what they do; numbers are ids of memberships unless they say otherwise."""

    lead: int
    lead_name: str
    manager: int
    commissioner: int
    workers: tuple[Worker, ...]
    practices: tuple[PracticeRow, ...]
    agency: int
    agency_member: int
    launch: date

    def triager(self, number: int) -> int:
        """Return who looks at the inbox: mostly the lead."""
        return self.lead if number % 4 else self.workers[0].id


_PRACTICES = (
    ("Harbour Street Surgery", "Harbour", 11_850, 26, 0, "Dr Anna Whitcombe", "Kelly Marsh"),
    ("St Oswin's Health Centre", "St Oswin's", 13_900, 24, 0, "Dr Rajiv Menon", "Diane Tuckett"),
    ("Brackenhill Medical Practice", "Brackenhill", 9_600, 30, 0, "Dr Folasade Ogunleye", "Sam Heard"),
    ("The Netherfield Practice", "Netherfield", 12_400, 16, 0, "Dr Peter Lowe", "Joy Barnett"),
    ("Lowmarsh Family Doctors", "Lowmarsh", 8_200, 27, 0, "Dr Katarzyna Zając", "Mina Begum"),
    ("Millrace Surgery", "Millrace", 6_900, 15, 150, "Dr Huw Griffiths", "Carol Pike"),
    ("Copper Hill Medical Centre", "Copper Hill", 7_700, 8, 150, "Dr Imogen Tallis", "Steve Rowe"),
    ("Thessing Valley Surgery", "Upper Thessing", 3_950, 11, 240, "Dr Olu Bankole", "Jan Squires"),
)
# name, days after launch, days before the last day it ended (0: still here), hours, room, languages, triages
_WORKERS = (
    ("Asha Patel", 0, 0, 37.5, 50, ("en", "gu", "hi"), True),
    ("Tom Brennan", 0, 0, 37.5, 49, ("en",), False),
    ("Marta Kowalczyk", 0, 0, 30, 45, ("en", "pl"), True),
    ("Delroy Campbell", 200, 0, 37.5, 49, ("en",), False),
    ("Siân Price", 420, 0, 37.5, 48, ("en", "cy"), False),
    ("Helen Ashworth", 0, 365, 37.5, 46, ("en",), False),
)
_HANDED_OUT = "!"  # Django's mark of a password that never fits


def build_team(last_day: date, rows: Rows) -> Team:
    """Add the scheme, its practices and everyone who signs in."""
    launch = working(last_day - timedelta(days=DAYS))
    host = rows.add("team.Host", name=f"{TOWN} Community Health Partnership")
    rows.add(
        "team.Scheme", host_id=host, name=SCHEME_NAME, nation="england", role_name="link worker", team_access=False,
        first_contact_days=7, phone="01632 960100", reply_email=f"hello@{DOMAIN}", centre_latitude=CENTRE[0],
        centre_longitude=CENTRE[1], is_demo=True, created_at=at(launch - timedelta(days=30), 9),
    )  # fmt: skip
    rows.add("team.Programme", name="Link worker support", kind="link_worker", began_on=launch)
    people = _Members(rows, launch)
    lead = people.add("Ruth Okonkwo", "SUP", launch, title="Team lead")
    manager = people.add("James Whitfield", "MGR", launch, title="Scheme manager")
    commissioner = people.add("Priya Nair", "COM", launch, title="Commissioning manager, Wickersea and Marshes ICB")
    workers = []
    for name, after, before, hours, room, languages, triages in _WORKERS:
        began = launch + timedelta(days=after)
        ended = last_day - timedelta(days=before) if before else None
        number = people.add(
            name, "LW", began, ended=ended, title="Social prescribing link worker", hours_per_week=Decimal(str(hours)),
            languages=list(languages), may_triage=triages,
        )  # fmt: skip
        workers.append(Worker(number, name, began, ended, room, languages, triages))
    practices = [_practice(rows, people, launch, *row) for row in _PRACTICES]
    agency = rows.add("team.Agency", name=f"{TOWN} Homes", kind="Housing association", email="support@homes.example")
    housing = people.add("Nicola Dean", "REF", launch, title="Tenancy sustainment officer", agency_id=agency)
    people.add("Grace Adeyemi", "IG", launch, title="Privacy officer")
    return Team(lead, "Ruth Okonkwo", manager, commissioner, tuple(workers), tuple(practices), agency, housing, launch)


def _practice(
    rows: Rows, people: "_Members", launch: date, name: str, area: str, size: int, eager: float, after: int, gp: str,
    navigator: str,
) -> PracticeRow:  # fmt: skip
    began = launch + timedelta(days=after)
    short = name.lower().replace("the ", "").replace("'", "").split(" ")
    number = rows.add(
        "team.Practice", name=name, code_system=CODE_SYSTEM, code=f"WK{len(list(rows.all('team.Practice'))) + 1:03d}",
        email=f"reception@{'-'.join(short[:2])}.example", list_size=size, postcode="",
    )  # fmt: skip
    doctor = people.add(gp, "REF", began, title="GP partner", practice_id=number)
    helper = people.add(navigator, "REF", began, title="Care navigator", practice_id=number)
    return PracticeRow(number, name, area, size, eager, began, doctor, helper)


class _Members:
    """Adds an account and its membership, each with every column."""

    def __init__(self, rows: Rows, launch: date) -> None:
        self.rows = rows
        self.made_at: datetime = at(launch - timedelta(days=14), 9)

    def add(self, name: str, role: str, began: date, *, title: str, **fields: object) -> int:
        address = ".".join(_plain(part) for part in name.replace("Dr ", "").split(" "))
        account = self.rows.add(
            "team.Account", email=f"{address}@{DOMAIN}", name=name, is_demo=True, password=_HANDED_OUT,
            created_at=self.made_at,
        )  # fmt: skip
        blank: dict[str, object] = {
            "practice_id": None, "agency_id": None, "organisation_id": None, "hours_per_week": None, "languages": [],
            "skills": [], "may_triage": False, "ended": None,
        }  # fmt: skip
        given = {**blank, **fields}
        ended = given.pop("ended")
        return self.rows.add(
            "team.Membership", account_id=account, role=role, job_title=title, began_on=began, ended_on=ended, **given
        )


def _plain(text: str) -> str:
    import unicodedata

    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in folded if letter.isascii() and letter.isalnum())


def place_practices(rows: Rows, team: Team, spots: list[Spot]) -> None:
    """Give each practice a postcode in its part of town."""
    for practice in team.practices:
        spot = next(spot for spot in spots if spot.area.name == practice.area)
        rows.get("team.Practice", practice.id)["postcode"] = spot.postcode
