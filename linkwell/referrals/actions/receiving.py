"""A referral comes in, by a referrer or by staff for one; and the answer to a question about it."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.common.locks import one_at_a_time
from linkwell.people import actions as people
from linkwell.people import rules as person_rules
from linkwell.people.keys import clean_health_number, plain
from linkwell.people.models import ContactRule, Person, RiskStatement
from linkwell.people.queries import feedback_agreed, kept_from, practices_of, same_person
from linkwell.referrals import errors, rules
from linkwell.referrals.actions.feedback import tell_referrer
from linkwell.referrals.actions.steps import move
from linkwell.referrals.models import Allocation, FeedbackToReferrer, Referral, ReferralEvent, Source, State, Urgency
from linkwell.referrals.queries import QUEUE, in_triage, of_own_practice
from linkwell.team.access import LW, REF, SUP
from linkwell.team.models import Agency, Membership, Practice

SAME_NOTE_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a referrer asks for, beside the person's details.

    practice_id, agency_id and referrer_name count only where staff enter it for a referrer.
    """

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
    sender_reference: str = ""
    practice_id: int | None = None
    agency_id: int | None = None
    referrer_name: str = ""


@dataclass(frozen=True)
class _From:
    """Where a referral comes from."""

    source: str
    practice_id: int | None
    agency_id: int | None
    name: str


@transaction.atomic
def receive_referral(
    *, details: people.Details, reach: people.Reach, request: Request, by: Membership, at: datetime
) -> Referral:
    """Receive a referral from a member of a practice or agency, or from staff who enter it for one.

    The same submission twice is one referral, and so is the same reference of the sender's own, for ever. Raises
    NothingToGoOn, NotIdentified, AgreementMissing, ReferrerMissing, NotOfThisScheme, SameKeyOtherReferral,
    ReferenceUsed, and what `add_person` and `check_reachable` raise.
    """
    if by.role not in (REF, LW, SUP):
        raise NotVisible
    again = _same_submission(request, by)
    if again is not None:
        return _unchanged(again, details, request)
    rules.check_enough(needs=list(request.needs), reason=request.reason)
    rules.check_identified(health_number=details.health_number, born_on=details.born_on)
    rules.check_agreement(agreed=request.agreed, why_not=request.agreed_why_not)
    person_rules.check_reachable(details.phone, details.email, details.address, no_fixed_abode=details.no_fixed_abode)
    came_from = _from(request, details, by)
    known = _same_reference(request, came_from, by)
    if known is not None:
        if _says_the_same(known, details, request):
            return known
        raise errors.ReferenceUsed(reference=known.reference)
    person, differs = _person_for(details, reach, came_from, by=by, at=at)
    referral = Referral.objects.create(
        scheme_id=by.scheme_id,
        person=person,
        reference=_new_reference(by.scheme_id),
        source=came_from.source,
        practice_id=came_from.practice_id,
        agency_id=came_from.agency_id,
        referrer=by,
        referrer_name=came_from.name,
        on_behalf_of=request.on_behalf_of.strip(),
        reason=request.reason.strip(),
        needs=list(dict.fromkeys(request.needs)),
        urgency=request.urgency,
        told_person=request.told_person.strip(),
        contact_given="\n".join(differs),
        state=State.RECEIVED,
        submission_key=request.submission_key,
        sender_reference=request.sender_reference.strip(),
        received_at=at,
    )
    ReferralEvent.objects.create(scheme_id=by.scheme_id, referral=referral, at=at, now=State.RECEIVED, by=by)
    _record_agreement(person, request, by=by, at=at)
    _record_risk(person, request, by=by, at=at)
    tell_referrer(
        referral, kind=FeedbackToReferrer.Kind.RECEIVED, by=None, at=at,
        text="We have received this referral. You will hear whether we can take it on.",
    )  # fmt: skip
    audit.record("referral.received", about=referral, by=by, at=at)
    return referral


def _same_submission(request: Request, by: Membership) -> Referral | None:
    if request.submission_key is None:
        return None
    one_at_a_time(f"referral {by.scheme_id} {request.submission_key}")
    same = Referral.objects.filter(scheme_id=by.scheme_id, submission_key=request.submission_key)
    return same.select_related("person").first()


def _unchanged(referral: Referral, details: people.Details, request: Request) -> Referral:
    """Return the referral already made by this submission; raise SameKeyOtherReferral if it said something else."""
    if not _says_the_same(referral, details, request):
        raise errors.SameKeyOtherReferral
    return referral


def _says_the_same(referral: Referral, details: people.Details, request: Request) -> bool:
    same_words = referral.reason == request.reason.strip() and set(referral.needs) == set(request.needs)
    return same_words and referral.person.family_name.casefold() == details.family_name.strip().casefold()


def _same_reference(request: Request, came_from: _From, by: Membership) -> Referral | None:
    """Return the referral that this practice or agency sent under the same reference of its own."""
    given, sender = request.sender_reference.strip(), (came_from.practice_id, came_from.agency_id)
    if not given:
        return None
    one_at_a_time(f"reference {by.scheme_id} {sender} {given}")
    rows = Referral.objects.filter(scheme_id=by.scheme_id, practice_id=sender[0], agency_id=sender[1])
    return rows.filter(sender_reference=given).select_related("person").first()


def _from(request: Request, details: people.Details, by: Membership) -> _From:
    practices = Practice.objects.filter(scheme_id=by.scheme_id)
    if details.practice_id and not practices.filter(pk=details.practice_id).exists():
        raise errors.NotOfThisScheme
    if by.role == REF:
        return _From(Source.PRACTICE if by.practice_id else Source.AGENCY, by.practice_id, by.agency_id, by.name)
    if request.practice_id is None and request.agency_id is None:
        raise errors.ReferrerMissing
    agencies = Agency.objects.filter(scheme_id=by.scheme_id)
    if request.practice_id and not practices.filter(pk=request.practice_id, is_active=True).exists():
        raise errors.NotOfThisScheme
    if request.agency_id and not agencies.filter(pk=request.agency_id, is_active=True).exists():
        raise errors.NotOfThisScheme
    return _From(Source.STAFF, request.practice_id, request.agency_id, request.referrer_name.strip())


def _person_for(
    details: people.Details, reach: people.Reach, came_from: _From, *, by: Membership, at: datetime
) -> tuple[Person, list[str]]:
    """Return the person, and in lines what differs from the details held of someone already known.

    Known is the one person of the referring practice with this number, birth date and name. Anything less certain
    becomes a record of its own: staff judge possible matches, and no referrer learns who is known.
    """
    known = _known(details, came_from.practice_id, by)
    if known is None:
        practice_id = details.practice_id or came_from.practice_id
        person = people.add_person(details=replace(details, practice_id=practice_id), scheme_id=by.scheme_id, at=at)
        people.set_reach(person=person, reach=reach, by=by, at=at)
        return person, []
    is_supported = Allocation.objects.filter(person=known).exists()
    differs = people.complete_details(person=known, details=details, reach=reach, at=at, is_supported=is_supported)
    if not ContactRule.objects.filter(person=known).exists():
        people.set_reach(person=known, reach=reach, by=by, at=at)
    elif reach.when.strip() or reach.note.strip():
        differs.append("How to reach them: " + "; ".join(part for part in (reach.when, reach.note) if part.strip()))
    return known, differs


def _known(details: people.Details, practice_id: int | None, by: Membership) -> Person | None:
    number = clean_health_number(details.health_number)
    if not (number and details.born_on and practice_id):
        return None
    candidates = same_person(
        scheme_id=by.scheme_id, given_name=details.given_name, family_name=details.family_name,
        born_on=details.born_on, postcode="", number=number,
    )  # fmt: skip
    own = [pk for pk, practice in practices_of(candidates).items() if practice == practice_id]
    rows = Person.objects.filter(scheme_id=by.scheme_id, pk__in=own, born_on=details.born_on, is_restricted=False)
    rows = rows.exclude(pk__in=kept_from(by)).order_by("pk")
    return next((person for person in rows if person.health_number == number and _same_names(person, details)), None)


def _same_names(person: Person, details: people.Details) -> bool:
    """Say whether both names are as typed, so that a number tells nobody whose it is."""
    held, typed = (person.given_name, person.family_name), (details.given_name, details.family_name)
    return [plain(name) for name in held] == [plain(name) for name in typed]


def _new_reference(scheme_id: int) -> str:
    while True:
        made = rules.reference(secrets.randbits(60))
        if not Referral.objects.filter(scheme_id=scheme_id, reference=made).exists():
            return made


def _record_agreement(person: Person, request: Request, *, by: Membership, at: datetime) -> None:
    """Record what the referrer says was agreed; their yes never ends the person's no to feedback."""
    said_no = feedback_agreed([person.pk]).get(person.pk) is False
    for purpose, given in (("referral", request.agreed), ("feedback", request.feedback_agreed)):
        if purpose == "feedback" and given and said_no:
            continue
        why_not = "" if given else request.agreed_why_not.strip()
        people.record_consent(person=person, purpose=purpose, given=given, why_not=why_not, by=by, at=at)


def _record_risk(person: Person, request: Request, *, by: Membership, at: datetime) -> None:
    """Record what the referrer knows of risks; their "none known" never ends a risk that we know of."""
    if request.risk_text.strip():
        people.record_risk(person=person, text=request.risk_text, none_known=False, by=by, at=at)
    elif request.risk_none_known and not RiskStatement.objects.filter(person=person, ended_at=None).exists():
        people.record_risk(person=person, text="", none_known=True, by=by, at=at)


@transaction.atomic
def answer_question(*, referral_id: int, answer: str, by: Membership, at: datetime) -> Referral:
    """Add the referrer's answer to a returned referral, which is received again.

    It is given by the practice or agency, or by staff who triage and had it by phone.
    Raises AnswerMissing, NotVisible, or TransitionRefused.
    """
    rules.check_answer(answer)
    rows = of_own_practice(by) if by.role == REF else in_triage(by)
    referral = rows.filter(pk=referral_id).select_for_update(of=("self",)).first()
    if referral is None:
        raise NotVisible
    move(referral, to=State.RECEIVED, by=by, at=at, reason=answer.strip())
    referral.reason = f"{referral.reason}\n\n{answer.strip()}".strip()
    referral.save(update_fields=["reason"])
    audit.record("referral.answered", about=referral, by=by, at=at)
    return referral


@transaction.atomic
def add_note(*, referral_id: int, note: str, by: Membership, at: datetime) -> Referral:
    """Add what a referrer wants known to an open referral.

    Raises AnswerMissing, ReferralOver, NotVisible, or AddedAlready for the same words twice within a minute.
    """
    rules.check_answer(note)
    referral = of_own_practice(by).filter(pk=referral_id).select_for_update(of=("self",)).first()
    if referral is None:
        raise NotVisible
    if referral.state not in (*QUEUE, State.ALLOCATED):
        raise errors.ReferralOver
    lately = referral.events.filter(by__account_id=by.account_id, at__gt=at - SAME_NOTE_WITHIN, at__lte=at)
    if lately.filter(was=F("now"), reason=note.strip()).exists():
        raise errors.AddedAlready
    referral.reason = f"{referral.reason}\n\n{note.strip()}".strip()
    referral.save(update_fields=["reason"])
    ReferralEvent.objects.create(
        scheme_id=referral.scheme_id, referral=referral, at=at, was=referral.state, now=referral.state, by=by,
        reason=note.strip(),
    )  # fmt: skip
    audit.record("referral.note_added", about=referral, by=by, at=at)
    return referral
