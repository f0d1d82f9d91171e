"""Whose card somebody was shown a moment ago, kept in the session: no other card opens by its address."""

import time
from collections.abc import Iterable

from linkwell.common.errors import NotVisible
from linkwell.web.policy import MemberRequest

SECONDS = 15 * 60
KEY = "people_found"


def _still(request: MemberRequest) -> dict[str, float]:
    now = time.time()
    return {pair: until for pair, until in request.session.get(KEY, {}).items() if until > now}


def _pair(request: MemberRequest, person_id: int) -> str:
    return f"{request.staff.pk} {person_id}"


def remember_found(request: MemberRequest, person_ids: Iterable[int]) -> None:
    """Keep for fifteen minutes that these cards were shown to this seat."""
    until = time.time() + SECONDS
    shown = {_pair(request, person_id): until for person_id in person_ids}
    if shown:
        request.session[KEY] = _still(request) | shown


def check_found(request: MemberRequest, person_id: int) -> None:
    """Raise NotVisible unless the card was shown to this seat in the last fifteen minutes."""
    if _pair(request, person_id) not in _still(request):
        raise NotVisible
