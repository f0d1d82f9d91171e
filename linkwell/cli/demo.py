"""`linkwell demo …`: load the demo scheme, show who can sign in to it."""

import typer

app = typer.Typer()


@app.command()
def load() -> None:
    """Fill an empty database with the demo scheme."""
    from linkwell.cli.session import session

    with session():
        from linkwell.demo.load import load_demo

        load_demo()
