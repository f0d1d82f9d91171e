from django import forms
from django.utils.translation import gettext_lazy as _

from linkwell.web.forms import PageForm


class JoinForm(PageForm):
    """Who was invited chooses a password; whether it will do is said by the action."""

    name = forms.CharField(
        label=_("Your name"),
        help_text=_("First name and family name, as colleagues know you"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters. Three words that do not belong together are easy to remember"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class CodeForm(PageForm):
    """The code from the mail."""

    code = forms.CharField(
        label=_("Code from the e-mail"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
