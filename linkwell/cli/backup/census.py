"""Counts, checksums and the catalogue of a database, the same before a backup and after a restore."""

import hashlib
from collections.abc import Callable

import psycopg
from psycopg import sql

from linkwell.cli.backup.manifest import Census

# so that a value has one text, whoever asks where; and so that a row behind a wall is an error, not a gap
SETTINGS = """
    SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'postgres';
    SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL xmlbinary = 'base64';
    SET LOCAL row_security = off; SET LOCAL statement_timeout = 0; SET LOCAL search_path = public
"""
OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
TABLES = f"""
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND {OURS} ORDER BY 1, 2
"""
ROWS = """
    SELECT count(*), coalesce(sum(('x' || left(encode(sha256(convert_to((line.*)::text, 'UTF8')), 'hex'), 16))
           ::bit(64)::bigint), 0)::text
    FROM {}.{} AS line
"""
CATALOGUE = f"""
    SELECT 'the table ' || c.oid::regclass, concat_ws(' ', c.relkind, c.relrowsecurity, c.relforcerowsecurity,
           pg_get_userbyid(c.relowner), c.reloptions::text, CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'v', 'm', 'S', 'p') AND {OURS}
    UNION ALL
    SELECT format('the column %s.%s', c.oid::regclass, a.attname), concat_ws(' ', format_type(a.atttypid, a.atttypmod),
           a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND {OURS}
    UNION ALL
    SELECT format('the policy %s on %I', policyname, tablename), concat_ws(' ', permissive, roles::text, cmd, qual, '/',
           with_check)
      FROM pg_policies
    UNION ALL
    SELECT format('the trigger %s on %s', t.tgname, t.tgrelid::regclass), concat_ws(' ', t.tgenabled,
           pg_get_triggerdef(t.oid))
      FROM pg_trigger t WHERE NOT t.tgisinternal
    UNION ALL
    SELECT format('the constraint %s on %s', k.conname, k.conrelid::regclass), concat_ws(' ', k.convalidated,
           pg_get_constraintdef(k.oid))
      FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
     WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conrelid <> 0 AND {OURS}
    UNION ALL
    SELECT 'the index ' || i.indexrelid::regclass, concat_ws(' ', i.indisvalid, pg_get_indexdef(i.indexrelid))
      FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE {OURS} AND c.relkind IN ('r', 'p', 'm')
    UNION ALL
    SELECT 'the function ' || p.oid::regprocedure, concat_ws(' ', pg_get_userbyid(p.proowner),
           pg_get_functiondef(p.oid))
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind IN ('f', 'p') AND {OURS}
    UNION ALL
    SELECT 'the type ' || t.oid::regtype, (SELECT string_agg(e.enumlabel, ' ' ORDER BY e.enumsortorder)
           FROM pg_enum e WHERE e.enumtypid = t.oid)
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype IN ('e', 'd', 'c')
       AND t.typrelid = 0 AND {OURS}
    UNION ALL
    SELECT format('the right of %s to %s %s', coalesce(r.rolname, 'everyone'), a.privilege_type, thing), ''
      FROM (SELECT c.oid::regclass::text, coalesce(c.relacl, acldefault(
                   CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'v', 'm', 'S', 'p') AND {OURS}
            UNION ALL
            SELECT format('%s.%s', c.oid::regclass, t.attname), t.attacl FROM pg_attribute t
              JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE t.attacl IS NOT NULL AND {OURS}
            UNION ALL
            SELECT p.oid::regprocedure::text, coalesce(p.proacl, acldefault('f', p.proowner))
              FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {OURS}) AS of (thing, acl)
      CROSS JOIN LATERAL aclexplode(of.acl) AS a LEFT JOIN pg_roles r ON r.oid = a.grantee
     WHERE a.privilege_type <> 'MAINTAIN'  -- comes by itself from PostgreSQL 17 on
    UNION ALL
    SELECT format('the standing right of %s to %s what %s makes (%s)', coalesce(r.rolname, 'everyone'),
           a.privilege_type, pg_get_userbyid(d.defaclrole), d.defaclobjtype), ''
      FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) AS a LEFT JOIN pg_roles r ON r.oid = a.grantee
     WHERE a.privilege_type <> 'MAINTAIN'
"""
GRANTEES = f"""
    SELECT DISTINCT r.rolname FROM pg_roles r JOIN (
        SELECT (aclexplode(c.relacl)).grantee FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}
        UNION SELECT (aclexplode(p.proacl)).grantee FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
               WHERE {OURS}
        UNION SELECT (aclexplode(n.nspacl)).grantee FROM pg_namespace n WHERE {OURS}
        UNION SELECT (aclexplode(d.defaclacl)).grantee FROM pg_default_acl d
    ) AS given ON given.grantee = r.oid WHERE r.rolname !~ '^pg_' ORDER BY 1
"""
# a sequence that stands below the numbers already given would give them again
BEHIND = """
    SELECT s.oid::regclass::text, t.oid::regclass::text, a.attname
      FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass
       AND d.deptype IN ('a', 'i')
      JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
     WHERE s.relkind = 'S'
"""


FORM = hashlib.sha256(f"{SETTINGS}{ROWS}{CATALOGUE}".encode()).hexdigest()[:12]


def take(server: psycopg.Connection, *, progress: Callable[[str], object] = lambda table: None) -> Census:
    """Count and sum up every table, and list every object; inside the transaction that is open."""
    server.execute(SETTINGS)
    tables = {}
    for schema, table in server.execute(TABLES).fetchall():
        name = table if schema == "public" else f"{schema}.{table}"
        progress(name)
        query = sql.SQL(ROWS).format(sql.Identifier(schema), sql.Identifier(table))
        tables[name] = list(server.execute(query).fetchone() or ())
    catalogue = {str(thing): str(definition or "") for thing, definition in server.execute(CATALOGUE).fetchall()}
    return Census(tables, catalogue, FORM)


def grantees(server: psycopg.Connection) -> list[str]:
    """Return the roles that are given rights in the database."""
    return [name for (name,) in server.execute(GRANTEES).fetchall()]


def sequences_behind(server: psycopg.Connection) -> list[str]:
    """Return a line for each sequence that would give a number a second time."""
    lines = []
    for sequence, table, column in server.execute(BEHIND).fetchall():
        query = f'SELECT coalesce(max("{column}"), 0), (SELECT last_value FROM {sequence}) FROM {table}'  # noqa: S608
        highest, last = server.execute(query).fetchone() or (0, 0)
        if highest > last:
            lines.append(f"the numbers of {table} start again below those that are given")
    return lines


def migrations(server: psycopg.Connection) -> tuple[str, list[list[str]]]:
    """Return the label of the migrations' state and every migration that was applied."""
    (label,) = server.execute("SELECT coalesce(obj_description('django_migrations'::regclass), '')").fetchone() or ("",)
    rows = server.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
    return str(label).removeprefix("linkwell "), [[app, name] for app, name in rows]


def audit_heads(server: psycopg.Connection) -> dict[str, str]:
    """Return the newest head of each scheme's audit chain."""
    if not server.execute("SELECT to_regclass('public.team_auditseal')").fetchone()[0]:
        return {}
    query = "SELECT DISTINCT ON (scheme_id) scheme_id, head::text FROM team_auditseal"
    rows = server.execute(f"{query} ORDER BY scheme_id, first_position DESC").fetchall()
    return {str(scheme): head for scheme, head in rows}
