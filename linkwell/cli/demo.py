"""`linkwell demo …`: load the demo scheme, show who can sign in to it."""

import os

import typer

app = typer.Typer()


@app.command()
def load() -> None:
    """Fill an empty database with the demo scheme."""
    from linkwell.cli.session import session

    with session():
        from linkwell.demo.load import load_demo

        loaded = load_demo()
    print(f"The demo scheme is loaded: {loaded.rows:,} rows in {loaded.generated + loaded.loaded:.0f} s.")


@app.command("sign-ins")
def show_sign_ins() -> None:
    """Show who can sign in to the demo scheme, one of each role."""
    from rich.console import Console
    from rich.table import Table

    from linkwell.cli.errors import Refused
    from linkwell.cli.session import session

    with session():
        from django.conf import settings
        from django.utils import timezone

        from linkwell.demo.sign_ins import one_of_each_role, sign_ins

        people = one_of_each_role(sign_ins(on=timezone.localdate()))
        address = os.environ.get("LINKWELL_PUBLIC_URL") or settings.PUBLIC_URL
    if not people:
        raise Refused("This database holds no demo scheme. Load it into an empty one with `linkwell demo load`.")
    table = Table("Role", "Name", "At", box=None, pad_edge=False)
    for one in people:
        table.add_row(one.role_name, one.name, one.place)
    print(f"\nDemo sign-ins, without a password, at {address.rstrip('/')}/demo/")
    Console().print(table)
