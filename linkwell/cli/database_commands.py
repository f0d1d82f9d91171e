"""`linkwell database …`: prepare, start, stop, status, psql."""

import os
import shutil
import subprocess

import typer

from linkwell.cli.errors import Refused

app = typer.Typer()


@app.command()
def prepare() -> None:
    """Create the roles, the database and the rights; what is there already stays."""
    from linkwell.cli.database import database
    from linkwell.cli.database import prepare as prepare_it

    with database() as urls:
        prepare_it(urls)
    print("Roles and rights are in place. Next: `linkwell migrate`.")


@app.command()
def start() -> None:
    """Start the embedded database and leave it running."""
    from linkwell.cli.database import stay_up
    from linkwell.cli.home import ensure_home

    _only_embedded("start")
    server = stay_up(ensure_home())
    print(f"The database runs (process {server.pid()}). Stop it with `linkwell database stop`.")


@app.command()
def stop() -> None:
    """Stop the embedded database that `linkwell database start` left running."""
    from linkwell.cli.database import stop as stop_it
    from linkwell.cli.home import ensure_home

    _only_embedded("stop")
    print("The database is stopped." if stop_it(ensure_home()) else "The database was not running.")


@app.command()
def status() -> None:
    """Say whether the database runs, where, and whether its tables are up to date."""
    from linkwell.cli import migrations
    from linkwell.cli.database import embedded, named_by_environment, urls_of
    from linkwell.cli.home import ensure_home

    urls = named_by_environment()
    if urls is None:
        server = embedded(ensure_home())
        if server.pid() is None:
            print(f"The embedded database is down. Its data is in {server.places.data}.")
            return
        print(f"The embedded database runs (process {server.pid()}). Its data is in {server.places.data}.")
        urls = urls_of(server)
    print(f"The tables: {migrations.state(urls.owner)}.")


@app.command()
def replaced(drop: bool = typer.Option(False, "--drop", help="Remove them for good.")) -> None:
    """List the databases that a restore replaced and kept; remove them with --drop."""
    from linkwell.cli.backup import servers
    from linkwell.cli.database import database

    with database() as urls:
        names = servers.kept(urls)
        for name in names:
            if drop:
                servers.drop(urls, name)
            print(f"{name} is removed." if drop else name)
    if not names:
        print("No replaced database is kept.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context, owner: bool = typer.Option(False, help="As the owner, past the walls.")) -> None:
    """Open psql on the database, as the app role unless --owner is given."""
    from linkwell.cli.database import database

    with database() as urls:
        program = shutil.which("psql")
        if urls.server is not None:
            program = str(urls.server.places.programs / "bin" / "psql")
        if program is None:
            raise Refused("psql was not found. Install PostgreSQL's client tools (Debian: postgresql-client).")
        done = subprocess.run([program, "-d", urls.owner if owner else urls.app, *context.args])
    raise typer.Exit(done.returncode)


def _only_embedded(word: str) -> None:
    if os.environ.get("DATABASE_URL"):
        raise Refused(f"DATABASE_URL names a server of your own: {word} it there, not with this command.")
