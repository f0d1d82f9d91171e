"""The life of a connection, and who may move it when."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from linkwell.common.states import StateTable
from linkwell.connections import errors
from linkwell.connections.models import ConnectionState as S
from linkwell.connections.models import NotRight, Reply, SharePacket, UnmetNeed
from linkwell.matching.needs import BY_CODE

# Beyond the way there and back: a person may say no until they have gone, and a group may correct its answer.
STATES = StateTable(
    name="connection",
    start=(S.PROPOSED,),
    steps={
        S.PROPOSED: (S.SIGNPOSTED, S.SHARED, S.DECLINED_PERSON, S.ENDED),
        S.SIGNPOSTED: (S.FIRST_ATTENDED, S.DECLINED_PERSON, S.ENDED),
        S.SHARED: (S.RECEIVED, S.DECLINED_PERSON, S.ENDED),
        S.RECEIVED: (S.ACCEPTED, S.WAITING, S.DECLINED_ORGANISATION, S.DECLINED_PERSON, S.ENDED),
        S.WAITING: (S.ACCEPTED, S.DECLINED_ORGANISATION, S.DECLINED_PERSON, S.ENDED),
        S.ACCEPTED: (S.FIRST_ATTENDED, S.WAITING, S.DECLINED_ORGANISATION, S.DECLINED_PERSON, S.ENDED),
        S.DECLINED_ORGANISATION: (S.ACCEPTED, S.WAITING),
        S.DECLINED_PERSON: (),
        S.FIRST_ATTENDED: (S.ATTENDING, S.ENDED),
        S.ATTENDING: (S.ENDED,),
        S.ENDED: (),
    },
    labels=dict(S.choices),
)
OPEN = (S.PROPOSED, S.SIGNPOSTED, S.SHARED, S.RECEIVED, S.WAITING, S.ACCEPTED, S.FIRST_ATTENDED, S.ATTENDING)
GROUP_IS_WAITING = (S.SHARED, S.RECEIVED, S.WAITING, S.ACCEPTED)  # someone there expects to hear of the person
LEADS_TO = {
    Reply.Answer.YES: S.ACCEPTED,
    Reply.Answer.WAIT: S.WAITING,
    Reply.Answer.NO: S.DECLINED_ORGANISATION,
}
AGREED_HOW = [("in_person", "In person"), ("phone", "By phone"), ("writing", "In writing"), ("video", "By video")]
DAYS_OPEN = [(30, "30 days"), (90, "90 days"), (180, "180 days")]
DEFAULT_DAYS = 90
MOST_WEEKS = 104

_NOT_TAKING = {"paused": "not taking new people", "closed": "closed"}
_NOT_LISTED = {
    "inactive": "marked as not running",
    "defunct": "marked as ended",
    "temporarily_closed": "closed for now",
    "gone": "no longer in its source's list",
}


def check_taking(*, service: str, operating: str, listing: str) -> None:
    """Raise NotTakingPeople if the service is paused, closed or gone; a full one may keep a waiting list."""
    how = _NOT_TAKING.get(operating) or _NOT_LISTED.get(listing)
    if how:
        raise errors.NotTakingPeople(service=service, how=how)


def check_room(*, service: str, operating: str, waiting_list: bool) -> None:
    """Raise FullNow if the service is full and nobody asked for its waiting list."""
    if operating == "full" and not waiting_list:
        raise errors.FullNow(service=service)


def check_can_be_told(*, service: str, operating: str, listing: str) -> None:
    """Raise NotTakingPeople if there is nothing to tell someone about: closed or gone."""
    check_taking(service=service, operating="closed" if operating == "closed" else "open", listing=listing)


def check_address(*, organisation: str, address: str, verified: bool, channel: str) -> None:
    """Raise NoReferralAddress if an e-mail is to go to an address that nobody confirmed, UnknownAnswer for no way."""
    if channel not in SharePacket.Channel.values:
        raise errors.UnknownAnswer
    if channel == SharePacket.Channel.EMAIL and not (address and verified):
        raise errors.NoReferralAddress(organisation=organisation)


def check_agreed(how: str) -> None:
    """Raise AgreementMissing unless it is said how the person agreed."""
    if how not in dict(AGREED_HOW):
        raise errors.AgreementMissing


def check_answer(*, answer: str, text: str, wait_weeks: int | None, why: str = "") -> None:
    """Raise UnknownAnswer, ReasonMissing for a no without a reason, or WeeksOutOfRange."""
    if answer not in Reply.Answer.values or why not in ("", *Reply.Why.values):
        raise errors.UnknownAnswer
    if answer == Reply.Answer.NO and not text.strip():
        raise errors.ReasonMissing
    if wait_weeks is not None and not 1 <= wait_weeks <= MOST_WEEKS:
        raise errors.WeeksOutOfRange


def may_still_answer(*, state: str, settled: bool) -> bool:
    """Say whether the group's answer is open, or may still be changed by it."""
    answerable = (S.SHARED, S.RECEIVED, S.WAITING, S.ACCEPTED, S.DECLINED_ORGANISATION)
    return state in answerable and not settled


def may_read_packet(state: str) -> bool:
    """Say whether the group has a use for the details: not after it, or the person, said no, or at the end."""
    return state not in (S.PROPOSED, S.SIGNPOSTED, S.DECLINED_ORGANISATION, S.DECLINED_PERSON, S.ENDED)


def check_missing(*, code: str, reason: str) -> None:
    """Raise UnknownNeed or UnknownReason for what is none of ours; an empty reason says nothing."""
    if code not in BY_CODE:
        raise errors.UnknownNeed
    if reason not in ("", *UnmetNeed.Reason.values):
        raise errors.UnknownReason


def quarter_began_on(day: date) -> date:
    """Return the first day of a day's calendar quarter: in that of a record its figures are made."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def is_counted(found_on: date, *, on: date) -> bool:
    """Say whether the quarter of a record has closed, so that it stands in that quarter's figures."""
    return found_on < quarter_began_on(on)


def check_not_counted(found_on: date, *, on: date) -> None:
    """Raise AlreadyCounted if the quarter of a record has closed: two reports of it must not differ by one person."""
    if is_counted(found_on, on=on):
        raise errors.AlreadyCounted


_REASON = {"paused": UnmetNeed.Reason.CLOSED, "break": UnmetNeed.Reason.CLOSED}
# What one limit alone kept out, in the order in which equal numbers count
_KEPT_OUT = {
    "distance": "the distance", "time": "the days", "cost": "the cost", "access": "access",
    "language": "the language", "age": "the age", "mode": "how one takes part", "area": "the area it serves",
    "full": "being full", "paused": "taking no new people", "break": "a break",
}  # fmt: skip


def main_reason(kept_out: Mapping[str, int]) -> str:
    """Return what kept most services from fitting; "nothing" where none even nearly fits, "other" where some fit."""
    near = [(count, fails) for fails, count in kept_out.items() if fails in _KEPT_OUT and count]
    if kept_out.get(""):
        return UnmetNeed.Reason.OTHER
    if not near:
        return UnmetNeed.Reason.NOTHING
    order = list(_KEPT_OUT)
    _, fails = max(near, key=lambda one: (one[0], -order.index(one[1])))
    return _REASON.get(fails, fails)


def kept_out_in_words(kept_out: Mapping[str, int]) -> str:
    """Return "1 fits, 3 fit but for the days, 1 fits but for the cost", most first."""
    near = [(count, fails) for fails, count in kept_out.items() if fails in _KEPT_OUT and count]
    near.sort(key=lambda one: (-one[0], list(_KEPT_OUT).index(one[1])))
    fits = [(kept_out[""], "")] if kept_out.get("") else []
    return ", ".join(
        f"{count} fit{'s' if count == 1 else ''}{f' but for {_KEPT_OUT[fails]}' if fails else ''}"
        for count, fails in [*fits, *near]
    )


def check_reason(reason: str) -> None:
    """Raise ReasonMissing for an empty reason."""
    if not reason.strip():
        raise errors.ReasonMissing


def check_attended_on(day: date, *, told_on: date, on: date) -> None:
    """Raise AttendedInTheFuture unless the day lies between being told and now."""
    if not told_on <= day <= on:
        raise errors.AttendedInTheFuture


def page_of(connection_id: int) -> str:
    """Return the address of a connection's page, for tasks that lead there."""
    return f"/connections/{connection_id}/"


def ends_with_support(reason: str) -> tuple[str, ...]:
    """Return the states of connections that end when support ends for `reason`."""
    if reason in ("died", "moved_away", "declined"):
        return OPEN
    return (S.PROPOSED, S.SHARED, S.RECEIVED, S.WAITING)


# What a person's own experience with a service adds to its rank there; the needs weigh 2 (`matching.ranking`)
NOT_RIGHT_POINTS = -2.0
EXPERIENCE = {S.DECLINED_PERSON: -1.5, S.DECLINED_ORGANISATION: -1.0, S.ENDED: -0.3}
TURNED_AWAY_POINTS = -0.3  # it could not take several of this scheme's people lately
TURNED_AWAY = 2
LATELY_DAYS = 183
MOST_ON_A_LIST = 12


def check_list(service_ids: Sequence[int]) -> None:
    """Raise NothingOnTheList unless there is something to send."""
    if not service_ids:
        raise errors.NothingOnTheList


def check_not_right(reason: str) -> None:
    """Raise ReasonMissing unless it is said why a service is not right."""
    if reason not in NotRight.Reason.values:
        raise errors.ReasonMissing


def month(moment: datetime, *, at: datetime) -> str:
    """Return "May", or "May 2025" where that is not the last one."""
    return f"{moment:%B}" if (at - moment).days < 330 else f"{moment:%B %Y}"
