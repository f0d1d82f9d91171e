"""Mails about a sign-in itself: a link for a new password, and what changed about it.

They belong to no scheme, so they stand beside the outbox: a request puts a job with two numbers on the
queue, and the worker makes the mail. So a public form spends the same work on an address that is known
and on one that is not (account 0, to which nothing is sent), and no link is at rest anywhere.
"""

import smtplib
from datetime import datetime
from enum import IntEnum

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linkwell.common.jobs import enqueue
from linkwell.messages.errors import MailDelayed
from linkwell.team.models import Account

SEND = "messages.account_mail"
NOBODY = 0


class AccountMail(IntEnum):
    """What a mail about a sign-in says; the numbers stand in jobs and never change."""

    NEW_PASSWORD = 1
    LOCKED = 2
    PASSWORD_CHANGED = 3
    APP_ADDED = 4
    APP_REMOVED = 5
    PASSKEY_ADDED = 6
    PASSKEY_REMOVED = 7
    CODES_MADE = 8
    CODES_FEW = 9
    OUTSIDE_LINKED = 10
    OUTSIDE_REMOVED = 11
    CODE_GUESSED = 12


_IF_NOT = _("If that was not you, change your password and tell your manager at once: %(site)s/")
_WORDS = {
    AccountMail.NEW_PASSWORD: (
        _("A new password for Linkwell"),
        _(
            "Someone, probably you, asked for a new password. Choose it here: %(link)s\n\n"
            "The link works once, for one hour. Your second step stays as it is. "
            "If you did not ask, you need do nothing."
        ),
    ),
    AccountMail.LOCKED: (
        _("Wrong passwords were tried for your sign-in"),
        _(
            "Somebody typed a wrong password for your sign-in several times, so nobody can sign in with your "
            "address for some minutes. If it was you, wait and try again, or ask for a new password. "
            "If not, you need do nothing: without your second step a password opens nothing."
        ),
    ),
    AccountMail.CODE_GUESSED: (
        _("Wrong codes were tried for your sign-in"),
        _(
            "Somebody who knows your password typed a wrong code of the second step several times. If it was not you, "
            "change your password now and tell your manager: %(site)s/"
        ),
    ),
    AccountMail.PASSWORD_CHANGED: (_("Your password was changed"), _("Your password was changed. %(if_not)s")),
    AccountMail.APP_ADDED: (_("An authenticator app was set up"), _("An authenticator app was set up. %(if_not)s")),
    AccountMail.APP_REMOVED: (
        _("Your authenticator app was removed"),
        _("It no longer opens your sign-in. %(if_not)s"),
    ),
    AccountMail.PASSKEY_ADDED: (_("A passkey was added"), _("A passkey was added to your sign-in. %(if_not)s")),
    AccountMail.PASSKEY_REMOVED: (_("A passkey was removed"), _("It no longer opens your sign-in. %(if_not)s")),
    AccountMail.CODES_MADE: (
        _("New recovery codes were made"),
        _("New recovery codes were made; the old ones no longer work. %(if_not)s"),
    ),
    AccountMail.CODES_FEW: (
        _("Few recovery codes are left"),
        _("A recovery code was used to sign in, and few are left. Make new ones under “Your second step”. %(if_not)s"),
    ),
    AccountMail.OUTSIDE_LINKED: (
        _("Another way to sign in was added"),
        _("A sign-in of another organisation now opens your account. %(if_not)s"),
    ),
    AccountMail.OUTSIDE_REMOVED: (
        _("A way to sign in was removed"),
        _("The sign-in of another organisation no longer opens your account. %(if_not)s"),
    ),
}
_FRAME = _("Hello,\n\n%(body)s\n\nThis message was sent by Linkwell. Nobody reads answers to this address.\n")


def queue_account_mail(*, account_id: int, about: AccountMail, at: datetime) -> None:
    """Put a mail about a sign-in on the queue; for NOBODY the same work is done, and nothing is sent."""
    enqueue(SEND, at=at, account_id=account_id, about=int(about))


def send_account_mail(*, account_id: int, about: AccountMail) -> bool:
    """Make and send one mail; say whether it went. Raise MailDelayed, which names nobody, to be tried again."""
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    if account is None or (about == AccountMail.NEW_PASSWORD and not account.has_usable_password()):
        return False
    subject, body = _WORDS[about]
    values = {"site": settings.PUBLIC_URL, "link": ""}
    values["if_not"] = str(_IF_NOT % values)
    if about == AccountMail.NEW_PASSWORD:
        values["link"] = settings.PUBLIC_URL + _reset_path(account)
    text = str(_FRAME % {"body": str(body % values)})
    head = {"Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(subject=str(subject), body=text, to=[account.email], headers=head).send()
    except (smtplib.SMTPException, OSError):
        raise MailDelayed("The mail server did not take a mail about a sign-in.") from None
    return True


def _reset_path(account: Account) -> str:
    key = {"uidb36": user_pk_to_url_str(account), "key": default_token_generator.make_token(account)}
    return reverse("account_reset_password_from_key", kwargs=key)
