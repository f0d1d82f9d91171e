"""What a search looks at is told to every process that searches, in the transaction that changes it."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models

SERVICE = (
    "source_id name search need_codes strong_needs modes languages access_yes access_no slots is_free cost_text"
    " minimum_age maximum_age area_outcodes area_text is_undisclosed listing ended_on operating wait_weeks break_from"
    " break_until confirmed_at source_checked_on sinks_on leaves_on hidden_at joined_into_id"
).split()
PLACE = "latitude longitude easting northing precision is_undisclosed access_yes access_no".split()


def differ(columns: list[str]) -> str:
    """Return the condition that any of these columns of `n` is not as in `o`."""
    now, was = (", ".join(f"{row}.{column}" for column in columns) for row in "no")
    return f"({now}) IS DISTINCT FROM ({was})"


NOTES = """
CREATE FUNCTION directory_note_change(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF ids IS NOT NULL THEN
        INSERT INTO directory_searchchange (service_ids, xact) VALUES (ids, pg_current_xact_id()::text::bigint);
        PERFORM pg_notify('linkwell_directory', '');
    END IF;
END $$
"""
# (table, the ids that rows of it concern, the condition under which a changed row counts)
TABLES = {
    "directory_service": ("SELECT id FROM {}", f"SELECT n.id FROM written n JOIN stood o USING (id) WHERE {differ(SERVICE)}"),
    "directory_serviceatlocation": ("SELECT service_id FROM {}", None),
    "directory_serviceneed": ("SELECT service_id FROM {}", None),
    "directory_location": (
        None,
        "SELECT a.service_id FROM written n JOIN stood o USING (id)"
        f" JOIN directory_serviceatlocation a ON a.location_id = n.id WHERE {differ(PLACE)}",
    ),
    "directory_source": (
        None,
        "SELECT s.id FROM written n JOIN stood o USING (id) JOIN directory_service s ON s.source_id = n.id"
        " WHERE n.is_approved <> o.is_approved",
    ),
}  # fmt: skip


def triggers() -> list[tuple[str, str]]:
    """Return the statements that make the triggers of every table, and those that take them away."""
    found = []
    for table, (whole, changed) in TABLES.items():
        either = whole and f"{whole.format('written')} UNION {whole.format('stood')}"
        ids = {
            "INSERT": (whole and whole.format("written"), "NEW TABLE AS written"),
            "UPDATE": (changed or either, "OLD TABLE AS stood NEW TABLE AS written"),
            "DELETE": (whole and whole.format("stood"), "OLD TABLE AS stood"),
        }
        for event, (query, tables) in ids.items():
            if query:
                name = f"{table}_{event.lower()}_is_told"
                make = (
                    f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                    f" PERFORM directory_note_change((SELECT array_agg(DISTINCT c.id) FROM ({query}) AS c (id)));"
                    f" RETURN NULL; END $$; CREATE TRIGGER {event.lower()}_is_told AFTER {event} ON {table}"
                    f" REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
                )
                found.append((make, f"DROP FUNCTION {name} CASCADE"))
    return found


# The adopter's words for needs concern no entry: they are read anew whenever anything is
PHRASES = """
CREATE FUNCTION directory_needphrase_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM directory_note_change('{}');
    RETURN NULL;
END $$;
CREATE TRIGGER is_told AFTER INSERT OR UPDATE OR DELETE ON directory_needphrase
    FOR EACH STATEMENT EXECUTE FUNCTION directory_needphrase_is_told()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0017_written_by_the_release_before"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "service_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("xact", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"indexes": [models.Index(fields=["xact"], name="search_changes_by_xact")]},
        ),
        migrations.RunSQL(NOTES, "DROP FUNCTION directory_note_change CASCADE"),
        *(migrations.RunSQL(make, drop) for make, drop in triggers()),
        migrations.RunSQL(PHRASES, "DROP FUNCTION directory_needphrase_is_told CASCADE"),
    ]
