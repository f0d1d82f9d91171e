"""The generator of the demo scheme, without a database (EV15, UX4)."""

import ast
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from linkwell.connections.rules import STATES as CONNECTION_STATES
from linkwell.demo import generate as package
from linkwell.demo.generate import DemoScheme, generate
from linkwell.demo.generate.calendar import HERE
from linkwell.demo.generate.telling import ending_words
from linkwell.matching.needs import BY_CODE
from linkwell.people.keys import nhs_number_is_valid
from linkwell.referrals.rules import STATES as REFERRAL_STATES
from linkwell.support import rules as support_rules
from tests.demo.conftest import LAST_DAY, SEED


def rows(made: DemoScheme, table: str) -> list[dict]:
    return made.tables[table]


def test_the_same_seed_and_last_day_give_the_same_bytes(made):
    assert generate(SEED, LAST_DAY).canonical() == made.canonical()


def test_another_seed_or_last_day_gives_another_scheme(made):
    others = {generate(SEED + 1, LAST_DAY).digest(), generate(SEED, date(2026, 11, 24)).digest()}
    assert len(others | {made.digest()}) == 3


def test_the_generator_knows_no_django_and_no_numpy():
    for path in Path(package.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.split(".")[0] in ("django", "numpy")], path


def test_it_is_as_large_as_a_real_scheme(made):
    assert 2300 <= len(rows(made, "referrals.Referral")) <= 2700
    assert len(rows(made, "team.Practice")) == 8
    assert len(rows(made, "directory.Service")) == 300
    assert 95 <= len(rows(made, "directory.Organisation")) <= 130
    roles = Counter(row["role"] for row in rows(made, "team.Membership") if row["ended_on"] is None)
    assert roles == {"LW": 5, "SUP": 1, "MGR": 1, "COM": 1, "IG": 1, "REF": 17}


def test_every_referral_and_every_episode_state_is_there(made):
    assert {row["state"] for row in rows(made, "referrals.Referral")} == {
        "received", "returned", "accepted", "declined", "redirected", "allocated", "closed",
    }  # fmt: skip
    assert {row["state"] for row in rows(made, "support.Episode")} == {
        "new", "contacted", "engaged", "stepping_down", "ended",
    }  # fmt: skip
    reasons = {row["end_reason"] for row in rows(made, "support.Episode")} - {""}
    assert reasons == {str(reason) for reason in support_rules.EndReason.values}
    assert {row["state"] for row in rows(made, "connections.Connection")} == set(CONNECTION_STATES.labels)


@pytest.mark.parametrize(
    ("table", "owner", "states"),
    [
        ("referrals.ReferralEvent", "referral_id", REFERRAL_STATES),
        ("support.EpisodeEvent", "episode_id", support_rules.STATES),
        ("connections.ConnectionEvent", "connection_id", CONNECTION_STATES),
    ],
)
def test_every_step_is_one_that_the_product_allows(made, table, owner, states):
    where: dict[int, str] = {}
    when: dict[int, datetime] = {}
    for event in sorted(rows(made, table), key=lambda row: (row["at"], row["id"])):
        key = event[owner]
        assert event["was"] == where.get(key, ""), event
        assert states.allows(event["was"], event["now"]) if event["was"] else event["now"] in states.start
        assert event["at"] >= when.get(key, event["at"])
        where[key], when[key] = event["now"], event["at"]
    stored = {row["id"]: row["state"] for row in rows(made, table.removesuffix("Event"))}
    assert where == stored


def test_nothing_happens_on_or_after_the_last_day(made):
    now = datetime.combine(LAST_DAY, datetime.min.time(), tzinfo=HERE)
    for table, found in made.tables.items():
        for row in found:
            late = [key for key, value in row.items() if isinstance(value, datetime) and value >= now]
            assert not late, (table, late)


def test_every_caseload_is_believable(made):
    held = Counter(row["link_worker_id"] for row in rows(made, "support.Episode") if row["ended_at"] is None)
    assert len(held) == 5
    assert all(38 <= count <= 52 for count in held.values()), held


def test_the_first_link_worker_has_something_of_every_kind_today(made):
    asha = next(row["id"] for row in rows(made, "team.Membership") if row["role"] == "LW")
    mine = {
        row["id"]: row
        for row in rows(made, "support.Episode")
        if row["link_worker_id"] == asha and row["ended_at"] is None
    }
    waiting = [row for row in mine.values() if row["first_conversation_at"] is None]
    visits = [row for row in mine.values() if row["next_step_on"] == LAST_DAY and "visit" in row["next_step"].lower()]
    tasks = Counter(
        row["kind"] for row in rows(made, "support.Task") if row["member_id"] == asha and row["done_at"] is None
    )
    due = [
        row
        for row in rows(made, "support.Review")
        if row["episode_id"] in mine and row["held_at"] is None and row["due_on"] <= LAST_DAY
    ]
    assert len(waiting) >= 2 and len(visits) >= 2 and len(due) >= 2
    assert tasks["reply"] >= 2 and tasks["changed"] >= 1


def test_who_supports_and_who_is_responsible_are_one(made):
    current = {row["referral_id"]: row for row in rows(made, "referrals.Allocation") if row["ended_at"] is None}
    for episode in rows(made, "support.Episode"):
        if episode["ended_at"] is None:
            assert current[episode["referral_id"]]["link_worker_id"] == episode["link_worker_id"]
        else:
            assert episode["referral_id"] not in current
    assert len(rows(made, "referrals.Allocation")) > len(rows(made, "support.Episode"))  # some were handed over


def test_the_counters_of_an_episode_are_those_of_its_contacts(made):
    counted: dict[int, Counter] = {}
    for contact in rows(made, "support.Contact"):
        counter = counted.setdefault(contact["episode_id"], Counter())
        counter["reached" if contact["reached"] else "tried"] += 1
        counter["minutes"] += contact["minutes"]
    for row in rows(made, "support.Episode"):
        counter = counted.get(row["id"], Counter())
        assert row["contacts_count"] == counter["reached"]
        assert row["attempts_count"] == counter["tried"]
        assert row["minutes_total"] == counter["minutes"]


def test_people_who_were_supported_to_the_end_had_six_to_twelve_contacts(made):
    counts = [
        row["contacts_count"]
        for row in rows(made, "support.Episode")
        if row["end_reason"] in ("goals_met", "partly_met", "nothing_helped")
    ]
    assert sum(6 <= count <= 12 for count in counts) / len(counts) > 0.97


def test_waits_follow_from_the_room_that_there_was(made):
    received = {row["id"]: row["received_at"] for row in rows(made, "referrals.Referral")}
    waits: dict[str, list[int]] = {}
    for row in rows(made, "support.Episode"):
        quarter = f"{row['opened_at'].year}-{(row['opened_at'].month - 1) // 3}"
        waits.setdefault(quarter, []).append((row["opened_at"] - received[row["referral_id"]]).days)
    means = [sum(days) / len(days) for _, days in sorted(waits.items()) if len(days) > 30]
    assert min(means) < 6 < 12 < max(means) < 60


def test_the_referrer_is_told_at_the_end_in_the_products_own_words(made):
    names = {row["id"]: row["name"] for row in rows(made, "directory.Service")}
    connections: dict[int, list[dict]] = {}
    for row in rows(made, "connections.Connection"):
        connections.setdefault(row["episode_id"], []).append(row)
    told = {
        row["referral_id"]: row["text"]
        for row in rows(made, "referrals.FeedbackToReferrer")
        if row["kind"] in ("ended", "not_reached")
    }
    for row in rows(made, "support.Episode"):
        if row["ended_at"] is None:
            continue
        joined = [
            names[c["service_id"]]
            for c in connections.get(row["id"], [])
            if c["state"] in ("first_attended", "attending")
        ]
        gone = [
            names[c["service_id"]]
            for c in connections.get(row["id"], [])
            if c["state"] in ("declined_org", "declined_person", "ended") and c["reason"] != "Support ended"
        ]
        words = support_rules.ending_words(
            reason=row["end_reason"], contacts=row["contacts_count"], attempts=row["attempts_count"],
            joined=joined, tried=gone,
        )  # fmt: skip
        assert told[row["referral_id"]] == words


@pytest.mark.parametrize("reason", [str(reason) for reason in support_rules.EndReason.values])
def test_the_words_for_each_ending_are_those_of_the_product(reason):
    facts = {"reason": reason, "contacts": 1, "attempts": 3, "joined": ["A", "B", "C"], "tried": ["D"]}
    assert ending_words(**facts) == support_rules.ending_words(**facts)


def test_an_agreed_plan_holds_goals_with_who_does_what(made):
    for version in rows(made, "support.PlanVersion"):
        content = version["content"]
        assert set(content) == {"strengths", "needs", "goals"}
        assert content["goals"] or version["number"] > 1
        for goal in content["goals"]:
            assert set(goal) == {"text", "importance", "confidence", "status", "actions"}
            assert all(set(action) == {"text", "who", "due_on", "status"} for action in goal["actions"])


def test_needs_are_those_of_the_vocabulary(made):
    used = {row["code"] for row in rows(made, "support.EpisodeNeed")} | {
        code for row in rows(made, "referrals.Referral") for code in row["needs"]
    }
    assert used == set(BY_CODE)
    served = {code for row in rows(made, "directory.Service") for code in row["need_codes"]}
    assert served == set(BY_CODE)


def test_the_directory_is_in_every_condition(made):
    services = rows(made, "directory.Service")
    assert {row["operating"] for row in services} >= {"open", "paused", "full", "waiting", "closed", "moved"}
    assert {mode for row in services for mode in row["modes"]} == {"in_person", "phone", "online", "home_visit"}
    assert any(row["confirmed_at"] is None for row in services)
    assert any(row["is_undisclosed"] for row in services) and any(row["is_free"] is None for row in services)
    placed = {row["service_id"] for row in rows(made, "directory.ServiceAtLocation")}
    assert any("in_person" in row["modes"] and row["id"] not in placed for row in services)
    hidden = [row for row in rows(made, "directory.Location") if row["is_undisclosed"]]
    assert hidden and not any(row["address"] or row["postcode"] or row["latitude"] for row in hidden)
    assert sum(bool(row["referral_email"]) for row in rows(made, "directory.Organisation")) > 70


def test_there_are_the_people_whom_systems_forget(made):
    people = rows(made, "people.Person")
    assert any(row["no_fixed_abode"] for row in people)
    assert any(row["location_hidden"] for row in people)
    assert sum(row["is_restricted"] for row in people) == 1
    assert sum(row["needs_interpreter"] for row in people) > 40
    families = {row["family_name"] for row in people}
    assert {"O", "Venkatanarasimharajuvaripeta"} <= families
    assert any("'" in name for name in families)
    assert any(not row["preferred_name"].isascii() for row in people)
    again = Counter(row["person_id"] for row in rows(made, "referrals.Referral"))
    assert sum(count > 1 for count in again.values()) > 50


def test_health_numbers_are_of_the_test_range_and_never_twice(made):
    numbers = [row["health_number"] for row in rows(made, "people.Person") if row["health_number"]]
    assert len(numbers) > 2000 and len(set(numbers)) == len(numbers)
    assert all(number.startswith("999") and nhs_number_is_valid(number) for number in numbers)


def test_nobody_can_be_reached_by_what_stands_in_it(made):
    whole = made.canonical().decode()
    drama = re.compile(r"(?:07700 900|01632 960)[0-9]{3}\b")
    numbers = re.findall(r"\b0[0-9]{4} ?[0-9]{5,6}\b", whole)
    assert numbers and all(drama.fullmatch(number) for number in numbers)
    addresses = set(re.findall(r"[\w.+'-]+@[\w.-]+", whole))
    assert addresses and all(address.endswith((".example", ".invalid")) for address in addresses)
    postcodes = set(re.findall(r"\b[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}\b", whole))
    assert postcodes and all(code.startswith("ZZ") for code in postcodes)
    links = set(re.findall(r"https?://[^/\"<]+", whole)) - {"https://fhir.nhs.uk"}
    assert all(link.endswith(".example") for link in links)


def test_notes_are_filled_in_and_rarely_the_same(made):
    notes = [row["note"] for row in rows(made, "support.Contact") if row["reached"]]
    assert not [note for note in notes if re.search(r"[{}|^~>]", note)]
    assert len(set(notes)) / len(notes) > 0.9
    reasons = [row["reason"] for row in rows(made, "referrals.Referral")]
    assert len(set(reasons)) > 500


def test_what_was_shared_holds_no_health_number_and_no_birth_date(made):
    people = {row["id"]: row for row in rows(made, "people.Person")}
    for packet in rows(made, "connections.SharePacket"):
        person = people[packet["person_id"]]
        told = " ".join(value for _, value in packet["content"])
        assert not person["health_number"] or person["health_number"] not in told
        assert person["born_on"].isoformat() not in told
        assert len(packet["content"]) == len(packet["ticked"]) + 1
