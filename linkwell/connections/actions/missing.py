"""What is missing here: recorded in one press, put right or withdrawn until its quarter closes; and what groups say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.connections import rules
from linkwell.connections.actions.steps import writing_episode
from linkwell.connections.models import Connection, Reply, UnmetNeed
from linkwell.connections.queries.missing import visible_unmet_needs
from linkwell.matching.needs import BY_CODE
from linkwell.people.models import Person
from linkwell.team.access import may
from linkwell.team.models import Membership

LONGEST = 300


@transaction.atomic
def record_unmet_need(
    *, episode_id: int, code: str, what_failed: str, by: Membership, at: datetime,
    limits: Mapping[str, Any] | None = None, kept_out: Mapping[str, int] | None = None,
    main_reason: str = "", origin: str = UnmetNeed.Origin.SEARCH,
) -> UnmetNeed:  # fmt: skip
    """Record that nothing fitting was found here, roughly where, and what failed.

    Raises UnknownNeed, UnknownReason or NotVisible.

    The same need again in one quarter is the same record, with what failed now.
    kept_out     limit → how many services it alone kept from fitting; "" → how many fit
    main_reason  what kept them from it, where somebody says so; otherwise what kept most out
    """
    rules.check_missing(code=code, reason=main_reason)
    episode = writing_episode(episode_id=episode_id, by=by, at=at)
    since = rules.quarter_began_on(localdate(at))
    same = UnmetNeed.objects.filter(episode=episode, code=code, connection=None, withdrawn_at=None)
    held = same.filter(at__date__gte=since).order_by("-at", "-pk").first()
    found = held or UnmetNeed(scheme_id=episode.scheme_id, episode=episode, code=code, at=at, by=by)
    found.outcode, found.limits, found.kept_out = _roughly(episode.person), dict(limits or {}), dict(kept_out or {})
    counted = UnmetNeed.Reason.OTHER if kept_out is None else rules.main_reason(found.kept_out)
    found.main_reason = main_reason or counted
    found.what_failed, found.origin = what_failed.strip()[:LONGEST], origin
    found.changed_at = at if held else None
    found.save()
    event = "unmet_need.changed" if held else "unmet_need.recorded"
    audit.record(event, about=found, by=by, at=at, person_id=episode.person_id)
    return found


@transaction.atomic
def change_unmet_need(
    *, unmet_need_id: int, code: str, what_failed: str, by: Membership, at: datetime, main_reason: str = ""
) -> UnmetNeed:
    """Put a record right; an empty reason stays as it is.

    Raises UnknownNeed, UnknownReason, AlreadyCounted once its quarter has closed, or NotVisible.
    """
    rules.check_missing(code=code, reason=main_reason)
    found = _own(unmet_need_id, by=by, at=at)
    found.code, found.what_failed, found.changed_at = code, what_failed.strip()[:LONGEST], at
    found.main_reason = main_reason or found.main_reason
    found.save(update_fields=["code", "what_failed", "main_reason", "changed_at"])
    audit.record("unmet_need.changed", about=found, by=by, at=at, person_id=found.episode.person_id)
    return found


@transaction.atomic
def withdraw_unmet_need(*, unmet_need_id: int, by: Membership, at: datetime) -> UnmetNeed:
    """Take a record back, so that it does not count; raise AlreadyCounted once its quarter has closed, NotVisible."""
    found = _own(unmet_need_id, by=by, at=at)
    found.withdrawn_at = at
    found.save(update_fields=["withdrawn_at"])
    audit.record("unmet_need.withdrawn", about=found, by=by, at=at, person_id=found.episode.person_id)
    return found


def note_answer(connection: Connection, *, answer: str, why: str, by: Membership | None, at: datetime) -> None:
    """Keep a group's "full" or "no money for it" as a need unmet here; take it back when the answer changes."""
    could_not = answer == Reply.Answer.NO and why in (Reply.Why.FULL, Reply.Why.FUNDS)
    held = UnmetNeed.objects.filter(connection=connection, withdrawn_at=None).select_for_update().first()
    if held is not None and rules.is_counted(localdate(held.at), on=localdate(at)):
        return  # it stands in the figures of its quarter
    if could_not and connection.need_code in BY_CODE:
        found = held or UnmetNeed(scheme_id=connection.scheme_id, connection=connection, at=at, by=by or connection.by)
        found.episode, found.code, found.main_reason = connection.episode, connection.need_code, why
        found.outcode, found.origin = _roughly(connection.person), UnmetNeed.Origin.GROUP
        found.changed_at = at if held else None
        found.save()
        audit.record("unmet_need.recorded", about=found, by=by, at=at, person_id=connection.person_id)
    elif held is not None:
        held.withdrawn_at = at
        held.save(update_fields=["withdrawn_at"])
        audit.record("unmet_need.withdrawn", about=held, by=by, at=at, person_id=connection.person_id)


def _own(unmet_need_id: int, *, by: Membership, at: datetime) -> UnmetNeed:
    """Return a record in the member's reach that is not counted yet, locked."""
    if not may(by.role, "W", "needs", "c"):
        raise NotVisible
    reachable = visible_unmet_needs(viewer=by, at=at).filter(pk=unmet_need_id).values("pk")
    rows = UnmetNeed.objects.select_for_update(of=("self",)).select_related("episode")
    found: UnmetNeed | None = rows.filter(pk__in=reachable, withdrawn_at=None).first()
    if found is None:
        raise NotVisible
    rules.check_not_counted(localdate(found.at), on=localdate(at))
    return found


def _roughly(person: Person) -> str:
    """Return the outward code of where someone lives; nothing where that is hidden."""
    return "" if person.location_hidden else person.postcode.split(" ")[0][:5]
