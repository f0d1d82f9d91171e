from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0002_walls")]

    operations = [
        migrations.AddField("referral", "contact_given", models.TextField(blank=True, default="", db_default="")),
    ]
