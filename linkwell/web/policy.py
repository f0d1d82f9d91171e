"""The one wrapper around every page: role, scope, transaction, audit, and refusal as absence.

    @route(roles={LW, SUP}, relation="caseload", audit="person.read")
    def person(request: MemberRequest, person_id: int) -> HttpResponse: ...

Others: `@public()` shows nothing of a scheme, `@by_token(purpose=…)` is opened by a link, `@by_account()`
is an account's own page. The second factor is asked for before, in `middleware.second_factor`.

`route` opens the transaction that carries `SET LOCAL` of the viewer's schemes, runs the view inside, and
writes the audit event before the answer leaves. A refusal (`NotVisible`, Http404) rolls back, is
audited in a transaction of its own, and answers like any page that does not exist.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Protocol, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from linkwell.common import audit
from linkwell.common.errors import DomainError, NotVisible
from linkwell.common.scope import scope
from linkwell.team.access import ROLE_NAMES, RoutePolicy
from linkwell.team.models import Membership
from linkwell.team.queries import Seat, demo_scheme_ids, seat_of, seats, token_scheme
from linkwell.web import errors
from linkwell.web.errors import AWAY
from linkwell.web.frame import frame_for
from linkwell.web.once import answer_once
from linkwell.web.render import Frame

View = Callable[..., HttpResponse]
LARGEST_ID = 2**63 - 1


class MemberRequest(HttpRequest):
    """A request by a signed-in member: `staff` is the membership it acts as."""

    staff: Membership
    seat: Seat
    frame: Frame
    person_id: int | None


class TokenRequest(HttpRequest):
    """A request by whoever holds a link: `token_secret` is the secret in its address; `person_id` for the audit."""

    token_secret: str
    frame: Frame
    person_id: int | None


class Declared(Protocol):
    policy: RoutePolicy


def route(*, roles: Iterable[str], relation: str, audit: str = "", demo_only: bool = False) -> Callable[[View], View]:
    """Declare what a signed-in member's page demands; the start-up stops for a page without it."""
    policy = RoutePolicy(frozenset(roles), relation, audit, demo_only)
    if not policy.roles <= set(ROLE_NAMES) or not policy.roles:
        raise ValueError("A route names the roles that may open it; use @public() or @by_token() for one without.")

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            seat = _sit(request)
            if demo_only and not settings.DEMO:
                return errors.not_found(request)
            if seat is None:
                return _without_a_seat(request)
            return _answer(view, policy, request, args, kwargs)

        cast(Any, guarded).policy = policy
        cast(Any, guarded).answers_once = True
        return guarded

    return declare


def by_account() -> Callable[[View], View]:
    """Declare a page of an account's own: its sign-in, where it works, an invitation that it was sent.

    It needs no seat and opens no scope; `request.staff` is there only where the account sits somewhere.
    """
    policy = RoutePolicy(frozenset(ROLE_NAMES), "account")

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            _sit(request)
            try:
                with audit.origin(_name(request)):
                    return view(request, *args, **kwargs)
            except (NotVisible, Http404):
                return errors.not_found(request)
            except DomainError as refusal:
                return errors.refused(request, str(refusal))
            except AWAY as fault:
                errors.log_fault(view.__name__, fault)
                return errors.unavailable(request)

        cast(Any, guarded).policy = policy
        return guarded

    return declare


def _sit(request: MemberRequest) -> Seat | None:
    """Find where the account sits, read anew for every request, and put the frame around it."""
    seat = seat_of(request.user.pk, chosen=request.session.get("membership"), on=timezone.localdate())
    request.frame = frame_for(request, seat)
    if seat is not None:
        request.seat, request.staff = seat, seat.membership
    return seat


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the whole browser to the sign-in page, also when only a part of a page was asked for."""
    where = redirect_to_login(request.get_full_path())
    return HttpResponseClientRedirect(where.url) if getattr(request, "htmx", False) else where


def _without_a_seat(request: HttpRequest) -> HttpResponse:
    """Let an account with several places choose one; one with none finds nothing here."""
    if not seats(request.user.pk, on=timezone.localdate()):
        return errors.not_found(request)
    back = {"next": request.get_full_path()} if request.method == "GET" else {}
    return redirect(f"{reverse('more:choose')}?{urlencode(back)}" if back else reverse("more:choose"))


def _name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def public(*, audit: str = "", demo_only: bool = False) -> Callable[[View], View]:
    """Declare a page without sign-in that shows nothing of a scheme."""
    policy = RoutePolicy(frozenset(), "none", audit, demo_only)

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            request.frame = frame_for(request, None)  # type: ignore[attr-defined]
            if demo_only and not settings.DEMO:
                return errors.not_found(request)
            try:
                return view(request, *args, **kwargs)
            except AWAY as fault:
                errors.log_fault(view.__name__, fault)
                return errors.unavailable(request)

        cast(Any, guarded).policy = policy
        return guarded

    return declare


def demo_scope(*, audit: str = "") -> Callable[[View], View]:
    """Declare a page of demo mode that reads the demo schemes without sign-in; absent in every other mode.

    The view gets `scheme_ids`: the schemes that the demo's generator made, and no other.
    """
    policy = RoutePolicy(frozenset(), "scheme", audit, demo_only=True)

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            request.frame = frame_for(request, None)  # type: ignore[attr-defined]
            if not settings.DEMO:
                return errors.not_found(request)
            try:
                ids = demo_scheme_ids()
            except AWAY as fault:
                errors.log_fault(view.__name__, fault)
                return errors.unavailable(request)
            if not ids:
                return errors.not_found(request)
            return _in_scope(lambda: view(request, scheme_ids=ids, **kwargs), request, ids, ids[0], None, policy)

        cast(Any, guarded).policy = policy
        return guarded

    return declare


def by_token(*, purpose: str, audit: str = "") -> Callable[[View], View]:
    """Declare a page opened by a link: the secret in its address names the scheme, and no more.

    The view gets `token_id` in place of `secret`; a link that is unknown, stopped or over is absent.
    """
    policy = RoutePolicy(frozenset(), "token", audit)

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: TokenRequest, secret: str, **kwargs: Any) -> HttpResponse:
            request.frame = frame_for(request, None)
            try:
                found = token_scheme(secret, purpose=purpose, at=timezone.now())
            except AWAY as fault:
                errors.log_fault(view.__name__, fault)
                return errors.unavailable(request)
            if found is None:
                return errors.not_found(request)
            request.token_secret = secret
            return _in_scope(
                lambda: answer_once(
                    request, f"link {found.token_id}", lambda: view(request, token_id=found.token_id, **kwargs)
                ),
                request, [found.scheme_id], found.scheme_id, None, policy,
            )  # fmt: skip

        cast(Any, guarded).policy = policy
        cast(Any, guarded).answers_once = True
        return guarded

    return declare


def _answer(
    view: View, policy: RoutePolicy, request: MemberRequest, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpResponse:
    if any(isinstance(value, int) and value > LARGEST_ID for value in kwargs.values()):
        return errors.not_found(request)  # no such row can be, and none can be named in the audit
    request.person_id = kwargs.get("person_id")
    if policy.roles and request.staff.role not in policy.roles:

        def refuse() -> HttpResponse:
            raise NotVisible

        call = refuse
    else:

        def call() -> HttpResponse:
            return answer_once(request, f"account {request.user.pk}", lambda: view(request, *args, **kwargs))

    seat = request.seat
    return _in_scope(call, request, seat.scheme_ids, seat.membership.scheme_id, seat.membership, policy)


def _in_scope(
    call: Callable[[], HttpResponse],
    request: HttpRequest,
    scheme_ids: Iterable[int],
    scheme_id: int,
    by: Membership | None,
    policy: RoutePolicy,
) -> HttpResponse:
    name = _name(request)
    with audit.origin(name):
        try:
            with scope(scheme_ids=scheme_ids, scheme_id=scheme_id):
                response = call()
                if policy.audit and response.status_code < 400:
                    person_id = getattr(request, "person_id", None)
                    audit.record(policy.audit, at=timezone.now(), by=by, person_id=person_id)
            return response
        except (NotVisible, Http404):
            return _refused(request, scheme_id, by, policy)
        except DomainError as refusal:  # a one-tap act without a form to say it on
            return errors.refused(request, str(refusal))
        except AWAY as fault:
            errors.log_fault(name, fault)
            return errors.unavailable(request)


def _refused(request: HttpRequest, scheme_id: int, by: Membership | None, policy: RoutePolicy) -> HttpResponse:
    """Audit the refusal after the rollback; where that fails, the answer is 503."""
    try:
        with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
            audit.record(
                policy.audit or "page.refused", at=timezone.now(), by=by, outcome="refused",
                person_id=getattr(request, "person_id", None),
            )  # fmt: skip
    except DatabaseError as fault:
        errors.log_fault("refusal", fault)
        return errors.unavailable(request)
    return errors.not_found(request)
