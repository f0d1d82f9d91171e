from django.db import migrations

from linkwell.common.walls import Walls


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0001_initial"), ("support", "0002_walls")]

    operations = [
        Walls("Completion", parents=["person", "episode", "by"], append_only=True),
        Walls("Score", parents=["completion"], append_only=True),
    ]
