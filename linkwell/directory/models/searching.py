"""What changed in the directory, so that every process that searches follows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from linkwell.common.access import classes


class SearchChange(models.Model):
    """Entries that one statement changed, as far as a search looks at them; triggers write it, no code does.

    `xact` is the number of the transaction: numbers of rows say nothing about the order of commits, transactions'
    numbers and a snapshot do (`directory.searching.changes`).
    """

    service_ids = ArrayField(models.BigIntegerField())
    xact = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())

    field_classes = classes(operational="id service_ids xact at")

    class Meta:
        indexes = [models.Index(fields=["xact"], name="search_changes_by_xact")]
