"""The matching index of this machine: made of the directory, kept in step with it, asked by every page that searches.

    loading   rows of the directory → what the engine knows of a service
    changes   what changed since the index last looked: a table that triggers write, read by snapshots
    keeping   the index in its folder: one process makes it or changes it at a time, all map the same files
    process   a process's own view of it, and the thread that follows the directory's notifications
    rebuild   makes it anew, in a process of its own
    meaning   what entries mean, for people's own words; kept in a process of its own

Where there is no index (a first start, a full disk), `current` is None and pages ask the database instead:
`directory.queries.sql` is the definition of what fits, and answers the same.
"""

from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from linkwell.directory.searching.keeping import Kept
    from linkwell.matching.meaning.scorer import Said

__all__ = ["caught_up", "current", "said", "start"]


def start() -> None:
    """Have this process follow the directory, unless the settings say that the database answers searches."""
    if settings.LINKWELL_SEARCH_INDEX:
        from linkwell.directory.searching import process

        process.start()


def current() -> "Kept | None":
    """Return the index, None where the database must answer."""
    if not settings.LINKWELL_SEARCH_INDEX:
        return None
    from linkwell.directory.searching import process

    return process.start().current()


def caught_up(cursor: Any) -> "Kept | None":
    """Return the index with all that this cursor sees, None where the database must answer."""
    from linkwell.directory.searching import process

    return process.start().caught_up(cursor)


def said(words: str) -> "Said | None":
    """Return what a person's words mean to each entry; None for a search of a few words, or where it is off."""
    from linkwell.directory.searching import meaning, process

    return meaning.said(process.start().folder, words)
