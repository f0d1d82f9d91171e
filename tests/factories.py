"""Rows for tests. Walled rows go into the scheme in force: the fixture `scheme`, or `with in_scheme(other):`.

    asha = MembershipFactory(role=SUP)
    episode = EpisodeFactory(link_worker=MembershipFactory(role=LW), person__family_name="Example")
    ReferralFactory(state=State.ACCEPTED)
    client_for(asha).get("/people/")

Directory rows belong to no scheme. Accounts have a verified address, PASSWORD and, if
`second_factor=True`, an authenticator app with TOTP_SECRET and recovery codes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone
from factory.django import DjangoModelFactory

from linkwell.common.scope import NoScope, current_scope
from linkwell.common.scope import scope as enter_scope
from linkwell.connections.models import Connection, ConnectionState
from linkwell.directory import models as directory
from linkwell.people.models import Person
from linkwell.referrals.models import Allocation, Referral, Source, State
from linkwell.support.models import Action, Contact, Episode, EpisodeNeed, EpisodeState, Goal, Mode
from linkwell.team.access import LW, REF
from linkwell.team.models import Account, Agency, Host, Membership, Practice, Programme, Scheme

PASSWORD = "correct horse battery staple"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@contextmanager
def in_scheme(scheme: Scheme, *others: Scheme) -> Iterator[Scheme]:
    """Work in `scheme`: write there, read there and in `others`."""
    with enter_scope(scheme_ids=[scheme.pk, *(other.pk for other in others)], scheme_id=scheme.pk):
        yield scheme


def scheme_in_force() -> Scheme:
    return Scheme.objects.get(pk=current_scope().scheme_id)


def _scheme() -> Any:
    return factory.LazyFunction(scheme_in_force)


def _same(kind: Any, **fields: Any) -> Any:
    """Return a sub-factory that works in the same scheme."""
    return factory.SubFactory(kind, scheme=factory.SelfAttribute("..scheme"), **fields)


def _now() -> Any:
    return factory.LazyFunction(timezone.now)


class HostFactory(DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Host {n}")

    class Meta:
        model = Host


class SchemeFactory(DjangoModelFactory):
    host = factory.SubFactory(HostFactory)
    name = factory.Sequence(lambda n: f"Scheme {n}")
    created_at = _now()

    class Meta:
        model = Scheme


class ProgrammeFactory(DjangoModelFactory):
    scheme = _scheme()
    name = factory.Sequence(lambda n: f"Programme {n}")
    began_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=400))

    class Meta:
        model = Programme


class AccountFactory(DjangoModelFactory):
    email = factory.Sequence(lambda n: f"staff{n}@example.org")
    name = factory.Sequence(lambda n: f"Staff Member {n}")

    class Meta:
        model = Account
        skip_postgeneration_save = True

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **fields: Any) -> Account:
        password = fields.pop("password", PASSWORD)
        return Account.objects.create_user(fields.pop("email"), password, **fields)

    @factory.post_generation
    def verified_address(account: Any, create: bool, extracted: bool | None, **_: Any) -> None:
        verified = extracted is not False
        EmailAddress.objects.create(user=account, email=account.email, verified=verified, primary=True)

    @factory.post_generation
    def second_factor(account: Any, create: bool, extracted: bool | None, **_: Any) -> None:
        if extracted:
            TOTP.activate(account, TOTP_SECRET)
            RecoveryCodes.activate(account)


class PracticeFactory(DjangoModelFactory):
    scheme = _scheme()
    name = factory.Sequence(lambda n: f"Surgery {n}")
    email = factory.Sequence(lambda n: f"surgery{n}@example.org")

    class Meta:
        model = Practice


class AgencyFactory(DjangoModelFactory):
    scheme = _scheme()
    name = factory.Sequence(lambda n: f"Agency {n}")
    email = factory.Sequence(lambda n: f"agency{n}@example.org")

    class Meta:
        model = Agency


def _practice_of_a_referrer(membership: Any) -> Practice | None:
    if membership.role != REF or membership.agency is not None:
        return None
    return PracticeFactory(scheme=membership.scheme)


class MembershipFactory(DjangoModelFactory):
    """A link worker unless `role=` says otherwise; a referrer gets a practice (or pass agency=)."""

    scheme = _scheme()
    account = factory.SubFactory(AccountFactory)
    role = LW
    agency = None
    practice = factory.LazyAttribute(_practice_of_a_referrer)
    began_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=365))
    hours_per_week = factory.LazyAttribute(lambda membership: 30 if membership.role == LW else None)

    class Meta:
        model = Membership


class PersonFactory(DjangoModelFactory):
    scheme = _scheme()
    given_name = "Ada"
    family_name = factory.Sequence(lambda n: f"Example{n}")
    phone = "07700 900123"
    created_at = _now()

    class Meta:
        model = Person
        skip_postgeneration_save = True

    @factory.post_generation
    def found_by(person: Any, create: bool, extracted: bool | None, **_: Any) -> None:
        """Store the keys the person is found by."""
        if extracted is not False:
            from linkwell.people.actions import renew_keys

            renew_keys(person)


class ReferralFactory(DjangoModelFactory):
    """A referral from a practice, received an hour ago; for one with a link worker use EpisodeFactory."""

    scheme = _scheme()
    person = _same(PersonFactory)
    practice = _same(PracticeFactory)
    reference = factory.Sequence(lambda n: f"T-{n:06d}")
    source = Source.PRACTICE
    referrer_name = "Dr Rana"
    reason = "Lonely since moving here."
    state = State.RECEIVED
    received_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    decided_at = factory.LazyAttribute(
        lambda row: None if row.state in (State.DRAFT, State.RECEIVED) else row.received_at + timedelta(minutes=10)
    )
    closed_at = factory.LazyAttribute(lambda row: timezone.now() if row.state == State.CLOSED else None)

    class Meta:
        model = Referral


class AllocationFactory(DjangoModelFactory):
    scheme = _scheme()
    referral = _same(ReferralFactory, state=State.ALLOCATED)
    person = factory.SelfAttribute("referral.person")
    link_worker = _same(MembershipFactory, role=LW)
    began_at = factory.LazyAttribute(lambda row: row.referral.decided_at or row.referral.received_at)

    class Meta:
        model = Allocation


class EpisodeFactory(DjangoModelFactory):
    """A person with a link worker: referral allocated (closed if the episode has ended) and Allocation included."""

    scheme = _scheme()
    state = EpisodeState.NEW
    person = _same(PersonFactory)
    link_worker = _same(MembershipFactory, role=LW)
    referral = factory.SubFactory(
        ReferralFactory,
        scheme=factory.SelfAttribute("..scheme"),
        person=factory.SelfAttribute("..person"),
        state=factory.LazyAttribute(
            lambda row: State.CLOSED if row.factory_parent.state == EpisodeState.ENDED else State.ALLOCATED
        ),
    )
    opened_at = factory.LazyAttribute(lambda row: row.referral.decided_at)
    ended_at = factory.LazyAttribute(lambda row: timezone.now() if row.state == EpisodeState.ENDED else None)
    end_reason = factory.LazyAttribute(lambda row: "goals_met" if row.state == EpisodeState.ENDED else "")

    class Meta:
        model = Episode
        skip_postgeneration_save = True

    @factory.post_generation
    def allocation(episode: Any, create: bool, extracted: Any, **_: Any) -> None:
        if extracted is not False:
            AllocationFactory(
                scheme=episode.scheme, referral=episode.referral, person=episode.person,
                link_worker=episode.link_worker, began_at=episode.opened_at, ended_at=episode.ended_at,
            )  # fmt: skip


class NeedFactory(DjangoModelFactory):
    scheme = _scheme()
    episode = _same(EpisodeFactory)
    code = "loneliness"
    raised_at = _now()

    class Meta:
        model = EpisodeNeed


class ContactFactory(DjangoModelFactory):
    scheme = _scheme()
    episode = _same(EpisodeFactory)
    person = factory.SelfAttribute("episode.person")
    by = factory.SelfAttribute("episode.link_worker")
    at = _now()
    recorded_at = factory.SelfAttribute("at")
    mode = Mode.PHONE
    minutes = 20
    reached = True

    class Meta:
        model = Contact


class GoalFactory(DjangoModelFactory):
    scheme = _scheme()
    episode = _same(EpisodeFactory)
    text = "I want to get out of the house on Thursdays."
    added_at = _now()
    changed_at = factory.SelfAttribute("added_at")

    class Meta:
        model = Goal


class ActionFactory(DjangoModelFactory):
    scheme = _scheme()
    goal = _same(GoalFactory)
    text = "Ring the lunch club"
    who = "Me"
    added_at = _now()
    changed_at = factory.SelfAttribute("added_at")

    class Meta:
        model = Action


class SourceFactory(DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Source {n}")
    created_at = _now()

    class Meta:
        model = directory.Source


def _someone() -> int | None:
    """Return a member of the scheme in force, who confirmed something by hand; outside a scheme nobody did."""
    try:
        current_scope()
    except NoScope:
        return None
    return MembershipFactory(role=LW).pk


class OrganisationFactory(DjangoModelFactory):
    """A group; `referral_email=` is taken as confirmed by hand."""

    source = factory.SubFactory(SourceFactory)
    external_id = factory.Sequence(lambda n: f"organisation-{n}")
    name = factory.Sequence(lambda n: f"Group {n}")
    kind = "voluntary"
    referral_email_verified_at = factory.LazyAttribute(
        lambda row: timezone.now() if getattr(row, "referral_email", "") else None
    )
    referral_email_verified_by = factory.LazyAttribute(
        lambda row: _someone() if getattr(row, "referral_email", "") else None
    )
    changed_at = _now()

    class Meta:
        model = directory.Organisation


class LocationFactory(DjangoModelFactory):
    """A place with a point, in the middle of Sale."""

    source = factory.SubFactory(SourceFactory)
    external_id = factory.Sequence(lambda n: f"location-{n}")
    name = factory.Sequence(lambda n: f"Hall {n}")
    postcode, outcode = "M33 7ZF", "M33"
    latitude, longitude, precision = 53.4245, -2.3188, "exact"

    class Meta:
        model = directory.Location


class ServiceFactory(DjangoModelFactory):
    """A listed, open service; `location=LocationFactory()` gives it a place, `need_codes=["debt"]` its needs."""

    source = factory.SubFactory(SourceFactory)
    organisation = factory.SubFactory(OrganisationFactory, source=factory.SelfAttribute("..source"))
    external_id = factory.Sequence(lambda n: f"service-{n}")
    name = factory.Sequence(lambda n: f"Lunch Club {n}")
    changed_at = _now()

    class Meta:
        model = directory.Service
        skip_postgeneration_save = True

    @factory.post_generation
    def location(service: Any, create: bool, extracted: Any, **_: Any) -> None:
        if extracted is not None:
            directory.ServiceAtLocation.objects.create(service=service, location=extracted)

    @factory.post_generation
    def needs_rows(service: Any, create: bool, extracted: Any, **_: Any) -> None:
        for code in service.need_codes:
            directory.ServiceNeed.objects.create(service=service, code=code, why="hand")


class ConnectionFactory(DjangoModelFactory):
    scheme = _scheme()
    episode = _same(EpisodeFactory)
    person = factory.SelfAttribute("episode.person")
    service = factory.SubFactory(ServiceFactory)
    state = ConnectionState.PROPOSED
    created_at = _now()
    state_at = factory.SelfAttribute("created_at")
    by = factory.SelfAttribute("episode.link_worker")

    class Meta:
        model = Connection
