import django.db.models.deletion
from django.db import migrations, models

from linkwell.common.walls import Walls


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0011_lists_of_runs"),
        ("team", "0006_organisations_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("source", models.TextField()),
                ("content", models.JSONField()),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["source"], name="mappings_of_a_source")],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file_name", models.TextField()),
                ("content", models.BinaryField()),
                ("at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("checking", "checking"),
                            ("checked", "checked"),
                            ("importing", "importing"),
                            ("imported", "imported"),
                            ("refused", "refused"),
                        ],
                        default="new",
                        max_length=10,
                    ),
                ),
                ("outline", models.JSONField()),
                ("source", models.TextField(blank=True, default="")),
                ("mapping_name", models.CharField(blank=True, default="", max_length=60)),
                ("mapping", models.JSONField(null=True)),
                ("outcome", models.JSONField(null=True)),
                ("trouble", models.TextField(blank=True, default="")),
                ("run_id", models.BigIntegerField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.membership"
                    ),
                ),
                ("scheme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="team.scheme")),
            ],
            options={
                "indexes": [models.Index(fields=["scheme", "by", "-at"], name="uploads_of_a_member")],
            },
        ),
        Walls("Upload", parents=["by"]),
    ]
