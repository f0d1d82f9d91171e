"""Taxonomies side by side, and the needs that a service answers."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models

from linkwell.common.access import classes
from linkwell.directory.models.entries import Service, said_besides, text
from linkwell.directory.models.feeds import Source


class TaxonomyTerm(models.Model):
    """A term of somebody's taxonomy."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="terms")
    external_id = models.TextField()
    taxonomy = text()
    name = models.TextField()
    description = text()
    parent_external_id = text()
    uri = text()
    more = said_besides()  # its code and language, the address and version of its taxonomy
    # The database gives it, so that an import that writes terms as rows need not know of it
    public_id = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)

    field_classes = classes(
        public="id source external_id taxonomy name description parent_external_id uri more public_id"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="one_term_of_an_id")]

    def __str__(self) -> str:
        return self.name


class Attribute(models.Model):
    """A service bears a term."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="attributes")
    term = models.ForeignKey(TaxonomyTerm, models.CASCADE, related_name="attributes")
    value = text()

    field_classes = classes(public="id service term value")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "term"], name="one_attribute_of_a_term")]


class ServiceNeed(models.Model):
    """A service answers a need of linkwell.matching.needs, and why we think so."""

    WHY = [
        ("term", "A term of its source says so"),
        ("mapping", "The mapping of its list says so"),
        ("name", "Its name says so"),
        ("text", "Its description says so"),
        ("hand", "Someone said so"),
    ]

    service = models.ForeignKey(Service, models.CASCADE, related_name="needs")
    code = models.CharField(max_length=40)
    why = models.CharField(max_length=8, choices=WHY)
    phrase = text()  # the words that met

    field_classes = classes(public="id service code why phrase")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "code"], name="one_service_need_of_a_code")]
