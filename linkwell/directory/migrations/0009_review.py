import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0008_freshness"),
    ]

    operations = [
        migrations.CreateModel(
            name="NeedPhrase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phrase", models.TextField(unique=True)),
                ("code", models.CharField(max_length=40)),
                ("note", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RawRecord",
            fields=[
                (
                    "service",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="raw",
                        serialize=False,
                        to="directory.service",
                    ),
                ),
                ("run_id", models.BigIntegerField(null=True)),
                ("read_at", models.DateTimeField()),
                ("size", models.PositiveIntegerField()),
                ("packed", models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name="fieldsource",
            name="said",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="fieldsource",
            name="said_known",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="fieldsource",
            name="taken_from",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="directory.service"
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="agreement_used",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="Duplicate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("likeness", models.FloatField()),
                ("reasons", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("joined", "Joined"), ("different", "Not the same")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.BigIntegerField(null=True)),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="directory.service"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="directory.service"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "-likeness"], name="duplicates_by_likeness")],
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="one_proposal_of_a_pair"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="a_pair_in_order"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Joining",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
                ("before", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.BigIntegerField(null=True)),
                (
                    "joined",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="directory.service"
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="joinings", to="directory.service"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)), fields=("joined",), name="joined_into_one_entry"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("correction", "The source changed a field that was put right by hand"),
                            ("owner", "The source says that the entry belongs to another organisation"),
                            ("exposure", "The source would show an address that is not given out"),
                        ],
                        max_length=12,
                    ),
                ),
                ("field", models.CharField(blank=True, default="", max_length=40)),
                ("ours", models.JSONField(null=True)),
                ("theirs", models.JSONField(null=True)),
                ("record", models.BinaryField(null=True)),
                ("digest", models.BinaryField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.BigIntegerField(null=True)),
                ("answer", models.CharField(blank=True, default="", max_length=10)),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="questions",
                        to="directory.importrun",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="questions", to="directory.service"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="questions", to="directory.source"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("settled_at", None)), fields=["asked_at"], name="open_questions")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at", None)),
                        fields=("service", "kind", "field"),
                        name="one_open_question_of_a_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TermNeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(blank=True, default="", max_length=40)),
                ("at", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="needs", to="directory.taxonomyterm"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("term", "code"), name="one_need_of_a_term")],
            },
        ),
    ]
