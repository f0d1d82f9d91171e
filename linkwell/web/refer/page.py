"""What became of a referral, in words; what each room knows, put side by side."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.dateformat import format as dateformat
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linkwell.referrals.models import FeedbackToReferrer, State
from linkwell.referrals.queries import OwnReferral, OwnReferralPage, how_many_referrals, my_referrals, own_referral
from linkwell.support.models import EpisodeState
from linkwell.support.queries import Progress, progress
from linkwell.team.models import Membership, NationPack
from linkwell.web import words

A_PAGE = 25
MOST_PRINTED = 500


@dataclass(frozen=True)
class Line:
    """One referral, in words."""

    referral_id: int
    name: str
    reference: str
    referrer: str
    received_at: datetime
    words: str
    unread: bool
    is_open: bool


@dataclass(frozen=True)
class Mine:
    """A page of referrals, and how many there are in all."""

    lines: tuple[Line, ...]
    total: int
    page: int
    pages: int


def mine(*, viewer: Membership, at: datetime, show: str, page: int) -> Mine:
    """Return one page of the viewer's own referrals; a page past the end is the last."""
    total = how_many_referrals(viewer=viewer, show=show)
    pages = max(1, -(-total // A_PAGE))
    page = min(max(page, 1), pages)
    rows = my_referrals(viewer=viewer, at=at, show=show, limit=A_PAGE, offset=(page - 1) * A_PAGE)
    return Mine(_lines(rows, at), total, page, pages)


def printed(*, viewer: Membership, at: datetime, show: str) -> tuple[Line, ...]:
    """Return the lines to print: the newest five hundred."""
    return _lines(my_referrals(viewer=viewer, at=at, show=show, limit=MOST_PRINTED), at)


def _lines(rows: list[OwnReferral], at: datetime) -> tuple[Line, ...]:
    going = progress([row.referral_id for row in rows if row.state == State.ALLOCATED])
    return tuple(
        Line(
            row.referral_id,
            row.name,
            row.reference,
            row.referrer,
            row.received_at,
            state_in_words(row, going.get(row.referral_id), localdate(at)),
            row.unread,
            row.closed_at is None,
        )
        for row in rows
    )


@dataclass(frozen=True)
class Own:
    """One referral as its practice or agency sees it."""

    page: OwnReferralPage
    words: str
    may_answer: bool
    may_add: bool


def own(*, viewer: Membership, referral_id: int, at: datetime) -> Own:
    """Return one referral of the viewer's practice or agency; raise NotVisible."""
    page = own_referral(viewer=viewer, referral_id=referral_id, at=at)
    state = page.line.state
    going = progress([referral_id]).get(referral_id) if state == State.ALLOCATED else None
    returned = state == State.RETURNED
    said = state_in_words(page.line, going, localdate(at))
    return Own(page, said, returned, state in (State.RECEIVED, State.ACCEPTED, State.ALLOCATED))


def state_in_words(line: OwnReferral, going: Progress | None, on: date) -> str:
    """Return where a referral stands, as one would say it on the phone."""
    waiting = ngettext("Waiting %(days)s day", "Waiting %(days)s days", line.days) % {"days": line.days}
    if line.days == 0:
        waiting = _("Sent today")
    if line.state == State.RECEIVED:
        return _("%(waiting)s – not decided yet") % {"waiting": waiting}
    if line.state == State.RETURNED:
        return _("%(waiting)s – we have a question for you") % {"waiting": waiting}
    if line.state == State.ACCEPTED and line.by_when < on:
        return _("%(waiting)s – accepted, the first call is overdue") % {"waiting": waiting}
    if line.state == State.ACCEPTED:
        return _("%(waiting)s – accepted, first call by %(day)s") % {"waiting": waiting, "day": _when(line.by_when, on)}
    if line.state == State.ALLOCATED:
        return _supported(line, going, waiting, on)
    if line.state == State.CLOSED and line.latest_kind != FeedbackToReferrer.Kind.NOT_REACHED:
        return _("Ended in %(month)s: %(told)s") % {"month": _month(line.closed_at, on), "told": line.latest}
    return line.latest


def _supported(line: OwnReferral, going: Progress | None, waiting: str, on: date) -> str:
    if going is None or not line.may_hear:
        return _("With a link worker")
    if going.state in (EpisodeState.ENGAGED, EpisodeState.STEPPING_DOWN):
        met = ngettext("In touch %(n)s time", "In touch %(n)s times", going.contacts) % {"n": going.contacts}
        if going.state == EpisodeState.STEPPING_DOWN:
            return _("%(met)s – support is coming to its end") % {"met": met}
        return _("%(met)s – being supported") % {"met": met}
    when = going.first_call_on or line.by_when
    if going.contacts:
        return _("Spoken to – first full conversation %(day)s") % {"day": _when(when, on)}
    if going.attempts:
        tried = ngettext("Tried %(n)s time", "Tried %(n)s times", going.attempts) % {"n": going.attempts}
        return _("%(tried)s, not reached yet – next call %(day)s") % {"tried": tried, "day": _when(when, on)}
    return _("%(waiting)s – first call %(day)s") % {"waiting": waiting, "day": _when(when, on)}


def _when(day: date, on: date) -> str:
    """Return a day as it is spoken of today; one that has passed is due today."""
    days = (day - on).days
    if days <= 0:
        return _("today")
    return _("tomorrow") if days == 1 else words.weekday(day)


def _month(moment: datetime | None, on: date) -> str:
    """Return the month, with its year unless that is this one."""
    if moment is None:
        return ""
    here = timezone.localtime(moment)
    return dateformat(here, "F" if here.year == on.year else "F Y")


def urgent_lines(nation: str) -> list[tuple[str, str]]:
    """Return (what for, whom to ring) for what must not wait for a link worker."""
    if nation == NationPack.OTHER:
        return [(_("Danger to life, or a crime now"), _("your local emergency number"))]
    minds = _("Lifeline, 0808 808 8000") if nation == NationPack.NORTHERN_IRELAND else _("NHS 111, option 2")
    return [
        (_("Danger to life, or a crime now"), "999"),
        (_("Urgent help with mental health"), minds),
        (_("Someone to talk to, day and night"), _("Samaritans, 116 123")),
        (_("Harm or neglect of an adult or child"), _("your safeguarding lead and the council’s safeguarding team")),
    ]
