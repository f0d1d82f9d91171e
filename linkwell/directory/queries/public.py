"""What the world may see of the directory: the one definition for public pages and for the open feed."""

from django.db.models import QuerySet

from linkwell.directory.models import Service

LISTED = ("listed", "temporarily_closed")

# The same as `public_services`, for statements written by hand: `s` is the service, `f` its source.
PUBLIC = """f.is_approved AND s.listing IN ('listed', 'temporarily_closed') AND s.hidden_at IS NULL
    AND s.joined_into_id IS NULL"""


def public_services() -> QuerySet[Service]:
    """Return the entries of approved sources that are in their list, not hidden and not joined into another."""
    return Service.objects.filter(
        source__is_approved=True, listing__in=LISTED, hidden_at__isnull=True, joined_into__isnull=True
    )
