"""The catalogue of the database is the judge: is every table that belongs to a scheme behind its wall?

Each function returns a line for everything that is amiss. The tests of the walls, `linkwell doctor` and
every restore ask the same functions.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import connection

# Tables that stand outside row-level security, and why each may.
OUTSIDE: dict[str, Any] = {
    "team": {"host", "scheme", "account", "membership", "invitation", "token", "onetimecode", "identity"},
    "places": "postcodes and registers",
    "directory": "public facts, shared by schemes; scheme rows of it are walled",
    "others": ("auth_", "django_", "account_", "mfa_", "procrastinate_", "linkwell_cache"),
}
# Logs: the app may add to them, and neither change nor remove what is there.
APPEND_ONLY = (
    "common_auditevent referrals_referralevent referrals_feedbacktoreferrer support_episodeevent support_contact"
    " support_aboutme support_planversion connections_connectionevent connections_reply outcomes_completion"
    " outcomes_score team_auditseal team_auditcheck directory_entryevent"
).split()
COMMANDS = {"SELECT", "INSERT", "UPDATE", "DELETE"}
GUARDS = ("keeps_every_row", "keeps_the_table")


def problems() -> list[str]:
    """Return everything that is wrong with the walls, logged in as the app."""
    checks = (
        tables_of_nobody, without_forced_security, with_wrong_policies, links_across_schemes, rows_that_could_move,
        logs_that_could_change, app_passes,
    )  # fmt: skip
    return [line for check in checks for line in check()]


def product_tables() -> dict[str, Any]:
    """Return {table: model} of our own rooms, many-to-many tables included."""
    models = [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("linkwell")]
    return {model._meta.db_table: model for model in models}


def walled() -> dict[str, Any]:
    """Return {table: model} of what belongs to a scheme and must stand behind its wall."""
    return {table: model for table, model in product_tables().items() if _needs_a_wall(model)}


def _needs_a_wall(model: Any) -> bool:
    return any(field.column == "scheme_id" for field in model._meta.concrete_fields) and not (
        model._meta.app_label == "team" and model._meta.model_name in OUTSIDE["team"]
    )


def tables_of_nobody() -> list[str]:
    """Return tables of the database that belong to no model and no named package."""
    tables = {name for (name,) in _rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    unknown = {name for name in tables - set(product_tables()) if not name.startswith(OUTSIDE["others"])}
    return [f"the table {name} belongs to no part of Linkwell" for name in sorted(unknown)]


def without_forced_security() -> list[str]:
    """Return walled tables whose row-level security is off or does not bind their owner."""
    forced = {name for (name,) in _rows("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")}
    return [f"the table {name} is not behind row-level security" for name in sorted(set(walled()) - forced)]


def with_wrong_policies() -> list[str]:
    """Return walled tables that have not exactly the one right policy for each command."""
    found: dict[str, dict[str, str]] = {}
    for table, command, using, check in _rows(
        "SELECT tablename, cmd, coalesce(qual, ''), coalesce(with_check, '')"
        " FROM pg_policies WHERE schemaname = 'public'"
    ):
        policies = found.setdefault(table, {})
        policies[command if command not in policies else f"{command} twice"] = f"{using}{check}"
    return [
        f"the policies of {table} are not those of a wall" for table in walled() if not _right(found.get(table, {}))
    ]


def _right(policies: dict[str, str]) -> bool:
    writes = [policies[command] for command in policies if command != "SELECT"]
    return (
        set(policies) == COMMANDS
        and "linkwell.scheme_ids" in policies["SELECT"]
        and all("linkwell.scheme_id'" in text and "scheme_ids" not in text for text in writes)
    )


def links_across_schemes() -> list[str]:
    """Return links between walled tables that nothing keeps within one scheme."""
    keys = set(
        _rows(
            """
            SELECT conrelid::regclass::text,
                   (SELECT string_agg(attname, ',' ORDER BY place.n)
                      FROM unnest(conkey) WITH ORDINALITY AS place(number, n)
                      JOIN pg_attribute ON attrelid = conrelid AND attnum = place.number)
              FROM pg_constraint WHERE contype = 'f' AND array_length(conkey, 1) = 2
            """
        )
    )
    inside = {*walled(), "team_membership"}
    return [
        f"{table}.{field.column} may lead into another scheme"
        for table, model in walled().items()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model._meta.db_table in inside
        if (table, f"scheme_id,{field.column}") not in keys
    ]


def rows_that_could_move() -> list[str]:
    """Return walled tables without the trigger that keeps a row in its scheme."""
    guarded = _guarded(["stays_in_its_scheme"])
    return [
        f"a row of {table} could move to another scheme"
        for table in walled()
        if (table, "stays_in_its_scheme") not in guarded
    ]


def logs_that_could_change() -> list[str]:
    """Return logs whose rows the app may change or remove, or that no trigger guards."""
    guarded, lines = _guarded(GUARDS), []
    for table in APPEND_ONLY:
        ((may,),) = _rows("SELECT has_table_privilege('linkwell_app', %s, 'UPDATE, DELETE, TRUNCATE')", [table])
        if may:
            lines.append(f"the app may change or remove rows of {table}")
        if not all((table, guard) in guarded for guard in GUARDS):
            lines.append(f"nothing guards {table} against change")
    return lines


def app_passes() -> list[str]:
    """Say whether the app's role could pass the walls."""
    ((name, passes),) = _rows(
        "SELECT rolname, rolsuper OR rolbypassrls OR pg_has_role(oid, 'linkwell_owner', 'MEMBER')"
        " FROM pg_roles WHERE rolname = current_user"
    )
    owns = _rows("SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user LIMIT 1")
    return [f"the role {name} of DATABASE_URL passes the walls"] if passes or owns else []


def _guarded(triggers: Sequence[str]) -> set[tuple[str, str]]:
    query = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND tgname = ANY(%s)"
    return {(table, trigger) for table, trigger in _rows(query, [list(triggers)])}


def _rows(query: str, params: Sequence[object] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, params or None)
        return cursor.fetchall()
