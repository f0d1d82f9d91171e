"""The four roles, and what each may and may not do. Features: TA10 (walls)."""

import psycopg
import pytest
from django.db import connection

from linkwell.cli import roles


def test_a_test_works_as_the_app_role_and_never_as_owner(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, session_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (roles.APP, roles.APP, False, False)


@pytest.mark.parametrize("role", [roles.OWNER, roles.VIEWS, "postgres"])
def test_the_app_role_cannot_become_anyone_with_more_rights(db, role):
    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied to set role"):
        cursor.execute(f'SET ROLE "{role}"')


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine ()",
        "TRUNCATE django_session",
        "DROP TABLE django_session",
        "ALTER TABLE django_session ADD x int",
    ],
)
def test_the_app_role_changes_rows_but_no_table(cloned_database, statement):
    with psycopg.connect(cloned_database.app_url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)
