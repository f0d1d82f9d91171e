"""The controlled words of matching: ways of taking part, access needs, languages, days and parts of a day."""

from collections.abc import Iterable

MODES: dict[str, str] = {
    "in_person": "in person",
    "phone": "by phone",
    "online": "online",
    "home_visit": "at home",
}
REMOTE_MODES = frozenset({"phone", "online", "home_visit"})

ENTRY_ROUTES: dict[str, str] = {
    "drop_in": "Just turn up",
    "self_referral": "Ask for yourself",
    "professional_referral": "Through a professional",
    "appointment": "By appointment",
    "membership": "For members",
}

ACCESS_NEEDS: dict[str, str] = {
    "step_free": "step-free",
    "accessible_toilet": "accessible toilet",
    "accessible_parking": "accessible parking",
    "hearing_loop": "hearing loop",
    "quiet_space": "quiet space",
    "bsl": "British Sign Language",
    "large_print": "large print",
    "easy_read": "easy read",
    "interpreter": "interpreter",
    "transport": "transport offered",
}
# What a building has; the rest is what the people there do, and matters by phone and online too.
ACCESS_OF_A_PLACE = frozenset(
    {"step_free", "accessible_toilet", "accessible_parking", "hearing_loop", "quiet_space", "transport"}
)

LANGUAGES: dict[str, str] = {
    "en": "English", "cy": "Welsh", "gd": "Scottish Gaelic", "ga": "Irish", "bfi": "British Sign Language",
    "pl": "Polish", "ro": "Romanian", "pa": "Punjabi", "ur": "Urdu", "pt": "Portuguese", "es": "Spanish",
    "ar": "Arabic", "bn": "Bengali", "gu": "Gujarati", "it": "Italian", "ta": "Tamil", "fr": "French",
    "lt": "Lithuanian", "zh": "Chinese", "yue": "Cantonese", "tr": "Turkish", "bg": "Bulgarian", "ru": "Russian",
    "fa": "Persian", "so": "Somali", "ku": "Kurdish", "hu": "Hungarian", "el": "Greek", "hi": "Hindi",
    "de": "German", "uk": "Ukrainian", "sk": "Slovak", "cs": "Czech", "lv": "Latvian", "sq": "Albanian",
    "ti": "Tigrinya", "am": "Amharic", "yo": "Yoruba", "ig": "Igbo", "sw": "Swahili", "ps": "Pashto", "ne": "Nepali",
    "ml": "Malayalam", "te": "Telugu", "si": "Sinhala", "vi": "Vietnamese", "ja": "Japanese", "ko": "Korean",
    "nl": "Dutch", "he": "Hebrew", "yi": "Yiddish", "syl": "Sylheti", "rom": "Romani", "prs": "Dari", "tl": "Tagalog",
}  # fmt: skip
_CODES = {label.casefold(): code for code, label in reversed(LANGUAGES.items())}

AGES: dict[str, tuple[int, str]] = {  # whom the public looks for: an age that stands for them all
    "child": (10, "Children"),
    "young": (20, "Young people"),
    "adult": (45, "Adults"),
    "older": (72, "Older people"),
}

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PARTS = ("morning", "afternoon", "evening")
ALL_PARTS = (0, 1, 2)


def slots_of(days: Iterable[int], parts: Iterable[int] = ALL_PARTS) -> int:
    """Return the weekly slots as one number: bit 3·day + part, Monday and morning 0."""
    wanted = tuple(parts)
    return sum(1 << (3 * day + part) for day in set(days) for part in set(wanted))


def days_of(slots: int) -> list[int]:
    """Return the days (0 is Monday) that have any slot."""
    return [day for day in range(7) if slots >> (3 * day) & 0b111]


def parts_between(opens: int, closes: int) -> tuple[int, ...]:
    """Return the parts of a day touched by opening hours, in minutes from midnight: noon and 17:00 divide."""
    edges = ((0, 12 * 60), (12 * 60, 17 * 60), (17 * 60, 24 * 60))
    return tuple(part for part, (begin, end) in enumerate(edges) if opens < end and closes > begin)


def days_in_words(slots: int) -> str:
    """Return "Tuesdays and Thursdays", "every day", "weekdays"."""
    days = days_of(slots)
    if days == list(range(7)):
        return "every day"
    if days == list(range(5)):
        return "weekdays"
    return in_words([f"{DAYS[day]}s" for day in days])


def in_words(items: Iterable[str], last: str = "and") -> str:
    """Return "a", "a and b", "a, b and c"."""
    listed = list(items)
    return f" {last} ".join(filter(None, [", ".join(listed[:-1]), *listed[-1:]]))


def in_order(languages: Iterable[str]) -> tuple[str, ...]:
    """Return languages in the order of the list here; what is not in it comes last."""
    places = {code: place for place, code in enumerate(LANGUAGES)}
    return tuple(sorted(languages, key=lambda code: (places.get(code, len(places)), code)))


def language_code(name: str) -> str:
    """Return the code of a language given by name or code, or ""."""
    wanted = name.strip().casefold()
    if wanted in LANGUAGES:
        return wanted
    return _CODES.get(wanted, "")
