"""What pages need beside templates: collected static files and compiled words, made when they are old."""

import hashlib
import os
import subprocess
from importlib.metadata import version
from pathlib import Path

import linkwell
from linkwell.cli import migrations
from linkwell.cli.errors import Refused

BUILT = Path("web/static/built/linkwell.css")
OTHERS = ("django", "django-allauth", "django-htmx", "whitenoise")


def make_assets(home: Path, *, url: str) -> None:
    """Compile the catalogues of words and collect the static files into the home."""
    rooms = Path(linkwell.__file__).parent
    if not (rooms / BUILT).exists():
        raise Refused("The pages' styles are not built yet. Run `make run`, or `npm ci && npm run build` in the clone.")
    _compile_words(rooms)
    state, stamp = _state(rooms), home / "static" / ".state"
    if stamp.exists() and stamp.read_text() == state:
        return
    try:
        migrations.django("collectstatic", "--noinput", "--verbosity=0", url=url)
    except subprocess.CalledProcessError:
        raise Refused("The static files could not be collected; the reason stands above.") from None
    stamp.write_text(state)


def _compile_words(rooms: Path) -> None:
    for words in rooms.glob("web/locale/*/LC_MESSAGES/*.po"):
        compiled = words.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < words.stat().st_mtime:
            from babel.messages.mofile import write_mo
            from babel.messages.pofile import read_po

            draft = compiled.with_suffix(f".{os.getpid()}")
            with words.open("rb") as source, draft.open("wb") as target:
                write_mo(target, read_po(source))
            draft.replace(compiled)


def _state(rooms: Path) -> str:
    state = hashlib.sha256()
    for file in sorted((rooms / "web" / "static").rglob("*")):
        if file.is_file():
            state.update(f"{file.relative_to(rooms)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    for package in OTHERS:
        state.update(f"{package} {version(package)}\n".encode())
    return state.hexdigest()
