# ruff: noqa: E501 - rows of SQL are read as rows
"""Fills a database with one large scheme of N people and ten neighbours of 1,000 people each.

The mix follows the workload of the goals: 20 link workers for 20,000 people (never fewer than 20), each with 50
open episodes; a referral, an allocation and an episode a person; six contacts, two needs, two entries of the audit
trail and one of most other things. Everything follows from a person's number, so the same size is the same data.
"""

import time
from dataclasses import dataclass

import psycopg

from bench import directory_rows
from bench.sql import Loader, quoted
from linkwell.matching.needs import NEEDS
from linkwell.people.keys import plain, sound

NEIGHBOURS, NEIGHBOUR_PEOPLE = 10, 1_000
OPEN_EACH, WAITING_EACH, CONTACTS = 50, 5, 6
PEOPLE_A_WORKER, FEWEST_WORKERS = 1_000, 20
VERSION = 3
GIVEN = """Ada Alan Amina Arthur Beryl Blessing Chidi Clara Daniel Deepa Edith Elias Farah Frank Grace Hamid Hazel Ivy
    Jamal Joan Jyoti Karim Kofi Lena Lily Mabel Marek Mei Nadia Noah Olga Omar Pearl Priya Quentin Rosa Ruth Samir
    Sheila Tariq Una Vera Victor Wanda Winifred Xin Yusuf Zara""".split()
FAMILY = """Abbott Adeyemi Ahmed Atkins Baker Begum Bennett Bianchi Brown Chan Clarke Cooper Davies Dhillon Diaz Evans
    Farooq Fletcher Garcia Gill Green Hall Hassan Hughes Ibrahim Jackson Jones Kaur Kelly Khan Kowalski Lewis Li Malik
    Mensah Morris Murphy Nguyen Novak Okafor Patel Perera Popescu Quinn Rahman Reid Rossi Santos Shah Singh Smith
    Stewart Taylor Thapa Turner Underwood Vaughan Walker Wang Williams Wood Wright Yilmaz Young Zielinska""".split()


@dataclass(frozen=True)
class Part:
    """One scheme of the generated database, and where its numbers begin."""

    scheme: int
    people: int
    workers: int
    practices: int
    person0: int
    member0: int
    practice0: int

    @property
    def waiting(self) -> int:
        return self.workers * WAITING_EACH

    @property
    def lead(self) -> int:
        return self.member0 + self.workers + 1

    @property
    def manager(self) -> int:
        return self.lead + 1

    @property
    def commissioner(self) -> int:
        return self.lead + 2

    @property
    def referrer(self) -> int:
        return self.lead + 3

    @property
    def members(self) -> int:
        return self.workers + 4


def parts(people: int) -> list[Part]:
    """Return the schemes of a database of that size: the large one first."""
    made: list[Part] = []
    person0 = member0 = practice0 = 0
    for number, size in enumerate([people] + [NEIGHBOUR_PEOPLE] * NEIGHBOURS, 1):
        workers = max(FEWEST_WORKERS, size // PEOPLE_A_WORKER)
        part = Part(number, size, workers, workers, person0, member0, practice0)
        made.append(part)
        person0 += part.people + part.waiting
        member0 += part.members
        practice0 += part.practices
    return made


def is_made(server: psycopg.Connection, people: int) -> bool:
    """Say whether the database holds the rows of that size already."""
    row = server.execute("SELECT obj_description('public.team_scheme'::regclass, 'pg_class')").fetchone()
    return row == (_label(people),)


def _label(people: int) -> str:
    return f"bench {VERSION} {people}"


def make(server: psycopg.Connection, people: int, *, judged: bool = False) -> None:
    """Fill an empty database; `judged` rows pass every foreign key and wall, which takes ten times as long."""
    began = time.monotonic()
    loader = Loader(server)
    if not judged:
        loader.empty()
    with loader.without_triggers(when=not judged), loader.without_indexes():
        directory_rows.make(loader)
        for part in parts(people):
            for step in (_staff, _people, _referrals, _support, _around, _told):
                step(loader, part)
        loader("places_postcode", "people_person WHERE postcode > '' GROUP BY 1", code="replace(postcode, ' ', '')",
               latitude="min(latitude)", longitude="min(longitude)", easting="378000", northing="392000")  # fmt: skip
    loader.sequences()
    server.execute("VACUUM (ANALYZE)")
    server.execute(f"COMMENT ON TABLE team_scheme IS '{_label(people)}'")
    print(f"  {loader.rows:,} rows in {time.monotonic() - began:.0f} s", flush=True)


def _staff(load: Loader, part: Part) -> None:
    scheme = part.scheme
    load("team_host", f"(VALUES ({scheme})) t(g)", id="g", name="'Host ' || g")
    load("team_scheme", f"(VALUES ({scheme})) t(g)", id="g", host_id="g", name="'Scheme ' || g", nation="'england'",
         role_name="'link worker'", first_contact_days="7", created_at="now() - interval '3 years'")  # fmt: skip
    load("team_practice", f"generate_series(1, {part.practices}) g", id=f"{part.practice0} + g", scheme_id=scheme,
         name="'Practice ' || g", is_active="true", list_size="8000")  # fmt: skip
    members = f"generate_series(1, {part.members}) g"
    member = f"{part.member0} + g"
    load("team_account", members, id=member, email=f"'member' || ({member}) || '@bench.example'", password="'!unusable'",
         name=f"{_pick(GIVEN, 'g')} || ' ' || {_pick(FAMILY, 'g / 7')}", is_active="true",
         created_at="now() - interval '3 years'")  # fmt: skip
    load("account_emailaddress", members, user_id=member, email=f"'member' || ({member}) || '@bench.example'",
         verified="true", primary="true")  # fmt: skip
    offset = f"g - {part.workers}"
    load("team_membership", members, id=member, account_id=member, scheme_id=scheme,
         role=f"CASE {offset} WHEN 1 THEN 'SUP' WHEN 2 THEN 'MGR' WHEN 3 THEN 'COM' WHEN 4 THEN 'REF' ELSE 'LW' END",
         practice_id=f"CASE WHEN {offset} = 4 THEN {part.practice0 + 1} END", began_on="current_date - 1000",
         hours_per_week="37.5", languages="'[\"en\"]'", may_triage=f"{offset} <= 0 AND g % 10 = 1")  # fmt: skip


def _people(load: Loader, part: Part) -> None:
    everyone = f"generate_series(0, {part.people + part.waiting - 1}) g"
    born = "date '1930-01-01' + (g * 37 % 22000)"
    postcode = "'M' || (1 + g % 60) || ' ' || (1 + g % 9) || chr(65 + g % 26) || chr(65 + g / 7 % 26)"
    load("people_person", everyone, id=_person(part), scheme_id=part.scheme, given_name=_pick(GIVEN, "g"),
         family_name=_pick(FAMILY, "g / 5"), preferred_name=f"CASE WHEN g % 9 = 0 THEN {_pick(GIVEN, 'g / 3')} ELSE '' END",
         pronouns="'they/them'", born_on=born, phone="'07700 9' || lpad((g % 100000)::text, 5, '0')",
         address="(1 + g % 200) || ' Example Road'", postcode=postcode, latitude="53.4 + (g % 1000) * 0.0001",
         longitude="-2.3 - (g / 3 % 1000) * 0.0001", language="CASE WHEN g % 12 = 0 THEN 'pa' ELSE 'en' END",
         practice_id=_practice(part), created_at=_opened(part))  # fmt: skip
    sounds, plains = quoted(map(sound, FAMILY)), quoted(map(plain, FAMILY))
    name = f"lower({_pick(GIVEN, 'g')}) || ' ' || ({plains})[{_place(FAMILY, 'g / 5')}] || ' '"
    keys = [("family", f"({plains})[{_place(FAMILY, 'g / 5')}]"), ("sound", f"({sounds})[{_place(FAMILY, 'g / 5')}]"),
            ("born", f"({born})::text"), ("name_born", f"{name} || ({born})::text"),
            ("sound_born", f"({sounds})[{_place(FAMILY, 'g / 5')}] || ' ' || ({born})::text"),
            ("postcode", f"replace({postcode}, ' ', '')")]  # fmt: skip
    for kind, key in keys:
        load("people_personkey", everyone, scheme_id=part.scheme, person_id=_person(part), kind=f"'{kind}'", key=key)
    load("people_contactrule", everyone, scheme_id=part.scheme, person_id=_person(part), by_phone="true",
         by_post="true", when="CASE WHEN g % 3 = 0 THEN 'afternoons only' ELSE '' END", recorded_at=_opened(part))  # fmt: skip
    load("people_riskstatement", everyone, scheme_id=part.scheme, person_id=_person(part), none_known="g % 8 > 0",
         text="CASE WHEN g % 8 = 0 THEN 'A dog that does not like visitors' ELSE '' END", began_at=_opened(part))  # fmt: skip
    load("people_consent", everyone, scheme_id=part.scheme, person_id=_person(part), purpose="'feedback'", given="true",
         how="'by phone'", recorded_at=_opened(part))  # fmt: skip
    load("people_accessneed", f"{everyone} WHERE g % 4 = 0", scheme_id=part.scheme, person_id=_person(part),
         code="'step_free'", began_at=_opened(part))  # fmt: skip


def _referrals(load: Loader, part: Part) -> None:
    everyone = f"generate_series(0, {part.people + part.waiting - 1}) g"
    waits = f"g >= {part.people}"
    load("referrals_referral", everyone, id=_person(part), scheme_id=part.scheme, person_id=_person(part),
         reference="'R' || lpad(to_hex(g), 8, '0')", source="'practice'", practice_id=_practice(part),
         referrer_id=part.referrer, referrer_name="'Dr Example'", reason="'Lives alone since a loss, and worries about money.'",
         needs=_needs(), urgency="CASE WHEN g % 20 = 3 THEN 'urgent' ELSE 'routine' END",
         state=f"CASE WHEN {waits} THEN CASE g % 5 WHEN 0 THEN 'accepted' WHEN 1 THEN 'returned' ELSE 'received' END"
               f" WHEN {_is_open(part)} THEN 'allocated' ELSE 'closed' END",
         received_at=f"{_opened(part)} - interval '2 days'",
         decided_at=f"CASE WHEN NOT {waits} THEN {_opened(part)} END",
         closed_at=f"CASE WHEN NOT {waits} AND NOT {_is_open(part)} THEN {_ended(part)} END")  # fmt: skip
    load("referrals_referralevent", everyone, scheme_id=part.scheme, referral_id=_person(part), now="'received'",
         at=f"{_opened(part)} - interval '2 days'")  # fmt: skip
    taken = f"generate_series(0, {part.people - 1}) g"
    load("referrals_allocation", taken, id=_person(part), scheme_id=part.scheme, referral_id=_person(part),
         person_id=_person(part), link_worker_id=_worker(part), began_at=_opened(part),
         ended_at=f"CASE WHEN NOT {_is_open(part)} THEN {_ended(part)} END")  # fmt: skip
    for kind, text, at in (("received", "We have it.", f"{_opened(part)} - interval '1 day'"),
                           ("accepted", "Somebody will ring within a week.", _opened(part))):  # fmt: skip
        load("referrals_feedbacktoreferrer", taken, scheme_id=part.scheme, referral_id=_person(part), kind=f"'{kind}'",
             text=f"'{text}'", at=at)  # fmt: skip


def _support(load: Loader, part: Part) -> None:
    taken = f"generate_series(0, {part.people - 1}) g"
    is_open, heard = _is_open(part), f"CASE WHEN g % 5 = 0 THEN {CONTACTS - 1} ELSE {CONTACTS} END"
    load("support_episode", taken, id=_person(part), scheme_id=part.scheme, person_id=_person(part),
         referral_id=_person(part), link_worker_id=_worker(part), level="'standard'", opened_at=_opened(part),
         state=f"CASE WHEN NOT {is_open} THEN 'ended' WHEN g % 3 = 0 THEN 'contacted' ELSE 'engaged' END",
         first_attempt_at=_contact(part, "1"), first_conversation_at=_contact(part, "2"),
         last_heard_at=_contact(part, heard), contacts_count="CASE WHEN g % 5 = 0 THEN 3 ELSE 4 END",
         attempts_count="CASE WHEN g % 5 = 0 THEN 3 ELSE 2 END", minutes_total="CASE WHEN g % 5 = 0 THEN 60 ELSE 80 END",
         next_step=f"CASE WHEN {is_open} AND g % 7 > 0 THEN 'Ring about the walking group' ELSE '' END",
         next_step_on=f"CASE WHEN {is_open} AND g % 7 > 0 THEN current_date + (g % 23)::int - 8 END",
         waiting_on="CASE g % 4 WHEN 0 THEN 'person' WHEN 1 THEN 'service' ELSE 'us' END",
         ended_at=f"CASE WHEN NOT {is_open} THEN {_ended(part)} END",
         end_reason=f"CASE WHEN NOT {is_open} THEN 'goals_met' ELSE '' END")  # fmt: skip
    load("support_episodeevent", taken, scheme_id=part.scheme, episode_id=_person(part), now="'new'", at=_opened(part))
    load("support_contact", f"{taken}, generate_series(1, {CONTACTS}) c", scheme_id=part.scheme,
         episode_id=_person(part), person_id=_person(part), at=_contact(part, "c"), mode="'phone'", minutes=f"CASE WHEN {_reached()} THEN 20 ELSE 0 END",
         reached=_reached(), is_first_conversation="c = 2", by_id=_worker(part), recorded_at=_contact(part, "c"),
         note="'Talked about the week, the walking group on Tuesday and the letter from the council.'")  # fmt: skip
    load("support_episodeneed", f"{taken}, generate_series(0, 1) c", scheme_id=part.scheme, episode_id=_person(part),
         code=f"({_needs()})[c + 1]", raised_at=_opened(part), own_words="''")  # fmt: skip
    load("support_aboutme", f"{taken}, unnest(ARRAY['brings', 'matters']) h", scheme_id=part.scheme,
         person_id=_person(part), heading="h", text="'Since my wife died the house is so quiet.'", at=_opened(part),
         by_id=_worker(part))  # fmt: skip
    opened = f"{taken} WHERE {is_open}"
    load("support_goal", opened, id=_person(part), scheme_id=part.scheme, episode_id=_person(part), text="'Get out once a week'",
         status="'open'", added_at=_opened(part), changed_at=_opened(part))  # fmt: skip
    load("support_action", opened, scheme_id=part.scheme, goal_id=_person(part), text="'Ring the group'", who="'me'",
         status="'planned'", due_on="current_date + 7", added_at=_opened(part), changed_at=_opened(part))  # fmt: skip
    load(
        "support_review", opened, scheme_id=part.scheme, episode_id=_person(part), due_on="current_date + (g % 60)::int"
    )
    load("support_task", taken, scheme_id=part.scheme, member_id=_worker(part), episode_id=_person(part), kind="'other'",
         text="'Send the leaflet'", due_on=f"({_opened(part)})::date + 10", added_at=_opened(part),
         done_at=f"CASE WHEN NOT {is_open} OR g / {part.workers} > 3 THEN {_opened(part)} + interval '5 days' END")  # fmt: skip


def _around(load: Loader, part: Part) -> None:
    taken = f"generate_series(0, {part.people - 1}) g"
    services = directory_rows.SERVICES
    load("connections_connection", taken, id=_person(part), scheme_id=part.scheme, episode_id=_person(part),
         person_id=_person(part), service_id=f"1 + g * 31 % {services}", kind="'signpost'", need_code=f"({_needs()})[1]",
         state="CASE WHEN g % 2 = 0 THEN 'attending' ELSE 'signposted' END", created_at=_opened(part),
         state_at=f"{_opened(part)} + interval '9 days'", by_id=_worker(part))  # fmt: skip
    load("connections_connectionevent", taken, scheme_id=part.scheme, connection_id=_person(part), now="'signposted'",
         at=f"{_opened(part)} + interval '9 days'", by_id=_worker(part))  # fmt: skip


def _told(load: Loader, part: Part) -> None:
    taken = f"generate_series(0, {part.people - 1}) g"
    load("outbox_message", taken, scheme_id=part.scheme, channel="'email'", template="'referral_received'",
         recipient_kind="'practice'", recipient_id=_practice(part), state="CASE WHEN g % 97 = 0 THEN 'held' ELSE 'sent' END",
         next_attempt_at=_opened(part), created_at=_opened(part), sent_at=_opened(part), attempts="1")  # fmt: skip
    load("common_auditevent", f"{taken}, generate_series(1, 2) c", scheme_id=part.scheme,
         at=f"{_opened(part)} + c * interval '6 days'", event="'person.read'", outcome="'done'",
         membership_id=_worker(part), role="'LW'", person_id=_person(part), route="'people:person'",
         request_id="gen_random_uuid()")  # fmt: skip


def _person(part: Part) -> str:
    return f"({part.person0} + 1 + g)"


def _worker(part: Part) -> str:
    return f"({part.member0} + 1 + g % {part.workers})"


def _practice(part: Part) -> str:
    return f"({part.practice0} + 1 + g / 3 % {part.practices})"


def _is_open(part: Part) -> str:
    return f"(g / {part.workers} < {OPEN_EACH})"


def _opened(part: Part) -> str:
    """Return when support began: open ones two days apart for each worker, ended ones over the last two years."""
    recent = f"now() - interval '5 days' - g / {part.workers} * interval '2 days' - g % 86400 * interval '1 second'"
    waiting = f"now() - interval '1 day' - (g % {max(part.waiting, 1)}) * interval '20 minutes'"
    before = "now() - interval '110 days' - g * 37 % 900000 * interval '1 minute'"
    return f"(CASE WHEN g >= {part.people} THEN {waiting} WHEN {_is_open(part)} THEN {recent} ELSE {before} END)"


def _ended(part: Part) -> str:
    return f"({_opened(part)} + interval '84 days')"


def _contact(part: Part, number: str) -> str:
    """Return when a contact was: evenly over an open episode until now, or over the 84 days of an ended one."""
    until = f"CASE WHEN {_is_open(part)} THEN now() - {_opened(part)} ELSE interval '84 days' END"
    return f"({_opened(part)} + ({until}) * (({number})::float8 / {CONTACTS + 1}))"


def _reached() -> str:
    return f"(c NOT IN (1, 4) AND NOT (c = {CONTACTS} AND g % 5 = 0))"


def _needs() -> str:
    codes = [need.code for need in NEEDS]
    both = [f"(ARRAY{codes!r})[{_place(codes, f'g * 7 + {step}')}]" for step in (0, 1)]
    return f"ARRAY[{', '.join(both)}]::varchar[]"


def _place(words: list[str], number: str) -> str:
    return f"1 + ({number}) % {len(words)}"


def _pick(words: list[str], number: str) -> str:
    return f"({quoted(words)})[{_place(words, number)}]"
