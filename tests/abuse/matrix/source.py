"""Rules over the source itself: each yields a sentence for every place that breaks it, from the parsed code."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PERSON_ROOMS = ("people", "referrals", "support", "connections", "outcomes")
READS = ("models", "queries", "actions")  # the files of a room that may look at tables
NARROWING = {"filter", "exclude", "annotate", "alias", "aggregate", "order_by", "values", "values_list", "extra"}
NEVER_UNPACKED = {"annotate", "alias", "aggregate", "order_by", "values", "values_list", "extra"}
FROM_OUTSIDE = {"request", "GET", "POST", "cleaned_data", "query_params", "headers", "body"}
SIGNS_IN = {"login", "perform_login", "force_login", "_login_user"}
RAW = {"cursor", "raw", "RawSQL", "extra", "copy"}

# Files outside queries and actions that look at people's tables, and why.
LOOKS_ELSEWHERE = {
    "linkwell/connections/recipients.py": "where a message about a share goes, or why it is held",
    "linkwell/evaluation/overview.py": "the query of the page of work, in numbers and references",
    "linkwell/demo/load.py": "writes the made-up scheme",
}
# Rooms and files that may speak SQL of their own, and why; those marked "no person" name no table of people.
RAW_SQL = {
    "linkwell/common/": "scope, walls, locks and audit themselves",
    "linkwell/demo/": "the loader of the made-up scheme, into its own scheme",
    "linkwell/cli/": "no person: the state of the database and of its jobs",
    "linkwell/directory/": "no person: the bulk loader and the search of the shared directory",
    "linkwell/places/": "no person: the loader of postcodes",
    "linkwell/team/sealing/": "no person: positions and seals of the audit",
    "linkwell/team/prepared.py": "no person: statements that are prepared once",
    "linkwell/evaluation/": "reads the de-identified views under the reporting role",
}
PERSON_TABLES = tuple(f"{room}_" for room in PERSON_ROOMS)


@dataclass(frozen=True)
class Source:
    """One parsed file."""

    path: str
    tree: ast.AST

    def where(self, node: ast.AST) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 0)}"


def parsed(text: str, path: str = "linkwell/web/example.py") -> Source:
    return Source(path, ast.parse(text))


def every_source() -> list[Source]:
    """Return every file of the product but migrations."""
    files = sorted((ROOT / "linkwell").rglob("*.py"))
    return [parsed(file.read_text(), str(file.relative_to(ROOT))) for file in files if "migrations" not in file.parts]


@cache
def person_models() -> set[str]:
    """Return the names of the models of the rooms that hold people."""
    found = set()
    for room in PERSON_ROOMS:
        tree = ast.parse((ROOT / "linkwell" / room / "models.py").read_text())
        for node in ast.walk(tree):
            bases = [ast.unparse(base) for base in node.bases] if isinstance(node, ast.ClassDef) else []
            if "models.Model" in bases:
                found.add(node.name)  # type: ignore[attr-defined]
    return found


def name_of(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _calls(source: Source) -> Iterator[ast.Call]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


def base_manager(source: Source) -> Iterator[str]:
    """The manager of Django that knows no scope is used nowhere."""
    for node in ast.walk(source.tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.value if isinstance(node, ast.Constant) else ""
        if name in ("_base_manager", "base_manager_name", "_default_manager"):
            yield f"{source.where(node)} uses {name}, which knows no scope: ask a query of the room."


def unscoped_reads(source: Source) -> Iterator[str]:
    """Tables of people are looked at in models, queries and actions, and where LOOKS_ELSEWHERE says."""
    place = Path(source.path)
    if {place.stem, *place.parts} & set(READS) or source.path in LOOKS_ELSEWHERE:
        return
    people = person_models()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr == "objects":
            model = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if model in people:
                yield f"{source.where(node)} looks at {model} itself: let a query or an action of its room do it."


def raw_sql(source: Source) -> Iterator[str]:
    """SQL is written in queries, in common and where RAW_SQL says; the places marked so name no table of people."""
    place = Path(source.path)
    why = next((why for start, why in RAW_SQL.items() if source.path.startswith(start)), "")
    in_queries = {place.stem, *place.parts} & {"queries", "prepared"}
    for call in _calls(source):
        on_database = name_of(call) != "cursor" or "connection" in ast.unparse(call.func)
        own = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) in ("self", "item", "shutil")
        if name_of(call) in {"cursor", "raw", "RawSQL", "extra"} and on_database and not own:
            if not why and not in_queries:
                yield f"{source.where(call)} speaks SQL: write a query, or say in RAW_SQL why this place may."
    if why.startswith("no person"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _names_a_table(node.value):
                yield f"{source.where(node)} names a table of people in SQL of its own: ask a query of the room."


def _names_a_table(text: str) -> bool:
    words = text.replace('"', " ").replace(".", " ").split()
    follows = {"from", "join", "into", "update", "table", "only"}
    return any(
        before.lower() in follows and after.startswith(PERSON_TABLES)
        for before, after in zip(words, words[1:], strict=False)
    )


def outside_in_queries(source: Source) -> Iterator[str]:
    """Nothing of a request stands in the keys of a query, nor is anything unpacked where a key is a column."""
    for call in _calls(source):
        if name_of(call) not in NARROWING or not isinstance(call.func, ast.Attribute):
            continue
        unpacked = [word.value for word in call.keywords if word.arg is None]
        starred = [part.value for part in call.args if isinstance(part, ast.Starred)]
        if name_of(call) in ("order_by", "values", "values_list", "extra"):
            starred += [part for part in call.args if not isinstance(part, ast.Starred)]
        for part in (*unpacked, *starred):
            if _names_in(part) & FROM_OUTSIDE:
                yield f"{source.where(call)} puts what came from outside into the keys of {name_of(call)}()."
        if unpacked and name_of(call) in NEVER_UNPACKED and not isinstance(unpacked[0], ast.Dict):
            yield f"{source.where(call)} unpacks into {name_of(call)}(): write its names down."


def _names_in(node: ast.AST) -> set[str]:
    return {
        part.id if isinstance(part, ast.Name) else part.attr
        for part in ast.walk(node)
        if isinstance(part, (ast.Name, ast.Attribute))
    }


def copies(source: Source) -> Iterator[str]:
    """No mail has a CC or BCC."""
    for call in _calls(source):
        for word in call.keywords:
            if word.arg in ("cc", "bcc"):
                yield f"{source.where(call)} gives {word.arg}=: one message for each recipient."
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and str(node.value).lower() in ("cc", "bcc"):
            yield f"{source.where(node)} names a {node.value} header: one message for each recipient."
        if isinstance(node, ast.Attribute) and node.attr in ("cc", "bcc") and isinstance(node.ctx, ast.Store):
            yield f"{source.where(node)} sets {node.attr}: one message for each recipient."


def impersonation(source: Source) -> Iterator[str]:
    """Nobody is signed in as somebody else: signing in happens at the sign-in, and in the demo by one click."""
    if source.path.startswith(("linkwell/web/signin/", "linkwell/web/demo/")):
        return
    for call in _calls(source):
        if name_of(call) in SIGNS_IN:
            yield f"{source.where(call)} signs somebody in: that happens at the sign-in alone."
    for node in ast.walk(source.tree):
        name = getattr(node, "name", "") if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else ""
        if any(word in name.lower() for word in ("impersonat", "hijack", "act_as", "login_as")):
            yield f"{source.where(node)} is named {name}: there is no acting as somebody else."


RULES = {rule.__name__: rule for rule in (
    base_manager, unscoped_reads, raw_sql, outside_in_queries, copies, impersonation,
)}  # fmt: skip
