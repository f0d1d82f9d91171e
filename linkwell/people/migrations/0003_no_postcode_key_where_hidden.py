from django.db import migrations


class Migration(migrations.Migration):
    """A hidden person is found by no postcode; the keys written before go."""

    dependencies = [("people", "0002_walls")]

    operations = [
        migrations.RunSQL(
            "DELETE FROM people_personkey WHERE kind = 'postcode' AND person_id IN"
            " (SELECT id FROM people_person WHERE location_hidden)",
            migrations.RunSQL.noop,
        ),
    ]
