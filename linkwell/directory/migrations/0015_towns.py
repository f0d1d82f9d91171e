"""The entries of a town, whose middle is the place of a search where no table knows the town."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("directory", "0014_more_addresses")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX places_by_town ON directory_location (upper(town))"
            " WHERE latitude IS NOT NULL AND NOT is_undisclosed",
            "DROP INDEX places_by_town",
        )
    ]
