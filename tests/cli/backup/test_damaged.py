"""Damaged backups: each is refused in a plain sentence, before a database is touched."""

import io
import random
import shutil
import subprocess
import tarfile
from urllib.parse import quote

import psycopg
import pyrage
import pytest
from psycopg.conninfo import conninfo_to_dict

from linkwell.cli.backup import census, envelope, keys, package, servers
from linkwell.cli.errors import Refused
from tests.cli.backup.conftest import Sample
from tests.faults.running import linkwell

MUTATIONS = 200
PIECE = 64 * 1024 + 16


def read(raw: bytes, sample: Sample, identity: keys.Identity | None = None) -> package.Contents:
    """Read a backup from memory to its end, as a restore does before it touches a database."""
    identity = identity or keys.read_identity(sample.identity)
    source = io.BytesIO(raw)
    with envelope.opened(source, identity.keys, name="b.tar.age") as stream:
        return package.unpack(stream, name="b.tar.age", signer=identity.signer)


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """Return the file as a disk, a copy or a person may spoil it."""
    at = chance.randrange(len(raw))
    kinds = [
        lambda: raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :],
        lambda: raw[:at],
        lambda: raw[: at // PIECE * PIECE],
        lambda: raw + chance.randbytes(chance.randrange(1, 100)),
        lambda: raw + raw,
        lambda: raw[:at] + raw[at + chance.randrange(1, 100) :],
        lambda: raw[:at] + bytes(min(4096, len(raw) - at)) + raw[at + 4096 :],
        lambda: _swapped(raw, chance),
        lambda: raw[at:],
    ]
    return chance.choice(kinds)()


def _swapped(raw: bytes, chance: random.Random) -> bytes:
    """Return the file with two of its sealed pieces in each other's place."""
    head = len(raw) % PIECE
    pieces = [raw[n : n + PIECE] for n in range(head, len(raw), PIECE)]
    one, other = chance.sample(range(len(pieces)), 2)
    pieces[one], pieces[other] = pieces[other], pieces[one]
    return raw[:head] + b"".join(pieces)


def test_Z41_two_hundred_damaged_backups_are_each_refused_in_a_sentence(sample):
    raw, chance, whole = sample.file.read_bytes(), random.Random(41), 0
    assert read(raw, sample).manifest.census.rows == sample.made.rows
    for number in range(MUTATIONS):
        spoiled = mutated(raw, chance)
        if spoiled == raw:
            whole += 1
            continue
        with pytest.raises(Refused) as refusal:
            read(spoiled, sample)
        sentence = str(refusal.value)
        assert "Nothing was changed" in sentence and "\n" not in sentence, (number, sentence)
        assert "Zebedee" not in sentence
    assert whole < MUTATIONS / 20, "the damage hardly ever damages"


def test_Z41_the_wrong_key_an_empty_file_and_a_plain_copy_are_each_told_apart(sample, tmp_path):
    raw = sample.file.read_bytes()
    stranger = keys.Identity((pyrage.x25519.Identity.generate(),))
    with pytest.raises(Refused, match="This identity file does not open b.tar.age"):
        read(raw, sample, stranger)
    with pytest.raises(Refused, match="b.tar.age is empty"):
        read(b"", sample)
    with pytest.raises(Refused, match="is a plain copy or archive"):
        read(b"PGDMP" + raw, sample)
    archive = tmp_path / "data.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(sample.home, "postgres")
    with pytest.raises(Refused, match="nothing shows that it is whole or of one moment"):
        read(archive.read_bytes(), sample)


def test_A05_a_backup_that_somebody_else_encrypted_to_the_same_key_is_refused(sample, tmp_path):
    mine = keys.read_identity(sample.identity)
    forged = io.BytesIO()
    manifest = read(sample.file.read_bytes(), sample).manifest
    theirs = keys.signing_key(tmp_path, make_it=True)
    pieces = package.pack(manifest, {}, [b"DROP TABLE people_person"], signing_key=theirs)
    envelope.encrypt(pieces, forged, [mine.keys[0].to_public()])

    with pytest.raises(Refused, match="another signed it"):
        read(forged.getvalue(), sample)


@pytest.mark.parametrize("leave_out", [package.MANIFEST, package.DUMP, package.DIGESTS, package.SIGNATURE])
def test_a_package_that_lacks_a_part_is_refused(sample, leave_out):
    identity = keys.read_identity(sample.identity)
    lacking = io.BytesIO()
    with envelope.opened(sample.file.open("rb"), identity.keys, name="x") as stream:
        with tarfile.open(fileobj=stream, mode="r|") as tar, tarfile.open(fileobj=lacking, mode="w") as short:
            for entry in tar:
                content = tar.extractfile(entry).read()
                if not entry.name.startswith(leave_out):
                    short.addfile(entry, io.BytesIO(content))
    lacking.seek(0)
    with pytest.raises(Refused):
        package.unpack(lacking, name="x", signer="")


def test_Z41_through_the_command_damage_is_one_sentence_and_the_database_stays_as_it_is(sample, tmp_path):
    raw = sample.file.read_bytes()
    middle = len(raw) // 2
    damage = {
        "flipped": raw[:middle] + bytes([raw[middle] ^ 4]) + raw[middle + 1 :],
        "short": raw[:-1000],
    }
    before = contents(sample)
    for name, spoiled in damage.items():
        file = tmp_path / f"{name}.tar.age"
        file.write_bytes(spoiled)
        done = run(sample, tmp_path, "restore", str(file), "--identity", str(sample.identity), "--replace")
        assert (done.returncode, done.stdout) == (1, ""), name
        assert done.stderr.count("\n") == 1 and f"{name}.tar.age is damaged" in done.stderr, done.stderr
    folder = run(sample, tmp_path, "restore", str(sample.home), "--identity", str(sample.identity), "--replace")
    assert "A copy of a data folder is not a backup" in folder.stderr
    assert contents(sample) == before
    assert servers.kept(sample.urls) == []


def contents(sample: Sample):
    with psycopg.connect(servers.admin(sample.urls, sample.clone.name)) as server:
        return census.take(server)


def run(sample: Sample, tmp_path, *words: str):
    def url(conninfo: str) -> str:
        part = conninfo_to_dict(conninfo)
        login = part["user"] + (f":{quote(part['password'], safe='')}" if part.get("password") else "")
        return (
            f"postgresql://{login}@/{part['dbname']}?host={quote(part['host'], safe='')}&port={part.get('port', 5432)}"
        )

    where = {"DATABASE_URL": url(sample.urls.app), "LINKWELL_OWNER_URL": url(sample.urls.owner)}
    return linkwell(*words, home=tmp_path, PYTHONWARNINGS="ignore", **where)


@pytest.mark.skipif(not shutil.which("tar"), reason="tar is not installed")
def test_what_lies_in_the_envelope_opens_with_tar_and_pg_restore_alone(sample, tmp_path):
    identity = keys.read_identity(sample.identity)
    with envelope.opened(sample.file.open("rb"), identity.keys, name="x") as stream:
        (tmp_path / "backup.tar").write_bytes(stream.read())
    subprocess.run(["tar", "xf", "backup.tar"], cwd=tmp_path, check=True)
    dump = b"".join(part.read_bytes() for part in sorted(tmp_path.glob(f"{package.DUMP}*")))
    assert dump.startswith(b"PGDMP")
