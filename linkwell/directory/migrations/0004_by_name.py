"""The order in which the directory is listed, so that a page of it reads a page of it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_lists")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX services_by_name ON directory_service"
            " ((listing <> 'listed' OR operating = 'closed'), name, id) WHERE listing <> 'defunct'",
            "DROP INDEX services_by_name",
        )
    ]
