"""Organisations, the services they offer, and the places where these happen."""

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest

from linkwell.common.access import classes
from linkwell.directory.models.feeds import Source


def codes() -> "ArrayField[Any, Any]":
    """Return a field that holds a list of controlled codes, empty while none is known."""
    return ArrayField(models.TextField(), default=list, blank=True)


def said_besides() -> "models.JSONField[Any, Any]":
    """Return a field for what a source says that nothing of ours reads: the open feed tells it again."""
    return models.JSONField(default=dict, blank=True, db_default={})


def text() -> "models.TextField[Any, Any]":
    """Return an optional text field."""
    return models.TextField(blank=True, default="")


class Organisation(models.Model):
    """Who runs services. `email` comes from feeds; people's details go to `referral_email` alone."""

    KINDS = [
        ("voluntary", "Voluntary or community group"),
        ("council", "Council"),
        ("nhs", "NHS"),
        ("public", "Other public body"),
        ("business", "Business"),
        ("unknown", "Not known"),
    ]

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, related_name="organisations")
    external_id = models.TextField()
    name = models.TextField()
    kind = models.CharField(max_length=10, choices=KINDS, default="unknown")
    description = text()  # cleaned HTML; cleaned again where it is shown
    description_text = text()
    email = text()
    website = text()
    identifiers = models.JSONField(default=list)  # [{"scheme": "GB-CHC", "type": "Charity", "identifier": "1089464"}]
    more = said_besides()  # another name, legal status, logo, funding, programmes
    # Never taken from a feed: an address that receives people's details is confirmed by hand (security.md D10).
    referral_email = models.EmailField(blank=True, default="")
    referral_email_verified_at = models.DateTimeField(null=True, blank=True)
    referral_email_verified_by = models.BigIntegerField(null=True, blank=True)  # the membership that confirmed it
    referral_email_how = text()  # "rang them on 3 March"
    asks_stopped_at = models.DateTimeField(null=True, blank=True)  # "do not ask by e-mail": they are rung
    changed_at = models.DateTimeField()

    field_classes = classes(
        public="id public_id source external_id name kind description description_text email website identifiers"
        " more changed_at",
        operational="referral_email referral_email_verified_at referral_email_verified_by referral_email_how"
        " asks_stopped_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="one_organisation_of_an_id"),
            models.CheckConstraint(
                condition=Q(referral_email="") | Q(referral_email_verified_at__isnull=False),
                name="a_referral_address_is_verified",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Location(models.Model):
    """A place. `precision` says what its point rests on; an undisclosed place keeps area and phone only."""

    PRECISIONS = [
        ("exact", "The record's own coordinates"),
        ("postcode", "The centre of its postcode"),
        ("outcode", "The centre of its outward code"),
        ("none", "Not known"),
    ]

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, related_name="locations")
    external_id = models.TextField()
    name = text()
    description = text()
    address = text()  # lines separated by ", "
    town = text()
    region = text()
    country = text()
    postcode = text()
    outcode = text()
    transport = text()
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    easting = models.FloatField(null=True)  # British National Grid metres, where Great Britain
    northing = models.FloatField(null=True)
    precision = models.CharField(max_length=8, choices=PRECISIONS, default="none")
    is_undisclosed = models.BooleanField(default=False)
    access_yes = codes()  # access needs known to be met here
    access_no = codes()  # access needs known not to be met here
    more = said_besides()  # another name, its number in a register of addresses (UPRN), languages spoken there

    field_classes = classes(
        public="id public_id source external_id name description address town region country postcode outcode"
        " transport latitude longitude easting northing precision is_undisclosed access_yes access_no more"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="one_location_of_an_id"),
            models.CheckConstraint(
                condition=Q(precision="none") | Q(latitude__isnull=False, longitude__isnull=False),
                name="a_located_place_has_a_point",
            ),
        ]
        indexes = [
            models.Index(fields=["latitude", "longitude"], name="places_by_point"),
            models.Index(fields=["outcode"], name="places_by_outcode"),
        ]

    def __str__(self) -> str:
        return self.name or self.address or self.town


class Service(models.Model):
    """What an organisation offers. Codes are what matching reads; `…_text` keeps what the source wrote."""

    LISTINGS = [
        ("listed", "In its source's list"),
        ("inactive", "Marked inactive by its source"),
        ("defunct", "Marked as ended by its source"),
        ("temporarily_closed", "Marked temporarily closed by its source"),
        ("gone", "No longer in its source's list"),
    ]
    OPERATING = [
        ("open", "Open"),
        ("paused", "Not taking new people"),
        ("full", "Full"),
        ("waiting", "Has a waiting list"),
        ("phone_only", "By phone only for now"),
        ("online_only", "Online only for now"),
        ("moved", "Has moved"),
        ("closed", "Closed"),
    ]

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, related_name="services")
    external_id = models.TextField()
    list_name = text()  # which list of its source it stands in: a whole list can tell what has gone from it
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="services")
    name = models.TextField()
    alternate_name = text()
    description = text()  # cleaned HTML; cleaned again where it is shown
    description_text = text()
    url = text()
    additional_urls = models.JSONField(default=list, db_default=[])  # [{"label": "Book here", "url": "https://…"}]
    email = text()
    alert = text()
    accreditations = text()
    how_to_join = text()  # how one actually gets in
    what_to_bring = text()
    first_visit = text()  # what the first visit is like
    who_greets = models.TextField(blank=True, default="", db_default="")  # who meets somebody new at the door
    entry_routes = codes()  # drop_in, self_referral, professional_referral, appointment, membership
    eligibility_text = text()
    audience = codes()  # for whom, in the source's words
    minimum_age = models.PositiveSmallIntegerField(null=True)
    maximum_age = models.PositiveSmallIntegerField(null=True)  # included
    modes = codes()  # in_person, phone, online, home_visit; empty while unknown
    modes_text = text()
    languages = codes()  # ISO 639 codes known to be offered; empty while unknown
    access_yes = codes()
    access_no = codes()
    slots = models.IntegerField(null=True)  # bit 3·day + part (Monday 0; morning, afternoon, evening)
    times_text = text()
    is_free = models.BooleanField(null=True)
    cost_text = text()
    wait_text = text()
    more = said_besides()  # licences, funding, the programme it is part of, links of documents
    need_codes = codes()  # kept in step with ServiceNeed
    strong_needs = codes()  # those from a term, a mapping, the name or a hand
    area_text = text()
    area_outcodes = codes()  # outward codes served, empty while unknown
    is_undisclosed = models.BooleanField(default=False)  # area and phone only, everywhere
    listing = models.CharField(max_length=20, choices=LISTINGS, default="listed")
    gone_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)  # ended by hand, whatever its source says
    ended_why = models.TextField(blank=True, default="", db_default="")
    operating = models.CharField(max_length=12, choices=OPERATING, default="open")
    operating_note = text()
    operating_since = models.DateTimeField(null=True)
    wait_weeks = models.PositiveSmallIntegerField(null=True)
    source_checked_on = models.DateField(null=True)  # the source's own assurance date
    source_changed_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)  # the last Verification that found it right
    confirmed_by = models.CharField(max_length=12, blank=True, default="")  # group, worker, public
    seen_at = models.DateTimeField(null=True)  # the last import that held it
    changed_at = models.DateTimeField()
    record_hash = models.BinaryField(null=True)  # of the raw record: the same again is skipped
    read_run_id = models.BigIntegerField(null=True)  # the import run that last read it in full
    hidden_at = models.DateTimeField(null=True)  # one click: seen nowhere but on the editors' page of it
    hidden_by = models.BigIntegerField(null=True)  # the membership
    hidden_why = models.TextField(blank=True, default="", db_default="")
    joined_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="joined")  # a duplicate of it
    search = SearchVectorField(null=True)  # stems of linkwell.matching.words; weight A in the name
    operating_until = models.DateField(null=True)  # open again by itself from this day
    break_from = models.DateField(null=True)  # a seasonal break: dates, not closure
    break_until = models.DateField(null=True)  # the day they are back
    confirmed_how = models.CharField(max_length=8, blank=True, default="", db_default="")
    open_reports = models.PositiveSmallIntegerField(default=0, db_default=0)  # "it was closed", not looked into yet
    reported_at = models.DateTimeField(null=True)
    # The freshness contract (directory/freshness.py), kept by a trigger so that no writer can forget it
    run_by = models.CharField(max_length=10, default="unknown", db_default="unknown")  # its organisation's kind
    right_from = models.DateField(null=True)  # the day of the best evidence
    trust = models.FloatField(default=0, db_default=0)  # the chance that it was right on that day
    fades = models.FloatField(default=0, db_default=0)  # a year
    sinks_on = models.DateField(null=True)  # from this day it stands lower: ring first
    leaves_on = models.DateField(null=True)  # from this day it is left out of search; empty: never

    field_classes = classes(
        public="id public_id source external_id list_name organisation name alternate_name description"
        " description_text url additional_urls email alert accreditations how_to_join what_to_bring first_visit"
        " who_greets"
        " entry_routes eligibility_text audience minimum_age maximum_age modes modes_text languages access_yes"
        " access_no slots times_text is_free cost_text wait_text more need_codes strong_needs area_text"
        " area_outcodes is_undisclosed listing gone_on ended_on ended_why operating operating_note"
        " operating_since wait_weeks source_checked_on source_changed_at confirmed_at confirmed_by seen_at"
        " changed_at search hidden_at joined_into operating_until break_from break_until confirmed_how run_by"
        " right_from trust fades sinks_on leaves_on",
        operational="record_hash read_run_id hidden_by hidden_why open_reports reported_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="one_service_of_an_id"),
            models.CheckConstraint(condition=~Q(name=""), name="a_service_has_a_name"),
            models.CheckConstraint(
                condition=Q(listing="gone", gone_on__isnull=False) | (~Q(listing="gone") & Q(gone_on=None)),
                name="gone_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(break_from=None, break_until=None) | Q(break_from__lt=F("break_until")),
                name="a_break_ends_after_it_begins",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="services_by_word"),
            GinIndex(fields=["need_codes"], name="services_by_need"),
            models.Index(fields=["organisation"], name="services_of_organisation"),
            models.Index(fields=["sinks_on"], name="services_to_confirm"),
            # what the feed calls last modified: `modified_after` asks for a few of many
            models.Index(Greatest("changed_at", "confirmed_at"), name="services_by_modified"),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceAtLocation(models.Model):
    """A service happens at a place."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="at_locations")
    location = models.ForeignKey(Location, models.CASCADE, related_name="at_services")
    external_id = text()
    description = text()

    field_classes = classes(public="id service location external_id description")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "location"], name="one_service_at_a_location")]
