"""A service that begins to take people, newly or again, is noted by the database, so that no writer can forget it."""

import django.db.models.deletion
from django.db import migrations, models

TAKES = (
    "{0}.listing = 'listed' AND {0}.operating NOT IN ('closed', 'paused', 'full') AND {0}.hidden_at IS NULL"
    " AND {0}.joined_into_id IS NULL AND {0}.ended_on IS NULL"
)
KEEP = "ON CONFLICT (service_id) DO UPDATE SET kind = EXCLUDED.kind, at = EXCLUDED.at"
# A source whose first list is still being read brings what was there before; a source without lists is kept by hand.
FIRST_LIST = (
    "EXISTS (SELECT FROM directory_importrun r WHERE r.source_id = n.source_id) AND NOT EXISTS"
    " (SELECT FROM directory_importrun r WHERE r.source_id = n.source_id AND r.state = 'finished')"
)
NOTES = f"""
CREATE FUNCTION directory_new_entry_opens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO directory_opening (service_id, kind, at)
    SELECT n.id, 'new', n.changed_at FROM written n WHERE {TAKES.format("n")} AND NOT ({FIRST_LIST}) {KEEP};
    RETURN NULL;
END $$;
CREATE TRIGGER new_entry_opens AFTER INSERT ON directory_service
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION directory_new_entry_opens();
CREATE FUNCTION directory_entry_opens_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO directory_opening (service_id, kind, at)
    SELECT n.id, 'again', n.changed_at FROM written n JOIN stood o USING (id)
    WHERE {TAKES.format("n")} AND NOT ({TAKES.format("o")}) {KEEP};
    RETURN NULL;
END $$;
CREATE TRIGGER entry_opens_again AFTER UPDATE ON directory_service
    REFERENCING OLD TABLE AS stood NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION directory_entry_opens_again();
"""
UNDONE = (
    "DROP FUNCTION IF EXISTS directory_new_entry_opens CASCADE;"
    " DROP FUNCTION IF EXISTS directory_entry_opens_again CASCADE"
)


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0018_searching"),
    ]

    operations = [
        migrations.CreateModel(
            name="Opening",
            fields=[
                (
                    "service",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="opening",
                        serialize=False,
                        to="directory.service",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("new", "New in the directory"), ("again", "Takes people again")], max_length=5
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["-at"], name="openings_newest")]},
        ),
        migrations.RunSQL(NOTES, UNDONE),
    ]
