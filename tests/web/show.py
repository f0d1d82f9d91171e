"""Shows HTML in a browser with the product's own files and security policy, without a server."""

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, Route

from tests.web import gallery

POLICY = (
    f"default-src 'none'; script-src 'self' 'nonce-{gallery.NONCE}'; style-src 'self' 'nonce-{gallery.NONCE}';"
    " img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'"
)


@pytest.fixture
def show(page: Page):
    """Return a function that shows HTML in the browser with the product's files and security policy."""
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))

    def shown(html: str) -> Page:
        def answer(route: Route) -> None:
            path = route.request.url.removeprefix("http://localhost")
            if path.startswith(settings.STATIC_URL):
                found = finders.find(path.removeprefix(settings.STATIC_URL))
                route.fulfill(path=found) if found else route.fulfill(status=404, body=path)
            else:
                route.fulfill(
                    body=html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY}
                )

        page.route("**/*", answer)
        page.goto("http://localhost/gallery")
        return page

    yield shown
    assert trouble == []
