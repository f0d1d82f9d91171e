from django.db import migrations

from linkwell.common.walls import Walls


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial"), ("people", "0002_walls")]

    operations = [
        Walls("Referral", parents=["programme", "person", "practice", "agency", "referrer"]),
        Walls("ReferralEvent", parents=["referral", "by"], append_only=True),
        Walls("Allocation", parents=["referral", "person", "link_worker"]),
        Walls("FeedbackToReferrer", parents=["referral", "by"], append_only=True),
        Walls("FeedbackRead", parents=["feedback", "by"], append_only=True),
    ]
