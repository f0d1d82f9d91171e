"""Places by where they are, nearest first: a degree of longitude is 0.6 of one of latitude in Great Britain."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("directory", "0006_editing")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX places_around ON directory_location USING gist (point(longitude * 0.6, latitude))"
            " WHERE latitude IS NOT NULL AND NOT is_undisclosed",
            "DROP INDEX places_around",
        )
    ]
