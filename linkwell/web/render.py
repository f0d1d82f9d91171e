"""Draws a page at once, while its transaction is still open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as django_render
from django.utils.html import format_html

from linkwell.web.sent import FormInput


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """One entry of the navigation; count is shown when it is above zero."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What stands around every page; a middleware sets request.frame once it knows who is looking."""

    home_url: str = "/"
    scheme_name: str = ""
    nav: Sequence[NavItem] = ()
    my_name: str = ""
    account_url: str = ""
    sign_out_url: str = ""
    sign_in_url: str = ""
    people_search_url: str = ""  # empty where the viewer may not look for people
    quick_exit_url: str = ""  # only pages for the person and the public
    demo: bool = False
    product: str = "Linkwell"  # the adopter's own name on public pages
    shared: bool = False  # the same page for everybody: no cookie, no key, nothing of who looks


def render(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Return the drawn page with what stands around it."""
    return django_render(request, template, dict(context or {}), status=status)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Return what every page may use; TEMPLATES names this as a context processor, so sign-in pages have it too."""
    frame = getattr(request, "frame", None) or Frame()
    return {
        "frame": frame,
        "banners": messages.get_messages(request),
        "csrf_input": FormInput(request),
        # read, or the header goes without it; a page that caches keep has none
        "csp_nonce": "" if frame.shared else str(getattr(request, "csp_nonce", "")),
    }


def succeeded(request: HttpRequest, text: str, *, next_label: str = "", next_url: str = "") -> None:
    """Keep a green banner for the next page, with the next step as a link in it.

    Banners name people, so MESSAGE_STORAGE must be the session's: never a cookie.
    """
    if next_label and next_url:
        link = '<a class="nhsuk-notification-banner__link" href="{}">{}</a>'
        text = format_html("{} " + link, text, next_url, next_label)
    messages.success(request, text)
