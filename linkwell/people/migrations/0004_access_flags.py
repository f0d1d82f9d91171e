import django.db.models.deletion
from django.db import migrations, models

from linkwell.common.walls import Walls


class Migration(migrations.Migration):
    dependencies = [("people", "0003_no_postcode_key_where_hidden"), ("team", "0005_sealing")]

    operations = [
        migrations.CreateModel(
            name="AccessFlag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("own", "May be their own record"),
                            ("household", "Shares an address, phone or e-mail with them"),
                            ("surname", "Has the same surname"),
                            ("colleague", "May be a colleague’s record"),
                            ("volume", "Looked at more people than usual"),
                            ("hours", "Looked outside working hours"),
                            ("covering", "Covered for a colleague"),
                            ("restricted", "Opened a restricted record"),
                            ("overdue", "Nobody has looked into an opened record"),
                            ("excluded", "Tried to open a record they are kept from"),
                            ("refusals", "Was refused many times"),
                        ],
                        max_length=12,
                    ),
                ),
                ("day", models.DateField()),
                ("acts", models.PositiveIntegerField(default=0)),
                ("persons", models.PositiveIntegerField(default=0)),
                ("usual", models.PositiveIntegerField(null=True)),
                ("found_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "To look at"), ("cleared", "It was right"), ("concern", "Question raised")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.membership"
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="access_flags", to="team.membership"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="access_flags",
                        to="people.person",
                    ),
                ),
                ("scheme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="team.scheme")),
            ],
            options={
                "indexes": [models.Index(fields=["scheme", "state", "-day"], name="access_flags_by_state")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scheme", "kind", "membership", "person", "day"),
                        name="one_flag_of_a_look",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_flag_is_judged_by_someone",
                    ),
                ],
            },
        ),
        Walls("AccessFlag", parents=["person", "membership", "decided_by"]),
    ]
