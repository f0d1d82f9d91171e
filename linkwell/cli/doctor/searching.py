"""Is the search index of this machine there, and how far behind is it?"""

from datetime import UTC, datetime, timedelta

from linkwell.cli.doctor.findings import Finding, Patient, ago, things

BEHIND_AFTER = timedelta(minutes=2)


def search_index(patient: Patient) -> Finding:
    """The index knows the directory as it stands."""
    from django.conf import settings

    if not settings.LINKWELL_SEARCH_INDEX:
        return Finding("Search", True, "the database answers searches (LINKWELL_SEARCH_INDEX is 0)")
    from linkwell.directory.searching import changes, keeping

    cursor = patient.owner.cursor()
    folder = keeping.folder_of(patient.home, changes.database_of(cursor))
    kept = keeping.opened(folder)
    if kept is None:
        return Finding("Search", True, "there is no index here yet: the database answers until `linkwell run` made one")
    _, changed = changes.since(cursor, kept.mark)
    looked = patient.at - datetime.fromtimestamp(kept.mark.looked_at, UTC)
    text = f"the index holds {things(len(kept.index), 'service')}, made {ago(_since(patient, kept.mark.built_at))} ago"
    if changed and looked > BEHIND_AFTER:
        return Finding(
            "Search", False, f"{text}, and is {things(len(changed), 'change')} behind",
            f"See the log of Linkwell; if it runs, remove {folder}: the index is made anew, and the database answers"
            " meanwhile.",
        )  # fmt: skip
    return Finding("Search", True, text)


def _since(patient: Patient, moment: float) -> timedelta:
    return max(patient.at - datetime.fromtimestamp(moment, UTC), timedelta(0))
