"""Writes what `results/` holds into the README: every goal, what was found, on what machine and when."""

import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
BEGIN, END = "<!-- results: written by make bench -->", "<!-- end of results -->"


def write(folder: Path = HERE / "results", readme: Path = HERE / "README.md") -> None:
    """Put the table of all results between the marks of the README."""
    text = readme.read_text()
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    readme.write_text(f"{before}{BEGIN}\n{table(folder)}{END}{after}")


def table(folder: Path) -> str:
    """Return the goals of every bench as a Markdown table."""
    lines = ["| bench | goal | found | met | when, machine |", "| --- | --- | --- | --- | --- |"]
    for path in sorted(folder.glob("*.json")):
        held = json.loads(path.read_text())
        facts = held["machine"]
        when = (
            f"{held['measured_at'][:10]}, {facts['cores']} cores, Python {facts['python']}, PostgreSQL"
            f" {facts['postgresql']}, load {facts['load_at_start']} at the start"
        )
        for goal, row in held["goals"].items():
            found = ", ".join(row["found"]) if isinstance(row["found"], list) else row["found"]
            lines.append(f"| {held['bench']} | {goal} | {found} | {'yes' if row['met'] else '**no**'} | {when} |")
    return "\n".join(lines) + "\n"
