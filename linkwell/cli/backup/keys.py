"""The keys of backups: what the operator takes away, and what stays on the server.

A backup is encrypted to public keys (age, X25519). Their private parts never lie on the server, so who
takes the server or the backups cannot read an older one. What stays is a key that signs, so that a
backup which somebody else encrypted to the same public keys is told apart: its public half stands in
the identity file that the operator holds.
"""

import base64
import binascii
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from linkwell.cli.errors import Refused

RECIPIENTS, SIGNING_KEY = "backup-recipients", "backup-signing-key"
SETTING = "LINKWELL_BACKUP_RECIPIENT"
SIGNER = "# signed by: "
NO_KEY = (
    "There is no key to encrypt backups to. Run `linkwell backup keys`, and take the file that it writes away from"
    f" this machine; or name a public key with --recipient or {SETTING}."
)
_RAW = (serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())


@dataclass(frozen=True)
class Identity:
    """What an identity file holds: private keys, and who must have signed (empty: it does not say)."""

    keys: tuple[pyrage.x25519.Identity, ...]
    signer: str = ""


def make(*, home: Path, to: Path, at: datetime, add: bool) -> str:
    """Write a new private key to `to`, remember its public part in the home and return it; raise Refused."""
    known = home / RECIPIENTS
    if known.exists() and not add:
        raise Refused(
            f"Backups are already encrypted to the keys in {known}. With --add the new key opens later backups as"
            " well; to replace a lost key, remove that file first."
        )
    if to.resolve().is_relative_to(home.resolve()):
        raise Refused(
            f"{to} lies in Linkwell's data folder, where whoever takes the data takes the key too. Write it elsewhere,"
            " best on a stick: --to FILE."
        )
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    text = (
        f"# The key that opens Linkwell's backups, made on {at:%-d %B %Y}. Without it no backup can be read.\n"
        "# Keep it away from the server, in two places.\n"
        f"# public key: {public}\n"
        f"{SIGNER}{signer_of(signing_key(home, make_it=True))}\n"
        f"{identity}\n"
    )
    write_private(to, text.encode())
    before = known.read_text() if known.exists() else ""
    write_private(known, f"{before}{public}\n".encode(), over=True)
    return public


def recipients(*, home: Path, given: Sequence[str]) -> list[pyrage.x25519.Recipient]:
    """Return the public keys to encrypt to: those given, else the setting's, else the home's; raise Refused."""
    words = list(given) or os.environ.get(SETTING, "").split()
    if not words and (home / RECIPIENTS).exists():
        words = [str(home / RECIPIENTS)]
    found = [key for word in words for key in _public_keys(word)]
    if not found:
        raise Refused(NO_KEY)
    return found


def _public_keys(word: str) -> list[pyrage.x25519.Recipient]:
    if word.startswith("age1"):
        return [_public_key(word)]
    if word.upper().startswith("AGE-SECRET-KEY"):
        raise Refused("That is a private key, which stays away from the server. Give its public key, age1….")
    try:
        lines = Path(word).expanduser().read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        raise Refused(f"{word} is neither a public key (age1…) nor a file of public keys that can be read.") from None
    return [key for line in lines if line.strip() and not line.startswith("#") for key in _public_keys(line.strip())]


def _public_key(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise Refused(f"{text[:12]}… is no public key: a letter is wrong or missing. Copy it again.") from None


def read_identity(path: Path) -> Identity:
    """Return the private keys of an identity file and the signer it names; raise Refused."""
    try:
        lines = path.expanduser().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Refused(
            f"The identity file {path} cannot be read. Bring the file that `linkwell backup keys` wrote."
        ) from None
    signer = next((line.removeprefix(SIGNER).strip() for line in lines if line.startswith(SIGNER)), "")
    keys = []
    for line in lines:
        if line.strip() and not line.startswith("#"):
            try:
                keys.append(pyrage.x25519.Identity.from_str(line.strip()))
            except pyrage.IdentityError:
                raise Refused(
                    f"{path} holds a line that is no private key. Bring the file as it was written."
                ) from None
    if not keys:
        raise Refused(f"{path} holds no private key. Bring the file that `linkwell backup keys` wrote.")
    return Identity(tuple(keys), signer)


def signing_key(home: Path, *, make_it: bool) -> Ed25519PrivateKey:
    """Return the key with which this Linkwell signs its backups; raise Refused if it is gone."""
    path = home / SIGNING_KEY
    if not path.exists() and make_it:
        raw = Ed25519PrivateKey.generate().private_bytes(*_RAW)
        write_private(path, base64.b64encode(raw) + b"\n")
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_bytes(), validate=False))
    except (OSError, ValueError):
        raise Refused(
            f"The key {path} that signs backups is missing or damaged. Remove {home / RECIPIENTS} and run"
            " `linkwell backup keys` for a new pair; older backups still open with the older identity file."
        ) from None


def signer_of(key: Ed25519PrivateKey) -> str:
    """Return the public half of a signing key, as it stands in identity files."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return f"ed25519:{base64.b64encode(raw).decode()}"


def is_signed_by(signer: str, *, signature: bytes, message: bytes) -> bool:
    """Say whether the holder of the signer's private half signed this message."""
    try:
        raw = base64.b64decode(signer.removeprefix("ed25519:"))
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, message)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def write_private(path: Path, content: bytes, *, over: bool = False) -> None:
    """Write a file that this user alone may read, durably; raise Refused if it exists or cannot be written."""
    target = path.with_name(f"{path.name}.{os.getpid()}") if over else path
    try:
        with open(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if over:
            target.replace(path)
    except FileExistsError:
        raise Refused(f"{target} exists already, and a key is never written over. Choose another name.") from None
    except OSError as error:
        raise Refused(f"{path} cannot be written ({error.strerror}).") from None
