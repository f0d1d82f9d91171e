"""The measures in use here: the shipped ones, and those of the folder that LINKWELL_MEASURES names."""

from functools import cache
from pathlib import Path

from django.conf import settings

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
