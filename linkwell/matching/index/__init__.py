"""The matching engine: which services fit a question, in what order and why, from memory-mapped columns.

    index = ServiceIndex.build(services, folder)      # any iterable of ServiceFacts; writes and switches
    index = ServiceIndex.open(folder)                 # NoIndex where nothing was built
    index = index.latest()                            # the same, or what another process wrote since: cheap
    index = index.update(changed, removed)            # visible to the next search of every process
    answer = index.search(query, on=today)            # matching.query.Answer

An index never changes: `latest` and `update` give another. See docs/explanation/matching.md.
"""

from typing import TYPE_CHECKING, Any

from linkwell.matching.index.facts import Explained, Fit, Place, ServiceFacts, Tried, Why

if TYPE_CHECKING:
    from linkwell.matching.index.index import ServiceIndex
    from linkwell.matching.index.reverse import Questions
    from linkwell.matching.index.searched import Meaning
    from linkwell.matching.index.store import NoIndex

__all__ = [
    "Explained", "Fit", "Meaning", "NoIndex", "Place", "Questions", "ServiceFacts", "ServiceIndex", "Tried", "Why",
]  # fmt: skip
_HOMES = {"Meaning": "searched", "ServiceIndex": "index", "Questions": "reverse", "NoIndex": "store"}


def __getattr__(name: str) -> Any:
    """Load what needs NumPy when it is first named, so that a command that searches nothing stays light."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(name)
