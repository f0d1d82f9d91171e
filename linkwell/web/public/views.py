"""Find something near you, without an account."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from linkwell.directory.errors import NoSuchService
from linkwell.directory.queries import Moved, PublicPage, public_page
from linkwell.matching.sensitive import is_sensitive
from linkwell.web import errors
from linkwell.web.policy import public
from linkwell.web.public import address, page
from linkwell.web.public.forms import BoxForm
from linkwell.web.public.limits import may_count
from linkwell.web.public.shared import keep_private, shared_page
from linkwell.web.render import render


@require_safe
@public()
@shared_page
def search(request: HttpRequest) -> HttpResponse:
    """What is there, near a place; the address says the whole search, and nothing of who asks."""
    asked = address.read(request.GET)
    typed_place = request.GET.get("near", "").strip() not in ("", asked.near)
    if typed_place or ("q" in request.GET and is_sensitive((), asked.words)):  # somebody put it into an address by hand
        return redirect(_address(asked))
    if asked.is_sensitive:
        keep_private(request)
    located = address.locate(asked.near)
    form = BoxForm(
        {"words": asked.words, "place": _said(asked.near), "within": asked.within}
        if asked.near and located is None
        else None,
        initial={"words": asked.words, "place": _said(asked.near), "within": asked.within},
    )
    if asked.near and located is None:
        form.add_error("place", page.NO_SUCH_PLACE)
        return render(request, "public/search.jinja", {"form": form, "topics": page.topics()})
    if asked.is_empty:
        return render(request, "public/search.jinja", {"form": form, "topics": page.topics()})
    now = timezone.now()
    counts = asked.page == 1 and may_count(request, at=now)
    return render(request, "public/found.jinja", page.results(asked, located, form, counts=counts, at=now))


@csrf_exempt  # it keeps nothing and needs no cookie: it only writes the address of the answer
@require_POST
@public()
@shared_page
def look(request: HttpRequest) -> HttpResponse:
    """Turn what was typed into the address of a search."""
    form = BoxForm(request.POST)
    if form.is_valid():
        asked = address.asked(form.cleaned_data)
        if asked.near and address.locate(asked.near) is None:
            form.add_error("place", page.NO_SUCH_PLACE)
        elif asked.is_empty:
            form.add_error("words", page.NOTHING_ASKED)
        else:
            answer = redirect(_address(asked))
            answer["Cache-Control"] = "no-store"
            return answer
    cast(Any, request).is_private = True  # what was typed stands on it
    return render(request, "public/search.jinja", {"form": form, "topics": page.topics()})


@require_safe
@public()
@shared_page
def service(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One service, so that somebody nervous can go."""
    return _service(request, public_id, "public/service.jinja", "public:service")


@require_safe
@public()
@shared_page
def print_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The same on paper, in large print."""
    return _service(request, public_id, "public/print.jinja", "public:print")


def _service(request: HttpRequest, public_id: UUID, template: str, name: str) -> HttpResponse:
    now = timezone.now()
    try:
        found = public_page(public_id, at=now)
    except NoSuchService:
        return errors.not_found(request)
    if isinstance(found, Moved):
        return redirect(name, found.public_id)  # not for ever: a joining can be undone
    if found.is_sensitive:
        keep_private(request)
    context = {"page": found, "title": page.title_of(found)}
    if found.gone:
        return _gone(request, found, context)
    return render(request, template, context)


def _gone(request: HttpRequest, found: PublicPage, context: dict[str, object]) -> HttpResponse:
    context["instead"] = page.instead_of(found, at=timezone.now())
    return render(request, "public/gone.jinja", context, status=410)


def _address(asked: address.Search) -> str:
    said = asked.params()
    return f"{reverse('public:search')}?{said}" if said else reverse("public:search")


def _said(near: str) -> str:
    return "" if near.replace(".", "").replace(",", "").replace("-", "").isdigit() else near
