from django.db import migrations

from linkwell.common.walls import Walls


class Migration(migrations.Migration):
    dependencies = [("common", "0001_initial"), ("team", "0002_walls")]

    operations = [
        Walls("AuditEvent", append_only=True),
        migrations.RunSQL(
            "ALTER TABLE common_auditevent ADD CONSTRAINT common_auditevent_scheme"
            " FOREIGN KEY (scheme_id) REFERENCES team_scheme (id)",
            migrations.RunSQL.noop,
        ),
    ]
