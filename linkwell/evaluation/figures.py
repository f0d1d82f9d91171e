"""The definitions of figures, one source for the page and for the manual.

`python -m linkwell.evaluation.figures` prints docs/reference/figures.md.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PAGES = {"report": "Is it helping?", "overview": "Overview"}
HEAD = """# Figures

What each figure counts, what it leaves out and where it comes from. Every figure on a page links to its
definition. This page is written from `linkwell/evaluation/figures.toml`; a test holds the two together.
"""


@dataclass(frozen=True)
class Figure:
    """One definition."""

    code: str
    name: str
    counts: str
    leaves_out: str
    source: str
    kind: str  # the page it stands on


@cache
def figures() -> tuple[Figure, ...]:
    """Return every definition, in the order of the pages."""
    path = Path(__file__).parent / "figures.toml"
    return tuple(Figure(**row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["figure"])


def manual() -> str:
    """Return the page of the manual."""
    parts = [HEAD]
    for kind, page in PAGES.items():
        parts.append(f"\n## {page}\n")
        parts += [_entry(figure) for figure in figures() if figure.kind == kind]
    return "".join(parts)


def _entry(figure: Figure) -> str:
    return (
        f"\n### {figure.name}\n\n"
        f"- **Counts:** {figure.counts}\n- **Leaves out:** {figure.leaves_out}\n- **Source:** {figure.source}\n"
    )


if __name__ == "__main__":
    print(manual(), end="")
