"""Where a postcode, an outward code or a town lies."""

from dataclasses import dataclass

from linkwell.places.models import Outcode, Postcode


@dataclass(frozen=True)
class Located:
    """A point, and in words how sure it is."""

    latitude: float
    longitude: float
    note: str


def locate(text: str) -> Located | None:
    """Return where `text` lies: a known postcode exactly, else its outward code, else None."""
    code = text.replace(" ", "").upper()
    exact = Postcode.objects.filter(code=code).first()
    if exact is not None:
        return Located(exact.latitude, exact.longitude, "")
    outward = code[:-3] if len(code) > 4 else code
    row = Outcode.objects.filter(code=outward).first()
    return Located(row.latitude, row.longitude, f"approximate: only {outward} is known") if row else None
