import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from linkwell.common.walls import KeyForWalls, Walls


class Migration(migrations.Migration):
    dependencies = [
        ("team", "0003_invitations"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="factor_reset_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="invitation",
            name="is_agreed",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.CharField(max_length=300)),
                ("subject", models.CharField(max_length=255)),
                ("linked_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "subject"), name="an_identity_opens_one_account"),
                    models.UniqueConstraint(fields=("account", "issuer"), name="one_identity_of_an_issuer"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("invite", "Invite someone"),
                            ("change", "Change someone's place"),
                            ("reset", "Reset someone's second step"),
                        ],
                        max_length=6,
                    ),
                ),
                ("role", models.CharField(blank=True, max_length=3)),
                ("place", models.JSONField(default=dict)),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("agreed", "Agreed"), ("refused", "Refused"), ("withdrawn", "Withdrawn")],
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.membership"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.membership"
                    ),
                ),
                (
                    "invitation",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="team.invitation"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.membership"
                    ),
                ),
                ("scheme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="team.scheme")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("decision", "")), fields=["scheme", "-asked_at"], name="proposals_waiting"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "agreed"), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="agreed_by_a_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("invitation__isnull", False), ("kind", "invite"), ("member__isnull", True)),
                            models.Q(
                                ("invitation__isnull", True),
                                ("member__isnull", False),
                                models.Q(("kind", "invite"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_proposal_is_about_one_thing",
                    ),
                ],
            },
        ),
        KeyForWalls("Invitation"),
        Walls("Proposal", parents=["invitation", "member", "asked_by", "decided_by"]),
    ]
