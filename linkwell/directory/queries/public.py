"""What the world may see of the directory: the one definition for public pages and for the open feed."""

from datetime import date

from django.db.models import Q, QuerySet

from linkwell.directory.models import Service

LISTED = ("listed", "temporarily_closed")

# The same as `public_services`, for statements written by hand: `s` is the service, `f` its source.
PUBLIC = """f.is_approved AND s.listing IN ('listed', 'temporarily_closed') AND s.hidden_at IS NULL
    AND s.ended_on IS NULL AND s.joined_into_id IS NULL AND (s.leaves_on IS NULL OR s.leaves_on > %(on)s::date)"""


def shown_services() -> QuerySet[Service]:
    """Return the entries of approved sources that nobody hid, gone ones too: whoever has the address may read."""
    return Service.objects.filter(source__is_approved=True, hidden_at__isnull=True)


def listed_services() -> QuerySet[Service]:
    """Return the entries whose page is open and not a farewell, however long ago somebody confirmed them."""
    return shown_services().filter(listing__in=LISTED, ended_on__isnull=True, joined_into__isnull=True)


def public_services(*, on: date) -> QuerySet[Service]:
    """Return the entries that the world may find: approved, in their list, not hidden, joined, ended or too old."""
    fresh = Q(leaves_on__isnull=True) | Q(leaves_on__gt=on)
    return listed_services().filter(fresh)
