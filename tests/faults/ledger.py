"""The ledger of a load: what the server acknowledged, written down with fsync; and the judge of what became of it.

An entry is written only after the server answered success. After recovery each must be in the database exactly
once and with its own person; what was sent and never acknowledged may be there once or not at all.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import psycopg

# what is written → where its token stands, and whose it is there
FOUND = {
    "contact": "SELECT note, person_id::text FROM support_contact",
    "goal": "SELECT g.text, e.person_id::text FROM support_goal g JOIN support_episode e ON e.id = g.episode_id",
    "remark": "SELECT text, service_id::text FROM directory_internalremark",
    "referral": "SELECT r.reason, p.family_name FROM referrals_referral r JOIN people_person p ON p.id = r.person_id",
    "taken_on": "SELECT referral_id::text, link_worker_id::text FROM referrals_allocation",
    "episode": "SELECT referral_id::text, link_worker_id::text FROM support_episode",
    "referred_on": "SELECT person_id || '-' || service_id, person_id::text FROM connections_connection",
}
# what must be true of the whole record, whoever was killed
TRUTHS = {
    "a contact has one audit event": """
        SELECT count(*) FROM support_contact c WHERE note <> '' AND 1 <> (
            SELECT count(*) FROM common_auditevent a WHERE a.event = 'contact.logged'
            AND a.object_kind = 'support.contact' AND a.object_id = c.id)""",
    "an audited contact exists": """
        SELECT count(*) FROM common_auditevent a WHERE a.event = 'contact.logged'
        AND NOT EXISTS (SELECT FROM support_contact c WHERE c.id = a.object_id)""",
    "a referral that came by the form has one audit event and its history": """
        SELECT count(*) FROM referrals_referral r WHERE submission_key IS NOT NULL AND (
            1 <> (SELECT count(*) FROM common_auditevent a WHERE a.event = 'referral.received' AND a.object_id = r.id)
            OR NOT EXISTS (SELECT FROM referrals_referralevent e WHERE e.referral_id = r.id AND e.now = 'received'))""",
    "an episode counts its own contacts": """
        SELECT count(*) FROM support_episode e
        WHERE contacts_count <> (SELECT count(*) FROM support_contact c WHERE c.episode_id = e.id AND c.reached)
           OR minutes_total <> (SELECT coalesce(sum(minutes), 0) FROM support_contact c WHERE c.episode_id = e.id)""",
    "what is shared has its packet, its message and its history": """
        SELECT count(*) FROM connections_connection c WHERE c.kind = 'referral' AND (
            1 <> (SELECT count(*) FROM connections_sharepacket p WHERE p.connection_id = c.id)
            OR NOT EXISTS (SELECT FROM connections_connectionevent e WHERE e.connection_id = c.id)
            OR 1 <> (SELECT count(*) FROM outbox_message m JOIN connections_sharepacket p ON p.id = m.recipient_id
                     WHERE m.template = 'organisation_referral' AND m.recipient_kind = 'share'
                     AND p.connection_id = c.id))""",
    "a referral has one link worker at a time": """
        SELECT count(*) FROM (SELECT FROM referrals_allocation WHERE ended_at IS NULL
                              GROUP BY referral_id HAVING count(*) > 1) AS twice""",
}


@dataclass(frozen=True)
class Entry:
    """One thing that a client sent: its kind, the token it is found by, and whose it is."""

    kind: str
    token: str
    whose: str


@dataclass
class Verdict:
    acknowledged: int
    lost: int
    doubled: int
    broken: list[str] = field(default_factory=list)


class Ledger:
    """A client's own file; `sent` is kept in memory, for what was never acknowledged."""

    def __init__(self, file: Path) -> None:
        self.file, self.lock = file, Lock()
        self.handle = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        self.sent: set[Entry] = set()

    def send(self, entry: Entry) -> None:
        with self.lock:
            self.sent.add(entry)

    def acknowledge(self, *entries: Entry) -> None:
        """Write down that the server answered success; it stands on the disk when this returns."""
        with self.lock:
            os.write(self.handle, "".join(json.dumps(vars(entry)) + "\n" for entry in entries).encode())
            os.fsync(self.handle)

    def entries(self) -> list[Entry]:
        return [Entry(**json.loads(line)) for line in self.file.read_text().splitlines()]


def judge(owner_url: str, acknowledged: Iterable[Entry], *, sent: Iterable[Entry] = ()) -> Verdict:
    """Return what became of what was acknowledged, and every promise that does not hold."""
    told = list(acknowledged)
    verdict = Verdict(len(told), 0, 0)
    known = {(one.kind, one.token): one.whose for one in (*sent, *told)}
    with psycopg.connect(owner_url) as owner:
        for kind, query in FOUND.items():
            rows = [row for row in owner.execute(query).fetchall() if (kind, row[0]) in known]
            times = Counter(token for token, _ in rows)
            mine = {one.token for one in told if one.kind == kind}
            verdict.lost += sum(times[token] == 0 for token in mine)
            verdict.doubled += sum(number > 1 for number in times.values())
            strange = [token for token, whose in rows if whose != known[kind, token]]
            if strange:
                verdict.broken.append(f"{len(strange)} of {kind} stand with somebody else.")
        for truth, query in TRUTHS.items():
            (wrong,) = owner.execute(query).fetchone() or (0,)
            if wrong:
                verdict.broken.append(f"Not true any more, {wrong} times: {truth}.")
    return verdict
