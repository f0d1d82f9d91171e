"""`linkwell backup`, `linkwell backup keys`, `linkwell restore`."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(invoke_without_command=True)

_To = Annotated[
    Path | None,
    typer.Option(
        help="A folder, or a file that ends in .age; else LINKWELL_BACKUP_TO, else backups in the data folder."
    ),
]
_Recipients = Annotated[
    list[str] | None,
    typer.Option("--recipient", help="A public key (age1…) or a file of them; else those of `linkwell backup keys`."),
]
_Identity = Annotated[Path, typer.Option(help="The file with the private key that `linkwell backup keys` wrote.")]


@app.callback()
def backup(
    context: typer.Context,
    to: _To = None,
    recipient: _Recipients = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Afterwards keep so many tried backups in the folder; remove older ones.")
    ] = None,
    with_keys: Annotated[
        bool, typer.Option("--with-keys/--without-keys", help="Put the keys of encrypted columns into the backup.")
    ] = True,
    try_it: Annotated[
        bool, typer.Option("--try/--untried", help="Restore it into a database of its own, to see that it is whole.")
    ] = True,
) -> None:
    """Write one encrypted backup while Linkwell runs, and try it by restoring it."""
    if context.invoked_subcommand is not None:
        return
    from linkwell.cli.backup import make
    from linkwell.cli.database import database
    from linkwell.cli.home import ensure_home, locked

    home = ensure_home()
    place = to or Path(os.environ.get("LINKWELL_BACKUP_TO") or home / "backups")
    wanted = make.Wanted(to=place, recipients=recipient or (), keep=keep, with_keys=with_keys, tried=try_it)
    with locked(home / "backup.lock", waiting_for="backing up"), database() as urls, _progress() as say:
        made = make.back_up(urls, home, wanted, say=say)
    print(f"{made.file}: {_size(made.bytes)}, {made.rows:,} rows of {made.tables} tables.")
    if made.seconds_to_try is None:
        print("It was not tried. Try it where its key is: linkwell restore --check FILE --identity KEYFILE")
    else:
        print(f"Written in {made.seconds_to_write:.0f} s and tried by restoring it in {made.seconds_to_try:.0f} s.")
    for old in made.removed:
        print(f"Removed the older backup {old.name}.")
    if made.file.is_relative_to(home):
        print("It lies on the disk of the data. Copy it to another machine; a thief or a fire takes both.")


@app.command()
def keys(
    to: Annotated[Path, typer.Option(help="The file to write the private key to, outside the data folder.")] = Path(
        "linkwell-backup-key.txt"
    ),
    add: Annotated[bool, typer.Option("--add", help="A further key: each of them opens later backups.")] = False,
) -> None:
    """Make the pair of keys of backups: the private one you take away, the public one stays."""
    from datetime import UTC, datetime

    from linkwell.cli.backup.keys import make
    from linkwell.cli.home import ensure_home

    public = make(home=ensure_home(), to=to.expanduser().absolute(), at=datetime.now(UTC), add=add)
    print(f"The private key is in {to}. Take it away from this machine now, to two places, and remove it here.")
    print("Whoever holds it can read every backup; without it nobody can, and no one can make it again.")
    print(f"Backups are encrypted to its public key from now on: {public}")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup made by `linkwell backup`.")],
    identity: _Identity,
    check: Annotated[
        bool, typer.Option("--check", help="Only try it: restore into a database that is removed again.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of a database that is not empty; it is kept beside.")
    ] = False,
) -> None:
    """Put a backup in place of the database, after every byte, row, wall and seal of it was checked."""
    from linkwell.cli.backup import restore as restoring
    from linkwell.cli.home import ensure_home, locked

    home = ensure_home()
    with locked(home / "backup.lock", waiting_for="backing up"), _progress() as say:
        if check:
            with restoring.server_of(home) as urls:
                told = restoring.check(file, identity, urls, home, say=say).manifest
        else:
            with restoring.alone(home), restoring.server_of(home) as urls:
                restoring.finish(urls, home)
                done = restoring.restore(file, identity, urls, home, replace=replace, say=say)
                told = done.contents.manifest
    print(f"{file.name} of {told.at:%-d %B %Y, %H:%M} UTC is whole: {told.census.rows:,} rows of"
          f" {len(told.census.tables)} tables, with their walls, rights and audit seals.")  # fmt: skip
    if not check:
        _tell_what_was_restored(done, told.at)


def _tell_what_was_restored(done, at) -> None:
    settled = done.settled
    print("It is in place. Start Linkwell with `linkwell run` (LINKWELL_DEMO=0 for a real scheme).")
    print(
        f"Everyone signs in again ({settled['sessions']} sessions ended), and {settled['codes']} codes in mails ended."
    )
    print(
        f"{settled['held']} messages that waited are held, for they may have gone: a manager releases them on the page"
        " Messages."
    )
    print(f"{settled['jobs']} jobs that were being done are done again.")
    print(f"What was done after {at:%-d %B %Y, %H:%M} UTC is not in it. Before people work: end the access of those who"
          " left since, withdraw again what was withdrawn, change contact rules again.")  # fmt: skip
    if done.kept_database:
        print(
            f"The database before it is kept as {done.kept_database}; `linkwell database replaced --drop` removes it."
        )
    if done.settings_file:
        print(f"The settings it ran with are in {done.settings_file}; set those of your service from them.")


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Say what is being done, in one line of a terminal that changes; say nothing where nobody looks."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda line: None
        return
    with console.status("Looking at the database") as status:
        yield lambda line: status.update(line)
    sys.stderr.flush()


def _size(number: int) -> str:
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number = number / 1000  # type: ignore[assignment]
    return f"{number:.1f} GB"
