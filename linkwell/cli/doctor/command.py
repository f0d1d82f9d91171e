"""`linkwell doctor`: look at everything, say one line for each, and exit with 1 if anything is not well."""

import json
import os
from typing import Annotated

import typer


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False) -> None:
    """Look whether everything is well, and say what to do where it is not. Exit code 1 if anything is not."""
    from linkwell.cli.doctor.examine import examine

    findings = examine()
    if as_json:
        print(json.dumps([{"name": one.name, "well": one.well, "text": one.text, "do": one.do} for one in findings]))
    else:
        _print(findings)
    if not all(one.well for one in findings):
        raise typer.Exit(1)


def _print(findings) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True, no_color="NO_COLOR" in os.environ)
    for one in findings:
        mark = Text("well     " if one.well else "NOT WELL ", style="green" if one.well else "bold red")
        console.print(mark + Text(f"{one.name:<9} {one.text}", style="none"))
        if one.do:
            console.print(Text(f"{'':19}{one.do}", style="none"))
    wrong = sum(not one.well for one in findings)
    console.print(Text("All is well." if not wrong else f"{wrong} of {len(findings)} are not well."))
