"""The measures in use here: the shipped ones, and those of the folder that LINKWELL_MEASURES names."""

from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings

from linkwell.common.dates import age_on
from linkwell.outcomes.definitions import DEFAULT_PACK, SHIPPED, Measure, Scale, load


@cache
def _loaded(folder: str) -> dict[str, Measure]:
    found = load([SHIPPED, Path(folder)] if folder else [SHIPPED])
    order = [*DEFAULT_PACK, *(code for code in found if code not in DEFAULT_PACK)]
    return {code: found[code] for code in order}


def measures() -> dict[str, Measure]:
    """Return every measure by code, in the order in which they are asked; raise MeasureFileWrong."""
    return _loaded(str(getattr(settings, "LINKWELL_MEASURES", "") or ""))


def scales() -> dict[str, Scale]:
    """Return every scale by code, in the order of the measures."""
    return {scale.code: scale for measure in measures().values() for scale in measure.scales}


def measures_for(*, born_on: date | None, on: date) -> list[Measure]:
    """Return the measures that may be asked of someone of that age; of anyone whose age is not known, all."""
    age = age_on(born_on, on) if born_on else None
    return [measure for measure in measures().values() if age is None or age >= measure.minimum_age]
