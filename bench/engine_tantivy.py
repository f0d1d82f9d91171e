"""tantivy with facets as a contender: full text with BM25, filters on fast fields, counts by aggregation.

It has no circles: it is asked for the square around the circle instead, which is less work, and its points have no
part for distance. What it answers is held against the same question with the square.
"""

import tempfile
from typing import Any

import tantivy

from bench.engine_world import LANGUAGES, MODES, SLOTS, Asked, EngineWorld, top_of

FACETS = ("tops", "languages", "modes", "days", "free")
SIZES = {"tops": 20, "languages": 20, "modes": 5, "days": 7, "free": 2}


def schema() -> Any:
    """Return the fields: words with frequencies, codes, and what is filtered and counted by."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    for name in ("codes", "tops", "languages", "modes", "days", "free", "slots", "flags", "active"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=name in FACETS, stored=False)
    for name in ("low", "high", "id"):
        builder.add_integer_field(name, indexed=True, fast=True, stored=False)
    for name in ("x", "y"):
        builder.add_float_field(name, indexed=False, fast=True)
    return builder.build()


def document(world: EngineWorld, place: int) -> Any:
    """Return one service as a document."""
    codes, slots = world.codes_at(place), int(world.slots[place])
    made = tantivy.Document(
        words=" ".join(f"zq{token}" for token in world.tokens[place].tolist()),
        codes=[f"c{code}" for code in codes],
        tops=sorted({f"t{top_of(code)}" for code in codes}),
        languages=[f"l{bit}" for bit in range(LANGUAGES) if int(world.languages[place]) >> bit & 1],
        modes=[mode for bit, mode in enumerate(MODES) if int(world.modes[place]) >> bit & 1],
        days=[str(day) for day in range(7) if slots >> (3 * day) & 7],
        free="yes" if world.free[place] else "no",
        slots=[str(slot) for slot in range(SLOTS) if slots >> slot & 1],
        flags=[str(bit) for bit in range(8) if int(world.flags[place]) >> bit & 1],
        active="yes" if world.active[place] else "no",
    )
    for name, value in (("low", world.low[place]), ("high", world.high[place]), ("id", place + 1)):
        made.add_integer(name, int(value))
    for name, value in (("x", world.xy[place, 0]), ("y", world.xy[place, 1])):
        made.add_float(name, float(value))
    return made


class Tantivy:
    """An index in a folder of its own, merged into as few segments as it makes by itself."""

    def __init__(self, world: EngineWorld) -> None:
        self.folder = tempfile.mkdtemp(prefix="linkwell-tantivy-")
        self.schema = schema()
        self.index = tantivy.Index(self.schema, path=self.folder)
        writer = self.index.writer(512_000_000, 1)
        for place in range(world.size):
            writer.add_document(document(world, place))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()
        self.aggregation = {name: {"terms": {"field": name, "size": size}} for name, size in SIZES.items()}

    def changed(self, world: EngineWorld, place: int) -> int:
        """Write one service again, commit, reload, and return how many it then finds under its number."""
        writer = self.index.writer(50_000_000, 1)
        writer.delete_documents("id", place + 1)
        writer.add_document(document(world, place))
        writer.commit()
        self.index.reload()
        found = tantivy.Query.term_query(self.schema, "id", place + 1)
        return int(self.index.searcher().search(found, 1).count)

    def prepared(self, asked: Asked) -> Asked:
        return asked

    def query(self, asked: Asked) -> Any:
        """Return the question: filters that give no points, codes and words that do."""
        must, should = tantivy.Occur.Must, tantivy.Occur.Should

        def term(field: str, value: str) -> Any:
            return tantivy.Query.term_query(self.schema, field, value)

        def between(field: str, kind: Any, low: Any, high: Any) -> Any:
            return tantivy.Query.range_query(self.schema, field, kind, low, high)

        real, whole = tantivy.FieldType.Float, tantivy.FieldType.Integer
        near = tantivy.Query.boolean_query(
            [
                (must, term("modes", "in_person")),
                (must, between("x", real, asked.x - asked.reach, asked.x + asked.reach)),
                (must, between("y", real, asked.y - asked.reach, asked.y + asked.reach)),
            ]
        )
        ways = [(should, near), *((should, term("modes", MODES[bit])) for bit in (1, 2) if asked.remote >> bit & 1)]
        limits = [
            term("active", "yes"),
            term("languages", f"l{asked.language}"),
            between("low", whole, 0, asked.age),
            between("high", whole, asked.age, 200),
            tantivy.Query.boolean_query(ways) if len(ways) > 1 else near,
        ]
        limits += [term("flags", str(asked.flag))] if asked.flag >= 0 else []
        limits += [term("free", "yes")] if asked.free_only else []
        if asked.slots:
            slots = [str(slot) for slot in range(SLOTS) if asked.slots >> slot & 1]
            limits.append(tantivy.Query.term_set_query(self.schema, "slots", slots))
        wanted = [
            (should, tantivy.Query.const_score_query(term("codes", f"c{code}"), 2.0 / len(asked.codes)))
            for code in asked.codes
        ]
        wanted += [(should, term("words", f"zq{word}")) for word in asked.words]
        silent = [(must, tantivy.Query.const_score_query(one, 0.0)) for one in limits]
        return tantivy.Query.boolean_query([(must, tantivy.Query.boolean_query(wanted)), *silent])

    def answer(self, asked: Asked) -> tuple[int, list[tuple[int, float]], tuple[int, ...]]:
        """Return count, the best ten (id, points), facet counts in the order that PostgreSQL gives them in."""
        query = self.query(asked)
        found = self.searcher.search(query, 10, count=True)
        best = zip(
            self.searcher.fast_field_values("id", [address for _, address in found.hits]),
            [score for score, _ in found.hits],
            strict=True,
        )
        counts = self.searcher.aggregate(query, self.aggregation)
        held = {name: {one["key"]: one["doc_count"] for one in counts[name]["buckets"]} for name in FACETS}
        facets = [held["tops"].get(f"t{top}", 0) for top in range(15)]
        facets += [held["languages"].get(f"l{bit}", 0) for bit in range(LANGUAGES)]
        facets += [held["modes"].get(mode, 0) for mode in MODES]
        facets += [held["days"].get(str(day), 0) for day in range(7)]
        return found.count, list(best), (*facets, held["free"].get("yes", 0))
