"""How often the public may write, and how often its searches count: by the neighbourhood of an address on the internet.

What is written is counted in the shared cache under keyed hashes, also by entry; searches in this process alone, for
an hour. No address is kept.
"""

from collections import Counter
from datetime import datetime
from ipaddress import ip_network
from threading import Lock
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

OF_A_RANGE = "20/h/key,60/d/key"
OF_A_RANGE_AND_ENTRY = "4/d/key"
OF_AN_ENTRY = "30/d/key"
SEARCHES_OF_A_RANGE = 40  # an hour
SEARCHES = 5_000  # an hour, of all: what `count_shown` takes up in one go from several processes

_counted: Counter[str] = Counter()
_lock = Lock()


def may_write(request: HttpRequest, public_id: UUID) -> bool:
    """Count one more, and say whether it may be taken."""
    where = address_range(request)
    counts = [
        ("public_entry", OF_A_RANGE_AND_ENTRY, f"{where} {public_id}"),
        ("public_range", OF_A_RANGE, where),
        ("public_total", OF_AN_ENTRY, str(public_id)),
    ]
    return all(
        ratelimit.consume(request, app="linkwell", action=action, config={action: rate}, key=_hidden(key))
        for action, rate, key in counts
    )


def may_count(request: HttpRequest, *, at: datetime) -> bool:
    """Say whether a search counts as interest in what it shows: nobody alone decides what is looked after first."""
    hour, where = f"{at:%Y-%m-%d %H}", address_range(request)
    with _lock:
        if _counted[hour] == 0:
            _counted.clear()
        if _counted[hour] >= SEARCHES or _counted[_hidden(where)] >= SEARCHES_OF_A_RANGE:
            return False
        _counted.update([hour, _hidden(where)])
    return True


def address_range(request: HttpRequest) -> str:
    """Return the range that an address belongs to: 256 of the old kind, a household's or firm's of the new."""
    try:
        address = str(get_adapter(request).get_client_ip(request))
        return str(ip_network(f"{address}/{48 if ':' in address else 24}", strict=False))
    except (PermissionDenied, ValueError):
        return "unknown"


def _hidden(key: str) -> str:
    return salted_hmac("linkwell.public.limits", key, algorithm="sha256").hexdigest()
