"""Organisations and 300 services of every kind and condition, from `data/services.toml`."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from linkwell.demo.generate.calendar import at, some_time
from linkwell.demo.generate.conditions import Condition, describe, draw_condition
from linkwell.demo.generate.data import read
from linkwell.demo.generate.rows import Rows, stream, uuid, weighted
from linkwell.demo.generate.service_facts import service_facts
from linkwell.demo.generate.team import Team
from linkwell.demo.generate.town import AREAS, TOWN, Spot, spot_in
from linkwell.matching.vocabulary import ACCESS_OF_A_PLACE
from linkwell.places.grid import grid_or_none

SERVICES = 300
SOURCE = f"{TOWN} demo directory"
_CHURCHES = {
    "Harbour": "St Brannoc's Church", "Old Town": "Old Town Methodist Church", "Netherfield": "Netherfield Gurdwara",
    "St Oswin's": "St Oswin's Parish Hall", "Brackenhill": "Brackenhill Baptist Church", "Lowmarsh": "Lowmarsh Mosque",
    "Tanner's Green": "Tanner's Green Quaker Meeting", "Millrace": "Millrace Salvation Hall",
    "Larkrise": "St Hilda's, Larkrise", "Copper Hill": "Copper Hill Chapel",
    "Upper Thessing": "Thessing Village Church", "Marsh Ottley": "All Saints, Marsh Ottley",
}  # fmt: skip
_CENTRES = ("Community Centre", "Community Hub", "Neighbourhood House", "Institute")


@dataclass(frozen=True)
class ServiceRow:
    """What the rest of the history needs to know of a service."""

    id: int
    name: str
    organisation: int
    organisation_name: str
    organisation_kind: str
    area: str
    needs: tuple[str, ...]
    modes: tuple[str, ...]
    takes_referrals: bool  # its organisation has a confirmed address
    condition: Condition
    wait_weeks: int
    min_age: int
    when: str

    @property
    def is_usable(self) -> bool:
        """Whether people were sent there in the past two years."""
        return self.condition.used


class DirectoryBuilder:
    """Adds organisations, places and services with all that hangs on them."""

    def __init__(self, seed: int, last_day: date, rows: Rows, spots: list[Spot], team: Team) -> None:
        self.rows, self.spots, self.team = rows, spots, team
        self.seed, self.last_day = seed, last_day
        self.rng = stream(seed, "directory")
        self.organisations: dict[str, dict[str, Any]] = {}
        self.places: dict[str, int] = {}
        self.made_at = at(team.launch - timedelta(days=20), 10)
        self.source = rows.add(
            "directory.Source", name=SOURCE, created_at=self.made_at, licence="CC0", attribution=SOURCE,
            is_approved=True, approved_at=self.made_at,
        )  # fmt: skip
        self.services: list[ServiceRow] = []

    def build(self) -> list[ServiceRow]:
        """Return 300 services."""
        kinds = read("services.toml")["kind"]
        wanted = [(kind, number) for kind in kinds for number in range(kind["copies"])]
        local = [kind for kind in kinds if "{area}" in kind["name"] and kind["copies"] < len(AREAS)]
        extra: dict[str, int] = {}
        while len(wanted) < SERVICES:
            kind = local[len(wanted) % len(local)]
            more = extra[kind["name"]] = extra.get(kind["name"], kind["copies"] - 1) + 1
            if more < len(AREAS):
                wanted.append((kind, more))
        orders = {kind["name"]: self.rng.sample(AREAS, len(AREAS)) for kind in kinds}
        for kind, number in wanted:
            self.service(kind, orders[kind["name"]][number % len(AREAS)].name, number)
        return self.services

    def organisation(self, pattern: str, area: str, kind: str) -> dict[str, Any]:
        """Return the organisation of a pattern in a part of town, made once."""
        centre = f"{area} {_CENTRES[[part.name for part in AREAS].index(area) % len(_CENTRES)]}"
        name = pattern.removeprefix("=").format(area=area, church=_CHURCHES[area], centre=centre)
        if name not in self.organisations:
            self.organisations[name] = self._new_organisation(name, kind, area if "{" in pattern else "")
        return self.organisations[name]

    def _new_organisation(self, name: str, kind: str, area: str) -> dict[str, Any]:
        rng = stream(self.seed, "organisation", name)
        number = len(self.organisations) + 1
        domain = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())[:24]
        confirmed = rng.random() < 0.86
        confirmed_at = some_time(rng, self.last_day - timedelta(days=rng.randrange(20, 500)))
        who = rng.choice([worker.id for worker in self.team.workers[:3]])
        number_of = {"scheme": "GB-CHC", "type": "Charity number", "identifier": f"{9_000_000 + number}"}  # nobody's
        row = self.rows.add(
            "directory.Organisation", public_id=uuid(rng), source_id=self.source, external_id=f"org-{number:03d}",
            name=name, kind=kind, description=f"<p>{name} works for the people of {area or TOWN}.</p>",
            description_text=f"{name} works for the people of {area or TOWN}.", email=f"info@{domain}.example",
            website=f"https://{domain}.example/", identifiers=[number_of] if kind == "voluntary" else [],
            referral_email=f"referrals@{domain}.example" if confirmed else "",
            referral_email_verified_at=confirmed_at if confirmed else None,
            referral_email_verified_by=who if confirmed else None,
            referral_email_how=f"Rang them on {confirmed_at:%-d %B %Y}" if confirmed else "",
            changed_at=self.made_at,
        )  # fmt: skip
        self._phone(organisation=row, label="Office")
        spot = spot_in(rng, self.spots, area)
        return {"id": row, "name": name, "kind": kind, "confirmed": confirmed, "spot": spot, "domain": domain}

    def place(self, organisation: dict[str, Any], area: str, name: str, *, undisclosed: bool, yes: list[str]) -> int:
        """Return the place of an organisation in a part of town, made once."""
        key = f"{organisation['name']}/{area}/{undisclosed}"
        if key in self.places:
            return self.places[key]
        rng = stream(self.seed, "place", key)
        home = organisation["spot"]
        spot = home if home.area.name == area else spot_in(rng, self.spots, area)
        easting, northing = grid_or_none(spot.latitude, spot.longitude)
        shown = not undisclosed
        self.places[key] = self.rows.add(
            "directory.Location", public_id=uuid(rng), source_id=self.source,
            external_id=f"loc-{len(self.places) + 1:03d}",
            name=name if shown else "", address=f"{rng.randrange(1, 90)} {spot.street}" if shown else "", town=TOWN,
            region="Demo", country="GB", postcode=spot.postcode if shown else "", outcode=spot.area.outcode,
            transport=rng.choice(["Bus 4 and 7 stop outside", "Two minutes from the station", "Free parking", ""]),
            latitude=spot.latitude if shown else None, longitude=spot.longitude if shown else None,
            easting=easting if shown else None, northing=northing if shown else None,
            precision="postcode" if shown else "none", is_undisclosed=undisclosed,
            access_yes=[code for code in yes if code in ACCESS_OF_A_PLACE],
            access_no=["step_free"] if "step_free" not in yes and rng.random() < 0.25 else [],
        )  # fmt: skip
        return self.places[key]

    def service(self, kind: dict[str, Any], area: str, number: int) -> None:
        """Add one service with its times, costs, phones, languages, places, needs and standing."""
        rng = stream(self.seed, "service", kind["name"], number)
        organisation = self.organisation(kind["org"], area, kind["orgkind"])
        name = kind["name"].format(area=area)
        if "{area}" not in kind["name"] and number:
            name = f"{name}, {area}"
        modes = tuple(kind.get("modes", ["in_person"]))
        condition = draw_condition(rng, kind, first=number == 0)
        stands = describe(rng, condition, kind, self.last_day)
        facts = service_facts(rng, kind, name=name, number=len(self.services) + 1, organisation=organisation)
        about = {"source_id": self.source, "seen_at": self.made_at, "changed_at": self.made_at}
        row = self.rows.add("directory.Service", **facts, **about, **stands.fields)
        self._hang(rng, row, kind, area, organisation, modes, name)
        for entry in stands.rows:
            self.rows.add(
                entry["table"], service_id=row, **{key: value for key, value in entry.items() if key != "table"}
            )
        self._standing(rng, row, stands.confirmed, name)
        self.services.append(
            ServiceRow(
                row, name, organisation["id"], organisation["name"], organisation["kind"], area, tuple(kind["needs"]),
                modes, organisation["confirmed"], condition, stands.fields["wait_weeks"] or 0, kind.get("min_age") or 0,
                self.rows.get("directory.Service", row)["times_text"],
            )
        )  # fmt: skip

    def _hang(
        self, rng: Random, row: int, kind: dict[str, Any], area: str, organisation: dict[str, Any],
        modes: tuple[str, ...], name: str,
    ) -> None:  # fmt: skip
        facts = self.rows.get("directory.Service", row)
        for position, code in enumerate(kind["needs"]):
            self.rows.add(
                "directory.ServiceNeed", service_id=row, code=code, why="hand" if position < 2 else "text", phrase=""
            )
        undisclosed, placeless = facts["is_undisclosed"], kind.get("vague") and rng.random() < 0.6
        if ("in_person" in modes and not placeless) or undisclosed:
            where = self.place(organisation, area, _hall(kind, organisation, area), undisclosed=undisclosed,
                               yes=kind.get("access", []))  # fmt: skip
            self.rows.add(
                "directory.ServiceAtLocation", service_id=row, location_id=where, external_id=f"{row}-{where}"
            )
        self._schedules(rng, row, kind, facts["slots"])
        if facts["is_free"] is False:
            self.rows.add(
                "directory.CostOption", service_id=row, position=0, option="Each time", currency="GBP",
                amount=Decimal(str(kind["cost"])), description=facts["cost_text"],
            )  # fmt: skip
        for code in kind.get("languages", []):
            self.rows.add("directory.Language", service_id=row, name=code, code=code)
        for code in kind.get("access", []):
            self.rows.add(
                "directory.Accessibility", service_id=row, location_id=None, description=code.replace("_", " ")
            )
        if facts["area_outcodes"]:
            self.rows.add("directory.ServiceArea", service_id=row, name=f"All of {TOWN}", extent="")
        self._phone(service=row, label="Ask for the organiser" if rng.random() < 0.3 else "")
        if kind.get("capacity"):
            self.rows.add(
                "directory.Capacity", service_id=row, unit="places", available=rng.randrange(0, 4),
                maximum=kind["capacity"], updated_at=at(self.last_day - timedelta(days=rng.randrange(3, 60)), 11),
            )  # fmt: skip

    def _schedules(self, rng: Random, row: int, kind: dict[str, Any], slots: int | None) -> None:
        if kind.get("vague"):
            return
        days = kind["days"] if slots is None else [day for day in range(7) if slots >> (3 * day) & 0b111]
        for position, day in enumerate(days):
            season = kind.get("season") and rng.random() < 0.5
            self.rows.add(
                "directory.Schedule", service_id=row, location_id=None, position=position,
                frequency="MONTHLY" if kind.get("monthly") else "WEEKLY", interval=1, weekday=day,
                week_of_month=1 if kind.get("monthly") else None, opens_at=time(kind["hours"][0] % 24),
                closes_at=time(kind["hours"][1] % 24 or 23, 0 if kind["hours"][1] % 24 else 59),
                valid_from=date(self.last_day.year, 4, 1) if season else None, description="",
            )  # fmt: skip

    def _phone(self, *, label: str, service: int | None = None, organisation: int | None = None) -> None:
        number = len(list(self.rows.all("directory.Phone"))) % 800 + 200  # 01632 960000 to 960999 are for drama
        self.rows.add(
            "directory.Phone", service_id=service, organisation_id=organisation, position=0,
            number=f"01632 960{number:03d}", extension="", label=label,
        )  # fmt: skip

    def _standing(self, rng: Random, row: int, confirmed: tuple[Any, str] | None, name: str) -> None:
        staff = [worker.id for worker in self.team.workers if worker.ended is None]
        if confirmed is not None:
            when, who = confirmed
            self.rows.add(
                "directory.Verification", service_id=row, at=when, who=who, how=rng.choice(["phone", "email", "visit"]),
                found="right", by_id=rng.choice(staff) if who == "worker" else None, note="",
            )  # fmt: skip
        if rng.random() < 0.14:
            self.rows.add(
                "directory.InternalRemark", service_id=row, text=rng.choice(_REMARKS).format(name=name),
                at=some_time(rng, self.last_day - timedelta(days=rng.randrange(5, 400))), by_id=rng.choice(staff),
            )  # fmt: skip


_REMARKS = (
    "Ask for Jo, the door is at the back.", "They answer the phone before ten or not at all.",
    "Very good with people who are nervous. Say who is coming and they save a chair.",
    "Lovely group, but the heating is hopeless in January. Tell people to bring a jumper.",
    "Parking is full on market day.", "The new organiser prefers e-mail.",
    "Two of my people found it cliquey at first; the third week was better.",
    "They say there is a list but places come up all the time. Ring.",
)  # fmt: skip


def _hall(kind: dict[str, Any], organisation: dict[str, Any], area: str) -> str:
    return organisation["name"] if "{" in kind["org"] else f"{area} {weighted(Random(area), {'Library': 2, 'Hall': 3})}"
