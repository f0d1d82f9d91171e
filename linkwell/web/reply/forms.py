"""What a link's pages ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linkwell.web.forms import PageForm


class CodeForm(PageForm):
    """The code from the e-mail."""

    code = forms.CharField(
        label=_("The code from the e-mail"),
        help_text=_("8 numbers. Spaces do not matter."),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
