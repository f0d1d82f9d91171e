"""The feed as files, and the page that says what there is."""

import threading
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import BinaryIO

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkwell.interop.open_referral.parameters import ENDPOINTS
from linkwell.interop.open_referral.publish_all import write_package
from linkwell.web.feed.answers import endpoint, refusal, stream
from linkwell.web.policy import public
from linkwell.web.render import render

PIECE = 256 * 1024
_making = threading.Lock()


@endpoint
def datapackage(request: HttpRequest) -> HttpResponseBase:
    """The whole feed as a zip of CSV tables: made anew, one at a time, so that nothing hidden since is in it."""
    if request.method == "HEAD":
        return stream((), "application/zip", name="datapackage.zip")
    if not _making.acquire(blocking=False):
        busy = refusal(503, "being_made", "The package is being made for somebody else. Try again in a minute.")
        busy["Retry-After"] = "60"
        return busy
    try:
        made = TemporaryFile()
        write_package(made, at=timezone.now())
    finally:
        _making.release()
    made.seek(0)
    return stream(_pieces(made), "application/zip", name="datapackage.zip")


def _pieces(made: BinaryIO) -> Iterator[bytes]:
    with made:
        while piece := made.read(PIECE):
            yield piece


@public()
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the feed is, for people who build with it."""
    base = f"{settings.PUBLIC_URL}{reverse('feed:root')}"
    return render(request, "feed/about.jinja", {"base": base, "endpoints": ENDPOINTS})
