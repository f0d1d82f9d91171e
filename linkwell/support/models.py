"""Episodes of support: contacts, what matters, needs, the plan and its versions, reviews and tasks."""

from django.db import models
from django.db.models import F, Q

from linkwell.common.access import classes
from linkwell.common.models import ScopedManager
from linkwell.people.models import Person
from linkwell.referrals.models import Referral
from linkwell.team.models import Membership, Scheme


class EpisodeState(models.TextChoices):
    NEW = "new", "Waiting for a first conversation"
    CONTACTED = "contacted", "Tried or spoken to"
    ENGAGED = "engaged", "Being supported"
    STEPPING_DOWN = "stepping_down", "Stepping down"
    ENDED = "ended", "Ended"


class EndReason(models.TextChoices):
    GOALS_MET = "goals_met", "Goals met"
    PARTLY_MET = "partly_met", "Goals partly met"
    NOTHING_HELPED = "nothing_helped", "What we tried did not help"
    NOT_REACHED = "not_reached", "Could not be reached"
    DECLINED = "declined", "Person said no to support"
    DISENGAGED = "disengaged", "Stopped coming"
    MOVED_SERVICE = "moved_service", "Moved to another service"
    MOVED_AWAY = "moved_away", "Moved away"
    DIED = "died", "Died"


class Episode(models.Model):
    """One stretch of support for one person, opened when a referral is taken on."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="episodes")
    referral = models.OneToOneField(Referral, models.PROTECT, related_name="episode")
    link_worker = models.ForeignKey(Membership, models.PROTECT, related_name="episodes")
    state = models.CharField(max_length=14, choices=EpisodeState)
    level = models.CharField(
        max_length=8, choices=[("brief", "Brief"), ("standard", "Standard"), ("complex", "Complex")], default="standard"
    )
    opened_at = models.DateTimeField()
    first_attempt_at = models.DateTimeField(null=True)
    first_conversation_at = models.DateTimeField(null=True)
    last_heard_at = models.DateTimeField(null=True)  # last time the person was reached
    contacts_count = models.PositiveIntegerField(default=0)  # reached
    attempts_count = models.PositiveIntegerField(default=0)  # not reached
    minutes_total = models.PositiveIntegerField(default=0)
    next_step = models.CharField(max_length=200, blank=True)
    next_step_on = models.DateField(null=True)
    waiting_on = models.CharField(
        max_length=12, choices=[("us", "us"), ("person", "the person"), ("service", "a group or service")], default="us"
    )
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=16, choices=EndReason, blank=True)
    end_note = models.TextField(blank=True)

    objects = ScopedManager()
    field_classes = classes(
        operational="id scheme person referral link_worker state level opened_at first_attempt_at"
        " first_conversation_at last_heard_at contacts_count attempts_count minutes_total next_step_on waiting_on"
        " ended_at end_reason",
        plan="next_step",
        notes="end_note",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason="") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="an_ended_episode_says_why",
            )
        ]
        indexes = [
            models.Index(
                fields=["scheme", "link_worker", "last_heard_at"],
                condition=Q(ended_at=None),
                name="caseload_by_silence",
            ),
            models.Index(
                "scheme",
                F("last_heard_at").asc(nulls_first=True),
                "opened_at",
                "id",
                condition=Q(ended_at=None),
                name="caseloads_by_silence",
            ),  # fmt: skip
            models.Index(fields=["scheme", "person"], name="episodes_by_person"),
        ]


class EpisodeEvent(models.Model):
    """One step of an episode; append-only."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="events")
    at = models.DateTimeField()
    was = models.CharField(max_length=14, blank=True)
    now = models.CharField(max_length=14)
    by = models.ForeignKey(Membership, models.PROTECT, null=True)
    reason = models.TextField(blank=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme episode at was now by", notes="reason")


class Mode(models.TextChoices):
    IN_PERSON = "in_person", "In person"
    PHONE = "phone", "Phone"
    VIDEO = "video", "Video"
    TEXT = "text", "Text or e-mail"
    LETTER = "letter", "Letter"
    DOORSTEP = "doorstep", "Doorstep"
    GROUP = "group", "In a group"


class Contact(models.Model):
    """One contact or attempt (a contact not reached); what was written is kept, corrections are new rows."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="contacts")
    person = models.ForeignKey(Person, models.PROTECT, related_name="contacts")
    at = models.DateTimeField()
    mode = models.CharField(max_length=10, choices=Mode)
    minutes = models.PositiveSmallIntegerField(default=0)
    reached = models.BooleanField()
    chosen_by_person = models.BooleanField(default=False)
    is_first_conversation = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    by = models.ForeignKey(Membership, models.PROTECT)
    recorded_at = models.DateTimeField()
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    submission_key = models.UUIDField(null=True)

    objects = ScopedManager()
    field_classes = classes(
        operational="id scheme episode person at mode minutes reached chosen_by_person is_first_conversation by"
        " recorded_at corrects submission_key",
        notes="note",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "submission_key"], name="one_contact_of_a_submission")]
        indexes = [models.Index(fields=["scheme", "episode", "-at"], name="contacts_newest_first")]


class AboutMe(models.Model):
    """What the person says of themself under one PRSB heading, in their words; the newest row holds."""

    class Heading(models.TextChoices):
        BRINGS = "brings", "What brings you here"
        MATTERS = "matters", "What is most important to me"
        GOOD_WEEK = "good_week", "What a good week would look like"
        PEOPLE = "people", "People who are important to me"
        COMMUNICATE = "communicate", "How I communicate"
        WELLNESS = "wellness", "My wellness"
        DO_DONT = "do_dont", "Please do and please do not"
        SUPPORT = "support", "How and when to support me"
        ALSO = "also", "Also worth knowing"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="about_me")
    heading = models.CharField(max_length=12, choices=Heading)
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme person heading at by", plan="text")


class EpisodeNeed(models.Model):
    """A need in code and in the person's own words."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="needs")
    code = models.CharField(max_length=40)
    own_words = models.CharField(max_length=300, blank=True)
    raised_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by = models.ForeignKey(Membership, models.PROTECT, null=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme episode raised_at ended_at by", needs="code own_words")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "code"], condition=Q(ended_at=None), name="one_open_need_of_a_code"
            )
        ]


class Strength(models.Model):
    """Something the person brings."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="strengths")
    text = models.CharField(max_length=300)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme episode added_at removed_at", plan="text")


class Goal(models.Model):
    """A goal as a sentence in the person's words."""

    class Status(models.TextChoices):
        OPEN = "open", "Working on it"
        MET = "met", "Met"
        PARTLY = "partly", "Partly met"
        DROPPED = "dropped", "No longer wanted"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="goals")
    text = models.CharField(max_length=300)
    need_code = models.CharField(max_length=40, blank=True)
    importance = models.PositiveSmallIntegerField(null=True)  # 1-10, only if asked
    confidence = models.PositiveSmallIntegerField(null=True)  # 1-10, only if asked
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    added_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = ScopedManager()
    field_classes = classes(
        operational="id scheme episode added_at changed_at", plan="text need_code importance confidence status"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(importance=None) | Q(importance__range=(1, 10)))
                & (Q(confidence=None) | Q(confidence__range=(1, 10))),
                name="goal_scales_run_from_1_to_10",
            )
        ]


class Action(models.Model):
    """Who does what, by when, towards a goal."""

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        DONE = "done", "Done"
        DROPPED = "dropped", "Dropped"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="actions")
    text = models.CharField(max_length=300)
    who = models.CharField(max_length=120)
    due_on = models.DateField(null=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.PLANNED)
    added_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = ScopedManager()
    field_classes = classes(operational="id scheme goal added_at changed_at", plan="text who due_on status")


AGREED_HOW = [("in_person", "In person"), ("phone", "By phone"), ("video", "By video"), ("writing", "In writing")]


class PlanVersion(models.Model):
    """The plan as it stood when it was agreed with the person; append-only."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="plan_versions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    agreed_how = models.CharField(max_length=30, choices=AGREED_HOW)
    agreed_at = models.DateTimeField()
    review_on = models.DateField(null=True)
    by = models.ForeignKey(Membership, models.PROTECT)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme episode number agreed_how agreed_at review_on by", plan="content")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["episode", "number"], name="one_plan_of_a_number")]


class Review(models.Model):
    """A review due, and held."""

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="reviews")
    due_on = models.DateField()
    held_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey(Membership, models.PROTECT, null=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme episode due_on held_at by", notes="note")


class Task(models.Model):
    """Something a member of staff must do, about a person or not; shown in Today until done."""

    class Kind(models.TextChoices):
        CALL = "call", "Call"
        REPLY = "reply", "Reply"
        CHANGED = "changed", "Changed"
        DUE = "due", "Due"
        OTHER = "other", "To do"

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    member = models.ForeignKey(Membership, models.PROTECT, related_name="tasks")
    episode = models.ForeignKey(Episode, models.PROTECT, null=True, related_name="tasks")
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.CharField(max_length=300)
    link = models.CharField(max_length=200, blank=True)
    due_on = models.DateField()
    added_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    objects = ScopedManager()
    field_classes = classes(operational="id scheme member episode kind link due_on added_at done_at", notes="text")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(done_at__gte=F("added_at")), name="task_done_after_added"
            )
        ]
        indexes = [models.Index(fields=["scheme", "member", "due_on"], condition=Q(done_at=None), name="tasks_open")]
