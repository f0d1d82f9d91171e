"""Where entries come from: sources, runs of an import, what each run repaired or refused."""

from django.db import models
from django.db.models import Q

from linkwell.common.access import classes


class Source(models.Model):
    """A list that entries come from: a council's feed, a spreadsheet, this host's own entries.

    Only an approved source is shown outside staff (security.md D12). One with an address is fetched by a clock
    every so many hours, later after failures; `next_due_at` is empty while nothing is due.
    """

    name = models.TextField(unique=True)
    created_at = models.DateTimeField()
    licence = models.TextField(blank=True, default="")
    attribution = models.TextField(blank=True, default="")
    url = models.TextField(blank=True, default="", db_default="")  # empty where files are brought by hand
    format = models.CharField(max_length=12, blank=True, default="auto", db_default="auto")
    mapping = models.TextField(blank=True, default="", db_default="")  # for spreadsheets: what their columns are
    every_hours = models.PositiveSmallIntegerField(null=True)
    next_due_at = models.DateTimeField(null=True)
    is_paused = models.BooleanField(default=False, db_default=False)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)  # one after another, up to now
    is_approved = models.BooleanField(default=False, db_default=False)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.BigIntegerField(null=True)  # the membership; a number, for it may belong to any scheme

    field_classes = classes(
        public="id name created_at licence attribution is_approved",
        operational="url format mapping every_hours next_due_at is_paused failures approved_at approved_by",
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["next_due_at"], condition=Q(next_due_at__isnull=False, is_paused=False), name="sources_due"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """One run of an import; begun in a transaction of its own, so that an interrupted run is seen."""

    RUNNING, FINISHED, FAILED, INTERRUPTED = "running", "finished", "failed", "interrupted"
    STATES = [(state, state) for state in (RUNNING, FINISHED, FAILED, INTERRUPTED)]

    source = models.ForeignKey(Source, models.PROTECT, related_name="runs")
    state = models.CharField(max_length=12, choices=STATES, default=RUNNING)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    format = models.CharField(max_length=10)
    file_name = models.TextField(blank=True, default="")
    list_name = models.TextField(blank=True, default="", db_default="")  # which list of its source, "" for the only one
    whole_list = models.BooleanField(default=False)  # only a whole list can say that an entry has gone
    read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)  # entries gone from the list
    withheld = models.PositiveIntegerField(default=0)  # entries gone, but too many at once to believe
    held = models.PositiveIntegerField(default=0, db_default=0)  # records that a person must look at first
    is_partial = models.BooleanField(
        default=False, db_default=False
    )  # something failed: what came was taken, none closed
    trouble = models.TextField(
        blank=True, default="", db_default=""
    )  # why it failed or what was missing, in a sentence
    begun_by = models.BigIntegerField(null=True)  # the membership; empty for the clock and the command
    agreed_at = models.DateTimeField(null=True)  # when a person agreed that what was withheld has gone
    agreed_by = models.BigIntegerField(null=True)
    agreement_used = models.BooleanField(default=False, db_default=False)  # the next whole list was compared under it

    field_classes = classes(
        public="id source state started_at ended_at format file_name list_name whole_list read created updated"
        " unchanged refused closed withheld held is_partial trouble agreed_at",
        operational="begun_by agreed_by agreement_used",
    )

    class Meta:
        indexes = [models.Index(fields=["source", "-started_at"], name="runs_of_a_source")]


class ImportRow(models.Model):
    """One value repaired or one record refused in a run, with the reason; staff addresses are masked."""

    KINDS = [(kind, kind) for kind in ("repair", "refusal", "withheld", "held", "closed", "kept")]

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=8, choices=KINDS)
    record = models.TextField()
    path = models.TextField()
    was = models.TextField(blank=True, default="")
    now = models.TextField(blank=True, default="")
    reason = models.TextField()

    field_classes = classes(operational="id run kind record path was now reason")

    class Meta:
        indexes = [models.Index(fields=["run", "record"], name="rows_of_a_run")]


class FieldSource(models.Model):
    """A field of an entry that was put right by hand, or taken from a joined entry: an import leaves it alone.

    `said` is what the entry's source said of the field when that was done: once it says something else,
    somebody is asked.
    """

    service = models.ForeignKey("Service", models.CASCADE, null=True, related_name="field_sources")
    organisation = models.ForeignKey("Organisation", models.CASCADE, null=True, related_name="field_sources")
    field = models.CharField(max_length=40)
    set_at = models.DateTimeField()
    set_by = models.BigIntegerField(null=True)  # the membership; a number, for it may belong to any scheme
    note = models.TextField(blank=True, default="")
    said = models.JSONField(null=True)
    said_known = models.BooleanField(default=False, db_default=False)
    taken_from = models.ForeignKey("Service", models.CASCADE, null=True, related_name="+")  # a joined entry

    field_classes = classes(
        public="id service organisation field set_at note said said_known taken_from", operational="set_by"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(service=None, organisation__isnull=False) | Q(service__isnull=False, organisation=None),
                name="field_source_of_one_entry",
            ),
            models.UniqueConstraint(
                fields=["service", "field"], condition=Q(service__isnull=False), name="one_hand_per_service_field"
            ),
            models.UniqueConstraint(
                fields=["organisation", "field"],
                condition=Q(organisation__isnull=False),
                name="one_hand_per_organisation_field",
            ),
        ]
