"""`linkwell demo …`: load the demo scheme, show who can sign in to it, show what is known to be true of it."""

from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def load(
    seed: Annotated[int | None, typer.Option(help="Another number makes another town's history.")] = None,
) -> None:
    """Fill a database that holds no real scheme with the demo scheme: two years up to today."""
    from linkwell.cli import roles
    from linkwell.cli.database import database
    from linkwell.cli.session import session

    with session():
        from rich.console import Console

        from linkwell.demo.errors import AlreadyLoaded
        from linkwell.demo.load import SEED, load_demo

        try:
            with Console(stderr=True).status("Making the demo scheme: two years of a town that does not exist"):
                done = load_demo(seed=SEED if seed is None else seed)
        except AlreadyLoaded as nothing_to_do:
            print(nothing_to_do)
            return
        with database() as urls, roles.connect(roles.as_owner(urls.owner)) as server:
            server.execute("ANALYZE")  # or the first pages are planned for empty tables
    took = done.generated + done.loaded
    print(f"The demo scheme is loaded: {done.rows:,} rows in {took:.1f} seconds ({done.generated:.1f} to make them).")


@app.command("sign-ins")
def sign_ins(
    everyone: Annotated[bool, typer.Option("--all", help="Everyone, not one for each role.")] = False,
) -> None:
    """Print who can sign in to the demo scheme; no password is needed, and none would work."""
    from linkwell.cli.session import session

    with session():
        from django.conf import settings
        from django.utils import timezone
        from rich.console import Console
        from rich.table import Table

        from linkwell.demo.signins import sign_ins

        found = sign_ins(on=timezone.localdate())
        if not found:
            print("No demo scheme is loaded. Run `linkwell demo load`.")
            return
        print(f"Sign in with one click at {settings.PUBLIC_URL}/demo/")
        table = Table(box=None)
        for heading in ("Role", "Name", "E-mail address"):
            table.add_column(heading, overflow="fold")
        first = {row.role: row for row in reversed(found)}
        for row in found:
            if everyone or first[row.role] is row:
                table.add_row(row.role_name, row.name, row.email)
        Console().print(table)
        if not everyone:
            print(f"{len(found) - len(first)} more: linkwell demo sign-ins --all")


@app.command()
def truth() -> None:
    """Print what is known to be true of the demo scheme: effects, regression to the mean, drop-out."""
    from linkwell.cli.errors import Refused
    from linkwell.cli.home import home
    from linkwell.demo.truth_file import TRUTH

    path = home() / TRUTH
    if not path.exists():
        raise Refused(f"There is no {path}. It is written when the demo scheme is loaded: `linkwell demo load`.")
    print(path.read_text(encoding="utf-8"), end="")
