from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0010_feed_out"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="list_name",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AlterField(
            model_name="importrow",
            name="kind",
            field=models.CharField(
                choices=[
                    ("repair", "repair"),
                    ("refusal", "refusal"),
                    ("withheld", "withheld"),
                    ("held", "held"),
                    ("closed", "closed"),
                    ("kept", "kept"),
                ],
                max_length=8,
            ),
        ),
    ]
