from django.db import migrations, models
from django.db.models import Q

INVITER_IN_SCHEME = """
ALTER TABLE team_invitation ADD CONSTRAINT team_invitation_invited_by_in_scheme
    FOREIGN KEY (scheme_id, invited_by_id) REFERENCES team_membership (scheme_id, id);
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_standing"), ("team", "0002_walls")]

    operations = [
        migrations.RemoveField("invitation", "token_hash"),
        migrations.AddField("account", "signed_out_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "invitation",
            models.UniqueConstraint(
                condition=Q(redeemed_at=None, withdrawn_at=None),
                fields=("scheme", "email"),
                name="one_open_invitation_of_an_address",
            ),
        ),
        migrations.AddConstraint(
            "membership",
            models.UniqueConstraint(
                condition=Q(ended_on=None),
                fields=("account", "scheme", "role", "practice", "agency", "organisation"),
                name="one_current_place_of_a_kind",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(INVITER_IN_SCHEME, migrations.RunSQL.noop),
    ]
