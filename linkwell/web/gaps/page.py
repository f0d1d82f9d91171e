"""The gap report in words: the map, its tables, what would close the biggest gaps."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linkwell.directory.queries.gaps import Nearest
from linkwell.evaluation.disclosure import SYMBOL, Shown, as_text
from linkwell.evaluation.gaps import ALL_NEEDS, Gap, GapReport
from linkwell.evaluation.methods.quarters import from_code
from linkwell.matching import needs, vocabulary
from linkwell.web import words
from linkwell.web.charts import Tile, tiles
from linkwell.web.evidence.tables import Table
from linkwell.web.gaps.forms import ALL

MOST_GAPS = 10
FEW = 2  # up to so many are few


@dataclass(frozen=True)
class GapLine:
    """One of the biggest gaps, as it is read."""

    title: str
    text: str
    service_id: int | None
    service: str


def context(report: GapReport, asked: dict[str, Any], address: str) -> dict[str, object]:
    """Return all that the page shows; the need that is looked at, or all of them."""
    need = asked["need"]
    return {
        "report": report,
        "need": needs.label(need) if need else "",
        "said": limits_said(asked),
        "period": period_said(asked),
        "map": tiles(_tile(report, area, need) for area in report.areas),
        "by_area": one_need_table(report, need) if need else all_needs_table(report),
        "tables": {table.key: table for table in tables(report)},
        "biggest": [line(gap, report, asked) for gap in report.biggest if need in ("", gap.need)][:MOST_GAPS],
        "reasons": [reason_names().get(name, name) + (f": {as_text(count)}" if report.exact else "")
                    for name, count in report.reasons],
        "address": address,
    }  # fmt: skip


def _tile(report: GapReport, area: Any, need: str) -> Tile:
    """Return an area as it is drawn: how many services fit the need; of all needs, for how many nothing fits."""
    if need:
        count = report.fits[area.code, need]
        level = 0 if count == 0 else 1 if count <= FEW else 2
    else:
        count = len(report.gaps_in(area.code))
        level = 2 if count == 0 else 1 if count <= len(ALL_NEEDS) // 4 else 0
    return Tile(area.code, area.middle.latitude, area.middle.longitude, str(count), level)


def limits_said(asked: dict[str, Any]) -> str:
    """Return the limits in a line: "within 5 km, in person, on Wednesdays, free"."""
    parts = [
        _("within %(far)s km") % {"far": f"{int(asked['reach']) / 1000:g}"} if asked["reach"] else _("at any distance"),
        _("in person") if asked["way"] else _("in any way"),
        _("on a %(day)s") % {"day": _(vocabulary.DAYS[int(asked["day"])])} if asked["day"] else "",
        _("in %(language)s") % {"language": _(vocabulary.LANGUAGES[asked["language"]])} if asked["language"] else "",
        _("step-free") if asked["step_free"] else "",
        _("free") if asked["free"] else "",
    ]
    return ", ".join(part for part in parts if part)


def period_said(asked: dict[str, Any]) -> str:
    """Return the period in words."""
    quarter = from_code(asked["period"])
    return quarter.name if quarter and asked["period"] != ALL else _("All closed quarters")


def line(gap: Gap, report: GapReport, asked: dict[str, Any]) -> GapLine:
    """Return one gap in sentences: who went without, what fits under the limits, what is nearest where nothing does."""
    said = {"people": f"{gap.people:,}", "need": needs.label(gap.need).lower()}
    went = (
        ngettext(
            "%(people)s person looked for help with %(need)s and found nothing that fitted.",
            "%(people)s people looked for help with %(need)s and found nothing that fitted.",
            gap.people,
        )
        if report.exact
        else _("About %(people)s people looked for help with %(need)s and found nothing that fitted.")
    ) % said
    fits = (
        ngettext(
            "%(num)d service fits under these limits (%(limits)s): is it full, unknown or not right?",
            "%(num)d services fit under these limits (%(limits)s): are they full, unknown or not right?",
            gap.fits,
        )
        if gap.fits
        else _("No service fits (%(limits)s).")
    ) % {"num": gap.fits, "limits": limits_said(asked)}
    title = _("%(area)s: %(need)s") % {"area": gap.area, "need": needs.label(gap.need)}
    near = None if gap.fits else gap.nearest
    if near is None:
        return GapLine(title, f"{went} {fits}", None, "")
    return GapLine(title, f"{went} {fits}", near.service_id, _("The nearest: %(what)s") % {"what": _nearest(near)})


def _nearest(near: Nearest) -> str:
    """Return the nearest service with what keeps it out: "Grief café, 11 km, Wednesdays only"."""
    parts = [near.name, words.distance(near.metres)]
    if "time" in near.fails and near.slots:
        parts.append(_("%(days)s only") % {"days": vocabulary.days_in_words(near.slots)})
    if "cost" in near.fails:
        parts.append(_("costs money"))
    if "language" in near.fails:
        spoken = [_(vocabulary.LANGUAGES.get(code, code)) for code in near.languages]
        parts.append(_("in %(languages)s only") % {"languages": vocabulary.in_words(spoken)})
    if "access" in near.fails:
        parts.append(_("not step-free"))
    if "area" in near.fails:
        parts.append(_("for other areas only"))
    return ", ".join(part for part in parts if part)


def reason_names() -> dict[str, str]:
    """Return what kept people from something, in words."""
    return {
        "nothing": _("Nothing here is for it"),
        "distance": _("Too far away"),
        "area": _("Only for people of other areas"),
        "time": _("Not at the times that suit"),
        "cost": _("Costs money"),
        "access": _("Not accessible for them"),
        "language": _("Not in their language"),
        "age": _("For other ages"),
        "mode": _("Not in a way they can take part"),
        "closed": _("Not taking new people, or on a break"),
        "full": _("Full"),
        "funds": _("The group has no money for it"),
        "other": _("Something else"),
    }


def one_need_table(report: GapReport, need: str) -> Table:
    """Return the map of one need as a table: each area with the services that fit and the people without."""
    head = (_("Area"), _("Where"), _("Services that fit"), _("People who went without"))
    rows = tuple(
        (area.code, area.town, report.fits[area.code, need], report.people.get((area.code, need)))
        if not report.exact
        else (area.code, area.town, report.fits[area.code, need], report.people.get((area.code, need)) or 0)
        for area in report.areas
    )
    return Table("by-area", needs.label(need), head, rows)


def all_needs_table(report: GapReport) -> Table:
    """Return the map of all needs as a table: each area with the needs for which nothing fits."""
    head = (_("Area"), _("Needs without a fitting service"), _("Which"))
    rows = []
    for area in report.areas:
        missing = report.gaps_in(area.code)
        rows.append((area.code, len(missing), ", ".join(needs.label(code) for code in missing) or "–"))
    return Table("by-area", _("All needs"), head, tuple(rows))


def tables(report: GapReport) -> list[Table]:
    """Return the two tables of needs and areas: services that fit, and people who went without."""
    codes = [area.code for area in report.areas]
    fits = tuple((needs.label(code), *(report.fits[area, code] for area in codes)) for code in ALL_NEEDS)
    people = tuple(
        (needs.label(code), *(_people(report, area, code) for area in codes), _total(report, code))
        for code in ALL_NEEDS
    )  # fmt: skip
    return [
        Table("fits", _("Services that fit, by need and area"), (_("Need"), *codes), fits),
        Table(
            "people", _("People who went without, by need and area"), (_("Need"), *codes, _("All these areas")), people
        ),
    ]


def _people(report: GapReport, area: str, need: str) -> Shown:
    known = report.people.get((area, need))
    return known or 0 if report.exact else known


def _total(report: GapReport, need: str) -> Shown:
    known = report.people_with(need)
    return known or 0 if report.exact else known


def file_heading(report: GapReport, asked: dict[str, Any], scheme_name: str) -> list[str]:
    """Return the lines that stand on top of the file."""
    return [
        _("What is missing here? %(scheme)s") % {"scheme": scheme_name},
        _("People: %(period)s. Services: as they are listed today, %(limits)s.")
        % {"period": period_said(asked), "limits": limits_said(asked)},
        _("%(symbol)s is 0 to 7, or a number to which fewer than three practices or link workers contributed.")
        % {"symbol": SYMBOL},
        _("All other numbers of people are rounded to the nearest 5. How many services fit is exact."),
    ]
