"""What a source says that nothing of ours reads is kept, and told again."""

from django.db import migrations, models

TABLES = ("capacity", "location", "organisation", "phone", "schedule", "service", "servicearea", "taxonomyterm")


class Migration(migrations.Migration):
    dependencies = [("directory", "0020_told_in_bulk")]

    operations = [
        migrations.AddField(table, "more", models.JSONField(blank=True, db_default={}, default=dict))
        for table in TABLES
    ]
