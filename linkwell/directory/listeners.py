"""Who must hear that an entry works differently now: rooms above register in their AppConfig.

The function is called with the service's id inside the transaction that changes it.
"""

from collections.abc import Callable, Iterable

Listener = Callable[[int], None]
_listeners: list[Listener] = []


def when_entry_changes(function: Listener) -> None:
    """Call `function(service_id)` whenever an entry opens, closes, pauses, moves or goes from its list."""
    if function not in _listeners:
        _listeners.append(function)


def entry_changed(service_ids: Iterable[int]) -> None:
    """Tell whoever registered that these entries work differently now."""
    for service_id in service_ids:
        for function in _listeners:
            function(service_id)
