"""The person banner, put together for any page about a person."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from linkwell.people.queries import banner
from linkwell.referrals.queries import opened_now
from linkwell.support.models import Episode
from linkwell.support.queries import current_episode
from linkwell.team.models import Membership
from linkwell.web import words


@dataclass(frozen=True)
class Header:
    """What the banner macro draws."""

    person_id: int
    name: str
    age: int | None
    pronouns: str
    contact: str
    contact_not: str
    needs: str
    risks: str  # none, some, unknown
    risk_texts: tuple[str, ...]
    risks_url: str
    link_worker: str
    url: str
    opened: str = ""  # why the viewer sees a record that is not their own, and until when


def header_of(episode: Episode, *, at: datetime) -> Header:
    """Return the banner of an episode's person, who is known to be in the viewer's reach."""
    shown = banner(episode.person, link_worker=episode.link_worker.name, on=at.date())
    url = reverse("people:person", args=[episode.person_id])
    return Header(
        person_id=episode.person_id,
        name=shown.preferred_name,
        age=shown.age,
        pronouns=shown.pronouns,
        contact=" · ".join(shown.contact),
        contact_not=" · ".join(shown.not_contact),
        needs=" · ".join(shown.communication),
        risks=shown.risk,
        risk_texts=shown.risks,
        risks_url=f"{url}#risks",
        link_worker=shown.link_worker if episode.ended_at is None else _("Support has ended"),
        url=url,
    )


def episode_and_header(*, viewer: Membership, person_id: int, at: datetime) -> tuple[Episode, Header]:
    """Return the person's current or last episode and the banner; raise NotVisible."""
    episode = current_episode(viewer=viewer, person_id=person_id, at=at)
    header = header_of(episode, at=at)
    if episode.link_worker_id == viewer.pk and not episode.person.is_restricted:
        return episode, header
    return episode, replace(header, opened=_opened(viewer, person_id, at))


def _opened(viewer: Membership, person_id: int, at: datetime) -> str:
    opening = opened_now(viewer=viewer, person_id=person_id, at=at)
    if opening is None:
        return ""
    if opening.restricted:
        told = _("You opened this restricted record. You can see it until %(clock)s.")
        return told % {"clock": words.clock(opening.until)}
    return _("You are covering: you can see this record until midnight.")
