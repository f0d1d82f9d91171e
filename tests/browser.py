"""What browser tests say about any page: accessible, no sideways scroll, a picture kept to look at.

then_the_page_is_accessible(page)
at_phone_width(page)
no_sideways_scroll(page)
keep_picture(page, "today")          artefacts/today-360.png
"""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).parents[1]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
ARTEFACTS = ROOT / "artefacts"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


def then_the_page_is_accessible(page: Page) -> None:
    """Fail with every finding of axe-core on the page as it stands."""
    if not AXE.exists():
        raise FileNotFoundError(f"{AXE} is missing. Run `npm ci` once, then the tests again.")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())  # by the debugger, so the page's own security policy stays on
    findings = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert not findings, f"{page.url} is not accessible:\n" + "\n".join(_told(finding) for finding in findings)


def no_sideways_scroll(page: Page) -> None:
    """Fail, and name the widest elements, if the page is wider than its window."""
    too_wide = page.evaluate(
        """() => {
            const room = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= room) return [];
            return [...document.querySelectorAll('body *')]
                .filter((e) => e.getBoundingClientRect().right > room + 1)
                .map((e) => e.tagName.toLowerCase() + '.' + [...e.classList].join('.'))
                .concat(['the page']).slice(0, 8);
        }"""
    )
    assert not too_wide, f"{page.url} scrolls sideways at {_width(page)} px because of: {', '.join(too_wide)}"


def at_phone_width(page: Page) -> None:
    """Make the window as narrow as a small phone."""
    page.set_viewport_size(PHONE)


def at_desk_width(page: Page) -> None:
    """Make the window as wide as a desk's screen."""
    page.set_viewport_size(DESK)


def keep_picture(page: Page, name: str) -> Path:
    """Keep a picture of the whole page among the artefacts, and return where it is."""
    ARTEFACTS.mkdir(exist_ok=True)
    path = ARTEFACTS / f"{name}-{_width(page)}.png"
    page.screenshot(path=path, full_page=True)
    return path


def picture_for_the_readme(page: Page, name: str) -> None:
    """Take what stands in the window; LINKWELL_PICTURES=1 puts it where the README shows it."""
    at_desk_width(page)
    folder = ROOT / "docs" / "images" if os.environ.get("LINKWELL_PICTURES") == "1" else ARTEFACTS
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


def _width(page: Page) -> int:
    return (page.viewport_size or DESK)["width"]


def _told(finding: dict[str, Any]) -> str:
    places = "\n".join(f"    {node['html'][:200]}" for node in finding["nodes"][:5])
    return f"  {finding['id']} ({finding['impact']}): {finding['help']}\n{places}"
