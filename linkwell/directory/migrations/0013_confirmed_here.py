from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0012_uploads"),
    ]

    operations = [
        migrations.AlterField(
            model_name="verification",
            name="how",
            field=models.CharField(
                choices=[
                    ("phone", "by phone"),
                    ("email", "by e-mail"),
                    ("visit", "on a visit"),
                    ("web", "on their website"),
                    ("text", "by text"),
                    ("account", "signed in here"),
                ],
                max_length=8,
            ),
        ),
    ]
