"""Days and ages, British style."""

from datetime import date


def age_on(born_on: date, on: date) -> int:
    """Return whole years lived on a day; someone born on 29 February ages on 1 March."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def age_band(age: int) -> str:
    """Return a ten-year band ("70-79"; "90 and over"), all that an organisation is told of an age."""
    return "90 and over" if age >= 90 else f"{age // 10 * 10}-{age // 10 * 10 + 9}"


def british(day: date) -> str:
    """Return "3 November 2026"."""
    return f"{day.day} {day:%B %Y}"
