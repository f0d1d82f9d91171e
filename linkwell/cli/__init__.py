"""The `linkwell` command. Every refusal is one sentence on stderr and exit code 1."""

import os
import signal
import sys
from typing import Annotated

import typer

from linkwell.cli import backup_commands
from linkwell.cli.doctor.command import doctor
from linkwell.cli.lazy import LazyCommands
from linkwell.common.errors import DomainError

HELP = """Runs a social prescribing scheme, from the first referral to the evidence that it helped.

Data lives in LINKWELL_HOME (default: var/ in the clone). DATABASE_URL and LINKWELL_OWNER_URL, both
together, name a PostgreSQL server of your own; without them the embedded one is used."""

app = typer.Typer(
    cls=LazyCommands, help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"Linkwell {version('linkwell')}")
        raise typer.Exit


@app.callback()
def linkwell(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass


@app.command()
def run() -> None:
    """Start Linkwell: database, web server and worker. Ctrl-C stops all of it."""
    from linkwell.cli.running.run import run_everything

    run_everything()


@app.command()
def migrate() -> None:
    """Bring the tables of the database up to date."""
    from linkwell.cli import migrations
    from linkwell.cli.database import database, prepare

    with database() as urls:
        prepare(urls)
        migrations.migrate(urls.owner)
    print("The database is up to date.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def manage(context: typer.Context) -> None:
    """Run one of Django's own commands, for developers: `migrate` as the owner, all others as the app."""
    from linkwell.cli.session import session

    if context.args[:1] == ["migrate"]:
        from linkwell.cli import migrations, roles
        from linkwell.cli.database import database

        with database() as urls:
            done = migrations.django(*context.args, url=roles.as_owner(urls.owner), check=False)
        raise typer.Exit(done.returncode)

    with session():
        from django.core.management import execute_from_command_line

        execute_from_command_line(["linkwell manage", *context.args])


app.add_typer(backup_commands.app, name="backup")
app.command()(backup_commands.restore)
app.command()(doctor)


def main() -> None:
    """Run the command line; turn a refusal into its sentence and SIGTERM into an orderly end."""
    signal.signal(signal.SIGTERM, _end)
    try:
        app()
    except DomainError as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("LINKWELL_TRACEBACK") == "1":
            raise
        print(
            f"Linkwell stopped because of a fault of its own ({type(error).__name__}). To see where, repeat the"
            " command with LINKWELL_TRACEBACK=1 before it.",
            file=sys.stderr,
        )
        sys.exit(1)


def _end(*_: object) -> None:
    raise SystemExit(143)
