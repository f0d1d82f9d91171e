"""The de-identified views that reports read.

They belong to linkwell_views, which stands behind the scheme walls like everyone else and may read the
columns named here, no name, contact, address, birth date, note or answer among them. linkwell_report may
read the views and nothing else; the app steps into that role for a report.
"""

from typing import Any

from django.db import migrations

COLUMNS = {
    "team_scheme": "id, first_contact_days",
    "team_programme": "id, scheme_id, name, first_contact_days",
    "referrals_referral": (
        "id, scheme_id, programme_id, source, practice_id, agency_id, urgency, state, received_at, decided_at, closed_at"
    ),
    "referrals_referralevent": "id, scheme_id, referral_id, at, now",
    "support_episode": (
        "id, scheme_id, referral_id, link_worker_id, opened_at, first_attempt_at, first_conversation_at,"
        " attempts_count, contacts_count, ended_at, end_reason"
    ),
    "support_planversion": "id, scheme_id, episode_id, agreed_at",
    "connections_connection": "id, scheme_id, episode_id, kind, state, created_at, first_attended_on",
    "connections_connectionevent": "id, scheme_id, connection_id, at, now",
    "outcomes_completion": "id, scheme_id, episode_id, measure, occasion, at",
    "outcomes_score": "id, scheme_id, completion_id, scale, value",
}

DAY = "({} AT TIME ZONE 'Europe/London')::date"

REFERRALS = f"""
CREATE VIEW report_referral AS
SELECT
    r.scheme_id,
    r.id AS referral_key,
    p.name AS programme,
    CASE WHEN r.practice_id IS NOT NULL THEN 'practice ' || r.practice_id
         WHEN r.agency_id IS NOT NULL THEN 'agency ' || r.agency_id END AS contributor,
    e.link_worker_id AS worker_key,
    r.source,
    r.urgency,
    r.state,
    {DAY.format("r.received_at")} AS received_on,
    {DAY.format("coalesce(step.accepted_at, CASE WHEN r.state IN ('accepted', 'allocated', 'closed') THEN r.decided_at END)")}
        AS accepted_on,
    CASE WHEN r.state IN ('declined', 'redirected', 'returned') THEN r.state END AS refused,
    CASE WHEN r.state IN ('declined', 'redirected', 'returned')
         THEN {DAY.format("coalesce(step.refused_at, r.decided_at, r.received_at)")} END AS refused_on,
    {DAY.format("e.opened_at")} AS allocated_on,
    {DAY.format("e.first_attempt_at")} AS first_attempt_on,
    {DAY.format("e.first_conversation_at")} AS first_conversation_on,
    e.attempts_count AS attempts,
    e.contacts_count AS contacts,
    {DAY.format("plan.agreed_at")} AS plan_agreed_on,
    {DAY.format("went.signposted_at")} AS signposted_on,
    {DAY.format("went.referred_at")} AS referred_on_on,
    went.first_attended_on,
    {DAY.format("went.attending_at")} AS attending_on,
    {DAY.format("e.ended_at")} AS ended_on,
    e.end_reason,
    coalesce(p.first_contact_days, s.first_contact_days) AS target_days
FROM referrals_referral r
JOIN team_scheme s ON s.id = r.scheme_id
LEFT JOIN team_programme p ON p.id = r.programme_id AND p.scheme_id = r.scheme_id
LEFT JOIN support_episode e ON e.referral_id = r.id AND e.scheme_id = r.scheme_id
LEFT JOIN (
    SELECT v.scheme_id, v.referral_id,
           min(v.at) FILTER (WHERE v.now = 'accepted') AS accepted_at,
           max(v.at) FILTER (WHERE v.now IN ('declined', 'redirected', 'returned')) AS refused_at
    FROM referrals_referralevent v GROUP BY v.scheme_id, v.referral_id
) step ON step.referral_id = r.id AND step.scheme_id = r.scheme_id
LEFT JOIN (
    SELECT n.scheme_id, n.episode_id, min(n.agreed_at) AS agreed_at
    FROM support_planversion n GROUP BY n.scheme_id, n.episode_id
) plan ON plan.episode_id = e.id AND plan.scheme_id = r.scheme_id
LEFT JOIN (
    SELECT c.scheme_id, c.episode_id,
           min(coalesce(told.signposted_at, CASE WHEN c.kind = 'signpost' AND c.state <> 'proposed' THEN c.created_at END))
               AS signposted_at,
           min(coalesce(told.shared_at, CASE WHEN c.kind = 'referral' AND c.state <> 'proposed' THEN c.created_at END))
               AS referred_at,
           min(coalesce(c.first_attended_on, {DAY.format("told.attended_at")})) AS first_attended_on,
           min(told.attending_at) AS attending_at
    FROM connections_connection c
    LEFT JOIN (
        SELECT v.scheme_id, v.connection_id,
               min(v.at) FILTER (WHERE v.now = 'signposted') AS signposted_at,
               min(v.at) FILTER (WHERE v.now = 'shared') AS shared_at,
               min(v.at) FILTER (WHERE v.now = 'first_attended') AS attended_at,
               min(v.at) FILTER (WHERE v.now = 'attending') AS attending_at
        FROM connections_connectionevent v GROUP BY v.scheme_id, v.connection_id
    ) told ON told.connection_id = c.id AND told.scheme_id = c.scheme_id
    GROUP BY c.scheme_id, c.episode_id
) went ON went.episode_id = e.id AND went.scheme_id = r.scheme_id
WHERE r.state <> 'draft'
"""

SCORES = f"""
CREATE VIEW report_score AS
SELECT
    k.scheme_id,
    e.referral_id AS referral_key,
    c.measure,
    k.scale,
    c.occasion,
    {DAY.format("c.at")} AS scored_on,
    c.id AS in_order,
    k.value
FROM outcomes_score k
JOIN outcomes_completion c ON c.id = k.completion_id AND c.scheme_id = k.scheme_id
JOIN support_episode e ON e.id = c.episode_id AND e.scheme_id = c.scheme_id
"""


def grants() -> list[Any]:
    """Return the rights: what the views may read, and who may read the views."""
    given: list[Any] = [f"GRANT SELECT ({columns}) ON {table} TO linkwell_views" for table, columns in COLUMNS.items()]
    for view in ("report_referral", "report_score"):
        given += [
            f"REVOKE ALL ON {view} FROM linkwell_app",
            f"GRANT SELECT ON {view} TO linkwell_report",
            f"ALTER VIEW {view} OWNER TO linkwell_views",
        ]
    return given


def taken_back() -> list[Any]:
    """Return what undoes it all."""
    revoked = [f"REVOKE SELECT ({columns}) ON {table} FROM linkwell_views" for table, columns in COLUMNS.items()]
    return ["DROP VIEW report_score", "DROP VIEW report_referral", *revoked]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("outcomes", "0003_submissions"),
        ("connections", "0002_walls"),
        ("support", "0002_walls"),
        ("referrals", "0002_walls"),
        ("team", "0002_walls"),
    ]

    operations = [
        migrations.RunSQL([REFERRALS, SCORES, *grants()], reverse_sql=taken_back()),
    ]
