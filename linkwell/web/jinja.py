"""The environment in which pages are drawn."""

from functools import cache
from typing import Any

import jinja2
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, gettext, ngettext, npgettext, pgettext

from linkwell.web import charts, forms_display, words


def environment(**options: Any) -> jinja2.Environment:
    """Return the environment that TEMPLATES names; tests set LINKWELL_STRICT_TEMPLATES, so a misspelt name fails."""
    strict = getattr(settings, "LINKWELL_STRICT_TEMPLATES", False)
    options["undefined"] = jinja2.StrictUndefined if strict else jinja2.ChainableUndefined
    options["extensions"] = [*options.get("extensions", []), "jinja2.ext.i18n", "jinja2.ext.do"]
    made = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, **options)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        _gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.globals |= {
        "static": static,
        "url": url,
        "setting": setting,
        "outside_name": outside_name,
        "language": get_language,
        "right_to_left": get_language_bidi,
        "control": forms_display.control,
        "problems": forms_display.problems,
        "charts": charts,
    }
    made.filters |= {
        "day": words.day,
        "short_day": words.short_day,
        "weekday": words.weekday,
        "clock": words.clock,
        "moment": words.moment,
        "iso": words.iso,
        "distance": words.distance,
        "duration": words.duration,
        "share": words.share,
        "number": words.number,
        "ago": words.ago,
        "in_groups": words.in_groups,
        "said_once": words.said_once,
        "json_script": json_script,
        "data_for": data_for,
    }
    return made


def _gettext(message: str) -> str:
    return _translated(get_language() or "", message)


@cache
def _translated(language: str, message: str) -> str:
    """Return a template's own words in the language in force; a page asks for hundreds."""
    return gettext(message)


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Return the address of a named page."""
    if args and not kwargs and all(type(arg) is int and arg >= 0 for arg in args):
        return _shape(name, len(args)) % args  # a list asks for the same page of fifty people
    return reverse(name, args=args, kwargs=kwargs)


@cache
def _shape(name: str, numbers: int) -> str:
    """Return the address with %d in place of each number; found by reversing it with numbers that stand out."""
    standing_out = [10**17 + place for place in range(numbers)]
    shape = reverse(name, args=standing_out).replace("%", "%%")
    for number in standing_out:
        shape = shape.replace(str(number), "%d", 1)
    return shape


def data_for(value: Any, function: str) -> SafeString:
    """Return a block of data that allauth's script hands to one of its functions; a browser never runs it."""
    plain = json_script(value).removeprefix('<script type="application/json">')
    return format_html('<script data-allauth-onload="{}" type="application/json">{}', function, SafeString(plain))


def outside_name() -> str:
    """Return the name of the organisation whose sign-in opens accounts here, empty where there is none."""
    found = settings.LINKWELL_OIDC
    return str(found["name"]) if found else ""


def setting(name: str, default: Any = "") -> Any:
    """Return one of the settings that change the look; any other name is refused."""
    if name not in LOOK_SETTINGS:
        raise KeyError(f"{name} is not a setting of the look")
    return getattr(settings, name, default)


LOOK_SETTINGS = {
    "LINKWELL_LOGO",  # static path of the adopter's own logo in the header
    "LINKWELL_FONT_STYLESHEET",  # static path of a stylesheet that brings the adopter's own licensed font
    "LINKWELL_COPYRIGHT",  # a line in the footer, for example "© NHS England"
    "LINKWELL_QUICK_EXIT_URL",  # where "leave quickly" goes
    "LINKWELL_PUBLIC_STYLESHEET",  # static path of a stylesheet with the adopter's colours for the public pages
    "LINKWELL_PUBLIC_HELP",  # a sentence: whom somebody may ring who does not find what they look for
    "LINKWELL_MAP_TILES",  # the map's pictures, an address with {z}, {x} and {y}; without it no third party is asked
    "LINKWELL_MAP_ATTRIBUTION",  # what their licence asks to be shown
}
