"""What a restored database needs before it serves: nobody is signed in, and no old mail goes out again."""

import os
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from linkwell.cli import roles
from linkwell.common import audit
from linkwell.common.scope import scope
from linkwell.messages import actions as messages
from linkwell.team.models import Scheme
from linkwell.team.queries import scheme_ids
from linkwell.team.sealing import actions as sealing
from linkwell.team.sealing.models import HeadDelivery


def settle(*, made_at: datetime) -> dict[str, int]:
    """End sessions and codes, hold the mail that waited, note the restore in each scheme's audit trail."""
    now, held = timezone.now(), 0
    Path(settings.AUDIT_HEADS).unlink(missing_ok=True)  # told anew below, from the chain that was checked
    why = (
        f"Waited when the backup of {timezone.localtime(made_at):%-d %B %Y, %H:%M} was made, so it may have gone since."
        " Ask before you send it."
    )
    with audit.origin("cli:restore"):
        for number in scheme_ids():
            with scope(scheme_ids=[number], scheme_id=number):
                held += messages.hold_waiting(scheme_id=number, why=why, at=now)
                HeadDelivery.objects.filter(scheme_id=number, channel="file").update(position=0)
                audit.record("scheme.restored", about=Scheme.objects.get(pk=number), at=now, purpose="Restored")
            sealing.tell_heads(scheme_id=number, at=now)
    with roles.connect(roles.as_owner(os.environ["LINKWELL_OWNER_URL"])) as server, server.transaction():
        sessions = server.execute("DELETE FROM django_session").rowcount
        codes = server.execute(
            "UPDATE team_onetimecode SET expires_at = %(now)s WHERE redeemed_at IS NULL AND expires_at > %(now)s",
            {"now": now},
        ).rowcount
        server.execute("DELETE FROM procrastinate_workers")  # the next worker takes up the jobs of those that are gone
        jobs = server.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'").fetchone()[0]
    return {"held": held, "sessions": sessions, "codes": codes, "jobs": jobs}
