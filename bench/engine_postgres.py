"""PostgreSQL as a contender, and as the judge: one statement with full text, GIN over arrays and GiST over points."""

import json
from collections.abc import Iterator
from math import log
from typing import Any

import numpy as np

from bench.engine_world import LANGUAGES, TOPS, Asked, EngineWorld, top_of

K1 = 1.2  # and every service has 60 words, so that b does nothing

TABLE = """
DROP TABLE IF EXISTS engine_service;
CREATE TABLE engine_service (
    id integer PRIMARY KEY, at point NOT NULL, codes integer[] NOT NULL, tops integer NOT NULL,
    search tsvector NOT NULL, words integer[] NOT NULL, times smallint[] NOT NULL, modes integer NOT NULL,
    languages integer NOT NULL, flags integer NOT NULL, slots integer NOT NULL, free boolean NOT NULL,
    low integer NOT NULL, high integer NOT NULL, active boolean NOT NULL
)
"""
INDEXES = """
CREATE INDEX ON engine_service USING gin (codes);
CREATE INDEX ON engine_service USING gin (search);
CREATE INDEX ON engine_service USING gist (at) WHERE modes & 1 <> 0;
CREATE INDEX ON engine_service (modes) WHERE modes & 6 <> 0;
VACUUM (ANALYZE, FREEZE) engine_service
"""
FACETS = [
    *(f"count(*) FILTER (WHERE tops & {1 << top} <> 0)" for top in range(TOPS)),
    *(f"count(*) FILTER (WHERE languages & {1 << bit} <> 0)" for bit in range(LANGUAGES)),
    *(f"count(*) FILTER (WHERE modes & {1 << bit} <> 0)" for bit in range(3)),
    *(f"count(*) FILTER (WHERE slots & {7 << (3 * day)} <> 0)" for day in range(7)),
    "count(*) FILTER (WHERE free)",
]


def fill(connection: Any, world: EngineWorld, *, for_now: bool = False) -> dict[int, int]:
    """Make the table of a world; return how many services hold each word. `for_now`: for this session, no indexes."""
    holding: dict[int, int] = {}
    for statement in TABLE.split(";"):
        connection.execute(statement.replace("CREATE TABLE", "CREATE TEMPORARY TABLE") if for_now else statement)
    with connection.cursor() as cursor, cursor.copy("COPY engine_service FROM STDIN") as copy:
        for row in _rows(world, holding):
            copy.write_row(row)
    for statement in () if for_now else INDEXES.split(";"):
        connection.execute(statement)
    return holding


def _rows(world: EngineWorld, holding: dict[int, int]) -> Iterator[tuple[Any, ...]]:
    for place in range(world.size):
        words, times = np.unique(world.tokens[place], return_counts=True)
        listed = words.tolist()
        for word in listed:
            holding[word] = holding.get(word, 0) + 1
        codes = world.codes_at(place)
        x, y = world.xy[place].tolist()
        yield (
            place + 1, f"({x},{y})", f"{{{','.join(map(str, codes))}}}", sum({1 << top_of(code) for code in codes}),
            " ".join(sorted(f"'zq{word}'" for word in listed)), f"{{{','.join(map(str, listed))}}}",
            f"{{{','.join(map(str, times.tolist()))}}}", int(world.modes[place]), int(world.languages[place]),
            int(world.flags[place]), int(world.slots[place]), bool(world.free[place]), int(world.low[place]),
            int(world.high[place]), bool(world.active[place]),
        )  # fmt: skip


class Postgres:
    """The definition as one statement."""

    def __init__(self, connection: Any, holding: dict[int, int], size: int) -> None:
        self.connection, self.holding, self.size = connection, holding, size
        connection.execute("SET jit = off")
        connection.execute("SET work_mem = '256MB'")

    def rarity(self, word: int) -> float:
        held = self.holding.get(word, 0)
        return log(1 + (self.size - held + 0.5) / (held + 0.5)) if held else 0.0

    def limits(self, asked: Asked) -> str:
        """Return the WHERE of a question."""
        words = " | ".join(f"zq{word}" for word in asked.words)
        near = f"(modes & 1 <> 0 AND at <@ circle '(({asked.x},{asked.y}),{asked.reach})')"
        where = [
            f"active AND (codes && '{{{','.join(map(str, asked.codes))}}}'::int[] OR search @@ '{words}'::tsquery)",
            f"({near} OR modes & {asked.remote} <> 0)" if asked.remote else near,
            f"languages & {1 << asked.language} <> 0",
            f"low <= {asked.age} AND high >= {asked.age}",
        ]
        where += [f"flags & {1 << asked.flag} <> 0"] if asked.flag >= 0 else []
        where += [f"slots & {asked.slots} <> 0"] if asked.slots else []
        where += ["free"] if asked.free_only else []
        return " AND ".join(where)

    def statement(self, asked: Asked) -> str:
        """Return the whole statement: count, the best ten with points, facets."""
        share = " + ".join(f"({code} = ANY(codes))::int" for code in asked.codes)
        metres = f"(at <-> point '({asked.x},{asked.y})')"
        near = f"CASE WHEN modes & 1 <> 0 AND {metres} <= {asked.reach} THEN 1 - {metres} / {asked.reach} END"
        remote = f"CASE WHEN modes & {asked.remote} <> 0 THEN 0.5::float8 END"
        points = [f"2.0::float8 * ({share}) / {len(asked.codes)}", f"greatest({near}, {remote})"]
        for word in asked.words:
            if rarity := self.rarity(word):
                times = f"times[array_position(words, {word})]"
                points.append(f"coalesce({rarity!r}::float8 * {times} * {K1 + 1} / ({times} + {K1}::float8), 0)")
        return (
            f"WITH hit AS MATERIALIZED (SELECT id, tops, languages, modes, slots, free, {' + '.join(points)} AS score"
            f" FROM engine_service WHERE {self.limits(asked)})"
            f" SELECT (SELECT json_agg(json_build_array(id, score)) FROM"
            f" (SELECT id, score FROM hit ORDER BY score DESC, id LIMIT 10) best), count(*), {', '.join(FACETS)}"
            " FROM hit"
        )

    def prepared(self, asked: Asked) -> str:
        return self.statement(asked)

    def answer(self, statement: str) -> tuple[int, list[tuple[int, float]], tuple[int, ...]]:
        """Return count, the best ten (id, points), facet counts."""
        best, count, *facets = self.connection.execute(statement).fetchone()
        listed = json.loads(best) if isinstance(best, str) else best
        return count, [(one, score) for one, score in listed or ()], tuple(facets)

    def ids(self, asked: Asked) -> list[int]:
        """Return all that match, ascending."""
        rows = self.connection.execute(f"SELECT id FROM engine_service WHERE {self.limits(asked)} ORDER BY id")
        return [row[0] for row in rows]
