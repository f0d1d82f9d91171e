"""Receiving, deciding, allocating and closing referrals; the referrer hears of each."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.common.locks import one_at_a_time
from linkwell.messages.actions import queue_message
from linkwell.people import actions as people
from linkwell.people import rules as person_rules
from linkwell.people.models import Person
from linkwell.people.queries import practices_of, same_person
from linkwell.referrals import errors, rules
from linkwell.referrals.models import (
    Allocation,
    FeedbackToReferrer,
    Referral,
    ReferralEvent,
    Source,
    State,
    Urgency,
)
from linkwell.team.access import LW, REF
from linkwell.team.models import Membership, is_current


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a referrer asks for, beside the person's details."""

    needs: tuple[str, ...] = ()
    reason: str = ""
    urgency: str = Urgency.ROUTINE
    told_person: str = ""
    agreed: bool = False
    agreed_why_not: str = ""
    feedback_agreed: bool = True
    on_behalf_of: str = ""
    risk_text: str = ""
    risk_none_known: bool = False
    submission_key: UUID | None = None


def move(referral: Referral, *, to: str, by: Membership | None, at: datetime, reason: str = "") -> None:
    """Take one step: check the table, write the state and its event."""
    rules.STATES.check(referral.state, to)
    was, referral.state, referral.state_reason = referral.state, to, reason
    if to in (State.ACCEPTED, State.DECLINED, State.REDIRECTED):
        referral.decided_at = at
    if to in (State.DECLINED, State.REDIRECTED, State.CLOSED):
        referral.closed_at = at
    referral.save(update_fields=["state", "state_reason", "decided_at", "closed_at"])
    ReferralEvent.objects.create(
        scheme_id=referral.scheme_id, referral=referral, at=at, was=was, now=to, by=by, reason=reason
    )


@transaction.atomic
def receive_referral(
    *, details: people.Details, reach: people.Reach, request: Request, by: Membership, at: datetime
) -> Referral:
    """Receive a referral from a member of a practice or agency; the same submission twice is one referral.

    Raises NothingToGoOn, NotIdentified, AgreementMissing and what `add_person` and `check_reachable` raise.
    """
    again = _same_submission(request, by)
    if again is not None:
        return _unchanged(again, details, request)
    rules.check_enough(needs=list(request.needs), reason=request.reason)
    rules.check_identified(health_number=details.health_number, born_on=details.born_on)
    rules.check_agreement(agreed=request.agreed, why_not=request.agreed_why_not)
    person_rules.check_reachable(details.phone, details.email, details.address, no_fixed_abode=details.no_fixed_abode)
    person = _person_for(details, by=by, at=at)
    people.set_reach(person=person, reach=reach, by=by, at=at)
    referral = Referral.objects.create(
        scheme_id=by.scheme_id,
        person=person,
        reference=_new_reference(by.scheme_id),
        source=_source(by),
        practice_id=by.practice_id,
        agency_id=by.agency_id,
        referrer=by,
        referrer_name=by.name,
        on_behalf_of=request.on_behalf_of.strip(),
        reason=request.reason.strip(),
        needs=list(dict.fromkeys(request.needs)),
        urgency=request.urgency,
        told_person=request.told_person.strip(),
        state=State.RECEIVED,
        submission_key=request.submission_key,
        received_at=at,
    )
    ReferralEvent.objects.create(scheme_id=by.scheme_id, referral=referral, at=at, now=State.RECEIVED, by=by)
    _record_agreement(person, request, by=by, at=at)
    if request.risk_text.strip() or request.risk_none_known:
        people.record_risk(person=person, text=request.risk_text, none_known=request.risk_none_known, by=by, at=at)
    tell_referrer(referral, kind=FeedbackToReferrer.Kind.RECEIVED, text=_received_words(), by=None, at=at)
    audit.record("referral.received", about=referral, by=by, at=at)
    return referral


def _same_submission(request: Request, by: Membership) -> Referral | None:
    if request.submission_key is None:
        return None
    one_at_a_time(f"referral {by.scheme_id} {request.submission_key}")
    return Referral.objects.filter(scheme_id=by.scheme_id, submission_key=request.submission_key).first()


def _unchanged(referral: Referral, details: people.Details, request: Request) -> Referral:
    """Return the referral already made by this submission; raise SameKeyOtherReferral if it said something else."""
    same_words = referral.reason == request.reason.strip() and set(referral.needs) == set(request.needs)
    if not same_words or referral.person.family_name.casefold() != details.family_name.strip().casefold():
        raise errors.SameKeyOtherReferral
    return referral


def _person_for(details: people.Details, *, by: Membership, at: datetime) -> Person:
    """Return the one person of the referrer's own practice with this number and birth date, else a new one.

    Anything less certain stays apart: staff judge possible matches, and no referrer learns who is known.
    """
    number = person_rules.clean_health_number(details.health_number)
    if number and details.born_on and by.practice_id:
        candidates = same_person(
            scheme_id=by.scheme_id, given_name=details.given_name, family_name=details.family_name,
            born_on=details.born_on, postcode="", number=number,
        )  # fmt: skip
        own = [pk for pk, practice in practices_of(candidates).items() if practice == by.practice_id]
        for person in Person.objects.filter(pk__in=own, born_on=details.born_on, is_restricted=False):
            if person.health_number == number:
                return person
    fields = asdict(details) | {"practice_id": details.practice_id or by.practice_id}
    return people.add_person(details=people.Details(**fields), scheme_id=by.scheme_id, at=at)


def _new_reference(scheme_id: int) -> str:
    while True:
        made = rules.reference(secrets.randbits(60))
        if not Referral.objects.filter(scheme_id=scheme_id, reference=made).exists():
            return made


def _source(by: Membership) -> str:
    if by.role != REF:
        return Source.STAFF
    return Source.PRACTICE if by.practice_id else Source.AGENCY


def _record_agreement(person: Person, request: Request, *, by: Membership, at: datetime) -> None:
    people.record_consent(
        person=person, purpose="referral", given=request.agreed, why_not=request.agreed_why_not, by=by, at=at
    )
    people.record_consent(person=person, purpose="feedback", given=request.feedback_agreed, by=by, at=at)


def _received_words() -> str:
    return "We have received this referral. You will hear whether we can take it on."


def tell_referrer(referral: Referral, *, kind: str, text: str, by: Membership | None, at: datetime) -> None:
    """Write what the referrer is told, and send a neutral mail that there is news; it names nobody."""
    FeedbackToReferrer.objects.create(
        scheme_id=referral.scheme_id, referral=referral, kind=kind, text=text, at=at, by=by
    )
    for recipient_kind, recipient_id in (("practice", referral.practice_id), ("agency", referral.agency_id)):
        if recipient_id is not None:
            queue_message(
                template="referral_news", recipient_kind=recipient_kind, recipient_id=recipient_id,
                words={"reference": referral.reference}, scheme_id=referral.scheme_id, at=at,
            )  # fmt: skip


def _locked(referral_id: int, by: Membership) -> Referral:
    """Return a referral of the member's scheme for triage, locked; raise NotVisible."""
    if not by.triages:
        raise NotVisible
    rows = Referral.objects.filter(scheme_id=by.scheme_id, pk=referral_id, person__is_restricted=False)
    rows = rows.exclude(person__exclusions__membership=by)
    referral = rows.select_for_update(of=("self",)).first()
    if referral is None:
        raise NotVisible
    return referral


@transaction.atomic
def accept_referral(*, referral_id: int, by: Membership, at: datetime) -> Referral:
    """Take a received referral on; raise NotVisible or TransitionRefused."""
    referral = _locked(referral_id, by)
    move(referral, to=State.ACCEPTED, by=by, at=at)
    tell_referrer(
        referral, kind=FeedbackToReferrer.Kind.ACCEPTED, by=by, at=at,
        text="We have accepted this referral. A link worker will get in touch with the person.",
    )  # fmt: skip
    audit.record("referral.accepted", about=referral, by=by, at=at)
    return referral


@transaction.atomic
def decline_referral(*, referral_id: int, reason: str, by: Membership, at: datetime, who_instead: str = "") -> Referral:
    """Say no, or who can help instead; raise ReasonNeeded, NotVisible or TransitionRefused."""
    rules.check_reason(reason)
    referral = _locked(referral_id, by)
    to = State.REDIRECTED if who_instead.strip() else State.DECLINED
    words = reason.strip() + (f" Who can help instead: {who_instead.strip()}" if who_instead.strip() else "")
    move(referral, to=to, by=by, at=at, reason=words)
    tell_referrer(
        referral,
        kind=FeedbackToReferrer.Kind.DECLINED,
        text=f"We could not take this referral on. {words}",
        by=by,
        at=at,
    )
    audit.record(f"referral.{to}", about=referral, by=by, at=at)
    return referral


@transaction.atomic
def return_referral(*, referral_id: int, question: str, by: Membership, at: datetime) -> Referral:
    """Ask the referrer for more; raise ReasonNeeded, NotVisible or TransitionRefused."""
    rules.check_reason(question)
    referral = _locked(referral_id, by)
    move(referral, to=State.RETURNED, by=by, at=at, reason=question.strip())
    tell_referrer(
        referral, kind=FeedbackToReferrer.Kind.RETURNED, text=f"We need to know more: {question.strip()}", by=by, at=at
    )
    audit.record("referral.returned", about=referral, by=by, at=at)
    return referral


@transaction.atomic
def answer_question(*, referral_id: int, answer: str, by: Membership, at: datetime) -> Referral:
    """Add the referrer's answer to a returned referral, which is received again."""
    rules.check_reason(answer)
    rows = Referral.objects.filter(scheme_id=by.scheme_id, pk=referral_id)
    rows = rows.filter(practice_id=by.practice_id) if by.practice_id else rows.filter(agency_id=by.agency_id)
    referral = rows.select_for_update(of=("self",)).first() if by.role == REF else None
    if referral is None:
        raise NotVisible
    move(referral, to=State.RECEIVED, by=by, at=at, reason=answer.strip())
    referral.reason = f"{referral.reason}\n\n{answer.strip()}".strip()
    referral.save(update_fields=["reason"])
    audit.record("referral.answered", about=referral, by=by, at=at)
    return referral


@transaction.atomic
def allocate_referral(*, referral_id: int, link_worker_id: int, by: Membership, at: datetime) -> Allocation:
    """Give an accepted referral to a link worker; raise NotAccepted, NotALinkWorker or LinkWorkerHasLeft."""
    worker = Membership.objects.filter(pk=link_worker_id, scheme_id=by.scheme_id, role=LW).first()
    if worker is None:
        raise errors.NotALinkWorker
    rules.check_still_here(ended_on=worker.ended_on, on=at.date())
    if not is_current(worker, at):
        raise errors.NotALinkWorker
    referral = _locked(referral_id, by)
    if referral.state != State.ACCEPTED:
        raise errors.NotAccepted
    allocation = Allocation.objects.create(
        scheme_id=referral.scheme_id, referral=referral, person_id=referral.person_id, link_worker=worker, began_at=at
    )
    move(referral, to=State.ALLOCATED, by=by, at=at)
    audit.record("referral.allocated", about=referral, by=by, at=at)
    return allocation


@transaction.atomic
def close_referral(*, referral: Referral, kind: str, told: str, by: Membership, at: datetime) -> None:
    """Close an allocated referral when its support ends; the referrer is told, whatever came of it."""
    move(referral, to=State.CLOSED, by=by, at=at)
    Allocation.objects.filter(referral=referral, ended_at=None).update(ended_at=at)
    tell_referrer(referral, kind=kind, text=told, by=by, at=at)
    audit.record("referral.closed", about=referral, by=by, at=at)
