"""What hangs on an entry: times, costs, phones, contacts, languages, access, areas, places free."""

from django.db import models

from linkwell.common.access import classes
from linkwell.directory.models.entries import Location, Organisation, Service, said_besides, text


class Schedule(models.Model):
    """When a service happens: fields where the source could be read with certainty, its words otherwise."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="schedules")
    location = models.ForeignKey(Location, models.CASCADE, null=True, related_name="schedules")
    position = models.PositiveSmallIntegerField(default=0)
    frequency = models.CharField(max_length=8, blank=True, default="")  # WEEKLY, MONTHLY or unknown
    interval = models.PositiveSmallIntegerField(null=True)
    weekday = models.PositiveSmallIntegerField(null=True)  # 0 is Monday
    week_of_month = models.SmallIntegerField(null=True)  # 1 the first, −1 the last
    day_of_month = models.SmallIntegerField(null=True)
    opens_at = models.TimeField(null=True)
    closes_at = models.TimeField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    description = text()
    more = said_besides()  # parts of iCalendar, a link

    field_classes = classes(
        public="id service location position frequency interval weekday week_of_month day_of_month opens_at"
        " closes_at valid_from valid_to description more"
    )


class CostOption(models.Model):
    """One price, or the source's words about one."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="costs")
    position = models.PositiveSmallIntegerField(default=0)
    option = text()
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    description = text()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    field_classes = classes(public="id service position option amount currency description valid_from valid_to")


class Phone(models.Model):
    """A number, with the words that stood around it."""

    service = models.ForeignKey(Service, models.CASCADE, null=True, related_name="phones")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="phones")
    position = models.PositiveSmallIntegerField(default=0)
    number = models.TextField()
    extension = text()
    label = text()
    more = said_besides()  # its type, the languages spoken on it

    field_classes = classes(public="id service organisation position number extension label more")


class Contact(models.Model):
    """A person or desk that the source publishes for the public to ask; never who assured the entry."""

    service = models.ForeignKey(Service, models.CASCADE, null=True, related_name="contacts")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="contacts")
    position = models.PositiveSmallIntegerField(default=0)
    name = text()
    title = text()
    department = text()
    email = text()
    phone = text()

    field_classes = classes(public="id service organisation position name title department email phone")


class Language(models.Model):
    """A language offered; `code` where the name is known."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="language_rows")
    name = models.TextField()
    code = models.CharField(max_length=8, blank=True, default="")
    note = text()

    field_classes = classes(public="id service name code note")


class Accessibility(models.Model):
    """What a place offers or lacks, in the source's words; codes where the words are plain."""

    service = models.ForeignKey(Service, models.CASCADE, null=True, related_name="accessibility")
    location = models.ForeignKey(Location, models.CASCADE, null=True, related_name="accessibility")
    description = models.TextField()
    url = text()

    field_classes = classes(public="id service location description url")


class ServiceArea(models.Model):
    """An area served, as the source names it."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="areas")
    name = models.TextField()
    extent = text()
    uri = text()
    more = said_besides()  # its description, the kind of its extent

    field_classes = classes(public="id service name extent uri more")


class Capacity(models.Model):
    """How many places are free, as the source or the group last said (HSDS 3.1)."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="capacities")
    unit = text()
    available = models.PositiveIntegerField(null=True)
    maximum = models.PositiveIntegerField(null=True)
    description = text()
    updated_at = models.DateTimeField(null=True)
    more = said_besides()  # which unit of which scheme

    field_classes = classes(public="id service unit available maximum description updated_at more")
