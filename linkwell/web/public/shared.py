"""Pages that are the same for everybody: caches may keep them, and no cookie, name or key is on them.

A cache asks each time whether its copy still holds: an address that is given out no more is gone everywhere at once.
"""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from linkwell.web.render import Frame

View = Callable[..., HttpResponse]
Next = Callable[[HttpRequest], HttpResponse]


def shared_pages(get_response: Next) -> Next:
    """Let caches keep the pages that say so, unless a cookie travels with the answer; they change with no cookie."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not getattr(response, "may_be_shared", False) or response.status_code != 200 or response.cookies:
            return response
        response["Cache-Control"] = "public, no-cache"
        response["Vary"] = "Accept-Encoding, Accept-Language"
        etag = f'"{sha256(response.content).hexdigest()[:32]}"'
        response["ETag"] = etag
        answer = get_conditional_response(request, etag=etag, response=response)
        return answer if isinstance(answer, HttpResponse) else response

    return middleware


def name_of_pages() -> str:
    """Return what the public pages call themselves."""
    return settings.LINKWELL_PUBLIC_NAME or _("Find something near you")


def shared_page(view: View) -> View:
    """Draw a page without anything of who looks, and let caches keep it unless the view says `keep_private`."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        cast(Any, request).frame = frame(shared=True)
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        cast(Any, response).may_be_shared = not getattr(request, "is_private", False)
        return response

    return answered


def own_page(view: View) -> View:
    """Draw a page with a form to send: it has a key, so no cache may keep it."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        cast(Any, request).frame = frame(shared=False)
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "same-origin"  # with no-referrer, browsers send "Origin: null" with the form
        return response

    return answered


def keep_private(request: HttpRequest, *, shared: bool = True) -> None:
    """Give the page a quick exit, and keep it out of every cache, this browser's too."""
    cast(Any, request).is_private = True
    cast(Any, request).frame = frame(shared=shared, quick_exit=True)


def frame(*, shared: bool, quick_exit: bool = False) -> Frame:
    """Return what stands around a public page."""
    return Frame(
        home_url=reverse("public:search"),
        sign_in_url="" if quick_exit else reverse("account_login"),
        demo=settings.DEMO,
        product=name_of_pages(),
        shared=shared,
        quick_exit_url=settings.LINKWELL_QUICK_EXIT_URL if quick_exit else "",
    )
