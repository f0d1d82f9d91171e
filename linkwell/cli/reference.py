"""`linkwell reference …`: tables that places and practices are looked up in."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from linkwell.cli.directory import check_report, progress_bar, write_report

app = typer.Typer()
_Report = Annotated[Path | None, typer.Option("--report", help="Write every refused line to this file.")]


@app.command()
def load(
    what: Annotated[str, typer.Argument(help="postcodes or practices.")],
    file: Annotated[
        Path,
        typer.Argument(
            help="ONS Postcode Directory, Code-Point Open (file, folder or zip), outward codes; or epraccur."
        ),
    ],
    report: _Report = None,
) -> None:
    """Load a table of postcodes or of GP practices. The same file again changes nothing."""
    from linkwell.cli.errors import Refused

    if what not in ("postcodes", "practices"):
        raise Refused(f"There is no table {what} to load. Say postcodes or practices.")
    check_report(report)
    from linkwell.cli.session import session

    with session():
        from django.utils import timezone

        from linkwell.directory.imports import relocate
        from linkwell.interop.files.reference import open_reference
        from linkwell.places import actions

        found = open_reference(file, wanted=what)
        with progress_bar() as bar:
            task = bar.add_task(f"Loading {file.name}", total=found.lines())
            loaded = actions.load(found.rows(), kind=found.kind, progress=lambda done: bar.advance(task, done))
        moved = relocate(at=timezone.now()) if what == "postcodes" else 0
    rows = [refused._asdict() for refused in loaded.refusals]
    counts = {name: getattr(loaded, name) for name in ("read", "created", "updated", "unchanged", "left_out")}
    write_report(report, {"table": what, "format": found.name, **counts, "refused": len(rows), "refusals": rows})
    _summary(loaded, moved, what)


def _summary(loaded: Any, moved: int, what: str) -> None:
    console, table = Console(), Table(title=what.capitalize(), show_header=False)
    left_out = "Without a place" if what == "postcodes" else "Not an open GP practice"
    for label, name in (
        ("Read", "read"),
        ("New", "created"),
        ("Changed", "updated"),
        ("Unchanged", "unchanged"),
        (left_out, "left_out"),
    ):
        table.add_row(label, f"{getattr(loaded, name):,}")
    table.add_row("Refused", f"{len(loaded.refusals):,}")
    console.print(table)
    for one in loaded.refusals[:8]:
        console.print(f"  refused {one.path}: {one.reason} ({json.dumps(one.was)})", markup=False, highlight=False)
    if moved:
        console.print(f"{moved:,} places of the directory now stand on a better point.")
