"""How often the public may write: by the neighbourhood of an address on the internet, and by entry.

Counted in the shared cache under keyed hashes; no address is kept.
"""

from ipaddress import ip_network
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

OF_A_RANGE = "20/h/key,60/d/key"
OF_A_RANGE_AND_ENTRY = "4/d/key"
OF_AN_ENTRY = "30/d/key"


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


def address_range(request: HttpRequest) -> str:
    """Return the range that an address belongs to: 256 of the old kind, a household's or firm's of the new."""
    try:
        address = str(get_adapter(request).get_client_ip(request))
        return str(ip_network(f"{address}/{48 if ':' in address else 24}", strict=False))
    except (PermissionDenied, ValueError):
        return "unknown"


def _hidden(key: str) -> str:
    return salted_hmac("linkwell.public.limits", key, algorithm="sha256").hexdigest()
