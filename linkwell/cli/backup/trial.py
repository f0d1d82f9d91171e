"""Try a backup: restore it into a database of its own and compare all of it with what it says of itself."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from linkwell.cli import migrations, roles
from linkwell.cli.backup import census, homefiles, inside, manifest, package, servers, tools
from linkwell.cli.backup.envelope import Damaged, opened
from linkwell.cli.backup.package import Contents
from linkwell.cli.backup.servers import Beside
from linkwell.cli.database import Urls
from linkwell.cli.errors import Refused

MOST_LINES = 5


def look_through(file: Path, identities: Sequence[Any], *, name: str, signer: str, server: int) -> Contents:
    """Read a backup to its end without touching a database; raise Refused for anything that is wrong with it."""
    known = inside.known_migrations()

    def check(found: manifest.Manifest) -> None:
        manifest.check_versions(found, known=known, server=server, tools=server, name=name)

    with open_file(file) as source, opened(source, identities, name=name) as stream:
        return package.unpack(stream, name=name, signer=signer, check=check)


def open_file(file: Path):
    """Open a backup for reading; raise Refused with a sentence if that cannot be."""
    try:
        if file.is_dir():
            raise Refused(
                f"{file} is a folder. A copy of a data folder is not a backup: its files are of different moments. Give"
                " a file made by `linkwell backup`."
            )
        return file.open("rb")
    except OSError as error:
        raise Refused(f"The backup {file} cannot be read ({error.strerror}).") from None


def try_out(
    file: Path,
    identities: Sequence[Any],
    *,
    name: str,
    urls: Urls,
    home: Path,
    signer: str,
    keys: Mapping[str, str],
    say: Callable[[str], None],
) -> Contents:
    """Restore a backup into a database that is removed again; raise Refused or Damaged unless all of it is right."""
    contents = look_through(file, identities, name=name, signer=signer, server=servers.version(urls))
    with servers.scratch(urls, home=home) as place:
        fill(place, file, identities, name=name, signer=signer, say=say)
        judge(place, contents, keys=homefiles.keys_in(contents.files) or keys, name=name, say=say)
    return contents


def fill(
    place: Beside, file: Path, identities: Sequence[Any], *, name: str, signer: str, say: Callable[[str], None]
) -> None:
    """Restore a backup into an empty database and compare counts, checksums and every object; raise Damaged."""
    with roles.connect(place.admin) as server:
        version = server.info.server_version
    program = tools.program("pg_restore", urls=place.urls, server=version)
    with tools.restoring(program, url=place.admin, server=version) as feeding:
        with open_file(file) as source, opened(source, identities, name=name) as stream:
            found = package.unpack(
                stream, name=name, signer=signer, dump=feeding.write, check=lambda said: _make_roles(place, said)
            ).manifest
    roles.prepare(place.admin, app_url=place.app, owner_logs_in=place.is_embedded)
    say("Comparing every table with what was backed up")
    with roles.connect(roles.as_owner(place.admin)) as server:
        with server.transaction():
            taken = census.take(server)
        lines = manifest.differences(found, taken, same_server_version=found.postgresql // 10000 == version // 10000)
        lines += census.sequences_behind(server)
        server.execute("ANALYZE")
    refuse(lines, name)


def _make_roles(place: Beside, said: manifest.Manifest) -> None:
    roles.create_roles(place.admin, app_url=place.app, owner_logs_in=place.is_embedded, also=said.roles)


def judge(place: Beside, contents: Contents, *, keys: Mapping[str, str], name: str, say: Callable[[str], None]) -> None:
    """Bring a restored database up to date and look at its walls, keys and audit chains; raise Damaged."""
    if migrations.state(place.admin) != migrations.CURRENT:
        say("Bringing the restored tables up to date")
        migrations.migrate(place.admin)
    with tempfile.TemporaryDirectory() as folder:
        heads = Path(folder) / "heads"
        heads.write_bytes(contents.files.get(homefiles.HEADS_FILE, b""))
        refuse(inside.examine(place, keys=keys, heads=heads), name)


def refuse(lines: Sequence[str], name: str) -> None:
    """Raise Damaged if there is any line to tell."""
    if lines:
        more = f"; and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
        raise Damaged(f"{name}, restored, is not what was backed up: {'; '.join(lines[:MOST_LINES])}{more}.")
