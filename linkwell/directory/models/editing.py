"""What became of an entry by hand, and what was checked of a group: for staff."""

from django.db import models

from linkwell.common.access import classes
from linkwell.directory.models.entries import Organisation, Service, text
from linkwell.team.models import Membership


class EntryEvent(models.Model):
    """One field of an entry changed by hand, or the entry begun, ended, brought back. Append-only."""

    KINDS = [
        ("begun", "Entry begun"),
        ("changed", "Changed"),
        ("ended", "Ended"),
        ("brought_back", "Brought back"),
        ("hidden", "Address no longer given out"),
        ("shown", "Address given out again"),
    ]

    service = models.ForeignKey(Service, models.PROTECT, related_name="entry_events")
    kind = models.CharField(max_length=12, choices=KINDS)
    field = models.CharField(max_length=40, blank=True)  # of `changed`: a name of directory.editing.fields
    was = text()
    now = text()
    origin = models.CharField(max_length=12)  # of ChangeRequest.ORIGINS: who wanted it
    why = text()
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+")

    field_classes = classes(public="id service kind field was now origin at", operational="why by")

    class Meta:
        indexes = [models.Index(fields=["service", "-at"], name="events_of_an_entry")]


class GroupCheck(models.Model):
    """What a member of staff saw of a group's papers, and when. It informs; it never stops a referral."""

    KINDS = [
        ("insurance", "Insurance"),
        ("safeguarding", "Safeguarding policy"),
        ("dbs", "DBS checks of their people"),
        ("food", "Food hygiene"),
        ("data", "How they keep people’s details"),
        ("other", "Something else"),
    ]

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=12, choices=KINDS)
    checked_on = models.DateField()
    valid_until = models.DateField(null=True)
    note = text()
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+")

    field_classes = classes(operational="id organisation kind checked_on valid_until note at by")

    class Meta:
        indexes = [models.Index(fields=["organisation", "kind", "-checked_on"], name="checks_of_a_group")]
