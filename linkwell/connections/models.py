"""Services proposed, shared, accepted and attended; what was told and what came back."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from linkwell.common.access import classes
from linkwell.common.models import ScopedManager
from linkwell.directory.models import Organisation, Service
from linkwell.people.models import Person
from linkwell.support.models import Episode, Goal
from linkwell.team.models import Membership, Scheme


class ConnectionState(models.TextChoices):
    PROPOSED = "proposed", "Talked about"
    SIGNPOSTED = "signposted", "Told about it"
    SHARED = "shared", "Sent"
    RECEIVED = "received", "Opened by the group"
    WAITING = "waiting", "On their waiting list"
    ACCEPTED = "accepted", "They can help"
    DECLINED_ORGANISATION = "declined_org", "Group couldn't take"
    DECLINED_PERSON = "declined_person", "Person said no"
    FIRST_ATTENDED = "first_attended", "Went the first time"
    ATTENDING = "attending", "Going"
    ENDED = "ended", "Ended"


class Connection(models.Model):
    """One person and one service: signposted (no data leaves) or referred (a share packet does)."""

    class Kind(models.TextChoices):
        SIGNPOST = "signpost", "Told about it"
        REFERRAL = "referral", "Referred"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="connections")
    person = models.ForeignKey(Person, models.PROTECT, related_name="connections")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    goal = models.ForeignKey(Goal, models.PROTECT, null=True)
    kind = models.CharField(max_length=8, choices=Kind, blank=True)
    need_code = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=16, choices=ConnectionState)
    state_at = models.DateTimeField()
    answer_settled_at = models.DateTimeField(null=True)  # we acted on the group's answer: it stands
    reason = models.CharField(max_length=300, blank=True)
    wait_weeks = models.PositiveSmallIntegerField(null=True)
    accompanied = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    first_attended_on = models.DateField(null=True)
    by = models.ForeignKey(Membership, models.PROTECT)

    objects = ScopedManager()
    field_classes = classes(
        operational="id scheme episode person goal created_at state_at answer_settled_at by",
        onward="service kind need_code state reason wait_weeks accompanied first_attended_on",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "service"],
                condition=~Q(state__in=["declined_org", "declined_person", "ended"]),
                name="one_open_connection_of_a_service",
            )
        ]
        indexes = [models.Index(fields=["scheme", "episode", "-state_at"], name="connections_newest")]


class ConnectionEvent(models.Model):
    """One step of a connection; append-only."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="events")
    at = models.DateTimeField()
    was = models.CharField(max_length=16, blank=True)
    now = models.CharField(max_length=16)
    by = models.ForeignKey(Membership, models.PROTECT, null=True)  # empty: the organisation or the system
    reason = models.CharField(max_length=300, blank=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme connection at was now by", onward="reason")


class SharePacket(models.Model):
    """What one organisation was told: a stored copy of the ticked fields, with agreement and an end."""

    class Channel(models.TextChoices):
        EMAIL = "email", "By e-mail"
        PHONE = "phone", "Read out by phone"
        PRINT = "print", "On paper"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    connection = models.OneToOneField(Connection, models.PROTECT, related_name="packet")
    person = models.ForeignKey(Person, models.PROTECT, related_name="share_packets")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    reference = models.CharField(max_length=12)  # differs with every share
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.EMAIL)
    ticked = ArrayField(models.CharField(max_length=40))
    content = models.JSONField()  # [[label, value], …] as previewed
    extra_reason = models.CharField(max_length=300, blank=True)  # why a field beyond the default
    agreed_how = models.CharField(max_length=30)
    agreed_at = models.DateTimeField()
    expires_on = models.DateField()
    sent_to = models.EmailField(blank=True, default="", db_default="")  # link, code and recall go there alone
    withdrawn_at = models.DateTimeField(null=True)
    first_opened_at = models.DateTimeField(null=True)
    by = models.ForeignKey(Membership, models.PROTECT)

    objects = ScopedManager()
    field_classes = classes(
        operational="id scheme connection person organisation reference channel expires_on sent_to withdrawn_at"
        " first_opened_at by",
        consent="ticked content extra_reason agreed_how agreed_at",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "reference"], name="one_packet_of_a_reference")]


class Reply(models.Model):
    """What an organisation answered, by link or by phone; append-only."""

    class Answer(models.TextChoices):
        YES = "yes", "Yes, we can"
        WAIT = "wait", "Yes, there is a wait"
        NO = "no", "Not right for us"
        RING = "ring", "Please ring us"

    class Why(models.TextChoices):
        FULL = "full", "We are full"
        FUNDS = "funds", "We have no money for it"
        OTHER = "other", "We are not right for this person"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="replies")
    answer = models.CharField(max_length=4, choices=Answer)
    text = models.TextField(blank=True, max_length=2000)
    why = models.CharField(max_length=5, choices=Why, blank=True, default="", db_default="")  # of a no
    wait_weeks = models.PositiveSmallIntegerField(null=True)
    answered_by = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT, null=True)  # staff who noted a phone answer

    objects = ScopedManager()
    field_classes = classes(operational="id scheme connection at by", onward="answer text why wait_weeks answered_by")


class UnmetNeed(models.Model):
    """A need for which nothing fitting was found here: what failed, and roughly where.

    It may be changed or withdrawn until its calendar quarter has closed; then it stands in that quarter's figures.
    """

    class Origin(models.TextChoices):
        SEARCH = "search", "Looked for and not found"
        PLAN = "plan", "Noted from the plan"
        GROUP = "group", "A group could not help"

    class Reason(models.TextChoices):
        NOTHING = "nothing", "Nothing here is for it"
        DISTANCE = "distance", "Too far away"
        AREA = "area", "Only for people of other areas"
        TIME = "time", "Not at the times that suit"
        COST = "cost", "Costs money"
        ACCESS = "access", "Not accessible for them"
        LANGUAGE = "language", "Not in their language"
        AGE = "age", "For other ages"
        MODE = "mode", "Not in a way they can take part"
        CLOSED = "closed", "Not taking new people, or on a break"
        FULL = "full", "Full"
        FUNDS = "funds", "The group has no money for it"
        OTHER = "other", "Something else"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="unmet_needs")
    code = models.CharField(max_length=40)
    outcode = models.CharField(max_length=5, blank=True)
    limits = models.JSONField(default=dict)
    what_failed = models.CharField(max_length=300, blank=True)
    kept_out = models.JSONField(default=dict, db_default={})  # limit → how many services it alone kept from fitting
    main_reason = models.CharField(max_length=8, choices=Reason, default=Reason.OTHER, db_default=Reason.OTHER)
    origin = models.CharField(max_length=6, choices=Origin, default=Origin.SEARCH, db_default=Origin.SEARCH)
    connection = models.ForeignKey(Connection, models.PROTECT, null=True, related_name="unmet_needs")
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT)
    changed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = ScopedManager()
    field_classes = classes(
        operational="id scheme episode outcode origin connection at by changed_at withdrawn_at",
        needs="code limits what_failed kept_out main_reason",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection"], condition=Q(withdrawn_at=None), name="one_unmet_need_of_a_connection"
            )
        ]
        indexes = [models.Index(fields=["scheme", "episode", "-at"], name="unmet_needs_newest")]


class NotRight(models.Model):
    """A service that is not right for one person, and why: it stands lower for them alone, until this is taken back."""

    class Reason(models.TextChoices):
        UNSUITABLE = "unsuitable", "Went there: not for them"
        INTEREST = "interest", "Not what they would enjoy"
        JOURNEY = "journey", "Too hard to get to"
        TIMES = "times", "The times do not suit"
        COST = "cost", "Costs too much"
        ACCESS = "access", "Not accessible for them"
        WELCOME = "welcome", "Would not feel safe or welcome"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="not_right")
    person = models.ForeignKey(Person, models.PROTECT, related_name="not_right")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason)
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT)
    withdrawn_at = models.DateTimeField(null=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme episode person at by withdrawn_at", onward="service reason")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "service"], condition=Q(withdrawn_at=None), name="one_not_right_of_a_service"
            )
        ]


class SentList(models.Model):
    """A short list that one person was sent: which services, how, and by whom. The message holds only a link to it."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="sent_lists")
    person = models.ForeignKey(Person, models.PROTECT, related_name="sent_lists")
    service_ids = ArrayField(models.BigIntegerField())  # in the order in which they were talked about
    channel = models.CharField(max_length=5, choices=[("email", "E-mail"), ("sms", "Text")])
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme episode person at by channel", onward="service_ids")
