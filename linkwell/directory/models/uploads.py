"""Spreadsheets brought in by a page: the file while its columns are chosen, and the choice for the next time."""

from django.db import models

from linkwell.common.access import classes
from linkwell.common.models import ScopedManager
from linkwell.team.models import Membership, Scheme


class ListMapping(models.Model):
    """Which column of a list is which field, in the form of a mapping file; kept for the next file of its source."""

    name = models.CharField(max_length=60, unique=True)
    source = models.TextField()  # the name of the source that its files are imported as
    content = models.JSONField()
    changed_at = models.DateTimeField()
    changed_by = models.BigIntegerField()  # the membership; a number, for it may belong to any scheme

    field_classes = classes(operational="id name source content changed_at changed_by")

    class Meta:
        indexes = [models.Index(fields=["source"], name="mappings_of_a_source")]


class Upload(models.Model):
    """A spreadsheet on its way into the directory; its owner's alone, and gone after a day.

    It may hold names and addresses that are never taken, so it stands behind the wall of the owner's scheme.
    """

    NEW, CHECKING, CHECKED, IMPORTING, IMPORTED, REFUSED = (
        "new", "checking", "checked", "importing", "imported", "refused"
    )  # fmt: skip
    STATES = [(state, state) for state in (NEW, CHECKING, CHECKED, IMPORTING, IMPORTED, REFUSED)]

    scheme = models.ForeignKey(Scheme, models.PROTECT)
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    file_name = models.TextField()
    content = models.BinaryField()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default=NEW)
    outline = models.JSONField()  # the names of its columns and its first rows
    source = models.TextField(blank=True, default="")
    mapping_name = models.CharField(max_length=60, blank=True, default="")
    mapping = models.JSONField(null=True)
    outcome = models.JSONField(null=True)  # of the check: counts, first entries, problems by row
    trouble = models.TextField(blank=True, default="")  # why the file as a whole was refused
    run_id = models.BigIntegerField(null=True)  # the import that took it

    objects = ScopedManager()
    field_classes = classes(
        operational="id scheme by at state source mapping_name mapping trouble run_id",
        contact="file_name content outline outcome",
    )

    class Meta:
        indexes = [models.Index(fields=["scheme", "by", "-at"], name="uploads_of_a_member")]
