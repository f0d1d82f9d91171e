"""How the feed answers: JSON open to every site, with an ETag; refusals are JSON too, and say what to do."""

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt

from linkwell.interop.open_referral.parameters import BadParameter
from linkwell.web.errors import AWAY, log_fault
from linkwell.web.policy import public

METHODS = "GET, HEAD, OPTIONS"
SECONDS = 60  # that others may keep an answer
AT_ONCE = 3  # whole feeds that a process writes at once
_at_once = threading.Semaphore(AT_ONCE)
_ENCODER = msgspec.json.Encoder()
View = Callable[..., HttpResponseBase]


class Unknown(Exception):
    """There is no such thing in the feed; `what` is its kind."""

    def __init__(self, what: str) -> None:
        self.what = what


def endpoint(view: View) -> View:
    """Declare an endpoint of the feed: for everyone, from every site, by GET, HEAD and OPTIONS alone."""

    @csrf_exempt
    @public()
    @wraps(view)
    def answered(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return _open(HttpResponse(status=204, headers={"Allow": METHODS}))
        if request.method not in ("GET", "HEAD"):
            response = refusal(405, "method_not_allowed", f"The feed is read by {METHODS}.")
            response["Allow"] = METHODS
            return _open(response)
        return _open(_answer(view, request, kwargs))

    return answered


def _answer(view: View, request: HttpRequest, kwargs: dict[str, Any]) -> HttpResponseBase:
    try:
        return view(request, **kwargs)
    except BadParameter as error:
        return refusal(400, error.code, str(error), parameter=error.name)
    except Unknown as unknown:
        return refusal(404, "not_found", f"There is no such {unknown.what} in this feed.")
    except AWAY as fault:
        log_fault("feed", fault)
        response = refusal(503, "unavailable", "The directory cannot be read at this moment. Try again in a minute.")
        response["Retry-After"] = "60"
        return response


def refusal(status: int, code: str, sentence: str, **more: str) -> HttpResponse:
    response = JsonResponse({"error": {"code": code, "message": sentence, **more}}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def json(request: HttpRequest, value: Any) -> HttpResponse:
    """Return a value as JSON, or 304 where the asker holds the same already."""
    body = _ENCODER.encode(value)
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    response = HttpResponse(body, content_type="application/json")
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={SECONDS}"
    same = get_conditional_response(request, etag=etag, response=response)
    return same or response


class _Written:
    """Pieces that are written while they are read; its place among the few that may be is given back at the end."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._has_place = iter(pieces), True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._has_place:
            self._has_place = False
            _at_once.release()

    __del__ = close  # where the server forgets to close what nobody reads to its end


def stream(pieces: Iterable[bytes], content_type: str, *, name: str = "") -> HttpResponseBase:
    """Return an answer that is written while it is read; nothing of it stands in memory as a whole.

    Only a few are written at once, for they stand in no line for the database: the others are asked to come again.
    """
    if not _at_once.acquire(blocking=False):
        busy = refusal(503, "busy", "Others are reading the whole feed at this moment. Try again in a minute.")
        busy["Retry-After"] = "60"
        return busy
    response = StreamingHttpResponse(_Written(pieces), content_type=content_type)
    response["Cache-Control"] = "no-store"
    if name:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def lines(values: Iterable[Any]) -> Iterator[bytes]:
    """Return NDJSON, some lines at a time."""
    held: list[bytes] = []
    for value in values:
        held += [_ENCODER.encode(value), b"\n"]
        if len(held) >= 100:
            yield b"".join(held)
            held = []
    if held:
        yield b"".join(held)


def encoded(value: Any) -> bytes:
    return _ENCODER.encode(value)


def _open(response: HttpResponseBase) -> HttpResponseBase:
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = METHODS
    response["Access-Control-Allow-Headers"] = "Accept, Accept-Language, Content-Type, If-None-Match"
    response["Access-Control-Expose-Headers"] = "ETag, Content-Disposition"
    response["Access-Control-Max-Age"] = "86400"
    return response
