from django.db import migrations

from linkwell.common.walls import KeyForWalls, Walls

# Memberships and invitations stand outside row-level security but may only name what is of their scheme.
MEMBERS_STAY_IN_THEIR_SCHEME = """
ALTER TABLE team_membership
    ADD CONSTRAINT team_membership_practice_in_scheme
        FOREIGN KEY (scheme_id, practice_id) REFERENCES team_practice (scheme_id, id),
    ADD CONSTRAINT team_membership_agency_in_scheme
        FOREIGN KEY (scheme_id, agency_id) REFERENCES team_agency (scheme_id, id);
ALTER TABLE team_invitation
    ADD CONSTRAINT team_invitation_practice_in_scheme
        FOREIGN KEY (scheme_id, practice_id) REFERENCES team_practice (scheme_id, id),
    ADD CONSTRAINT team_invitation_agency_in_scheme
        FOREIGN KEY (scheme_id, agency_id) REFERENCES team_agency (scheme_id, id);
"""
# Django's database cache: rate limits must be shared by all processes.
CACHE_TABLE = """
CREATE TABLE linkwell_cache (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamp with time zone NOT NULL);
CREATE INDEX linkwell_cache_expires ON linkwell_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("team", "0001_initial")]

    operations = [
        KeyForWalls("Membership"),
        Walls("Programme"),
        Walls("Practice"),
        Walls("Agency"),
        migrations.RunSQL(MEMBERS_STAY_IN_THEIR_SCHEME, migrations.RunSQL.noop),
        migrations.RunSQL(CACHE_TABLE, "DROP TABLE linkwell_cache"),
    ]
