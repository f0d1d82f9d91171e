"""`linkwell directory …`: bring lists of services in. `directory_feed` adds what goes out, and checks."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from linkwell.cli.errors import Refused

if TYPE_CHECKING:
    from linkwell.directory.imports import ImportResult

app = typer.Typer()
SHOWN = 8  # reasons and refusals in the closing summary


class Format(StrEnum):
    """What a file is."""

    AUTO = "auto"
    ORUK1 = "oruk1"
    ORUK3 = "oruk3"
    HSDS3 = "hsds3"
    NDJSON = "ndjson"
    HSDSCSV = "hsdscsv"
    OPENACTIVE = "openactive"
    CSV = "csv"
    XLSX = "xlsx"


ListFile = Annotated[
    str,
    typer.Argument(
        metavar="FILE|URL",
        help="An address (all pages of a feed are fetched), or a file: services or sessions as JSON, a data package"
        " of CSV tables (a zip or a folder), or a spreadsheet (CSV, Excel).",
    ),
]
ListFormat = Annotated[Format, typer.Option("--format", help="What the file is; auto finds out.")]
ListMapping = Annotated[
    str,
    typer.Option(
        "--mapping", help="For spreadsheets: a mapping file, or the name of one (also of one kept on a page)."
    ),
]


@app.command("import")
def import_file(
    file: ListFile,
    source: Annotated[str, typer.Option("--source", help="Whose list this is, for example: Trafford Council.")] = "",
    kind: ListFormat = Format.AUTO,
    mapping: ListMapping = "",
    report: Annotated[
        Path | None, typer.Option("--report", help="Write every repair and refusal to this file.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, keep nothing.")] = False,
) -> None:
    """Take a list of services into the directory. The same file again changes nothing."""
    if not source.strip():
        raise Refused("Name the source that this list comes from, for example --source Trafford.")
    check_report(report)
    from linkwell.cli.session import session

    with opened(file, kind, mapping) as (name, reader), session():
        from django.utils import timezone

        from linkwell.directory.imports import import_records

        with progress_bar() as bar:
            task = bar.add_task(f"Reading {name}", total=reader.count())
            result = import_records(
                reader=reader,
                source=source,
                at=timezone.now(),
                file_name=name,
                dry_run=dry_run,
                from_address=is_address(file),
                progress=lambda done: bar.advance(task, done),
            )
    write_report(report, result.report())
    _summary(result, report)


@app.command()
def mappings() -> None:
    """List the mappings for spreadsheets that come with Linkwell."""
    from linkwell.interop.files import mapping as files

    table = Table("Mapping", "For", "Columns that the file must have")
    for name in files.built_in():
        found = files.load(name)
        table.add_row(name, found.title, ", ".join(found.columns_used()))
    Console().print(table)


@app.command()
def taxonomy(
    file: Annotated[Path, typer.Argument(help="Open Eligibility's XML, or a CSV with columns id, name, parent.")],
    name: Annotated[str, typer.Option("--name", help="What it is called, for example: Open Eligibility.")] = "",
) -> None:
    """Load the terms of a taxonomy beside those that are there. The same file again changes nothing."""
    if not name.strip():
        raise Refused("Name the taxonomy, for example --name 'Open Eligibility'.")
    from linkwell.cli.session import session
    from linkwell.interop.encodings import file_bytes
    from linkwell.interop.taxonomies import read_taxonomy

    terms = read_taxonomy(file_bytes(file))
    with session():
        from django.utils import timezone

        from linkwell.directory.taxonomies.actions import load_taxonomy

        found = load_taxonomy(name=name, terms=terms, by=None, at=timezone.now())
    Console().print(f"{found.taxonomy}: {found.terms:,} terms read, {found.new:,} of them new.")


def is_address(file: str) -> bool:
    """Say whether a list is fetched rather than read from a file."""
    return file.lower().startswith(("http://", "https://"))


@contextmanager
def opened(file: str, kind: Format, mapping: str) -> Iterator[tuple[str, Any]]:
    """Give the name and the reader of a file, or of a list that is fetched by its address."""
    from linkwell.interop import opening

    columns, today = _columns(mapping), date.today()  # noqa: DTZ011  the day where it is typed
    if not is_address(file):
        yield Path(file).name, opening.open_file(Path(file), kind=kind.value, mapping=columns, today=today)
        return
    with ExitStack() as until_read:
        with progress_bar() as bar:
            task = bar.add_task("Fetching", total=None)
            fetched = opening.open_url(
                file,
                kind=kind.value,
                mapping=columns,
                today=today,
                progress=lambda what, done: bar.update(task, description=f"Fetching {what}: {done:,}"),
            )
            reader = until_read.enter_context(fetched)
        yield file.split("?")[0], reader


def _columns(mapping: str) -> Any:
    """Return a mapping by path or name; one that a page kept is asked of the database."""
    from linkwell.cli.session import session
    from linkwell.interop.files import mapping as files

    if not mapping:
        return None
    is_file = Path(mapping).is_file() or Path(mapping).name != mapping or mapping.endswith(".toml")
    if is_file or mapping in files.built_in():
        return files.load(mapping)
    with session():
        from linkwell.interop.files.kept import mapping_named

        return mapping_named(mapping)


def check_report(report: Path | None) -> None:
    if report is None:
        return
    if report.is_dir():
        raise Refused(f"The report cannot be written to {report}: that is a folder. Name a file.")
    if not report.absolute().parent.is_dir():
        raise Refused(f"The report cannot be written: there is no folder {report.parent}. Make it first.")


def write_report(report: Path | None, content: dict[str, Any]) -> None:
    if report is None:
        return
    draft = report.with_name(f".{report.name}.new")  # whole or not at all
    try:
        draft.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        draft.replace(report)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Refused(f"The import is done, but its report could not be written: {error.strerror}.") from None


def progress_bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _summary(result: "ImportResult", report: Path | None) -> None:
    console = Console()
    table = Table(
        title=f"{result.source}{' (dry run: nothing was kept)' if result.is_dry_run else ''}", show_header=False
    )
    counts = (
        ("Read", result.read),
        ("New", result.created),
        ("Changed", result.updated),
        ("Unchanged", result.unchanged),
        ("Refused", result.refused),
        ("Held until a person has looked", len(result.held)),
        ("Gone from the list, now closed", len(result.closed)),
        ("Missing from the list, left open", len(result.withheld)),
    )
    for label, number in counts:
        if number or label in ("Read", "New", "Changed", "Unchanged", "Refused"):
            table.add_row(label, f"{number:,}")
    console.print(table)
    show_reasons(console, [issue.reason for issue in result.repairs])
    show_refusals(console, result.refusals)
    if result.withheld:
        console.print(
            f"[red]{len(result.withheld):,} entries are missing from this list: more than 10 and more than a tenth."
            " None of them was closed. Check that the list is whole.[/red]"
        )
    if result.held:
        console.print("What is held stands on the page Sources → Questions, where a directory editor decides.")
    if result.unplaced:
        console.print(
            f"{result.unplaced:,} places have a postcode that no table knows, so distances to them are not known."
            " Load a table: linkwell reference load postcodes FILE"
        )
    if report is not None:
        console.print(f"Every repair and refusal stands in {report}.", soft_wrap=True)


def show_reasons(console: Console, reasons: list[str]) -> None:
    if reasons:
        console.print(f"{len(reasons):,} values repaired:")
        for reason in sorted(set(reasons), key=reasons.count, reverse=True)[:SHOWN]:
            console.print(f"  {reasons.count(reason):>7,}  {reason}", markup=False, highlight=False)


def show_refusals(console: Console, refusals: list[Any]) -> None:
    for one in refusals[:SHOWN]:
        console.print(
            f"  refused {one.path} ({one.record}): {one.reason}", markup=False, highlight=False, soft_wrap=True
        )
    if len(refusals) > SHOWN:
        console.print(f"  … and {len(refusals) - SHOWN:,} more refused; --report FILE.json lists them all.")
