"""What a restore needs beside the database: keys, the second copy of the audit heads, small files of the home."""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path

from linkwell.cli.backup.inside import KEYS
from linkwell.cli.backup.keys import RECIPIENTS, SIGNING_KEY, write_private
from linkwell.cli.errors import Refused
from linkwell.cli.home import RESTORED_KEYS, restored_keys, secret_key

KEYS_FILE, HEADS_FILE, SETTINGS_FILE = "keys.json", "audit-heads.log", "settings.env"
COPIED = (RECIPIENTS, SIGNING_KEY, "demo-truth.json")
SECRETS = (SIGNING_KEY,)
NOT_SETTINGS = (*KEYS, "LINKWELL_HOME", "LINKWELL_TRACEBACK", "LINKWELL_OWNER_URL", "LINKWELL_PARENT")


def keys_here(home: Path) -> dict[str, str]:
    """Return the keys in force here: of the environment, of a restored backup, of the home's own file."""
    found = restored_keys(home) | {name: os.environ[name] for name in KEYS if os.environ.get(name)}
    return found if "LINKWELL_SECRET_KEY" in found else {"LINKWELL_SECRET_KEY": secret_key(home), **found}


def heads_path(home: Path) -> Path:
    """Return where the heads of the audit trail are told besides."""
    return Path(os.environ.get("LINKWELL_AUDIT_HEADS") or home / HEADS_FILE)


def gather(home: Path, *, with_keys: bool) -> dict[str, bytes]:
    """Return the files that go into a backup; with keys, so that what is encrypted can be read again."""
    files = {name: (home / name).read_bytes() for name in COPIED if (home / name).exists()}
    heads = heads_path(home)
    if heads.exists():
        files[HEADS_FILE] = heads.read_bytes()
    if with_keys:
        files[KEYS_FILE] = json.dumps(keys_here(home)).encode()
        settings = {name: value for name, value in sorted(os.environ.items()) if name.startswith("LINKWELL_")}
        lines = [f"{name}={json.dumps(value)}" for name, value in settings.items() if name not in NOT_SETTINGS]
        files[SETTINGS_FILE] = "\n".join([*lines, ""]).encode()
    else:
        files = {name: content for name, content in files.items() if name not in SECRETS}
    measures = Path(os.environ.get("LINKWELL_MEASURES") or home / "measures")
    for file in sorted(measures.glob("*")) if measures.is_dir() else []:
        if file.is_file():
            files[f"measures/{file.name}"] = file.read_bytes()
    return files


def keys_in(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the keys that a backup holds, none if it was made without."""
    found = json.loads(files.get(KEYS_FILE, b"{}"))
    return {name: str(value) for name, value in found.items() if name in KEYS}


def field_key(keys: Mapping[str, str]) -> str:
    """Return the key of encrypted columns among these."""
    return keys.get("LINKWELL_FIELD_KEY") or keys.get("LINKWELL_SECRET_KEY", "")


def key_check(key: str) -> str:
    """Return a text by which a key is known again, and from which it cannot be found."""
    return hmac.new(key.encode(), b"linkwell backup: which field key", hashlib.sha256).hexdigest()[:32] if key else ""


def audit_key(keys: Mapping[str, str]) -> str:
    """Return the key of the audit chains among these."""
    return keys.get("LINKWELL_AUDIT_KEY") or keys.get("LINKWELL_SECRET_KEY", "")


def stage(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of a backup into a folder of their own, to be moved into the home later."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in files.items():
        if name in (*COPIED, SETTINGS_FILE) or name.startswith("measures/"):
            target = folder / _plain(name)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(target, content)
    keys = keys_in(files)
    if keys:
        write_private(folder / "secret-key", keys["LINKWELL_SECRET_KEY"].encode())
        if beside := _beside_secret_key(keys):
            write_private(folder / RESTORED_KEYS, json.dumps(beside).encode())


def _beside_secret_key(keys: Mapping[str, str]) -> dict[str, str]:
    """Return the keys to keep in the home; a secret key set in the environment must not take their place."""
    beside = {name: value for name, value in keys.items() if name != "LINKWELL_SECRET_KEY"}
    if os.environ.get("LINKWELL_SECRET_KEY", keys["LINKWELL_SECRET_KEY"]) != keys["LINKWELL_SECRET_KEY"]:
        beside |= {"LINKWELL_FIELD_KEY": field_key(keys), "LINKWELL_AUDIT_KEY": audit_key(keys)}
    return beside


def install(folder: Path, home: Path, *, suffix: str) -> None:
    """Move staged files into the home; what stood there is kept beside under `suffix`. Again changes nothing."""
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        name = file.relative_to(folder).as_posix()
        target = heads_path(home) if name == HEADS_FILE else home / name
        if name == SETTINGS_FILE:
            target = home / "restored-settings.env"
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.exists() and target.read_bytes() != file.read_bytes():
            target.replace(target.with_name(f"{target.name}{suffix}"))
        file.replace(target)


def check_keys(files: Mapping[str, bytes], *, home: Path, check: str) -> dict[str, str]:
    """Return the keys to use after a restore; raise Refused if what is encrypted could not be read with them."""
    inside = keys_in(files)
    for name in ("LINKWELL_FIELD_KEY", "LINKWELL_AUDIT_KEY"):
        wanted = field_key(inside) if name == "LINKWELL_FIELD_KEY" else audit_key(inside)
        if inside and os.environ.get(name) and os.environ[name] != wanted:
            raise Refused(
                f"{name} is set here to another key than the backup's, and would make it unreadable. Take it out of the"
                " environment: the backup brings its own."
            )
    if inside:
        return inside
    here = keys_here(home) if (home / "secret-key").exists() or os.environ.get("LINKWELL_SECRET_KEY") else {}
    if key_check(field_key(here)) != check:
        raise Refused(
            "This backup was made without keys, and the key here is not the one its columns are encrypted with. Set"
            " LINKWELL_FIELD_KEY (or LINKWELL_SECRET_KEY) to the key of the Linkwell that made it, then try again."
        )
    return here


def _plain(name: str) -> str:
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise Refused("The backup names a file outside the data folder. Nothing was changed.")
    return name
