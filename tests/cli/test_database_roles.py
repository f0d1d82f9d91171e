"""The four roles and what each may do, on the embedded server and on one of somebody else's."""

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from linkwell.cli import roles
from linkwell.cli.errors import Refused

PASSWORD = "a-password-for-tests-only"


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


def test_the_app_role_may_write_rows_and_temporary_tables(cloned_database):
    with psycopg.connect(cloned_database.app_url) as app:
        app.execute("CREATE TEMPORARY TABLE incoming (line text)")
        app.execute("INSERT INTO linkwell_cache (cache_key, value, expires) VALUES ('a', '', now())")
        assert app.execute("SELECT count(*) FROM linkwell_cache").fetchone() == (1,)


def test_the_report_role_reads_reporting_views_and_no_table(cloned_database):
    with psycopg.connect(cloned_database.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE person (name text)")
        owner.execute("CREATE VIEW report_people AS SELECT count(*) AS people FROM person")
        owner.execute("ALTER VIEW report_people OWNER TO linkwell_views")
        owner.execute("GRANT SELECT ON person TO linkwell_views")
        owner.execute("GRANT SELECT ON report_people TO linkwell_report")
    with psycopg.connect(cloned_database.app_url) as app:
        app.execute("SET LOCAL ROLE linkwell_report")
        assert app.execute("SELECT people FROM report_people").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("SELECT name FROM person")


def test_preparing_again_gives_back_no_right_that_a_migration_took(cloned_database, database_server):
    with psycopg.connect(cloned_database.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE log (line text)")
        owner.execute("REVOKE UPDATE, DELETE ON log FROM linkwell_app")

    prepare(database_server, cloned_database, owner_logs_in=True)

    assert rights(cloned_database, "log") == {"SELECT", "INSERT"}


def test_tables_from_before_the_roles_are_opened_to_the_app(cloned_database, database_server):
    with psycopg.connect(cloned_database.owner_url, autocommit=True) as owner:
        owner.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM linkwell_app")
        owner.execute("CREATE TABLE older (line text)")
    assert rights(cloned_database, "older") == set()

    prepare(database_server, cloned_database, owner_logs_in=True)

    assert rights(cloned_database, "older") == {"SELECT", "INSERT", "UPDATE", "DELETE"}


@pytest.fixture
def somebody_elses(database_server):
    """A database on a server whose administrator gave us a role that may create roles, no more."""
    admin, name, login = "theirs_admin", "theirs", "theirs_web"
    with psycopg.connect(database_server.admin, autocommit=True) as server:
        if server.info.parameter_status("is_superuser") != "on":
            pytest.skip("needs a superuser, who can stand for the administrator of another server")
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        for role in ("theirs_owner", admin, login):
            server.execute(f"DROP ROLE IF EXISTS {role}")
        server.execute(f"CREATE ROLE {admin} LOGIN CREATEROLE PASSWORD '{PASSWORD}'")
        for role in (roles.OWNER, roles.APP, roles.VIEWS, roles.REPORT):  # as if this role had made them
            server.execute(f"GRANT {role} TO {admin} WITH ADMIN OPTION")
        server.execute(f"CREATE DATABASE {name} OWNER {admin}")
    yield (
        make_conninfo(database_server.admin, user=admin, password=PASSWORD, dbname=name),
        make_conninfo(database_server.admin, user=login, password=PASSWORD, dbname=name),
    )
    with psycopg.connect(database_server.admin, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        for role in (roles.OWNER, roles.APP, roles.VIEWS, roles.REPORT):
            server.execute(f"REVOKE {role} FROM {admin}, {login} CASCADE")
        server.execute("DROP ROLE IF EXISTS theirs_owner")
        for role in (login, admin):
            server.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_on_a_server_of_somebody_else_s_the_app_s_role_has_another_name_and_the_owner_no_login(somebody_elses):
    admin, app = somebody_elses
    roles.prepare(admin, app_url=app, owner_logs_in=False)
    roles.prepare(admin, app_url=app, owner_logs_in=False)

    with psycopg.connect(roles.as_owner(admin), autocommit=True) as owner:
        owner.execute("CREATE TABLE thing (line text)")
        owner.execute("CREATE VIEW report_things AS SELECT count(*) AS things FROM thing")
        owner.execute("ALTER VIEW report_things OWNER TO linkwell_views")
        owner.execute("GRANT SELECT ON thing TO linkwell_views")
        owner.execute("GRANT SELECT ON report_things TO linkwell_report")
        assert owner.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'thing'").fetchone() == (roles.OWNER,)
    with psycopg.connect(app) as web:
        web.execute("INSERT INTO thing VALUES ('one')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), web.transaction():
            web.execute("TRUNCATE thing")
        web.execute("SET LOCAL ROLE linkwell_report")
        assert web.execute("SELECT things FROM report_things").fetchone() == (1,)


def test_an_app_role_that_passes_the_walls_is_refused(cloned_database, database_server):
    if "postgres" not in database_server.admin:
        pytest.skip("the administrator of this server has another name")
    superuser = make_conninfo(database_server.admin, dbname=cloned_database.name)
    with pytest.raises(Refused, match="passes the walls between schemes"):
        roles.prepare(superuser, app_url=superuser, owner_logs_in=True)


def test_an_owner_that_may_create_no_roles_is_told_which_right_is_missing(cloned_database):
    with pytest.raises(Refused, match="lacks a right that Linkwell needs"):
        roles.prepare(
            cloned_database.app_url,
            app_url=make_conninfo(cloned_database.app_url, user="linkwell_other"),
            owner_logs_in=False,
        )


def test_a_statement_of_the_app_ends_after_30_seconds_and_a_limit_that_an_operator_set_stays(somebody_elses):
    admin, app = somebody_elses
    roles.prepare(admin, app_url=app, owner_logs_in=False)
    with psycopg.connect(app) as web:
        assert web.execute("SHOW statement_timeout").fetchone() == ("30s",)

    with psycopg.connect(admin, autocommit=True) as administrator:
        administrator.execute("ALTER ROLE theirs_web SET statement_timeout = '5s'")
    roles.prepare(admin, app_url=app, owner_logs_in=False)

    with psycopg.connect(app) as web:
        assert web.execute("SHOW statement_timeout").fetchone() == ("5s",)


def test_an_owner_that_would_not_see_every_row_is_refused_with_the_statement_that_mends_it(somebody_elses, monkeypatch):
    admin, app = somebody_elses
    monkeypatch.setattr(roles, "OWNER", "theirs_owner")
    with pytest.raises(Refused, match="run this once: ALTER ROLE theirs_owner BYPASSRLS; then try again"):
        roles.prepare(admin, app_url=app, owner_logs_in=False)


def prepare(server, clone, *, owner_logs_in):
    roles.prepare(make_conninfo(server.admin, dbname=clone.name), app_url=clone.app_url, owner_logs_in=owner_logs_in)


def rights(clone, table):
    with psycopg.connect(clone.app_url) as app:
        query = """
            SELECT privilege_type FROM information_schema.role_table_grants
            WHERE table_name = %s AND grantee = 'linkwell_app'
        """
        return {right for (right,) in app.execute(query, [table]).fetchall()}
