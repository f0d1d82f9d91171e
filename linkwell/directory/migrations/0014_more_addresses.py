from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0013_confirmed_here")]

    operations = [
        migrations.AddField(
            model_name="service",
            name="additional_urls",
            field=models.JSONField(db_default=[], default=list),
        )
    ]
