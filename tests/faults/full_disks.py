"""Every disk of a Linkwell is full, one after the other: `make faults` runs it. Security: Z13, Z14, Z15."""

import secrets
import subprocess
import threading

import psycopg

from linkwell.cli import roles
from linkwell.cli.database import embedded
from tests.faults.disks import fill, small_disk
from tests.faults.running import Linkwell, eventually, linkwell, migrated_home, open_folder
from tests.faults.scheme import cast
from tests.faults.visitor import Visitor

REFER = "/refer/new/"
KEEP = "INSERT INTO linkwell_cache (cache_key, value, expires) VALUES (%s, %s, now() + interval '1 day')"
KEPT = "SELECT cache_key FROM linkwell_cache WHERE cache_key LIKE 'ledger-%'"
REFERRAL = {
    "given_name": "Ada", "born_on-day": "15", "born_on-month": "3", "born_on-year": "1984", "phone": "07700 900123",
    "ways": ["phone"], "language": "en", "needs": ["loneliness"], "urgency": "routine", "risk": "unknown",
    "agreement": "agreed",
}  # fmt: skip


def referral(**changed):
    return {**REFERRAL, **changed}


def url_of(home):
    return embedded(home).url(user=roles.APP, database="linkwell")


def member(site, people):
    """Return the referrer of a cast, at a browser."""
    visitor = Visitor(site.port)
    visitor.cookies = {people.cookie_name: people.referrer["cookie"]}
    return visitor


def write_until_refused(url, acknowledged, *, size):
    """Commit rows of so many characters, noting each that is acknowledged, until one is refused; return the refusal."""
    with psycopg.connect(url, autocommit=True) as app:
        while True:
            key = f"ledger-{secrets.token_hex(8)}"
            try:
                app.execute(KEEP, [key, secrets.token_hex(size // 2)])
            except psycopg.Error as refusal:
                return refusal
            acknowledged.add(key)


def kept(url):
    with psycopg.connect(url) as app:
        return {key for (key,) in app.execute(KEPT).fetchall()}


def referrals(url):
    with psycopg.connect(url.replace("linkwell_app", "linkwell_owner")) as owner:
        return owner.execute("SELECT count(*) FROM referrals_referral").fetchone()[0]


def trial():
    """Fill each disk in turn; return what was acknowledged and what of it was lost."""
    with (
        open_folder() as folder,
        small_disk(folder / "disk", megabytes=360) as disk,
        small_disk(folder / "wal", megabytes=100) as wal,
        small_disk(folder / "logs", megabytes=1) as logs,
    ):
        home = disk / "home"
        migrated_home(home)
        move_the_log(home, wal)
        site = Linkwell(home)
        site.log = logs / "run.log"
        site.start()
        try:
            people, acknowledged = cast(home), set()
            rana = member(site, people)
            nothing_can_be_logged(site, rana, logs)
            the_log_of_postgresql_is_full(site, wal, acknowledged)
            the_data_are_full(site, rana, disk, acknowledged)
            assert site.is_up()
            return acknowledged, acknowledged - kept(url_of(home))
        finally:
            site.stop()


def nothing_can_be_logged(site, rana, logs):
    """Z15: whatever has no room to be said, pages save and what died is replaced."""
    form, before = rana.get(REFER).form(), referrals(url_of(site.home))
    filler = fill(logs)
    site.child("worker").kill()
    site.postgres().kill()
    eventually(site.well, within=120, what="all replaced though nothing can be logged")
    assert rana.post(REFER, {**form, **referral(family_name="Unlogged")}).status == 302
    assert referrals(url_of(site.home)) == before + 1
    filler.unlink()


def the_log_of_postgresql_is_full(site, wal, acknowledged):
    """Z14: PostgreSQL gives up; once there is room it is back by itself, with all that it acknowledged."""
    url, refusals, filler = url_of(site.home), [], fill(wal)

    def write():
        refusals.append(write_until_refused(url, acknowledged, size=50_000))

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=120)
    assert len(refusals) == 2 and acknowledged
    eventually(lambda: site.health()[0] == 503, within=60, what="health is red")

    filler.unlink()
    eventually(site.well, within=120, what="recovered by itself once there was room")
    assert acknowledged <= kept(url)


def the_data_are_full(site, rana, disk, acknowledged):
    """Z13: writes are refused in words, reads go on, the operator is told, and room is enough to resume."""
    url, form, filler = url_of(site.home), rana.get(REFER).form(), fill(disk)
    refusal = write_until_refused(url, acknowledged, size=4000)
    assert isinstance(refusal, psycopg.errors.DiskFull), refusal

    answer = the_page_that_refuses(rana, form)
    assert "The disk that Linkwell keeps its data on is full" in answer.text
    assert Visitor(site.port).get("/account/login/").status == 200
    assert kept(url) >= acknowledged  # reads work, and what was there is there
    eventually(lambda: "Make room" in site.log.read_text(), within=90, what="the operator is told")
    assert "The disk of the database is full" in site.log.read_text()
    doctor = linkwell("doctor", home=site.home)
    assert any(words in doctor.stdout for words in ("Make room for", "No space left")), doctor.stdout

    filler.unlink()
    eventually(lambda: rana.post(REFER, answer.form()).status == 302, within=60, what="the kept form is sent")


def the_page_that_refuses(rana, form):
    """Send referrals until there is no page left for one; return the answer that says so."""
    for number in range(60):
        words = {**referral(family_name=f"Case {number}"), "reason": secrets.token_hex(2400)}
        answer = rana.post(REFER, {**form, **words, "once": f"{number:022}"})
        if answer.status != 302:
            assert answer.status == 507, (answer.status, answer.text[:500])
            return answer
    raise AssertionError("There was room for sixty referrals on a full disk.")


def move_the_log(home, wal):
    """Give the write-ahead log a disk of its own, as an operator would."""
    data = embedded(home).places.data
    log = data / "pg_wal"
    subprocess.run(["cp", "-a", str(log), str(wal / "pg_wal")], check=True)
    subprocess.run(["rm", "-r", str(log)], check=True)
    log.symlink_to(wal / "pg_wal")
