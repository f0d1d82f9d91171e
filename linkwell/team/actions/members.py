"""Changing and ending someone's place in a scheme."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.team import access, errors, rules
from linkwell.team.actions.invitations import check_place_is_of_scheme, withdraw_invitations_of
from linkwell.team.models import Account, Membership, Scheme
from linkwell.team.proposals import takes_two
from linkwell.team.rules import Place


@transaction.atomic
def change_member(*, membership_id: int, place: Place, by: Membership, at: datetime) -> Membership:
    """Change a place, in force with the member's next request; return the place now held.

    Another role, practice or agency ends the old place today and begins a new one; people who were
    with a link worker stay with the old place, and the Team page shows that nobody is with them. Raise
    SecondPersonNeeded, NotVisible, NotYourself, NotYoursToGive, LastManager, HasLeft, PlaceIncomplete or
    OutOfRange.
    """
    place = rules.fitting(place)
    member = checked(membership_id, place, by=by, at=at)
    if moves(member, place) and takes_two(by=by, role=place.role):
        raise errors.SecondPersonNeeded
    return apply_change(member, place, by=by, at=at)


def checked(membership_id: int, place: Place, *, by: Membership, at: datetime) -> Membership:
    """Return the member, locked, if `by` may change them to this place; raise what `change_member` raises."""
    member = _locked(membership_id, by=by)
    rules.check_may_change(by.role, member.role, place.role)
    if place.role in access.FROM_THE_DIRECTORY and moves(member, place):
        raise errors.NotYoursToGive  # such an account begins with an invitation, never by a change
    rules.check_place(place)
    today = timezone.localdate(at)
    rules.check_end(on=today, today=today, ended_on=member.ended_on)
    if moves(member, place):
        check_place_is_of_scheme(place, by.scheme_id)
    return member


def moves(member: Membership, place: Place) -> bool:
    """Say whether a place is another one, and not the same with other particulars."""
    was = (member.role, member.practice_id, member.agency_id, member.organisation_id)
    return was != (place.role, place.practice_id, place.agency_id, place.organisation_id)


def apply_change(member: Membership, place: Place, *, by: Membership, at: datetime) -> Membership:
    """Change a place; the caller has checked that it may be."""
    today = timezone.localdate(at)
    moved = moves(member, place)
    if moved:
        _end(member, on=today, by=by, at=at)
        member = Membership(account=member.account, scheme_id=by.scheme_id, began_on=today, skills=member.skills)
    member.role, member.practice_id, member.agency_id = place.role, place.practice_id, place.agency_id
    member.organisation_id = place.organisation_id
    member.job_title, member.may_triage = place.job_title, place.may_triage
    member.hours_per_week, member.languages = place.hours_per_week, list(place.languages)
    _check_not_there_yet(member)
    member.save()
    audit.record("member.moved" if moved else "member.changed", about=member, by=by, at=at)
    return member


@transaction.atomic
def end_membership(*, membership_id: int, on: date, by: Membership, at: datetime) -> Membership:
    """End a place on a day (today: at once, and every session of that account ends).

    A leaver is never held back by the people who are with them: these keep their allocation on record,
    and the Team page shows that nobody is with them. Raise NotVisible, NotYourself, NotYoursToGive, LastManager,
    HasLeft or DayInThePast.
    """
    member = _locked(membership_id, by=by)
    rules.check_may_change(by.role, member.role)
    today = timezone.localdate(at)
    rules.check_end(on=on, today=today, ended_on=member.ended_on)
    _end(member, on=on, by=by, at=at)
    if on == today:
        Account.objects.filter(pk=member.account_id).update(signed_out_at=at)
    audit.record("member.ended", about=member, by=by, at=at)
    return member


def _locked(membership_id: int, *, by: Membership) -> Membership:
    Scheme.objects.select_for_update().get(pk=by.scheme_id)  # two managers cannot end each other at once
    rows = Membership.objects.select_for_update(of=("self",)).select_related("account")
    member = rows.filter(pk=membership_id, scheme_id=by.scheme_id).first()
    if member is None:
        raise NotVisible
    if member.account_id == by.account_id:
        raise errors.NotYourself
    return member


def _end(member: Membership, *, on: date, by: Membership, at: datetime) -> None:
    if member.role == access.MGR:
        current = Membership.objects.current(timezone.localdate(at)).of_scheme(member.scheme_id)
        managers = current.filter(role=access.MGR, ended_on=None).values_list("pk", flat=True)
        rules.check_another_manager(set(managers), without=member.pk)
    member.ended_on = max(on, member.began_on)
    member.save(update_fields=["ended_on"])
    withdraw_invitations_of(member, by=by, at=at)


def _check_not_there_yet(member: Membership) -> None:
    current = Membership.objects.of_scheme(member.scheme_id).filter(account_id=member.account_id, ended_on=None)
    same = current.at_place(member.role, member.practice_id, member.agency_id, member.organisation_id)
    if same.exclude(pk=member.pk).exists():
        raise errors.AlreadyMember
