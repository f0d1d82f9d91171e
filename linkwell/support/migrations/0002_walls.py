from django.db import migrations

from linkwell.common.walls import Walls


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial"), ("referrals", "0002_walls")]

    operations = [
        Walls("Episode", parents=["person", "referral", "link_worker"]),
        Walls("EpisodeEvent", parents=["episode", "by"], append_only=True),
        Walls("Contact", parents=["episode", "person", "by", "corrects"], append_only=True),
        Walls("AboutMe", parents=["person", "by"], append_only=True),
        Walls("EpisodeNeed", parents=["episode", "by"]),
        Walls("Strength", parents=["episode"]),
        Walls("Goal", parents=["episode"]),
        Walls("Action", parents=["goal"]),
        Walls("PlanVersion", parents=["episode", "by"], append_only=True),
        Walls("Review", parents=["episode", "by"]),
        Walls("Task", parents=["member", "episode"]),
    ]
