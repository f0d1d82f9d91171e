"""`linkwell scheme …`: the first scheme of a new Linkwell, and a manager where none is left."""

import os
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What the scheme is called on pages.")],
    admin: Annotated[str, typer.Option(help="E-mail address of the person who will run it.")],
) -> None:
    """Add a scheme and print a one-time link with which its first administrator signs up."""
    from linkwell.cli.session import session

    with session():
        from django.conf import settings
        from django.utils import timezone

        from linkwell.team import actions

        added = actions.add_scheme(name=name, admin_email=admin, at=timezone.now())
        address = os.environ.get("LINKWELL_PUBLIC_URL") or settings.PUBLIC_URL
    print(f"{name} is ready. Give {admin} this link; it works once:")
    print(f"{address.rstrip('/')}{added.invitation_url_path}")


@app.command()
def manager(
    name: Annotated[str, typer.Argument(help="What the scheme is called on pages.")],
    email: Annotated[str, typer.Option(help="E-mail address of the person who will manage it.")],
) -> None:
    """Invite a manager to a scheme in which nobody is left who could, and print the one-time link."""
    from linkwell.cli.session import session

    with session():
        from django.conf import settings
        from django.utils import timezone

        from linkwell.team import actions

        invited = actions.invite_manager(scheme_name=name, email=email, at=timezone.now())
        address = os.environ.get("LINKWELL_PUBLIC_URL") or settings.PUBLIC_URL
    print(f"Give {email} this link; it works once:")
    print(f"{address.rstrip('/')}{invited.invitation_url_path}")
