import django.contrib.postgres.functions
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0009_review")]

    operations = [
        migrations.AddField(
            model_name="taxonomyterm",
            name="public_id",
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True
            ),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                django.db.models.functions.comparison.Greatest("changed_at", "confirmed_at"),
                name="services_by_modified",
            ),
        ),
    ]
