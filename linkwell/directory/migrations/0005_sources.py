import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0004_by_name"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="agreed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="importrun",
            name="agreed_by",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="importrun",
            name="begun_by",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="importrun",
            name="held",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="importrun",
            name="is_partial",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="importrun",
            name="trouble",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="service",
            name="hidden_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="hidden_by",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="hidden_why",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="service",
            name="joined_into",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="joined", to="directory.service"
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="approved_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="source",
            name="approved_by",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="source",
            name="every_hours",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="source",
            name="failures",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="source",
            name="format",
            field=models.CharField(blank=True, default="auto", max_length=12),
        ),
        migrations.AddField(
            model_name="source",
            name="is_approved",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="source",
            name="is_paused",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="source",
            name="mapping",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="source",
            name="next_due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="source",
            name="url",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddIndex(
            model_name="source",
            index=models.Index(
                condition=models.Q(("is_paused", False), ("next_due_at__isnull", False)),
                fields=["next_due_at"],
                name="sources_due",
            ),
        ),
        # What staff had imported before sources had to be approved was in use already.
        migrations.RunSQL(
            "UPDATE directory_source SET is_approved = true, approved_at = created_at", migrations.RunSQL.noop
        ),
    ]
