from django.db import migrations

from linkwell.common.walls import Walls


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("team", "0002_walls")]

    operations = [
        Walls("Person", parents=["practice"]),
        Walls("PersonKey", parents=["person"]),
        Walls("ContactRule", parents=["person", "recorded_by"]),
        Walls("AccessNeed", parents=["person"]),
        Walls("Consent", parents=["person", "recorded_by"]),
        Walls("RiskStatement", parents=["person", "recorded_by"]),
        Walls("RestrictedReader", parents=["person", "membership"]),
        Walls("Exclusion", parents=["person", "membership"]),
        Walls("RecordOpening", parents=["person", "membership"]),
    ]
