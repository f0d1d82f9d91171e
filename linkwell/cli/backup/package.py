"""What lies in the envelope: a plain tar file, so that age, tar and pg_restore alone could open a backup.

manifest.json, then files/…, then the dump in parts, then digests.json with the SHA-256 of each of these,
then the signature of the digests.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from linkwell.cli.backup import manifest as manifests
from linkwell.cli.backup.envelope import Damaged
from linkwell.cli.backup.keys import is_signed_by
from linkwell.cli.backup.manifest import Manifest

PART = 4 * 1024 * 1024
LARGEST_TEXT = 64 * 1024 * 1024
MANIFEST, DUMP, DIGESTS, SIGNATURE, FILES = "manifest.json", "database.dump.", "digests.json", "signature", "files/"


@dataclass(frozen=True)
class Contents:
    """What was read from a whole and authentic backup, the dump left out."""

    manifest: Manifest
    files: dict[str, bytes]
    dump_bytes: int


def pack(
    manifest: Manifest, files: dict[str, bytes], dump: Iterable[bytes], *, signing_key: Ed25519PrivateKey
) -> Iterator[bytes]:
    """Return the tar file piece by piece; no more than one part of the dump is held at a time."""
    digests: list[list[object]] = []

    def member(name: str, content: bytes) -> bytes:
        digests.append([name, len(content), hashlib.sha256(content).hexdigest()])
        return _member(name, content, manifest)

    yield member(MANIFEST, manifest.to_json())
    for name, content in sorted(files.items()):
        yield member(FILES + name, content)
    for number, part in enumerate(_parts(dump)):
        yield member(f"{DUMP}{number:06}", part)
    text = json.dumps(digests).encode()
    yield _member(DIGESTS, text, manifest)
    yield _member(SIGNATURE, signing_key.sign(_signed(text)), manifest)
    yield bytes(2 * tarfile.BLOCKSIZE)


def unpack(
    stream: BinaryIO,
    *,
    name: str,
    signer: str,
    check: Callable[[Manifest], None] = lambda manifest: None,
    dump: Callable[[bytes], object] = lambda part: None,
) -> Contents:
    """Read a package to its end: `check` the manifest first, hand out the dump; raise Damaged for any flaw."""
    reading = _Reading(name, check, dump)
    try:
        with tarfile.open(fileobj=stream, mode="r|") as package:
            for entry in package:
                content = package.extractfile(entry)
                if content is None or entry.size > LARGEST_TEXT:
                    raise Damaged(_odd(name))
                reading.take(entry.name, content.read())
    except (tarfile.TarError, EOFError):
        raise Damaged(_odd(name)) from None
    return reading.done(signer)


class _Reading:
    """The order of members and their digests, watched while they pass."""

    def __init__(self, name: str, check: Callable[[Manifest], None], dump: Callable[[bytes], object]) -> None:
        self.name, self.check, self.dump = name, check, dump
        self.manifest: Manifest | None = None
        self.files: dict[str, bytes] = {}
        self.seen: list[list[object]] = []
        self.parts = self.dump_bytes = 0
        self.digests: bytes | None = None
        self.signature: bytes | None = None

    def take(self, name: str, content: bytes) -> None:
        """Take one member in its turn."""
        if self.signature is not None or (self.manifest is None) != (name == MANIFEST):
            raise Damaged(_odd(self.name))
        if self.digests is not None:
            if name != SIGNATURE:
                raise Damaged(_odd(self.name))
            self.signature = content
            return
        if name == DIGESTS:
            self.digests = content
            return
        self.seen.append([name, len(content), hashlib.sha256(content).hexdigest()])
        if name == MANIFEST:
            self.manifest = manifests.from_json(content, name=self.name)
            self.check(self.manifest)
        elif name.startswith(FILES) and self.parts == 0:
            self.files[name.removeprefix(FILES)] = content
        elif name == f"{DUMP}{self.parts:06}":
            self.parts, self.dump_bytes = self.parts + 1, self.dump_bytes + len(content)
            self.dump(content)
        else:
            raise Damaged(_odd(self.name))

    def done(self, signer: str) -> Contents:
        """Return what was read if all of it is there and signed by whom the identity file names."""
        if self.manifest is None or not self.parts or self.digests is None or self.signature is None:
            raise Damaged(f"{self.name} is not whole. Nothing was changed. Use another backup.")
        if _parsed(self.digests) != self.seen:
            raise Damaged(f"Parts of {self.name} are not as they were made. Nothing was changed. Use another backup.")
        if signer and not is_signed_by(signer, signature=self.signature, message=_signed(self.digests)):
            raise Damaged(
                f"{self.name} was not made by the Linkwell that this identity file belongs to: another signed"
                " it. Nothing was changed. Find out where the file comes from before anything else."
            )
        return Contents(self.manifest, self.files, self.dump_bytes)


def _member(name: str, content: bytes, manifest: Manifest) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), 0o600, int(manifest.at.timestamp())
    padding = -len(content) % tarfile.BLOCKSIZE
    return b"".join((entry.tobuf(tarfile.USTAR_FORMAT), content, bytes(padding)))


def _parts(dump: Iterable[bytes]) -> Iterator[bytes]:
    held = io.BytesIO()
    for piece in dump:
        held.write(piece)
        while held.tell() >= PART:
            whole = held.getvalue()
            yield whole[:PART]
            held = io.BytesIO()
            held.write(whole[PART:])
    if held.tell():
        yield held.getvalue()


def _signed(digests: bytes) -> bytes:
    return b"linkwell backup 1\n" + hashlib.sha256(digests).digest()


def _parsed(digests: bytes) -> object:
    try:
        return json.loads(digests)
    except ValueError:
        return None


def _odd(name: str) -> str:
    return f"{name} does not hold what a backup holds. Nothing was changed. Use another backup."
