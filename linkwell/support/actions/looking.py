"""Looking for and into what is not one's own: it is written down, and the team leads are told."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.messages.actions import queue_message
from linkwell.people import actions as people
from linkwell.people import rules
from linkwell.people.errors import NothingToOpen
from linkwell.people.keys import Traits
from linkwell.people.models import Exclusion, RecordOpening
from linkwell.people.queries import number_searches, told_of_searches
from linkwell.referrals.queries import restricted_by_reference
from linkwell.referrals.queries.reach import REVIEW_WITHIN_DAYS
from linkwell.support.actions.endings import add_task
from linkwell.support.models import Task
from linkwell.team.access import LW, MGR, SUP
from linkwell.team.models import Membership

OPENING_PAGE = "/people/openings/{}/"  # where a team lead looks into it


@transaction.atomic
def note_search(*, traits: Traits, reference: str, by: Membership, at: datetime) -> None:
    """Write down that a member looks for a person, and by which kinds of traits; never the traits themselves.

    With more than 20 searches by health number in a day the team leads are told, once a day.
    Raises TooFewTraits, NumberAlone or NotVisible.
    """
    if by.role not in (LW, SUP):
        raise NotVisible
    if reference.strip():
        audit.record("person.searched", by=by, at=at, purpose="reference")
        return
    traits.check()
    audit.record("person.searched", by=by, at=at, purpose=", ".join(traits.kinds()))
    if "number" not in traits.kinds():
        return
    here = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    midnight = datetime.combine(here.date(), time.min, tzinfo=here.tzinfo)
    many = number_searches(viewer=by, since=midnight, at=at) > rules.NUMBER_SEARCHES_A_DAY
    if many and not told_of_searches(viewer=by, since=midnight, at=at):
        text = f"{by.name} searched by NHS number more than {rules.NUMBER_SEARCHES_A_DAY} times today. Ask them why."
        tell_leads(text=text, link="", due_in=timedelta(0), about=by, person_id=None, at=at)
        audit.record("person.searched_often", by=by, at=at)


def tell_leads(
    *, text: str, link: str, due_in: timedelta, about: Membership, person_id: int | None, at: datetime
) -> None:
    """Give every team lead but the one it is about a task, and a mail that says no more than that something waits.

    Who is kept from the person is not told. Where nobody is left the scheme's managers are, without the address.
    """
    here = Membership.objects.current(localdate(at)).of_scheme(about.scheme_id).exclude(account_id=about.account_id)
    if person_id is not None:
        kept = Exclusion.objects.filter(person_id=person_id)
        here = here.exclude(account__in=kept.values("membership__account_id"))
    told = list(here.filter(role=SUP)) or list(here.filter(role=MGR))
    for member in told:
        add_task(
            member_id=member.pk, episode_id=None, kind=Task.Kind.OTHER, text=text,
            link=link if member.role == SUP else "", due_on=localdate(at + due_in), by=None, at=at,
            scheme_id=about.scheme_id,
        )  # fmt: skip
        queue_message(
            template="staff_notice", recipient_kind="member", recipient_id=member.pk, scheme_id=about.scheme_id, at=at
        )


@transaction.atomic
def open_restricted_record(
    *, reference: str, reason: str, text: str, second_factor_at: datetime | None, by: Membership, at: datetime
) -> RecordOpening:
    """Open the restricted record that an exact reference belongs to, for 60 minutes, and tell the team leads at once.

    Raises SecondFactorNeeded, ReasonMissing, or NothingToOpen: the same for a reference that is unknown, of a
    record that is not restricted, and of a person whom the member must never see.
    """
    rules.check_second_factor(second_factor_at, at)
    rules.check_opening_reason(reason, text)
    person = restricted_by_reference(viewer=by, reference=reference)
    if person is None:
        raise NothingToOpen
    opening = people.open_restricted(
        person=person, reason=reason, text=text, second_factor_at=second_factor_at, by=by, at=at
    )
    tell_leads(
        text=f"{by.name} opened a restricted record ({reference.strip().upper()}): {reason}. Look into why.",
        link=OPENING_PAGE.format(opening.pk), due_in=timedelta(days=REVIEW_WITHIN_DAYS), about=by,
        person_id=person.pk, at=at,
    )  # fmt: skip
    return opening


def note_refused_opening(*, by: Membership, at: datetime) -> None:
    """Write down that a member tried to open a restricted record and could not."""
    audit.record("person.opened_restricted", by=by, at=at, outcome="refused")


@transaction.atomic
def review_opening(*, opening_id: int, by: Membership, at: datetime) -> RecordOpening:
    """Note that a team lead has looked into an opening, and tick it off for all of them; raise NotVisible."""
    opening = people.review_opening(opening_id=opening_id, by=by, at=at)
    tasks = Task.objects.filter(scheme_id=by.scheme_id, link=OPENING_PAGE.format(opening_id), done_at=None)
    tasks.update(done_at=at)
    return opening
