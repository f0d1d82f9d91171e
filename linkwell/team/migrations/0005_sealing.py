import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from linkwell.common.walls import Walls


class Migration(migrations.Migration):
    dependencies = [("team", "0004_second_person"), ("common", "0002_walls")]

    operations = [
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField()),
                ("first_position", models.BigIntegerField()),
                (
                    "event_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("macs", models.BinaryField()),
                ("high_event_id", models.BigIntegerField()),
                ("key_id", models.CharField(max_length=16)),
                ("sealed_at", models.DateTimeField()),
                ("head", models.BinaryField()),
                (
                    "scheme",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.scheme"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("scheme", "first_position"), name="one_chain_of_a_scheme")
                ],
            },
        ),
        migrations.CreateModel(
            name="HeadDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=10)),
                ("position", models.BigIntegerField(default=0)),
                ("told_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("why", models.CharField(blank=True, max_length=200)),
                (
                    "scheme",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.scheme"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("scheme", "channel"), name="one_delivery_of_a_channel")
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("sealed", models.BigIntegerField()),
                ("unsealed", models.BigIntegerField()),
                ("findings", models.PositiveIntegerField()),
                ("first_position", models.BigIntegerField(null=True)),
                ("first_finding", models.CharField(blank=True, max_length=300)),
                (
                    "scheme",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.scheme"),
                ),
            ],
            options={"indexes": [models.Index(fields=["scheme", "-at"], name="checks_newest_first")]},
        ),
        Walls("AuditSeal", append_only=True),
        Walls("HeadDelivery"),
        Walls("AuditCheck", append_only=True),
    ]
