"""Two schemes and a far one, full of canaries: a person in every relation to one viewer.

Every row of a person is made by `_plant`, which puts a canary into each field that `planted.py` names.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone

from linkwell.connections.models import Connection, ConnectionEvent, Reply, SharePacket, UnmetNeed
from linkwell.directory.models import (
    Call,
    ChangeRequest,
    EntryEvent,
    GroupCheck,
    InternalRemark,
    Report,
    Verification,
)
from linkwell.messages.models import Message
from linkwell.outcomes.models import Completion, Score
from linkwell.people.models import (
    AccessFlag,
    AccessNeed,
    Consent,
    ContactRule,
    Exclusion,
    Person,
    RecordOpening,
    RestrictedReader,
    RiskStatement,
)
from linkwell.referrals.models import Allocation, FeedbackRead, FeedbackToReferrer, Referral, ReferralEvent
from linkwell.support.models import (
    AboutMe,
    Action,
    Contact,
    Episode,
    EpisodeEvent,
    EpisodeNeed,
    Goal,
    PlanVersion,
    Review,
    Strength,
    Task,
)
from linkwell.team import tokens
from linkwell.team.models import Account, Agency, Host, Invitation, Membership, Practice, Programme, Proposal, Scheme
from tests.abuse.matrix import expected
from tests.abuse.matrix.canaries import Canaries, Planted
from tests.abuse.matrix.planted import SHAPED, WORDS
from tests.abuse.matrix.sees import MINE
from tests.factories import OrganisationFactory, ServiceFactory, in_scheme

NOW = timezone.now().replace(microsecond=0)
ABSENT = 999_999_999
BEFORE = NOW - timedelta(days=60)

# How each relation of the judge's table comes about; what is not said is as in the first line of `_Case`.
_VIEWERS, _COLLEAGUES = "viewer", "colleague"


@dataclass(frozen=True)
class _Case:
    worker: str = _COLLEAGUES
    state: str = "open"  # open, ended, waiting
    place: str = "own practice"  # own practice, other practice, agency
    was_mine: bool = False
    restricted: bool = False
    listed: bool = False
    excluded: bool = False
    opening: str = ""  # covering or restricted
    opened_ago: timedelta = timedelta(minutes=5)
    lasts: timedelta = timedelta(minutes=60)
    team_access: bool = False
    scheme: str = "here"


_MINE = {"worker": _VIEWERS}
_BROKEN_OPEN = {"restricted": True, "opening": "restricted"}
CASES = {
    "own caseload": _Case(**_MINE),
    "support ended with me": _Case(**_MINE, state="ended"),
    "handed on to a colleague": _Case(was_mine=True),
    "a colleague's": _Case(),
    "a colleague's, where the team shares": _Case(team_access=True),
    "a colleague's, from another practice": _Case(place="other practice"),
    "a colleague's, from an agency": _Case(place="agency"),
    "waiting for a decision": _Case(state="waiting"),
    "covered today": _Case(opening="covering", lasts=timedelta(hours=12)),
    "covered until yesterday": _Case(opening="covering", opened_ago=timedelta(hours=30), lasts=timedelta(hours=12)),
    "restricted, own caseload, not on the list": _Case(**_MINE, restricted=True),
    "restricted, own caseload, on the list": _Case(**_MINE, restricted=True, listed=True),
    "restricted, a colleague's, on the list": _Case(restricted=True, listed=True),
    "restricted, opened a moment ago": _Case(**_BROKEN_OPEN),
    "restricted, opened 61 minutes ago": _Case(**_BROKEN_OPEN, opened_ago=timedelta(minutes=61)),
    "restricted, waiting for a decision": _Case(state="waiting", restricted=True),
    "excluded by name, own caseload": _Case(**_MINE, excluded=True),
    "excluded by name, waiting for a decision": _Case(state="waiting", excluded=True),
    "excluded by name, opened a moment ago": _Case(**_BROKEN_OPEN, excluded=True),
    "in another scheme": _Case(scheme="far"),
    "in another scheme where I work too": _Case(scheme="near"),
}


@dataclass
class Subject:
    """A person in one relation to the viewer, and the id of everything about them, by parameter of an address."""

    relation: str
    ids: dict[str, Any]
    mine: set[str] = field(default_factory=set)  # the kinds of the judge's table that are the viewer's own
    person: Any = None
    reference: str = ""
    packet: Any = None


@dataclass
class Place:
    """One scheme and what stands in it once."""

    name: str
    scheme: Any
    colleague: Any
    practice: Any
    other_practice: Any
    agency: Any
    programme: Any
    invitation: Any
    proposal: Any
    remark: Any


class World:
    """Everything that one viewer could come across, and the canaries in it."""

    def __init__(self, seat: str, relations: tuple[str, ...] = tuple(CASES)) -> None:
        self.seat, self.role = seat, expected.ROLE[seat]
        self.canaries = Canaries()
        self._relation, self._scheme = "", "here"
        host = Host.objects.create(name="The employer")
        self.places: dict[str, Place] = {}
        self.service = ServiceFactory(organisation=OrganisationFactory(name="The group"), modes=["in_person"])
        self.account = self._account("viewer")
        self.viewer = self._place("here", host)
        self._place("near", host)
        self._place("far", Host.objects.create(name="Another employer"))
        self._about_the_directory()
        self.subjects = {relation: self._subject(relation) for relation in relations}
        self._relation, self._scheme = "", "here"

    @property
    def here(self) -> Any:
        return self.places["here"].scheme

    def every_scheme(self) -> list[Any]:
        return [place.scheme for place in self.places.values()]

    # --- rows ---

    def _plant(self, model: Any, **given: Any) -> Any:
        """Make a row with a canary in every field that `planted.py` names and the caller does not give."""
        label = model._meta.label
        for name in WORDS.get(label, "").split():
            given.setdefault(name, None)
            if given[name] is None:
                given[name] = self.canaries.word(self._where(model, name))
        for name, shape in SHAPED.items():
            of, _dot, column = name.rpartition(".")
            if of == label and column not in given:
                make: Callable[[Planted], Any] = getattr(self.canaries, shape)
                given[column] = make(self._where(model, column))
        return model.objects.create(**given)

    def _where(self, model: Any, name: str) -> Planted:
        return Planted(f"{model._meta.label}.{name}", model.field_classes[name], self._relation, self._scheme)

    def _account(self, who: str) -> Any:
        self._relation = MINE if who == "viewer" else ""
        account = self._plant(Account)
        self._relation = ""
        return account

    def _place(self, name: str, host: Any) -> Any:
        """Make a scheme; return the viewer's seat in it, where there is one."""
        self._scheme = name
        scheme = self._plant(Scheme, host=host, created_at=BEFORE)
        with in_scheme(scheme):
            practice, other = (self._plant(Practice, scheme=scheme) for _ in range(2))
            agency = self._plant(Agency, scheme=scheme)
            began = {"scheme": scheme, "began_on": BEFORE.date()}
            colleague = self._plant(Membership, **began, account=self._account("colleague"), role="LW")
            seat = None
            if name != "far":
                seat = self._plant(
                    Membership, **began, account=self.account, role=self.role, may_triage=self.seat == expected.TRIAGE,
                    practice=practice if self.role == "REF" else None,
                    organisation=self.service.organisation if self.role == "VOA" else None,
                )  # fmt: skip
            programme = self._plant(Programme, scheme=scheme, began_on=BEFORE.date())
            invitation = self._plant(
                Invitation, scheme=scheme, role="LW", invited_by=colleague, created_at=NOW,
                expires_at=NOW + timedelta(days=7),
            )  # fmt: skip
            proposal = Proposal.objects.create(
                scheme=scheme, kind="reset", member=colleague, asked_by=colleague, asked_at=NOW,
                expires_at=NOW + timedelta(days=7),
            )  # fmt: skip
            remark = self._plant(InternalRemark, scheme=scheme, service=self.service, at=NOW, by=colleague)
        self.places[name] = Place(
            name, scheme, colleague, practice, other, agency, programme, invitation, proposal, remark
        )
        return seat

    def _about_the_directory(self) -> None:
        """Plant what members wrote of the shared directory for their own eyes."""
        self._scheme = "here"
        by = {"service": self.service, "at": NOW, "by": self.places["here"].colleague}
        with in_scheme(self.here):
            self._plant(Verification, **by, who="worker", how="phone", found="right")
            self._plant(Report, **by, kind="closed")
            self.asked = self._plant(
                ChangeRequest, **by, field="url", was="", suggested="", taken_as="", state="waiting"
            )
            self.call = self._plant(Call, service=self.service, why="report", added_at=NOW, not_before=NOW)
            self._plant(EntryEvent, **by, kind="changed", field="url", was="", now="", origin="worker")
            of = {"organisation": self.service.organisation, "at": NOW, "by": by["by"]}
            self._plant(GroupCheck, **of, kind="insurance", checked_on=BEFORE.date())
        self.of_sources = _of_sources(self.service)

    # --- people ---

    def _subject(self, relation: str) -> Subject:
        case = CASES[relation]
        place = self.places[case.scheme]
        self._relation, self._scheme = relation, case.scheme
        with in_scheme(place.scheme):
            return self._person_in(case, place, relation)

    def _person_in(self, case: _Case, place: Place, relation: str) -> Subject:
        scheme, viewers = {"scheme": place.scheme}, case.worker == _VIEWERS and self.role == "LW"
        worker = self.viewer if viewers else place.colleague
        person = self._plant(
            Person, **scheme, practice=place.practice, is_restricted=case.restricted, created_at=BEFORE,
            health_number_system="https://fhir.nhs.uk/Id/nhs-number",
        )  # fmt: skip
        from linkwell.people.actions import renew_keys

        renew_keys(person)
        self._about_the_person(person, scheme, worker)
        referral = self._referral(person, case, place)
        opening = self._openings(person, case, place)
        message = self._message(place, referral)
        flag = self._plant(
            AccessFlag, **scheme, person=person, membership=place.colleague, kind="covering", day=NOW.date(),
            found_at=NOW, acts=1, persons=1, state="cleared", decided_by=place.colleague, decided_at=NOW,
        )  # fmt: skip
        ids: dict[str, Any] = dict.fromkeys(expected.PERSONS, ABSENT)
        ids |= {
            "person_id": person.pk, "referral_id": referral.pk, "opening_id": opening.pk, "message_id": message.pk,
            "membership_id": worker.pk, "invitation_id": place.invitation.pk, "practice_id": place.practice.pk,
            "agency_id": place.agency.pk, "programme_id": place.programme.pk,
            "proposal_id": place.proposal.pk, "flag_id": flag.pk, "account_id": worker.account_id,
            "service_id": self.service.pk, "organisation_id": self.service.organisation_id, "group": "about",
            "call_id": self.call.pk, "submission": self.asked.submission, "remark_id": place.remark.pk,
            "occasion": "review", "period": "all", "task_id": ABSENT, "upload_id": ABSENT, "pk": ABSENT,
            "secret": "x" * 43, "key": "x", "uidb36": "x", **self.of_sources,
        }  # fmt: skip
        subject = Subject(relation, ids, person=person, reference=referral.reference)
        if case.state != "waiting":
            self._support(subject, case, referral, worker)
        if referral.referrer_id == self.viewer.pk:
            subject.mine.add("receipt")
        if viewers:
            subject.mine |= {"task", "seat"}
        return subject

    def _about_the_person(self, person: Any, scheme: dict[str, Any], worker: Any) -> None:
        about = {**scheme, "person": person}
        recorded = {"recorded_at": NOW, "recorded_by": worker}
        self._plant(ContactRule, **about, **recorded, by_phone=True, by_text=True, by_email=True)
        self._plant(AccessNeed, **about, code="quiet_space", began_at=BEFORE)
        self._plant(Consent, **about, **recorded, purpose="feedback", given=True)
        self._plant(RiskStatement, **about, began_at=BEFORE, recorded_by=worker)
        self._plant(AboutMe, **about, heading="matters", at=BEFORE, by=worker)

    def _referral(self, person: Any, case: _Case, place: Place) -> Any:
        state = {"open": "allocated", "ended": "closed", "waiting": "received"}[case.state]
        theirs = {
            "own practice": {"practice": place.practice},
            "other practice": {"practice": place.other_practice},
            "agency": {"agency": place.agency},
        }[case.place]
        mine = self.role == "REF" and case.place == "own practice" and case.scheme == "here"
        referral = self._plant(
            Referral, scheme=place.scheme, person=person, programme=place.programme, **theirs, state=state,
            source="agency" if case.place == "agency" else "practice", referrer=self.viewer if mine else None,
            received_at=BEFORE, decided_at=None if state == "received" else BEFORE + timedelta(hours=1),
            closed_at=NOW - timedelta(days=2) if state == "closed" else None, needs=["loneliness"],
        )  # fmt: skip
        of = {"scheme": place.scheme, "referral": referral}
        self._plant(ReferralEvent, **of, at=BEFORE, now="received")
        told = self._plant(FeedbackToReferrer, **of, kind="received", at=BEFORE)
        reader = Membership.objects.filter(scheme=place.scheme).order_by("pk").first()
        FeedbackRead.objects.create(scheme=place.scheme, feedback=told, by=reader, at=NOW)
        return referral

    def _openings(self, person: Any, case: _Case, place: Place) -> Any:
        about = {"scheme": place.scheme, "person": person}
        if case.opening:
            began = NOW - case.opened_ago
            self._plant(
                RecordOpening, **about, membership=self.viewer, kind=case.opening, began_at=began,
                ends_at=began + case.lasts, reviewed_at=NOW if case.opening == "restricted" else None,
            )  # fmt: skip
        if case.listed:
            RestrictedReader.objects.create(**about, membership=self.viewer, added_at=BEFORE)
        if case.excluded:
            Exclusion.objects.create(**about, membership=self.viewer, added_at=BEFORE)
        yesterday = NOW - timedelta(days=1)
        return self._plant(
            RecordOpening, **about, membership=place.colleague, kind="restricted", began_at=yesterday,
            ends_at=yesterday + timedelta(minutes=60),
        )  # fmt: skip

    def _message(self, place: Place, referral: Any) -> Any:
        return Message.objects.create(
            scheme=place.scheme, channel="email", template="referral_news", recipient_kind="practice",
            recipient_id=place.practice.pk, words={"reference": referral.reference}, reference=uuid.uuid4(),
            created_at=NOW, next_attempt_at=NOW, state="failed",
        )  # fmt: skip

    # --- support ---

    def _support(self, subject: Subject, case: _Case, referral: Any, worker: Any) -> None:
        scheme, person = {"scheme": referral.scheme}, subject.person
        ended = referral.closed_at
        allocated = {**scheme, "referral": referral, "person": person}
        if case.was_mine and self.role == "LW":
            Allocation.objects.create(**allocated, link_worker=self.viewer, began_at=BEFORE, ended_at=NOW)
        Allocation.objects.create(**allocated, link_worker=worker, began_at=BEFORE, ended_at=ended)
        episode = self._plant(
            Episode, **scheme, person=person, referral=referral, link_worker=worker, opened_at=BEFORE,
            state="ended" if ended else "engaged", ended_at=ended, end_reason="goals_met" if ended else "",
            first_attempt_at=BEFORE, first_conversation_at=BEFORE, last_heard_at=BEFORE, contacts_count=1,
            minutes_total=20, next_step_on=NOW.date(),
        )  # fmt: skip
        of = {**scheme, "episode": episode}
        self._plant(EpisodeEvent, **of, at=BEFORE, now="engaged", by=worker)
        self._plant(
            Contact, **of, person=person, at=BEFORE, recorded_at=BEFORE, mode="phone", minutes=20, reached=True,
            by=worker, is_first_conversation=True,
        )  # fmt: skip
        self._plant(EpisodeNeed, **of, code="loneliness", raised_at=BEFORE, by=worker)
        strength = self._plant(Strength, **of, added_at=BEFORE)
        goal = self._plant(Goal, **of, need_code="loneliness", added_at=BEFORE, changed_at=BEFORE)
        action = self._plant(Action, **scheme, goal=goal, due_on=NOW.date(), added_at=BEFORE, changed_at=BEFORE)
        self._plant(PlanVersion, **of, number=1, agreed_how="phone", agreed_at=BEFORE, by=worker)
        self._plant(Review, **of, due_on=NOW.date(), note="")
        self._plant(Review, **of, due_on=NOW.date(), held_at=NOW - timedelta(days=3), by=worker)
        task = self._plant(Task, **of, member=worker, kind="reply", due_on=NOW.date(), added_at=BEFORE)
        connection = self._connection(subject, of, worker)
        self._answers(of, person, worker)
        subject.ids |= {
            "strength_id": strength.pk, "goal_id": goal.pk, "action_id": action.pk, "task_id": task.pk,
            "connection_id": connection.pk, "occasion": "review",
        }  # fmt: skip

    def _connection(self, subject: Subject, of: dict[str, Any], worker: Any) -> Any:
        connection = self._plant(
            Connection, **of, person=subject.person, service=self.service, kind="referral", need_code="loneliness",
            state="waiting", state_at=NOW, created_at=BEFORE, wait_weeks=3, by=worker,
        )  # fmt: skip
        part = {"scheme": of["scheme"], "connection": connection}
        self._plant(ConnectionEvent, **part, at=BEFORE, now="shared", by=worker)
        self._plant(Reply, **part, answer="wait", wait_weeks=3, at=NOW)
        subject.packet = self._plant(
            SharePacket, **part, person=subject.person, organisation=self.service.organisation, ticked=["name"],
            agreed_how="phone", agreed_at=BEFORE, expires_on=NOW.date() + timedelta(days=30), by=worker,
        )  # fmt: skip
        subject.ids["unmet_need_id"] = self._plant(UnmetNeed, **of, code="money", at=NOW, by=worker).pk
        return connection

    def _answers(self, of: dict[str, Any], person: Any, worker: Any) -> None:
        common = {**of, "person": person, "measure": "ons4", "by": worker}
        answers = {"satisfied": 3, "worthwhile": 3, "happy": 3, "anxious": 3}
        filled = self._plant(
            Completion, **common, occasion="baseline", at=BEFORE, answers=answers, skipped_why="", how="phone",
            helped_by="",
        )  # fmt: skip
        Score.objects.create(scheme=of["scheme"], completion=filled, scale="happy", value=3.0)
        self._plant(Completion, **common, occasion="review", at=NOW, answers={})

    def link_of(self, subject: Subject) -> str:
        """Return the secret of a link that was mailed for the subject's packet."""
        with in_scheme(subject.packet.scheme):
            token = tokens.make_token(
                scheme_id=subject.packet.scheme_id, purpose="organisation_reply", object_id=subject.packet.pk,
                expires_at=NOW + timedelta(days=30), at=NOW,
            )  # fmt: skip
            return tokens.secret_of(token)

    def never_planted(self) -> list[str]:
        """Return the fields of the tables in which nothing was planted, here and elsewhere."""
        done = {(where.field, where.scheme == "here") for where in self.canaries.planted.values()}
        names = [f"{model}.{name}" for model, columns in WORDS.items() for name in columns.split()] + list(SHAPED)
        walled = {name for name in names if _is_walled(name)}
        return [name for name in names if (name, True) not in done or (name in walled and (name, False) not in done)]


def _is_walled(name: str) -> bool:
    model = apps.get_model(name.rpartition(".")[0])
    return any(column.name == "scheme" for column in model._meta.concrete_fields)


def _of_sources(service: Any) -> dict[str, int]:
    """Seed what imports leave behind, which is public or says nothing; return the ids of it."""
    from linkwell.directory.imports import raws
    from linkwell.directory.models import Duplicate, ImportRun, Joining, NeedPhrase, Question, RawRecord, TaxonomyTerm

    source = service.source
    run = ImportRun.objects.create(source=source, started_at=BEFORE, state="finished", withheld=1)
    others = sorted((ServiceFactory(source=source) for _ in range(2)), key=lambda one: one.pk)
    joined = ServiceFactory(source=source, joined_into=others[0])
    question = Question.objects.create(source=source, service=service, kind="correction", field="url", asked_at=NOW)
    pair = Duplicate.objects.create(first=others[0], second=others[1], likeness=0.9, proposed_at=NOW)
    term = TaxonomyTerm.objects.create(source=source, external_id="1", name="Damp")
    said = raws.Said("{}", b"{}")
    RawRecord.objects.create(service=service, read_at=NOW, size=2, packed=raws.pack(said))
    return {
        "source_id": source.pk, "run_id": run.pk, "question_id": question.pk, "duplicate_id": pair.pk,
        "joining_id": Joining.objects.create(kept=others[0], joined=joined, at=NOW).pk, "term_id": term.pk,
        "phrase_id": NeedPhrase.objects.create(phrase="no mates", code="loneliness", at=NOW).pk,
    }  # fmt: skip
