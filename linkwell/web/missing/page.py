"""One press: the limits of a search, and how many services each of them alone kept out, become a record."""

from dataclasses import replace
from datetime import UTC, datetime

from linkwell.connections.actions import record_unmet_need
from linkwell.directory.queries.gaps import kept_out
from linkwell.support.models import Episode
from linkwell.team.models import Membership
from linkwell.web.find.forms import FindForm
from linkwell.web.find.page import age_of, failed, initial_for


def search_of_plan(episode: Episode, code: str) -> FindForm:
    """Return the search for one need that follows from what is known of a person; it is valid."""
    known = initial_for(episode) | {"needs": [code], "words": ""}
    form = FindForm(known)
    if not form.is_valid():  # a postcode that no table knows limits nothing
        form = FindForm(known | {"place": ""})
        form.is_valid()
    return form


def record(episode: Episode, search: FindForm, codes: list[str], *, origin: str, by: Membership, at: datetime) -> None:
    """Record needs as missing under the limits of a valid search; raise what `record_unmet_need` raises."""
    asked = search.query(age=age_of(episode, at))
    queries = [replace(asked, needs=(code,), words="", limit=10, offset=0) for code in codes]
    failing = kept_out(queries, on=at.astimezone(UTC).date())
    what_failed = str(failed(search)["what_failed"])
    for code, counts in zip(codes, failing, strict=True):
        record_unmet_need(
            episode_id=episode.pk, code=code, what_failed=what_failed, limits=search.limits(), kept_out=counts,
            origin=origin, by=by, at=at,
        )  # fmt: skip
