"""Persons and what must be known to reach and serve them safely. PRSB demographics."""

from django.db import models
from django.db.models import Q

from linkwell.common.access import classes
from linkwell.common.crypto import EncryptedTextField
from linkwell.common.models import ScopedManager
from linkwell.team.models import Membership, Practice, Scheme


class Person(models.Model):
    """Someone who is referred or supported; belongs to one scheme."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    given_name = models.CharField(max_length=120)
    family_name = models.CharField(max_length=120)
    preferred_name = models.CharField(max_length=120, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    born_on = models.DateField(null=True)
    gender = models.CharField(max_length=20, blank=True)
    ethnicity = models.CharField(max_length=40, blank=True)
    health_number_system = models.CharField(max_length=60, blank=True)
    health_number = EncryptedTextField(blank=True)
    health_number_traced = models.BooleanField(default=False)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    address = models.TextField(blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    no_fixed_abode = models.BooleanField(default=False)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    place_note = models.CharField(max_length=120, blank=True)  # e.g. "only the outward code M33 is known"
    language = models.CharField(max_length=40, default="en")
    needs_interpreter = models.BooleanField(default=False)
    practice = models.ForeignKey(Practice, models.PROTECT, null=True)
    location_hidden = models.BooleanField(default=False)
    is_restricted = models.BooleanField(default=False)
    died_on = models.DateField(null=True)
    created_at = models.DateTimeField()

    objects = ScopedManager()

    field_classes = classes(
        operational="id scheme created_at died_on practice",
        name="given_name family_name preferred_name pronouns",
        birth="born_on",
        characteristics="gender ethnicity",
        health_number="health_number_system health_number health_number_traced",
        contact="phone email",
        address="address postcode no_fixed_abode latitude longitude place_note location_hidden",
        access_needs="language needs_interpreter",
        safeguarding="is_restricted",
    )

    @property
    def called(self) -> str:
        """The name the person goes by, with the family name."""
        return f"{self.preferred_name or self.given_name} {self.family_name}"

    def __str__(self) -> str:
        return f"Person {self.pk}"


class PersonKey(models.Model):
    """What a person is found by: equality on normalised, phonetic and keyed-hash values."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    person = models.ForeignKey(Person, models.CASCADE, related_name="keys")
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=160)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme person kind", name="key")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "kind", "key", "person"], name="one_key_of_a_kind")]


class ContactRule(models.Model):
    """How the person may be reached, and how not; the newest row of a person holds."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="contact_rules")
    by_phone = models.BooleanField(default=True)
    by_text = models.BooleanField(default=False)
    by_email = models.BooleanField(default=False)
    by_post = models.BooleanField(default=True)
    voicemail = models.BooleanField(default=False)
    when = models.CharField(max_length=200, blank=True)  # "afternoons only"
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Membership, models.PROTECT, null=True)

    objects = ScopedManager()
    field_classes = classes(
        operational="id scheme person recorded_at recorded_by",
        contact="by_phone by_text by_email by_post voicemail when note",
    )


ACCESS_NEEDS = [
    ("interpreter", "An interpreter"),
    ("bsl", "British Sign Language"),
    ("hearing_loop", "A hearing loop"),
    ("large_print", "Large print"),
    ("easy_read", "Easy read"),
    ("step_free", "Step-free access"),
    ("quiet_space", "A quiet space"),
    ("companion", "Someone to come along"),
    ("not_online", "Cannot use the internet"),
]


class AccessNeed(models.Model):
    """A communication or access need, for as long as it holds."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="access_needs")
    code = models.CharField(max_length=30, choices=ACCESS_NEEDS)
    note = models.CharField(max_length=300, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme person began_at ended_at", access_needs="code note")


class Consent(models.Model):
    """The person's agreement, or why it was not obtained, for one purpose and one organisation."""

    class Purpose(models.TextChoices):
        REFERRAL = "referral", "Being referred"
        FEEDBACK = "feedback", "Telling the referrer what happened"
        SHARE = "share", "Sharing with a group or service"
        GP_RECORD = "gp_record", "Telling the GP practice"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose)
    organisation = models.ForeignKey("directory.Organisation", models.PROTECT, null=True, related_name="+")
    given = models.BooleanField()
    how = models.CharField(max_length=30, blank=True)  # in person, by phone, in writing
    why_not = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Membership, models.PROTECT, null=True)
    expires_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = ScopedManager()
    field_classes = classes(
        operational="id scheme person",
        consent="purpose organisation given how why_not recorded_at recorded_by expires_on withdrawn_at",
    )


class RiskStatement(models.Model):
    """A risk in plain words, or "no known risks" by choice; ended, never erased."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="risks")
    none_known = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(Membership, models.PROTECT, null=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme person began_at ended_at recorded_by", risk="none_known text")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(none_known=True) ^ ~Q(text=""), name="a_risk_or_none_known"),
        ]


class RestrictedReader(models.Model):
    """A named reader of a restricted record."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="restricted_readers")
    membership = models.ForeignKey(Membership, models.PROTECT)
    added_at = models.DateTimeField()

    objects = ScopedManager()
    field_classes = classes(operational="id scheme person membership added_at")


class Exclusion(models.Model):
    """This member never sees this person, and is never told why."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="exclusions")
    membership = models.ForeignKey(Membership, models.PROTECT)
    added_at = models.DateTimeField()

    objects = ScopedManager()
    field_classes = classes(safeguarding="id scheme person membership added_at")


class RecordOpening(models.Model):
    """A colleague's record opened while covering (until midnight), or a restricted one (60 minutes)."""

    class Kind(models.TextChoices):
        COVERING = "covering", "Covering"
        RESTRICTED = "restricted", "Opened a restricted record"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="openings")
    membership = models.ForeignKey(Membership, models.PROTECT)
    kind = models.CharField(max_length=12, choices=Kind)
    reason = models.CharField(max_length=40)
    text = models.CharField(max_length=300, blank=True)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)

    objects = ScopedManager()
    field_classes = classes(
        operational="id scheme person membership kind began_at ends_at reviewed_at", looked="reason text"
    )


class AccessFlag(models.Model):
    """A look at records that somebody should think about; found by a rule, judged by a human."""

    class Kind(models.TextChoices):
        OWN = "own", "May be their own record"
        HOUSEHOLD = "household", "Shares an address, phone or e-mail with them"
        SURNAME = "surname", "Has the same surname"
        COLLEAGUE = "colleague", "May be a colleague’s record"
        VOLUME = "volume", "Looked at more people than usual"
        HOURS = "hours", "Looked outside working hours"
        COVERING = "covering", "Covered for a colleague"
        RESTRICTED = "restricted", "Opened a restricted record"
        OVERDUE = "overdue", "Nobody has looked into an opened record"
        EXCLUDED = "excluded", "Tried to open a record they are kept from"
        REFUSALS = "refusals", "Was refused many times"

    class State(models.TextChoices):
        OPEN = "open", "To look at"
        CLEARED = "cleared", "It was right"
        CONCERN = "concern", "Question raised"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    kind = models.CharField(max_length=12, choices=Kind)
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="access_flags")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="access_flags")
    day = models.DateField()
    acts = models.PositiveIntegerField(default=0)  # how often they looked, or were refused
    persons = models.PositiveIntegerField(default=0)  # how many different people
    usual = models.PositiveIntegerField(null=True)  # for a volume: what is still usual for this member
    found_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    note = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = ScopedManager()
    field_classes = classes(
        operational="id scheme day found_at decided_by decided_at",
        looked="kind membership person acts persons usual state note",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "kind", "membership", "person", "day"],
                nulls_distinct=False,
                name="one_flag_of_a_look",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="a_flag_is_judged_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["scheme", "state", "-day"], name="access_flags_by_state")]
