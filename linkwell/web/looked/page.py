"""Flags in the words of the page."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from linkwell.people.models import AccessFlag
from linkwell.support.queries.looked import FlagLine

Kind, State = AccessFlag.Kind, AccessFlag.State
KINDS = {
    Kind.OWN: gettext_lazy("Own record"),
    Kind.HOUSEHOLD: gettext_lazy("Same household"),
    Kind.SURNAME: gettext_lazy("Same surname"),
    Kind.COLLEAGUE: gettext_lazy("Colleague’s record"),
    Kind.VOLUME: gettext_lazy("More people than usual"),
    Kind.HOURS: gettext_lazy("Outside working hours"),
    Kind.COVERING: gettext_lazy("Covering"),
    Kind.RESTRICTED: gettext_lazy("Restricted record"),
    Kind.OVERDUE: gettext_lazy("Opened record not looked into"),
    Kind.EXCLUDED: gettext_lazy("Kept from the person"),
    Kind.REFUSALS: gettext_lazy("Refused many times"),
}
STATES = {
    State.OPEN: gettext_lazy("To look at"),
    State.CONCERN: gettext_lazy("Question raised"),
    State.CLEARED: gettext_lazy("It was right"),
}
_ABOUT_SOMEONE = {
    Kind.OWN: gettext_lazy("%(name)s looked at a record that may be their own."),
    Kind.HOUSEHOLD: gettext_lazy("%(name)s looked at someone who shares an address, phone or e-mail with them."),
    Kind.SURNAME: gettext_lazy("%(name)s looked at someone with the same surname."),
    Kind.COLLEAGUE: gettext_lazy("%(name)s looked at a record that may be a colleague’s."),
    Kind.COVERING: gettext_lazy("%(name)s opened a colleague’s record to cover for them."),
    Kind.RESTRICTED: gettext_lazy("%(name)s opened a restricted record."),
    Kind.OVERDUE: gettext_lazy("%(name)s opened a restricted record, and nobody has looked into why."),
    "private": gettext_lazy("%(name)s looked at a restricted record of someone they may know."),
}
_EVENTS = {
    "person.read": gettext_lazy("Opened the record"),
    "person.plan_read": gettext_lazy("Opened the plan"),
    "person.card_read": gettext_lazy("Saw the name and date of birth"),
    "person.looked_read": gettext_lazy("Saw who looked"),
    "person.opened_covering": gettext_lazy("Opened the record to cover"),
    "person.opened_restricted": gettext_lazy("Opened the restricted record"),
    "referral.read": gettext_lazy("Opened the referral"),
}


@dataclass(frozen=True)
class ShownFlag:
    """A flag, and the sentence that says what stands out."""

    line: FlagLine
    sentence: str
    is_open: bool


def shown(line: FlagLine) -> ShownFlag:
    """Return a flag with its sentence."""
    return ShownFlag(line, _sentence(line), line.state == State.OPEN)


def _sentence(line: FlagLine) -> str:
    given = {"name": line.member, "num": line.persons, "times": line.acts, "usual": line.usual}
    if line.kind == Kind.VOLUME:
        return _("%(name)s looked at %(num)d different people in one day. Up to %(usual)d is usual for them.") % given
    if line.kind == Kind.HOURS:
        return ngettext(
            "%(name)s looked at %(num)d person outside working hours.",
            "%(name)s looked at %(num)d people outside working hours.",
            line.persons,
        ) % given  # fmt: skip
    if line.kind == Kind.REFUSALS:
        return _("%(name)s was refused %(times)d times in one day.") % given
    if line.kind == Kind.EXCLUDED:
        return ngettext(
            "%(name)s tried to open the record of someone they are kept from.",
            "%(name)s tried %(times)d times to open the record of someone they are kept from.",
            line.acts,
        ) % given  # fmt: skip
    return str(_ABOUT_SOMEONE[line.kind]) % given  # type: ignore[index]


def event_words(event: str) -> str:
    """Return what an act of the audit trail is, in words."""
    return str(_EVENTS.get(event, _("Did something else with the record")))
