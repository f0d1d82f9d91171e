from django.db import migrations

from linkwell.common.walls import Walls


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial"), ("team", "0002_walls")]

    operations = [
        Walls("Message"),
    ]
