"""What a form sends beside its answers: the CSRF token, and a key that makes a second sending the same as the first.

Both travel together: `{{ csrf_input }}` in a template writes both, so no form has the one without the other.
"""

from secrets import token_urlsafe

from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.utils.html import format_html
from django.utils.safestring import SafeString

KEY = "once"
KEYS = (KEY, "submission_key", "csrfmiddlewaretoken")  # they differ when the same is sent again from another page
LONGEST_KEY = 100
SECRETS = ("password", "credential")  # in no hash, and on no page again
ONE_TIME_CODE = "code"


class FormInput:
    """What stands inside every form that is sent; each place in a page that writes it gets a key of its own."""

    def __init__(self, request: HttpRequest, key: str = "") -> None:
        self.request, self.key = request, key

    def __html__(self) -> SafeString:
        key = self.key or key_of(self.request) or new_key()
        return format_html('{}<input type="hidden" name="{}" value="{}">', csrf_input(self.request), KEY, key)

    def __str__(self) -> str:
        return self.__html__()


def new_key() -> str:
    """Return 128 random bits, as text."""
    return token_urlsafe(16)


def key_of(request: HttpRequest) -> str:
    """Return the key that was sent, so that a form shown again keeps it; empty where none was."""
    return request.POST.get(KEY, "")[:LONGEST_KEY] if request.method == "POST" else ""


def is_secret(name: str) -> bool:
    """Say whether a field's value may neither be kept as a hash nor be shown again."""
    return name == ONE_TIME_CODE or any(part in name for part in SECRETS)


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was sent, in order, without keys and secrets."""
    sent = request.POST.lists()
    return [(name, value) for name, values in sent for value in values if name not in KEYS and not is_secret(name)]
