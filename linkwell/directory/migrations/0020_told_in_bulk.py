"""What is told of many rows at once costs by the row: the joins of before were planned once, for few rows, and kept."""

from importlib import import_module

from django.db import migrations

before = import_module("linkwell.directory.migrations.0018_searching")
opening = import_module("linkwell.directory.migrations.0019_openings")


def changed(columns: list[str]) -> str:
    """Return the query for the ids of the rows in which any of these columns changed; it sorts, whatever the plan."""
    names = ", ".join(["id", *columns])
    return f"SELECT c.id FROM (SELECT {names} FROM written EXCEPT SELECT {names} FROM stood) c"


# The second query is planned each time: in the transaction that fills the table a plan of before would read all of it
TOLD = f"""
CREATE OR REPLACE FUNCTION directory_service_update_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM directory_note_change((SELECT array_agg(c.id) FROM ({changed(before.SERVICE)}) c));
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION directory_location_update_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moved bigint[] := ARRAY({changed(before.PLACE)}); services bigint[];
BEGIN
    IF cardinality(moved) > 0 THEN
        EXECUTE 'SELECT array_agg(DISTINCT service_id) FROM directory_serviceatlocation WHERE location_id = ANY ($1)'
            INTO services USING moved;
        PERFORM directory_note_change(services);
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION directory_entry_opens_again() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE shut bigint[] := ARRAY(SELECT o.id FROM stood o WHERE NOT ({opening.TAKES.format("o")}));
BEGIN
    IF cardinality(shut) > 0 THEN
        INSERT INTO directory_opening (service_id, kind, at)
        SELECT n.id, 'again', n.changed_at FROM written n
        WHERE n.id = ANY (shut) AND {opening.TAKES.format("n")} {opening.KEEP};
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0019_openings")]

    operations = [migrations.RunSQL(TOLD, migrations.RunSQL.noop)]
