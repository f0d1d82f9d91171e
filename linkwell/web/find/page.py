"""What fits a person: their episode's needs, their place and limits, put to the directory."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from linkwell.common.dates import age_on
from linkwell.directory.confirming.uses import note_shown
from linkwell.directory.queries import Known, find_support, why_not
from linkwell.matching.index import Tried
from linkwell.matching.query import Answer
from linkwell.matching.vocabulary import ACCESS_NEEDS
from linkwell.people.queries import access_needs_now
from linkwell.support.models import Episode
from linkwell.support.queries import needs_of
from linkwell.web.find.forms import FindForm


@dataclass(frozen=True)
class Found:
    """The answer to one search, and which page of it this is."""

    answer: Answer
    page: int
    pages: int
    said: str  # the search in one line
    expected: tuple[Known, ...]  # what was asked for by name: its place in the list, or what keeps it out


PER_PAGE = 10


def initial_for(episode: Episode) -> dict[str, object]:
    """Return the search that follows from the person's needs, words, place and access needs."""
    needs = needs_of(episode.pk)
    words = next((need.own_words for need in needs if need.own_words), "")
    return {
        "needs": [need.code for need in needs],
        "words": words,
        "place": "" if episode.person.location_hidden else episode.person.postcode,
        "reach": "5000",
        "access": [code for code in access_needs_now(episode.person) if code in ACCESS_NEEDS],
        "language": "" if episode.person.language == "en" else episode.person.language,
    }


def found(form: FindForm, *, age: int | None, at: datetime, tried: Mapping[int, Tried] | None = None) -> Found:
    """Return what fits; the form is valid. `tried` is what is known of services from experience."""
    query = form.query(age=age, per_page=PER_PAGE)
    answer = find_support(query, at=at, tried=tried)
    note_shown((one.service_id for one in answer.suggestions), at=at)
    pages = max(1, -(-answer.count // PER_PAGE))
    known = form.cleaned_data["known"].strip()
    expected = why_not(query, known, at, tried=tried) if known else ()
    return Found(answer, form.cleaned_data["page"] or 1, pages, _in_a_line(form), expected)


def failed(form: FindForm) -> dict[str, object]:
    """Return what the page about a gap starts from: the first need of a valid search, and its limits in words."""
    needs = form.cleaned_data["needs"]
    return {"code": needs[0] if needs else "", "what_failed": _limits_in_a_line(form)}


def age_of(episode: Episode, at: datetime) -> int | None:
    """Return the person's age, if the birth date is known."""
    return age_on(episode.person.born_on, at.date()) if episode.person.born_on else None


def _in_a_line(form: FindForm) -> str:
    said = form.cleaned_data
    words = " ".join(said["words"].split())
    place = f"near {said['place'].upper() if any(map(str.isdigit, said['place'])) else said['place']}"
    parts = [
        _chosen(form, "needs", ", "),
        f"“{words}”" if words else "",
        place if said["place"] else "",
        *_limits(form),
    ]
    return " · ".join(part for part in parts if part)


def _limits_in_a_line(form: FindForm) -> str:
    return ", ".join(part for part in _limits(form) if part)


def _limits(form: FindForm) -> list[str]:
    """Return each limit in words, "" where it is not set."""
    said = form.cleaned_data
    language = str(dict(form.fields["language"].choices)[said["language"]]) if said["language"] else ""
    return [
        f"within {int(said['reach']) / 1000:g} km" if said["reach"] and said["place"] else "",
        _chosen(form, "modes", " or "),
        " or ".join(str(label) for code, label in form.fields["days"].choices if code in said["days"]),
        f"in {language}" if language else "",
        _chosen(form, "access", ", "),
        "free" if said["free_only"] else "",
        "with room now" if said["has_room"] else "",
    ]


def _chosen(form: FindForm, name: str, between: str) -> str:
    codes = form.cleaned_data[name]
    return between.join(str(label) for code, label in form.fields[name].choices if code in codes).lower()
