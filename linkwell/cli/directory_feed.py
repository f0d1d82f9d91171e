"""`linkwell directory publish` and `check`: the open feed as files, and whether anybody's feed complies."""

from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer
from rich.console import Console
from rich.table import Table

from linkwell.cli.directory import (
    Format,
    ListFile,
    ListFormat,
    ListMapping,
    app,
    is_address,
    opened,
    progress_bar,
    show_reasons,
    show_refusals,
)
from linkwell.cli.errors import Refused

if TYPE_CHECKING:
    from linkwell.interop.open_referral.judge import Judgement
    from linkwell.interop.open_referral.schemas import Schemas

__all__ = ["app"]
NOT_WHOLLY_JUDGED = 3  # exit code: nothing wrong was found, but the schemas were not there
SHOWN = 12  # problems of one endpoint
_Schemas = Annotated[
    Path | None,
    typer.Option("--schemas", envvar="LINKWELL_SCHEMAS", help="A folder with the published schemas of Open Referral."),
]


@app.command()
def publish(
    where: Annotated[Path, typer.Argument(metavar="FOLDER|FILE", help="A folder for both, or a .ndjson or .zip file.")],
) -> None:
    """Write the open feed as files: every service, one on a line, and a data package of CSV tables."""
    from linkwell.cli.session import session

    if where.suffix not in (".ndjson", ".zip") and not where.is_dir():
        if where.suffix or not where.absolute().parent.is_dir():
            raise Refused(f"Name a folder, or a file that ends with .ndjson or .zip; {where} is neither.")
        where.mkdir()
    wanted = [where] if not where.is_dir() else [where / "services.ndjson", where / "datapackage.zip"]
    with session():
        from django.utils import timezone

        from linkwell.interop.open_referral import publish_all

        at = timezone.now()
        for file in wanted:
            with _draft(file) as draft:
                if file.suffix == ".zip":
                    rows = publish_all.write_package(draft, at=at)
                    words = f"{rows['service']:,} services in {len(rows)} tables"
                else:
                    words = f"{publish_all.write_lines(draft, at=at):,} services"
            Console().print(f"{file}: {words}", soft_wrap=True, highlight=False)


class _draft:
    """A file that takes its name when it is whole; a reader never meets half of one."""

    def __init__(self, file: Path) -> None:
        self.file, self.draft = file, file.with_name(f".{file.name}.new")

    def __enter__(self) -> BinaryIO:
        try:
            self.opened = self.draft.open("wb")
        except OSError as error:
            raise Refused(f"{self.file} could not be written: {error.strerror}.") from None
        return self.opened

    def __exit__(self, kind: Any, fault: BaseException | None, trace: Any) -> None:
        with suppress(OSError):
            self.opened.close()
        if fault is None:
            self.draft.replace(self.file)
            return
        self.draft.unlink(missing_ok=True)
        if isinstance(fault, OSError):
            raise Refused(f"{self.file} could not be written: {fault.strerror}.") from None


@app.command()
def check(
    file: ListFile,
    kind: ListFormat = Format.AUTO,
    mapping: ListMapping = "",
    schemas: _Schemas = None,
    every: Annotated[bool, typer.Option("--every", help="Ask for every record by its id, not for a hundred.")] = False,
    private: Annotated[
        bool, typer.Option("--private", help="The feed may stand in a private network: a test server of your own.")
    ] = False,
) -> None:
    """Say whether a feed complies with Open Referral and what to mend; of a file, also what an import would repair.

    Ends with 0 where it complies, 1 where it does not, 3 where nothing wrong was found without the schemas.
    """
    if is_address(file) and not mapping and kind is not Format.CSV:
        raise typer.Exit(_check_address(file, schemas, every=every, private=private))
    _check_reading(file, kind, mapping)
    if schemas is not None:
        raise typer.Exit(_check_file(Path(file), schemas))


def _check_reading(file: str, kind: Format, mapping: str) -> None:
    """Read a list without touching the directory, and say what would be repaired or refused."""
    from linkwell.directory.records import Issue

    console, reasons, refusals, good = Console(), list[str](), [], 0
    with opened(file, kind, mapping) as (name, reader):
        for raw in reader.raws():
            record = reader.read(raw)
            if isinstance(record, Issue):
                refusals.append(record)
            else:
                good += 1
                reasons += [issue.reason for issue in record.issues]
        console.print(f"{name}: {reader.format}, {reader.count():,} records, {good:,} can be taken.")
        for words in reader.mended:
            console.print(f"  {words}", markup=False, highlight=False)
    show_reasons(console, reasons)
    show_refusals(console, refusals)


def _check_address(address: str, schemas: Path | None, *, every: bool, private: bool) -> int:
    from linkwell.interop.fetching import Fetcher
    from linkwell.interop.open_referral.judge import Judge
    from linkwell.interop.open_referral.schemas import HOW_TO_GET, ORUK_1, load

    fetcher = Fetcher(may_reach=lambda address: True) if private else Fetcher()
    base = address.split("?")[0].rstrip("/").removesuffix("/services")

    def found(profile: str) -> "Schemas | None":
        return load(schemas, profile) if schemas is not None else None

    with progress_bar() as bar:
        task = bar.add_task("Asking", total=None)
        judge = Judge(
            base, fetcher.get, found, most_by_id=10**9 if every else 100,
            progress=lambda path, done: bar.update(task, description=f"{path}: {done:,}"),
        )  # fmt: skip
        judgement = judge.run()
    _show(base, judgement)
    if not judgement.complies:
        return 1
    if judgement.by_schemas or judgement.profile == ORUK_1:
        return 0
    Console().print(f"Not judged by the schemas, so this says little. {HOW_TO_GET}", markup=False, soft_wrap=True)
    return NOT_WHOLLY_JUDGED


def _show(base: str, judgement: "Judgement") -> None:
    """Say how each endpoint did, and what to mend, the commonest first."""
    console = Console()
    said = f" (it says {judgement.version})" if judgement.version else ""
    console.print(f"{base}: judged as {judgement.profile}{said}", markup=False, highlight=False, soft_wrap=True)
    for words in judgement.notes:
        console.print(words, markup=False, highlight=False, soft_wrap=True)
    table = Table("Endpoint", "", "Result", "Pages", "Records", "To mend")
    for path, endpoint in judgement.endpoints.items():
        must = sum(1 for problem in judgement.problems.of(path) if problem.must)
        needed = "required" if endpoint.required else "optional"
        table.add_row(path, needed, judgement.verdict(path), str(endpoint.pages or ""), f"{endpoint.records:,}",
                      str(must or ""))  # fmt: skip
    console.print(table)
    for path in judgement.endpoints:
        problems = judgement.problems.of(path)
        if problems:
            console.print(f"\n{path}", markup=False, highlight=False)
        for problem in problems[:SHOWN]:
            mark = "mend" if problem.must else "note"
            told = f"; for example {', '.join(problem.examples)}" if problem.examples else ""
            console.print(f"  {mark} ({problem.count:,}×) {problem.words}{told}", markup=False, highlight=False,
                          soft_wrap=True)  # fmt: skip
        if len(problems) > SHOWN:
            console.print(f"  … and {len(problems) - SHOWN} more kinds")
    verdict = "It complies." if judgement.complies else "It does not comply: what is marked mend at a required endpoint"
    console.print(f"\n{verdict}{'' if judgement.complies else ' stands in its way.'}", highlight=False, soft_wrap=True)


def _check_file(file: Path, folder: Path) -> int:
    """Judge the records of a file by the schemas; a record with lists inside is a whole one."""
    import json

    from linkwell.interop.encodings import file_bytes
    from linkwell.interop.open_referral import documents, schemas
    from linkwell.interop.open_referral.judge_rules import empty_values, of_schema
    from linkwell.interop.open_referral.service import NESTED

    loaded = schemas.load(folder, schemas.ORUK)
    found: Counter[str] = Counter()
    records = documents.split(file_bytes(file)).records
    for raw in records:
        try:
            record = json.loads(raw)
        except ValueError:
            found["Mend the record: it is not JSON"] += 1
            continue
        whole = isinstance(record, dict) and bool(NESTED & set(record))
        found.update(set(of_schema(loaded, "service" if whole else "service in a list", record)))
        found.update(f"Leave out `{path}` where it has no value: it is null or empty" for path in empty_values(record))
    console = Console()
    console.print(f"By the schemas of {loaded.profile}: {len(records):,} records.", highlight=False)
    for words, count in found.most_common(SHOWN):
        console.print(f"  mend ({count:,}×) {words}", markup=False, highlight=False, soft_wrap=True)
    console.print("They do not comply." if found else "They comply.")
    return 1 if found else 0
