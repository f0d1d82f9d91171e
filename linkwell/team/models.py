"""Hosts, schemes, programmes, practices and agencies; accounts, memberships, invitations and tokens.

Accounts, memberships, sessions, invitations and tokens stand outside row-level security and hold no
field of a person who is supported.
"""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from linkwell.common.access import classes
from linkwell.common.models import ScopedManager
from linkwell.team import access


class NationPack(models.TextChoices):
    """Which nation's identifiers and words a scheme uses; none of them is ever mandatory."""

    ENGLAND = "england", "England"
    SCOTLAND = "scotland", "Scotland"
    WALES = "wales", "Wales"
    NORTHERN_IRELAND = "northern_ireland", "Northern Ireland"
    OTHER = "other", "Elsewhere"


class Host(models.Model):
    """An organisation that employs the team and may run several schemes."""

    name = models.CharField(max_length=200)

    field_classes = classes(operational="id name")

    def __str__(self) -> str:
        return self.name


class Scheme(models.Model):
    """One controller arrangement: the wall around records."""

    host = models.ForeignKey(Host, models.PROTECT, related_name="schemes")
    name = models.CharField(max_length=200)
    nation = models.CharField(max_length=20, choices=NationPack, default=NationPack.ENGLAND)
    role_name = models.CharField(max_length=60, default="link worker")  # what the scheme calls a link worker
    team_access = models.BooleanField(default=False)  # the team sees all its records, not only each its own
    first_contact_days = models.PositiveSmallIntegerField(default=7)
    phone = models.CharField(max_length=40, blank=True)
    reply_email = models.EmailField(blank=True)
    centre_latitude = models.FloatField(null=True)
    centre_longitude = models.FloatField(null=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    field_classes = classes(
        operational="id host name nation role_name team_access first_contact_days phone reply_email"
        " centre_latitude centre_longitude is_demo created_at"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="one_scheme_of_a_name")]

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        account = Account(email=self.normalize_email(email).lower(), **fields)
        account.set_password(password)
        account.save()
        return account


class Account(AbstractBaseUser):
    """A sign-in; it belongs to no scheme until a Membership says so."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    signed_out_at = models.DateTimeField(null=True)  # sessions begun before are over
    factor_reset_at = models.DateTimeField(null=True)  # until a new second step is set up, by the mailed link alone

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = AccountManager()

    field_classes = classes(
        accounts="id email name is_active is_demo created_at signed_out_at factor_reset_at password last_login"
    )

    def __str__(self) -> str:
        return f"Account {self.pk}"

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own permissions are not used: see team.access."""
        return False

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what every session must carry; it changes with the password and with `signed_out_at`."""
        stamp = self.signed_out_at.isoformat() if self.signed_out_at else ""
        return salted_hmac(
            "linkwell.team.Account", f"{self.password}|{stamp}", secret=secret, algorithm="sha256"
        ).hexdigest()


class Programme(models.Model):
    """A way of supporting within a scheme: link worker, care coordinator, health coach, young people, green."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=30, default="link_worker")
    first_contact_days = models.PositiveSmallIntegerField(null=True)
    began_on = models.DateField()
    ended_on = models.DateField(null=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme name kind first_contact_days began_on ended_on")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "name"], name="one_programme_of_a_name")]


class Practice(models.Model):
    """A GP practice that refers to the scheme; its code is a system and a value, both optional."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    name = models.CharField(max_length=200)
    code_system = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=40, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    email = models.EmailField(blank=True)  # the practice's own mailbox, for news of its referrals
    list_size = models.PositiveIntegerField(null=True)
    is_active = models.BooleanField(default=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme name code_system code postcode email list_size is_active")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "code_system", "code"], condition=~Q(code=""), name="one_practice_of_a_code"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Agency(models.Model):
    """Any other organisation that refers: housing, council, job centre, hospital discharge, charity."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=60, blank=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme name kind email is_active")

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, on: date) -> "MembershipQuerySet":
        """Return the memberships in force on a day."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=on), began_on__lte=on, account__is_active=True)

    def of_scheme(self, scheme_id: int) -> "MembershipQuerySet":
        """Return those of one scheme."""
        return self.filter(scheme_id=scheme_id)

    def at_place(
        self, role: str, practice_id: int | None, agency_id: int | None, organisation_id: int | None = None
    ) -> "MembershipQuerySet":
        """Return those of one role at one practice, agency or organisation, or at none."""
        return self.filter(
            Q(practice=practice_id) if practice_id else Q(practice=None),
            Q(agency=agency_id) if agency_id else Q(agency=None),
            Q(organisation=organisation_id) if organisation_id else Q(organisation=None),
            role=role,
        )

    def link_workers(self) -> "MembershipQuerySet":
        """Return those who carry a caseload."""
        return self.filter(role=access.LW)


class Membership(models.Model):
    """What one account is in one scheme, for a period of time; staff carry hours, languages and skills."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="memberships")
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=3, choices=list(access.ROLE_NAMES.items()))
    job_title = models.CharField(max_length=120, blank=True)
    practice = models.ForeignKey(Practice, models.PROTECT, null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    organisation = models.ForeignKey("directory.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    began_on = models.DateField()
    ended_on = models.DateField(null=True)  # not included; empty while current
    hours_per_week = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    languages = models.JSONField(default=list)
    skills = models.JSONField(default=list)
    may_triage = models.BooleanField(default=False)

    objects = MembershipQuerySet.as_manager()

    field_classes = classes(
        accounts="id account scheme role job_title practice agency organisation began_on ended_on"
        " hours_per_week languages skills may_triage"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("began_on")), name="membership_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(role="REF") | Q(practice__isnull=False) | Q(agency__isnull=False),
                name="a_referrer_has_a_practice_or_agency",
            ),
            models.CheckConstraint(
                condition=~Q(role="VOA") | Q(organisation__isnull=False), name="an_organisations_account_names_it"
            ),
            models.UniqueConstraint(
                fields=["account", "scheme", "role", "practice", "agency", "organisation"],
                condition=Q(ended_on=None),
                nulls_distinct=False,
                name="one_current_place_of_a_kind",
            ),
        ]
        indexes = [models.Index(fields=["scheme", "role"], name="members_by_role")]

    @property
    def name(self) -> str:
        return self.account.name

    @property
    def is_record_staff(self) -> bool:
        return self.role in access.RECORD_STAFF

    @property
    def triages(self) -> bool:
        return self.role == access.SUP or (self.role == access.LW and self.may_triage)

    def __str__(self) -> str:
        return f"Membership {self.pk}"


StaffMember = Membership  # the staff among memberships carry hours, languages and skills


class Invitation(models.Model):
    """A one-time invitation, bound to an e-mail address; its link is the Token of purpose "invitation"."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    email = models.EmailField()
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=3)
    job_title = models.CharField(max_length=120, blank=True)
    practice = models.ForeignKey(Practice, models.PROTECT, null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    organisation = models.ForeignKey("directory.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    may_triage = models.BooleanField(default=False)
    hours_per_week = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    invited_by = models.ForeignKey(Membership, models.PROTECT, null=True)  # empty: from the server's console
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    is_agreed = models.BooleanField(default=True, db_default=True)  # False: waits for a second person, and has no link

    field_classes = classes(
        accounts="id scheme email name role job_title practice agency organisation may_triage hours_per_week"
        " invited_by created_at expires_at redeemed_at withdrawn_at is_agreed"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "email"],
                condition=Q(redeemed_at=None, withdrawn_at=None),
                name="one_open_invitation_of_an_address",
            )
        ]


class ProposalKind(models.TextChoices):
    INVITE = "invite", "Invite someone"
    CHANGE = "change", "Change someone's place"
    RESET = "reset", "Reset someone's second step"


class Decision(models.TextChoices):
    AGREED = "agreed", "Agreed"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Proposal(models.Model):
    """What one member asks for and only a second can let happen: a place that opens much, a lost second step."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    kind = models.CharField(max_length=6, choices=ProposalKind)
    invitation = models.ForeignKey(Invitation, models.PROTECT, null=True)
    member = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=3, blank=True)  # what someone would become
    place = models.JSONField(default=dict)  # the rest of that place
    asked_by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decision = models.CharField(max_length=9, choices=Decision, blank=True)  # empty while it waits
    decided_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = ScopedManager()
    field_classes = classes(
        accounts="id scheme kind invitation member role place asked_by asked_at expires_at"
        " decision decided_by decided_at"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision="agreed") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="agreed_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(invitation__isnull=False, member__isnull=True, kind="invite")
                | (Q(invitation__isnull=True, member__isnull=False) & ~Q(kind="invite")),
                name="a_proposal_is_about_one_thing",
            ),
        ]
        indexes = [models.Index(fields=["scheme", "-asked_at"], condition=Q(decision=""), name="proposals_waiting")]


class Identity(models.Model):
    """How an account is known to an outside sign-in: the issuer and its own name for the account, never an address."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField()

    field_classes = classes(accounts="id account issuer subject linked_at")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="an_identity_opens_one_account"),
            models.UniqueConstraint(fields=["account", "issuer"], name="one_identity_of_an_issuer"),
        ]


class Token(models.Model):
    """The hash of a link's secret → scheme and thing: one purpose, an end, and a stop."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    purpose = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    secret_hash = models.CharField(max_length=64, unique=True)
    salt = models.CharField(max_length=32)  # with the key outside the database, makes the secret again at sending
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    field_classes = classes(operational="id scheme purpose object_id secret_hash salt created_at expires_at revoked_at")


class OneTimeCode(models.Model):
    """A code mailed on request to the address a link was sent to; bound to the browser that asked."""

    token = models.ForeignKey(Token, models.CASCADE, related_name="codes")
    salt = models.CharField(max_length=32)
    code_hash = models.CharField(max_length=64)
    browser_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    redeemed_at = models.DateTimeField(null=True)

    field_classes = classes(
        operational="id token salt code_hash browser_hash created_at expires_at attempts redeemed_at"
    )


def is_current(membership: Membership, at: datetime) -> bool:
    """Say whether a membership is in force at a moment."""
    on = timezone.localdate(at)
    return membership.began_on <= on and (membership.ended_on is None or membership.ended_on > on)


from linkwell.team.sealing.models import AuditCheck, AuditSeal, HeadDelivery  # noqa: E402, F401  tables of this room
