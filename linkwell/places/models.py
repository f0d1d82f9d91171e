"""Postcodes and outward codes with their points, and the practices of a national register."""

from django.db import models

from linkwell.common.access import classes


class Outcode(models.Model):
    """The first half of a postcode, and a point in its middle."""

    code = models.CharField(max_length=4, primary_key=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    easting = models.FloatField(null=True)  # British National Grid metres; none in Northern Ireland
    northing = models.FloatField(null=True)
    town = models.TextField(blank=True, default="")
    region = models.TextField(blank=True, default="")
    country = models.CharField(max_length=3, blank=True, default="")

    field_classes = classes(public="code latitude longitude easting northing town region country")


class Postcode(models.Model):
    """A whole postcode, without its space, and its point."""

    code = models.CharField(max_length=7, primary_key=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    easting = models.FloatField(null=True)
    northing = models.FloatField(null=True)
    lsoa = models.CharField(max_length=9, blank=True, default="")  # small area of the census, for deprivation
    district = models.CharField(max_length=9, blank=True, default="")

    field_classes = classes(public="code latitude longitude easting northing lsoa district")


class ReferencePractice(models.Model):
    """A GP practice of a national register, offered when a scheme adds its practices."""

    system = models.TextField()
    code = models.CharField(max_length=20)
    name = models.TextField()
    address = models.TextField(blank=True, default="")
    postcode = models.CharField(max_length=8, blank=True, default="")
    phone = models.TextField(blank=True, default="")
    commissioner = models.CharField(max_length=20, blank=True, default="")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    is_active = models.BooleanField(default=True)

    field_classes = classes(
        public="id system code name address postcode phone commissioner latitude longitude is_active"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "code"], name="one_reference_practice_of_a_code")]
        indexes = [models.Index(fields=["postcode"], name="practices_by_postcode")]
