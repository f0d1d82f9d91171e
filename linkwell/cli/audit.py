"""`linkwell audit …`: seal the audit trail, check it, tell a new second place of it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from linkwell.cli.errors import Refused

app = typer.Typer()

Scheme = Annotated[int | None, typer.Option(help="The number of one scheme; empty: all of them.")]


@app.command()
def verify(
    scheme: Scheme = None,
    heads: Annotated[
        Path | None, typer.Option(help="A copy of the heads kept elsewhere; empty: LINKWELL_AUDIT_HEADS.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check that nothing sealed was changed, removed, moved, put in or cut off. Exit code 1 if something was."""
    from linkwell.cli.session import session

    if heads is not None and not heads.is_file():
        raise Refused(f"There is no file {heads}. Name a file with lines of audit heads.")
    with session():
        from django.utils import timezone

        from linkwell.team.sealing import actions

        found = [actions.check_scheme(scheme_id=number, at=timezone.now(), copy=heads) for number in _schemes(scheme)]
    if as_json:
        print(json.dumps([asdict(report) | {"is_whole": report.is_whole} for report in found], default=str))
    else:
        for report in found:
            print(_in_words(report))
    if not all(report.is_whole for report in found):
        raise typer.Exit(1)


@app.command()
def seal(scheme: Scheme = None) -> None:
    """Seal what is not sealed yet, and tell the second place; the worker does so every minute."""
    from linkwell.cli.session import session

    with session():
        from django.utils import timezone

        from linkwell.team.sealing import actions

        for number in _schemes(scheme):
            count = actions.seal_scheme(scheme_id=number, at=timezone.now(), reach=actions.chain.SETTLED)
            print(f"Scheme {number}: {count} rows sealed.")


@app.command()
def heads(scheme: Scheme = None) -> None:
    """Tell the second place every head from the first one again, when the place is new."""
    from linkwell.cli.session import session

    with session():
        from django.utils import timezone

        from linkwell.team.sealing import actions

        for number in _schemes(scheme):
            actions.tell_again(scheme_id=number, at=timezone.now())
            print(f"Scheme {number}: the heads are told again.")


def _schemes(one: int | None) -> list[int]:
    from linkwell.team.queries import scheme_ids

    known = scheme_ids()
    if one is not None and one not in known:
        raise Refused(f"There is no scheme {one}. There are: {', '.join(map(str, known)) or 'none'}.")
    return known if one is None else [one]


def _in_words(report) -> str:
    left = report.unsealed
    lines = [
        f"Scheme {report.scheme_id}: {report.sealed} rows sealed, " + ("whole." if report.is_whole else "NOT whole.")
    ]
    lines += [f"  position {finding.position}: {finding.what}" for finding in report.findings]
    if report.found > len(report.findings):
        lines.append(f"  … and {report.found - len(report.findings)} more.")
    lines.append(f"  The second place vouches up to position {report.vouched}.")
    since = f", since {left.since:%-d %B %Y %H:%M:%S} UTC" if left.since else ""
    lines.append(f"  {left.count} rows not sealed yet{since}.")
    return "\n".join(lines)
