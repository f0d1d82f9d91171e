from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linkwell.messages.account_mail import NOBODY, AccountMail, queue_account_mail
from linkwell.team.queries import account_of
from linkwell.web.forms import PageForm
from linkwell.web.signin import limits


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


class ResetForm(ResetPasswordForm):
    """Asking for a new password: the same work for any address, and the mail leaves by the worker."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **_: Any) -> str:
        """Put the mail on the queue; return the address as it was typed."""
        found = account_of(self.cleaned_data["email"])
        account_id = found.pk if found else NOBODY
        queue_account_mail(account_id=account_id, about=AccountMail.NEW_PASSWORD, at=timezone.now())
        return str(self.cleaned_data["email"])


class _TellsOfGuesses:
    """A form for the code of a second step, which tells the owner when guessing locks it."""

    user: Any

    def clean_code(self) -> str:
        try:
            return str(super().clean_code())  # type: ignore[misc]
        except ValidationError:
            key = f"mfa-auth-user-{self.user.pk}"
            request = context.request
            limits.tell_if_locked(request, key=key, account_id=self.user.pk, about=AccountMail.CODE_GUESSED)
            raise


class SecondStepForm(_TellsOfGuesses, AuthenticateForm):
    """The code at sign-in."""


class SecondStepAgainForm(_TellsOfGuesses, ReauthenticateForm):
    """The code once more, within a session."""
