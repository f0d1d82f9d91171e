from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0015_towns"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER keeps_the_table BEFORE TRUNCATE ON directory_entryevent FOR EACH STATEMENT"
            " EXECUTE FUNCTION linkwell_is_append_only();"
            " REVOKE UPDATE, DELETE, TRUNCATE ON directory_entryevent FROM linkwell_app",
            "DROP TRIGGER keeps_the_table ON directory_entryevent",
        ),
        migrations.RunSQL(
            "ALTER TABLE directory_internalremark ADD CONSTRAINT directory_internalremark_replaces_in_scheme"
            " FOREIGN KEY (scheme_id, replaces_id) REFERENCES directory_internalremark (scheme_id, id)",
            "ALTER TABLE directory_internalremark DROP CONSTRAINT directory_internalremark_replaces_in_scheme",
        ),
    ]
