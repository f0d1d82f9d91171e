"""The reporting views: no person in them, read by the reporting role alone, behind the scheme walls (X08, T03)."""

from datetime import date

import pytest
from django.db import ProgrammingError, connection

from linkwell.common.scope import reporting
from linkwell.evaluation import queries
from tests.evaluation.people import JULY, Town
from tests.factories import ReferralFactory, ServiceFactory, in_scheme

VIEWS = ["report_referral", "report_score", "report_unmet"]
RELATIONS = "relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')"


def ask(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def test_x08_the_reporting_role_may_read_the_views_and_nothing_else(db):
    readable = ask(
        f"SELECT relname FROM pg_class WHERE {RELATIONS} AND (has_table_privilege('linkwell_report', oid, 'SELECT')"
        " OR has_any_column_privilege('linkwell_report', oid, 'SELECT')) ORDER BY relname"
    )
    assert [name for (name,) in readable] == VIEWS


def test_x08_the_reporting_role_may_write_nothing(db):
    for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
        assert not ask(
            f"SELECT relname FROM pg_class WHERE {RELATIONS} AND has_table_privilege('linkwell_report', oid, %s)", right
        )


def test_the_views_belong_to_a_role_that_nobody_logs_in_as_and_that_stands_behind_the_walls(db):
    owners = ask(
        "SELECT c.relname, r.rolname, r.rolcanlogin, r.rolbypassrls, r.rolsuper, c.reloptions::text FROM pg_class c"
        " JOIN pg_roles r ON r.oid = c.relowner WHERE c.relname = ANY(%s) ORDER BY c.relname",
        VIEWS,
    )
    assert owners == [(view, "linkwell_views", False, False, False, None) for view in VIEWS]


def test_the_owner_of_the_views_reads_no_column_that_says_who_someone_is(db):
    columns = {
        (table, column)
        for table, column in ask(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0"
            " AND NOT a.attisdropped AND has_column_privilege('linkwell_views', c.oid, a.attnum, 'SELECT')"
        )
    }
    assert not {table for table, _ in columns if table.startswith("people_") or table == "team_account"}
    forbidden = {"person_id", "reference", "reason", "text", "note", "answers", "content", "name"}
    assert {found for found in columns if found[1] in forbidden} == {("team_programme", "name")}


@pytest.mark.parametrize("table", ["people_person", "referrals_referral", "support_contact", "outcomes_score"])
def test_x08_no_row_of_a_person_is_read_under_the_reporting_role(scheme, table):
    with pytest.raises(ProgrammingError, match="permission denied"), reporting():
        ask(f"SELECT * FROM {table} LIMIT 1")


def test_after_a_report_the_app_is_itself_again(scheme):
    with reporting():
        pass
    assert ask("SELECT current_user") == [("linkwell_app",)]
    with pytest.raises(ProgrammingError), reporting():
        ask("SELECT * FROM people_person")
    assert ask("SELECT current_user") == [("linkwell_app",)]


def test_t03_another_schemes_referrals_are_neither_seen_nor_counted(scheme, foreign_scheme):
    ReferralFactory()
    with in_scheme(foreign_scheme):
        ReferralFactory()
        ReferralFactory()
    with reporting():
        assert ask("SELECT count(*), min(scheme_id) FROM report_referral") == [(1, scheme.pk)]
    with queries.reading() as cursor:
        assert queries.first_received_on(cursor, scheme_id=foreign_scheme.pk) is None


def test_without_a_scheme_in_force_the_views_are_empty(scheme):
    ReferralFactory()
    ask("SELECT set_config('linkwell.scheme_ids', '', true)")
    with reporting():
        assert ask("SELECT count(*) FROM report_referral") == [(0,)]


def test_a_draft_is_no_referral(scheme):
    ReferralFactory(state="draft")
    with reporting():
        assert ask("SELECT count(*) FROM report_referral") == [(0,)]


def test_one_row_tells_the_whole_course_of_one_referral_by_days(scheme):
    scheme.first_contact_days = 5
    scheme.save()
    town = Town()
    town.supported(1, JULY, reached="attending", reason="goals_met", joined="referral", happy=(3, 6))
    with queries.reading() as cursor:
        (row,) = queries.referrals(cursor, scheme_id=scheme.pk, since=date(2026, 7, 1), until=date(2026, 10, 1))
        pairs = queries.pairs(cursor, scheme_id=scheme.pk, until=date(2026, 10, 1))
    assert [
        row.received_on, row.accepted_on, row.allocated_on, row.first_attempt_on, row.first_conversation_on,
        row.plan_agreed_on, row.referred_on_on, row.first_attended_on, row.attending_on, row.ended_on,
    ] == [
        *(date(2026, 7, day) for day in (6, 7, 7, 9, 13, 20, 27)), date(2026, 8, 3),
        date(2026, 8, 17), date(2026, 9, 4),
    ]  # fmt: skip
    assert (row.signposted_on, row.end_reason, row.refused, row.target_days) == (None, "goals_met", None, 5)
    assert (row.worker_key, row.contributor) == (town.workers[1].pk, f"practice {town.practices[1].pk}")
    assert pairs == {(row.referral_key, "happy"): (3, 6)}


def test_several_connections_make_one_row_with_the_earliest_of_each(scheme):
    town = Town()
    town.supported(1, JULY, reached="attended", joined="signpost")
    from linkwell.support.models import Episode

    town.service = ServiceFactory()
    town._join(Episode.objects.get(), date(2026, 6, 1), 5, "referral")
    with queries.reading() as cursor:
        (row,) = queries.referrals(cursor, scheme_id=scheme.pk, since=date(2026, 7, 1), until=date(2026, 10, 1))
    assert (row.signposted_on, row.referred_on_on) == (date(2026, 7, 27), date(2026, 6, 22))
    assert row.first_attended_on == date(2026, 6, 29)


def test_the_newest_answers_of_an_occasion_hold_and_what_came_after_the_period_does_not(scheme):
    town = Town()
    town.supported(1, JULY, reached="met", happy=(3, 6))
    from linkwell.support.models import Episode

    episode = Episode.objects.get()
    town._score(episode, "happy", "baseline", date(2026, 7, 14), 4)
    town._score(episode, "happy", "exit", date(2026, 10, 1), 9)
    with queries.reading() as cursor:
        assert list(queries.pairs(cursor, scheme_id=scheme.pk, until=date(2026, 10, 1)).values()) == [(4, 6)]
        assert list(queries.pairs(cursor, scheme_id=scheme.pk, until=date(2026, 10, 2)).values()) == [(4, 9)]


def test_a_day_is_a_day_in_london(scheme):
    from datetime import UTC, datetime

    ReferralFactory(received_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    with queries.reading() as cursor:
        assert queries.first_received_on(cursor, scheme_id=scheme.pk) == date(2026, 7, 1)
