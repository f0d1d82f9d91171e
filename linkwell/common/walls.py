"""The one migration operation that puts a person-linked table behind its scheme's wall.

`Walls(Contact, parents=["episode"])` gives the table forced row-level security with one policy for each
command, a key `(scheme_id, id)` for its children, a composite foreign key for each parent, a trigger
that keeps a row in its scheme and, for logs, triggers that refuse change and removal.
Design decision 2; `tests/common/test_walls.py` reads the catalogue and judges.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

READ = (
    "scheme_id = ANY ((SELECT string_to_array("
    "nullif(current_setting('linkwell.scheme_ids', true), ''), ','))::bigint[])"
)
WRITE = "scheme_id = (SELECT nullif(current_setting('linkwell.scheme_id', true), '')::bigint)"

FUNCTIONS = """
CREATE OR REPLACE FUNCTION linkwell_stays_in_its_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A row of % cannot move to another scheme', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE FUNCTION linkwell_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""


class Walls(Operation):
    """Put `model` behind row-level security; `parents` are its foreign keys to other walled tables."""

    reversible = True

    def __init__(self, model: str, parents: Sequence[str] = (), append_only: bool = False) -> None:
        self.model, self.parents, self.append_only = model, list(parents), append_only

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return "Walls", [self.model], {"parents": self.parents, "append_only": self.append_only}

    def describe(self) -> str:
        return f"Wall off {self.model} by scheme"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing changes in the models' state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        for statement in wall_statements(model, self.parents, append_only=self.append_only):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model)._meta.db_table
        for command in ("select", "insert", "update", "delete"):
            schema_editor.execute(f'DROP POLICY IF EXISTS wall_{command} ON "{table}"')
        schema_editor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')


def wall_statements(model: Any, parents: Sequence[str], *, append_only: bool) -> list[str]:
    """Return the SQL that walls off one table."""
    table = model._meta.db_table
    statements = [
        FUNCTIONS,
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY wall_select ON "{table}" FOR SELECT USING ({READ})',
        f'CREATE POLICY wall_insert ON "{table}" FOR INSERT WITH CHECK ({WRITE})',
        f'CREATE POLICY wall_update ON "{table}" FOR UPDATE USING ({WRITE}) WITH CHECK ({WRITE})',
        f'CREATE POLICY wall_delete ON "{table}" FOR DELETE USING ({WRITE})',
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_wall_key" UNIQUE (scheme_id, id)',
        f'CREATE TRIGGER stays_in_its_scheme BEFORE UPDATE ON "{table}" FOR EACH ROW'
        " WHEN (OLD.scheme_id IS DISTINCT FROM NEW.scheme_id) EXECUTE FUNCTION linkwell_stays_in_its_scheme()",
    ]
    for parent in parents:
        field = model._meta.get_field(parent)
        statements.append(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{parent}_in_scheme"'
            f' FOREIGN KEY (scheme_id, "{field.column}")'
            f' REFERENCES "{field.related_model._meta.db_table}" (scheme_id, id)'
        )
    if append_only:
        for name, event, each in (
            ("keeps_every_row", "UPDATE OR DELETE", "ROW"),
            ("keeps_the_table", "TRUNCATE", "STATEMENT"),
        ):
            statements.append(
                f'CREATE TRIGGER {name} BEFORE {event} ON "{table}" FOR EACH {each}'
                " EXECUTE FUNCTION linkwell_is_append_only()"
            )
        statements.append(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM linkwell_app')
    return statements


class KeyForWalls(Operation):
    """Give an unwalled table (accounts' memberships) the key that walled children refer to."""

    reversible = True

    def __init__(self, model: str) -> None:
        self.model = model

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return "KeyForWalls", [self.model], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing changes in the models' state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model)._meta.db_table
        schema_editor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_wall_key" UNIQUE (scheme_id, id)')

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model)._meta.db_table
        schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_wall_key"')
