from django.db import migrations

from linkwell.common.walls import Walls


class Migration(migrations.Migration):
    dependencies = [("connections", "0001_initial"), ("support", "0002_walls")]

    operations = [
        Walls("Connection", parents=["episode", "person", "goal", "by"]),
        Walls("ConnectionEvent", parents=["connection", "by"], append_only=True),
        Walls("SharePacket", parents=["connection", "person", "by"]),
        Walls("Reply", parents=["connection", "by"], append_only=True),
        Walls("UnmetNeed", parents=["episode", "by"]),
    ]
