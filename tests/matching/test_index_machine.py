"""Changes and searches in any order, in one process and in two, and rebuilds that are killed."""

import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from linkwell.matching.index import NoIndex, ServiceFacts, ServiceIndex
from linkwell.matching.query import Query
from tests.directory.chance import random_entry, random_query
from tests.matching.entries import facts_of
from tests.matching.test_index_product import TODAY, agrees

ROOT = Path(__file__).resolve().parents[2]
SEEDS = st.integers(0, 10_000)


class Directory(RuleBasedStateMachine):
    """A directory that changes, and two readers of its index: one that writes, one that only looks for what is new."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)
        self.entries = {}

    def teardown(self):
        self.folder.cleanup()

    @initialize(seed=SEEDS, size=st.integers(0, 40))
    def built(self, seed, size):
        chance = random.Random(seed)
        self.entries = {pk: random_entry(chance, pk) for pk in range(1, size + 1)}
        self.writer = ServiceIndex.build(map(facts_of, self.entries.values()), self.path, mark="built")
        self.reader = ServiceIndex.open(self.path)

    @rule(seed=SEEDS, pks=st.lists(st.integers(1, 60), max_size=5, unique=True))
    def change(self, seed, pks):
        chance = random.Random(seed)
        changed = {pk: random_entry(chance, pk) for pk in pks}
        self.entries |= changed
        self.writer = self.writer.update(map(facts_of, changed.values()), mark=f"{seed}")
        assert self.writer.mark == f"{seed}"

    @rule(pks=st.lists(st.integers(1, 60), max_size=4))
    def remove(self, pks):
        self.entries = {pk: one for pk, one in self.entries.items() if pk not in pks}
        self.writer = self.writer.update(removed=pks)

    @rule(seed=SEEDS)
    def change_many(self, seed):
        chance = random.Random(seed)
        changed = {pk: random_entry(chance, pk) for pk in range(100, 100 + chance.choice([3, 270]))}
        kept = dict(list(changed.items())[:2])
        self.entries |= kept
        self.writer = self.writer.update(map(facts_of, changed.values()))
        self.writer = self.writer.update(removed=[pk for pk in changed if pk not in kept])
        self.entries = {pk: one for pk, one in self.entries.items() if pk < 100 or pk in kept}
        self.writer = self.writer.update(removed=[pk for pk in range(100, 400) if pk not in kept])

    @rule(seed=SEEDS)
    def rebuild_while_something_changes(self, seed):
        late = random_entry(random.Random(seed), 61)

        def services():
            yield from map(facts_of, self.entries.values())
            self.writer.update([facts_of(late)], [62])

        self.writer = ServiceIndex.build(services(), self.path)
        self.entries = {pk: one for pk, one in self.entries.items() if pk != 62} | {61: late}

    @rule()
    def rebuild_that_breaks(self):
        def services():
            yield from map(facts_of, self.entries.values())
            raise InterruptedError

        with pytest.raises(InterruptedError):
            ServiceIndex.build(services(), self.path)

    @rule(seed=SEEDS)
    def search(self, seed):
        self.reader = self.reader.latest()
        query = random_query(random.Random(seed))
        agrees(self.reader, query, list(self.entries.values()))

    @invariant()
    def knows_as_many(self):
        if hasattr(self, "writer"):
            self.writer = self.writer.latest()
            assert len(self.writer) == len(self.entries)


Directory.TestCase.settings = settings(
    max_examples=12, stateful_step_count=14, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
TestTheIndexAgreesAfterAnyChanges = Directory.TestCase


WRITER = """
import random, sys
from pathlib import Path
from linkwell.matching.index import ServiceIndex
from tests.directory.chance import random_entry
from tests.matching.entries import facts_of
folder, what = Path(sys.argv[1]), sys.argv[2]
chance = random.Random(5)
if what == "change":
    ServiceIndex.open(folder).update([facts_of(random_entry(chance, pk)) for pk in (1, 2, 301)], [7])
else:
    def services():
        for pk in range(1, 200):
            yield facts_of(random_entry(chance, pk))
        print("half", flush=True)
        sys.stdin.readline()
    ServiceIndex.build(services(), folder)
"""


def _start(folder, what):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    code = WRITER
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code, str(folder), what],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def test_what_one_process_writes_another_sees_at_its_next_look(tmp_path):
    chance = random.Random(1)
    entries = {pk: random_entry(chance, pk) for pk in range(1, 60)}
    index = ServiceIndex.build(map(facts_of, entries.values()), tmp_path)
    process = _start(tmp_path, "change")

    assert process.wait(120) == 0

    theirs = random.Random(5)
    entries |= {pk: random_entry(theirs, pk) for pk in (1, 2, 301)}
    del entries[7]
    newer = index.latest()
    assert newer is not index and newer.latest() is newer
    for _ in range(10):
        agrees(newer, random_query(chance), list(entries.values()))


def _found(index, words):
    return [one.service_id for one in index.search(Query(words=words), on=TODAY).suggestions]


def test_what_is_changed_or_removed_while_all_is_built_anew_stays_so(tmp_path):
    index = ServiceIndex.build([ServiceFacts(id=1, name="Lunch"), ServiceFacts(id=2, name="Lunch")], tmp_path)

    def services():
        yield ServiceFacts(id=1, name="Lunch")
        yield ServiceFacts(id=2, name="Lunch")
        index.update([ServiceFacts(id=2, name="Choir"), ServiceFacts(id=3, name="Choir")], [1])

    newer = ServiceIndex.build(services(), tmp_path)

    assert (_found(newer, "lunch"), _found(newer, "choir")) == ([], [2, 3])


def test_of_a_service_that_changed_only_the_newest_is_found_whichever_parts_hold_it(tmp_path):
    index = ServiceIndex.build([ServiceFacts(id=1, name="Lunch"), ServiceFacts(id=2, name="Lunch")], tmp_path)
    index = index.update([ServiceFacts(id=number, name="Choir") for number in range(1, 30)])

    index = index.update([ServiceFacts(id=2, name="Walk")])

    assert (_found(index, "lunch"), _found(index, "walk"), len(index)) == ([], [2], 29)
    assert index.search(Query(words="choir"), on=TODAY).count == 28


def test_equals_of_several_parts_stand_by_name_then_by_number(tmp_path):
    index = ServiceIndex.build([ServiceFacts(id=3, name="Lunch B"), ServiceFacts(id=1, name="Lunch C")], tmp_path)

    index = index.update([ServiceFacts(id=4, name="Lunch A"), ServiceFacts(id=2, name="Lunch B")])

    assert _found(index, "lunch") == [4, 2, 3, 1]


def test_a_rebuild_that_is_killed_leaves_the_old_index_and_the_next_one_tidies_up(tmp_path):
    chance = random.Random(2)
    entries = {pk: random_entry(chance, pk) for pk in range(1, 40)}
    index = ServiceIndex.build(map(facts_of, entries.values()), tmp_path)
    process = _start(tmp_path, "build")
    assert process.stdout.readline() == b"half\n"
    (tmp_path / "9-dead.all").write_bytes(b"half a file")

    process.send_signal(signal.SIGKILL)
    process.wait(60)

    assert index.latest() is index
    agrees(ServiceIndex.open(tmp_path), random_query(chance), list(entries.values()))
    ServiceIndex.build(map(facts_of, entries.values()), tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {"", ".all"}
    assert not (tmp_path / "9-dead.all").exists()


def test_a_folder_without_an_index_or_with_a_damaged_one_says_so(tmp_path):
    with pytest.raises(NoIndex):
        ServiceIndex.open(tmp_path)
    index = ServiceIndex.build([], tmp_path)
    assert len(index) == 0
    (tmp_path / "current").write_bytes(b"{")
    with pytest.raises(NoIndex, match="damaged"):
        ServiceIndex.open(tmp_path)


def test_an_index_that_was_opened_goes_on_answering_after_others_replaced_it(tmp_path):
    chance = random.Random(3)
    entries = [random_entry(chance, pk) for pk in range(1, 60)]
    index = ServiceIndex.build(map(facts_of, entries), tmp_path)
    query = random_query(chance)
    before = index.search(query, on=TODAY)
    for _ in range(3):
        ServiceIndex.build([], tmp_path)

    assert index.search(query, on=TODAY) == before
    assert index.latest().search(query, on=TODAY).count == 0


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="the system does not say what memory is shared")
def test_searching_makes_no_copy_of_the_index_so_that_processes_share_its_pages(tmp_path):
    chance = random.Random(4)
    index = ServiceIndex.build([facts_of(random_entry(chance, pk)) for pk in range(1, 400)], tmp_path)
    for _ in range(20):
        index.search(random_query(chance), on=TODAY)

    (file,) = tmp_path.glob("*.all")
    lines = Path("/proc/self/smaps").read_text().splitlines()
    begin = next(place for place, line in enumerate(lines) if line.endswith(str(file)))
    held = dict(line.split(":", 1) for line in lines[begin + 1 : begin + 22] if ":" in line)
    assert int(held["Rss"].split()[0]) > 0
    assert {held[name].split()[0] for name in ("Private_Dirty", "Shared_Dirty", "Anonymous")} == {"0"}
    assert len(index.parts[0].segment.map) == file.stat().st_size
