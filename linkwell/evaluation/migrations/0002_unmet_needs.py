"""The de-identified view of unmet needs: which need, roughly where, in which quarter; what was withdrawn is left out."""

from django.db import migrations

COLUMNS = "id, scheme_id, episode_id, code, outcode, main_reason, at, withdrawn_at"

UNMET = """
CREATE VIEW report_unmet AS
SELECT
    u.scheme_id,
    u.episode_id AS episode_key,
    CASE WHEN r.practice_id IS NOT NULL THEN 'practice ' || r.practice_id
         WHEN r.agency_id IS NOT NULL THEN 'agency ' || r.agency_id END AS contributor,
    e.link_worker_id AS worker_key,
    u.code AS need,
    u.outcode,
    u.main_reason,
    (u.at AT TIME ZONE 'Europe/London')::date AS found_on,
    u.id AS in_order
FROM connections_unmetneed u
JOIN support_episode e ON e.id = u.episode_id AND e.scheme_id = u.scheme_id
JOIN referrals_referral r ON r.id = e.referral_id AND r.scheme_id = u.scheme_id
WHERE u.withdrawn_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("evaluation", "0001_reporting_views"),
        ("connections", "0004_unmet_needs"),
    ]

    operations = [
        migrations.RunSQL(
            [
                UNMET,
                f"GRANT SELECT ({COLUMNS}) ON connections_unmetneed TO linkwell_views",
                "REVOKE ALL ON report_unmet FROM linkwell_app",
                "GRANT SELECT ON report_unmet TO linkwell_report",
                "ALTER VIEW report_unmet OWNER TO linkwell_views",
            ],
            reverse_sql=[
                "DROP VIEW report_unmet",
                f"REVOKE SELECT ({COLUMNS}) ON connections_unmetneed FROM linkwell_views",
            ],
        ),
    ]
