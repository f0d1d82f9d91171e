"""The words that the product writes when support ends; a test holds both to the same."""

_CAME_OF_IT = {
    "goals_met": "The goals of the plan were met.",
    "partly_met": "The goals of the plan were partly met.",
    "nothing_helped": "What we tried did not help.",
    "declined": "The person did not want support from us.",
    "disengaged": "The person stopped coming.",
    "moved_service": "Another service supports the person now.",
    "moved_away": "The person has moved away.",
    "died": "The person has died. No further messages will follow.",
}


def ending_words(*, reason: str, contacts: int, attempts: int, joined: list[str], tried: list[str]) -> str:
    """Return what the referrer is told at the end, as `linkwell.support.rules.ending_words` would."""
    if reason == "not_reached":
        return f"We could not reach the person after {_count(attempts, 'try', 'tries')}, so support did not start."
    if reason == "died":
        return _CAME_OF_IT[reason]
    parts = [f"We were in touch {_count(contacts, 'time', 'times')}.", _CAME_OF_IT[reason]]
    parts += [f"They now go to {_list(joined)}."] if joined else []
    parts += [f"Also tried: {_list(tried)}."] if tried else []
    return " ".join(parts)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
