"""The roles of the database and what each may do; idempotent, on the embedded server or another.

linkwell_owner   owns every table, migrates, backs up; passes the scheme walls (BYPASSRLS)
linkwell_app     web, worker and commands; behind the walls; reads and writes rows, changes no table
linkwell_views   owns the reporting views; nobody logs in as it
linkwell_report  may read those views alone; the app steps into it for a report
"""

from collections.abc import Sequence

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from linkwell.cli.errors import Refused

OWNER, APP, VIEWS, REPORT = "linkwell_owner", "linkwell_app", "linkwell_views", "linkwell_report"
OLDEST = 15
# On the role, for a pooler lets no start-up option through: no statement runs on for ever; indexes lie in memory or
# on flash, so that a list is read by its index and not by sorting the whole scheme
APP_SETTINGS = {"statement_timeout": "30s", "random_page_cost": "1.1"}
RIGHTS = {"TABLES": "SELECT, INSERT, UPDATE, DELETE", "SEQUENCES": "USAGE, SELECT", "FUNCTIONS": "EXECUTE"}


def as_owner(url: str) -> str:
    """Return the address with which what is made belongs to linkwell_owner, and may take long."""
    return make_conninfo(url, options=f"-c role={OWNER} -c statement_timeout=0")


def connect(url: str) -> psycopg.Connection:
    """Log in; raise Refused, without the password, if the server does not answer or lets nobody in."""
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        parts = conninfo_to_dict(url)
        where = f"{parts.get('dbname', '')} on {parts.get('host') or 'this machine'} as {parts.get('user', '')}"
        reason = str(error).strip().splitlines()[-1].rsplit(": ", 1)[-1]
        raise Refused(
            f"The database {where} cannot be reached ({reason}). Check the server, DATABASE_URL and LINKWELL_OWNER_URL."
        ) from None


def is_pooled(server: psycopg.Connection) -> bool:
    """Say whether something stands between us and the server's process: a pooler tells a number of its own."""
    return server.info.backend_pid != server.execute("SELECT pg_backend_pid()").fetchone()[0]


def exists(admin_url: str, *, database: str) -> bool:
    """Say whether the server has this database."""
    with connect(admin_url) as server:
        return bool(server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone())


def create_database(admin_url: str, *, database: str) -> None:
    """Create the database unless it is there."""
    with connect(admin_url) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            server.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8'").format(sql.Identifier(database)))


def create_roles(admin_url: str, *, app_url: str, owner_logs_in: bool, also: Sequence[str] = ()) -> None:
    """Create the roles that what is restored into this database belongs to; `also` without a login."""
    with connect(admin_url) as server, server.transaction():
        server.execute("SELECT pg_advisory_xact_lock(712509)")
        _create_roles(server, conninfo_to_dict(app_url), owner_logs_in=owner_logs_in)
        for name in also:
            if not _role(server, name):
                server.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
        names = {"owner": sql.Identifier(OWNER), "views": sql.Identifier(VIEWS)}
        server.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {owner}, {views}").format(**names))


def prepare(admin_url: str, *, app_url: str, owner_logs_in: bool) -> None:
    """Create what is missing of roles and rights in the database that `admin_url` names.

    The role of `app_url` is created with its password if it is missing, and made a member of
    linkwell_app if it has another name. Raise Refused if a right is lacking, if the walls would leak or
    if the owner would not see over them.
    """
    app = conninfo_to_dict(app_url)
    _check_same_database(conninfo_to_dict(admin_url), app)
    with connect(admin_url) as server:
        _check_version(server)
        try:
            with server.transaction():
                server.execute("SELECT pg_advisory_xact_lock(712509)")  # two first starts take turns
                _create_roles(server, app, owner_logs_in=owner_logs_in)
                _set_for_the_app(server, str(app.get("user") or APP))
                _give_rights(server)
                _give_rights_on_what_is_there(server)
        except psycopg.errors.InsufficientPrivilege as error:
            raise Refused(
                f"The role of LINKWELL_OWNER_URL lacks a right that Linkwell needs ({error.diag.message_primary}). Use"
                " a role that owns the database and may create roles, such as the server's administrator."
            ) from None
        _check_walls_hold(server, str(app.get("user") or APP))
        _check_owner_sees_every_row(server)


def _create_roles(server: psycopg.Connection, app: dict, *, owner_logs_in: bool) -> None:
    user = str(app.get("user") or APP)
    login = "LOGIN" if owner_logs_in else "NOLOGIN"
    for name, attributes in ((OWNER, login), (APP, "NOLOGIN"), (VIEWS, "NOLOGIN"), (REPORT, "NOLOGIN")):
        if not _role(server, name):
            server.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(name), sql.SQL(attributes)))
    if not _role(server, user):
        server.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(user)))
    if not _flag(server, user, "rolcanlogin"):
        server.execute(sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(user)))
        if app.get("password"):
            server.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(user), sql.Literal(app["password"]))
            )
    if not _flag(server, OWNER, "rolbypassrls") and _may_give_bypass(server):
        server.execute(sql.SQL("ALTER ROLE {} BYPASSRLS").format(sql.Identifier(OWNER)))
    (me,) = server.execute("SELECT current_user").fetchone()
    for group, member in ((REPORT, APP), (VIEWS, OWNER), (APP, user), (OWNER, me)):
        if group != member and not _is_member(server, member, group):
            server.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(member)))


def _set_for_the_app(server: psycopg.Connection, user: str) -> None:
    """Give the app's login its settings; one that an operator set stays."""
    query = "SELECT 1 FROM pg_roles, unnest(rolconfig) AS line WHERE rolname = %s AND starts_with(line, %s)"
    for name, value in APP_SETTINGS.items():
        if not server.execute(query, [user, f"{name}="]).fetchone():
            setting = sql.SQL("ALTER ROLE {} SET {} = {}")
            server.execute(setting.format(sql.Identifier(user), sql.Identifier(name), sql.Literal(value)))


def _give_rights(server: psycopg.Connection) -> None:
    (database,) = server.execute("SELECT current_database()").fetchone()
    names = {"db": sql.Identifier(database), "owner": sql.Identifier(OWNER)}
    names |= {"app": sql.Identifier(APP), "views": sql.Identifier(VIEWS), "report": sql.Identifier(REPORT)}
    statements = [
        "REVOKE TEMPORARY ON DATABASE {db} FROM PUBLIC",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {db} TO {app}, {owner}",
        "GRANT CREATE ON DATABASE {db} TO {owner}",
        "GRANT USAGE, CREATE ON SCHEMA public TO {owner}, {views}",  # the owner hands views to linkwell_views
        "GRANT USAGE ON SCHEMA public TO {app}, {report}",
        "SET LOCAL ROLE {owner}",
        "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    ]
    statements += [
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {kind} TO {{app}}"
        for kind, rights in RIGHTS.items()
    ]
    for statement in [*statements, "RESET ROLE"]:
        server.execute(sql.SQL(statement).format(**names))


def _give_rights_on_what_is_there(server: psycopg.Connection) -> None:
    """Give the app its rights on objects made before the default rights were set.

    Such an object has no list of rights at all. One from which a migration took a right has a list,
    and keeps it as it is.
    """
    found = server.execute(
        """
        SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, oid::regclass::text FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S') AND relacl IS NULL
        UNION ALL
        SELECT 'FUNCTION', oid::regprocedure::text FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND proacl IS NULL
        """
    ).fetchall()
    for kind, name in found:
        rights = RIGHTS[f"{kind}S"]
        server.execute(f"GRANT {rights} ON {kind} {name} TO {APP}")


def _check_walls_hold(server: psycopg.Connection, user: str) -> None:
    leaks = server.execute(
        "SELECT rolsuper OR rolbypassrls OR pg_has_role(oid, %s, 'MEMBER') FROM pg_roles WHERE rolname = %s",
        [OWNER, user],
    ).fetchone()
    if leaks and leaks[0]:
        raise Refused(
            f"The role {user} of DATABASE_URL passes the walls between schemes: it is a superuser, has BYPASSRLS or"
            f" may act as {OWNER}. Let DATABASE_URL log in as an ordinary role, such as {APP}."
        )


def _check_owner_sees_every_row(server: psycopg.Connection) -> None:
    if not (_flag(server, OWNER, "rolbypassrls") or _flag(server, OWNER, "rolsuper")):
        raise Refused(
            f"The role {OWNER} may not pass row-level security, so migrations and backups would miss rows without a"
            f" word. Let an administrator of the server run this once: ALTER ROLE {OWNER} BYPASSRLS; then try again."
        )


def _check_version(server: psycopg.Connection) -> None:
    found = server.info.server_version // 10000
    if found < OLDEST:
        raise Refused(f"The server runs PostgreSQL {found}, and Linkwell needs {OLDEST} or later. Upgrade the server.")


def _check_same_database(admin: dict, app: dict) -> None:
    one, other = admin.get("dbname") or admin.get("user"), app.get("dbname") or app.get("user")
    if one != other:
        raise Refused(
            f"LINKWELL_OWNER_URL names the database {one}, DATABASE_URL the database {other}. Let both name the same."
        )


def _role(server: psycopg.Connection, name: str) -> bool:
    return bool(server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone())


def _flag(server: psycopg.Connection, name: str, column: str) -> bool:
    query = sql.SQL("SELECT {} FROM pg_roles WHERE rolname = %s").format(sql.Identifier(column))
    return bool(server.execute(query, [name]).fetchone()[0])


def _may_give_bypass(server: psycopg.Connection) -> bool:
    query = "SELECT rolsuper OR (rolcreaterole AND rolbypassrls) FROM pg_roles WHERE rolname = current_user"
    return bool(server.execute(query).fetchone()[0])


def _is_member(server: psycopg.Connection, member: str, group: str) -> bool:
    query = """
        SELECT 1 FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member
        WHERE g.rolname = %s AND r.rolname = %s
          AND coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)  -- PostgreSQL 15 has no such column
    """
    return bool(server.execute(query, [group, member]).fetchone())
