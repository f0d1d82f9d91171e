"""The words of every message: fixed, neutral, with fixed placeholders; nothing about a person, ever.

An e-mail can be read by whoever shares a mailbox or sees a screen. So it says that something waits,
and where; what it is stands behind the link and its code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from linkwell.messages.errors import UnknownWords

ALWAYS = frozenset({"scheme", "phone", "site"})


@dataclass(frozen=True)
class Template:
    """Subject and body; `words` are what the sender gives, `link_path` is where a token's secret goes."""

    name: Any  # how the outbox calls it
    subject: Any
    body: Any
    words: frozenset[str] = frozenset()
    link_path: str = ""
    has_code: bool = False
    is_text: bool = False  # a text message: the body alone, and short


@dataclass(frozen=True)
class Mail:
    """What is read: one subject line and a plain text."""

    subject: str
    body: str


_FOOT = _("\n\n%(scheme)s%(phone_line)s\nThis message was sent by Linkwell. Nobody reads answers to this address.\n")

TEMPLATES: dict[str, Template] = {
    "organisation_referral": Template(
        name=_("A referral for a group"),
        subject=_("A referral for your group (%(reference)s)"),
        body=_(
            "Hello,\n\n%(scheme)s would like to refer someone to you. The details are not in this e-mail.\n\n"
            "1. Open this page: %(link)s\n"
            "2. Ask for a code. It comes to this mailbox.\n"
            "3. Type the code. You can then read what we'd like you to know, and answer.\n\n"
            "You need no account. The page works until %(until)s."
        ),
        words=frozenset({"reference", "until"}),
        link_path="/r/{secret}/",
    ),
    "reply_code": Template(
        name=_("A code for a group"),
        subject=_("Your code for %(reference)s"),
        body=_(
            "Hello,\n\nYour code is %(code)s\n\nIt works once, for 15 minutes, in the browser that asked for it. "
            "If you did not ask for a code, you need do nothing: without it nobody can read the page."
        ),
        words=frozenset({"reference"}),
        has_code=True,
    ),
    "share_recalled": Template(
        name=_("Details withdrawn"),
        subject=_("Please delete: referral %(reference)s"),
        body=_(
            "Hello,\n\nThe details that we sent you under the reference %(reference)s have been withdrawn, and the "
            "page no longer opens. If you wrote them down or printed them, please destroy your copy.\n\n"
            "You need not answer."
        ),
        words=frozenset({"reference"}),
    ),
    "share_closed": Template(
        name=_("No longer needed"),
        subject=_("No longer needed: referral %(reference)s"),
        body=_(
            "Hello,\n\nThe referral with the reference %(reference)s is no longer needed. The page no longer opens. "
            "If you wrote the details down or printed them, please destroy your copy.\n\nThank you for your help."
        ),
        words=frozenset({"reference"}),
    ),
    "referral_news": Template(
        name=_("News for a referrer"),
        subject=_("News about your referral %(reference)s"),
        body=_(
            "Hello,\n\nThere is news about a referral that you made to us, reference %(reference)s. "
            "It is not in this e-mail. Sign in to read it: %(site)s/"
        ),
        words=frozenset({"reference"}),
    ),
    "invitation": Template(
        name=_("An invitation"),
        subject=_("Your invitation to %(scheme)s"),
        body=_(
            "Hello,\n\n%(inviter)s invites you to work in %(scheme)s as: %(role)s.\n\n"
            "1. Open this page: %(link)s\n"
            "2. Ask for a code. It comes to this mailbox.\n"
            "3. Type the code, choose a password, and set up your second step for signing in.\n\n"
            "The page works once, until %(until)s. If you did not expect this, you need do nothing."
        ),
        words=frozenset({"inviter", "role", "until"}),
        link_path="/i/{secret}/",
    ),
    "invitation_code": Template(
        name=_("A code for an invitation"),
        subject=_("Your code for %(scheme)s"),
        body=_(
            "Hello,\n\nYour code is %(code)s\n\nIt works once, for 15 minutes, in the browser that asked for it. "
            "If you did not ask for a code, someone else has your invitation: tell us, and do not pass the code on."
        ),
        has_code=True,
    ),
    "invitation_taken_up": Template(
        name=_("Someone joined"),
        subject=_("Someone you invited has joined %(scheme)s"),
        body=_(
            "Hello,\n\nAn invitation that you sent was taken up. Sign in to see who joined: %(site)s/team/\n\n"
            "If that is not right, end their place on that page and tell your privacy officer."
        ),
    ),
    "agreement_asked": Template(
        name=_("A second person is asked for"),
        subject=_("A colleague asks for your agreement"),
        body=_(
            "Hello,\n\nA colleague asks for something that needs a second person, such as a place for someone new. "
            "Sign in to see what it is and to agree or refuse: %(site)s/team/"
        ),
    ),
    "agreement_given": Template(
        name=_("A second person agreed"),
        subject=_("Two colleagues agreed on a place or a sign-in"),
        body=_(
            "Hello,\n\nA place in %(scheme)s, or the sign-in of someone who works there, was changed by two colleagues "
            "together. You get this because you manage the scheme. Sign in to see who works there: %(site)s/team/\n\n"
            "If that is not right, tell your privacy officer: the audit trail names both."
        ),
    ),
    "second_step_reset": Template(
        name=_("A reset second step"),
        subject=_("Your second step for signing in was reset"),
        body=_(
            "Hello,\n\nYour second step for signing in to Linkwell was reset by a colleague, and you were signed out "
            "everywhere.\n\n"
            "1. Open this page: %(link)s\n"
            "2. Sign in with your password, in the same browser.\n"
            "3. Set up your second step again.\n\n"
            "The page works until %(until)s. If you did not ask a colleague for this, tell your manager at once."
        ),
        words=frozenset({"until"}),
        link_path="/s/{secret}/",
    ),
    "second_step_reset_told": Template(
        name=_("Someone's second step was reset"),
        subject=_("A colleague's second step for signing in was reset"),
        body=_(
            "Hello,\n\nThe second step for signing in of someone who works in %(scheme)s was reset. "
            "They must set it up again with a link that went to their own mailbox. "
            "You get this because you manage the scheme.\n\n"
            "If nobody lost a phone, tell your privacy officer: the audit trail names who did it."
        ),
    ),
    "change_answered": Template(
        name=_("An answer to a group's changes"),
        subject=_("Your changes to your listing were looked at"),
        body=_(
            "Hello,\n\nSomebody looked at the changes that you suggested for your listing. "
            "Sign in to see what was taken, and where something was not, why: %(site)s/organisation/"
        ),
    ),
    "entries_asked": Template(
        name=_("A question to a group about its entry"),
        subject=_("Is what we say about you still right?"),
        body=_(
            "Hello,\n\nPeople in your area are told about what you offer through our directory. "
            "Please look whether it is still right: it takes a minute.\n\n"
            "1. Open this page: %(link)s\n"
            "2. Choose for each entry: still right, changed or closed.\n"
            "3. Type your name and send it. Opening the page alone changes nothing.\n\n"
            "You need no account. The page works until %(until)s. We ask at most once a month, and remind you once.\n"
            "If you would rather not get these e-mails, say so on the same page: we will ring you instead."
        ),
        words=frozenset({"until"}),
        link_path="/e/{secret}/",
    ),
    "entries_reminder": Template(
        name=_("A reminder to a group about its entry"),
        subject=_("A reminder: is what we say about you still right?"),
        body=_(
            "Hello,\n\nTwo weeks ago we asked you to look at what our directory says about you. "
            "If it is right, one minute settles it: %(link)s\n\n"
            "The page works until %(until)s. We send no second reminder; if we hear nothing, somebody will ring you. "
            "If you would rather not get these e-mails, say so on the same page."
        ),
        words=frozenset({"until"}),
        link_path="/e/{secret}/",
    ),
    "entries_text": Template(
        name=_("A question to a group by text"),
        subject="",
        body=_(
            "%(scheme)s: is what our directory says about your group still right? "
            "Answer 1 for yes, 2 if you are full, 3 and we will ring you."
        ),
        is_text=True,
    ),
    "short_list": Template(
        name=_("A list for a person"),
        subject=_("The list we talked about"),
        body=_(
            "Hello,\n\nHere is the list that we talked about: %(link)s\n\n"
            "The page works until %(until)s. If you would rather have it on paper, tell us."
        ),
        words=frozenset({"until"}),
        link_path="/l/{secret}/",
    ),
    "short_list_text": Template(
        name=_("A list for a person, by text"),
        subject="",
        body=_("%(scheme)s: the list we talked about, until %(until)s: %(link)s"),
        words=frozenset({"until"}),
        link_path="/l/{secret}/",
        is_text=True,
    ),
    "staff_notice": Template(
        name=_("A notice for a member"),
        subject=_("Something waits for you in Linkwell"),
        body=_("Hello,\n\nSomething waits for you in Linkwell. Sign in to see what: %(site)s/"),
    ),
}


def check_words(template: str, words: Mapping[str, str]) -> None:
    """Raise UnknownWords unless the words are exactly those the template has places for, in single lines."""
    if template not in TEMPLATES:
        raise UnknownWords(template=template, names=[template])
    wrong = sorted(TEMPLATES[template].words.symmetric_difference(words))
    wrong += sorted(name for name, value in words.items() if not _is_plain(value))
    if wrong:
        raise UnknownWords(template=template, names=wrong)


def compose(
    template: str, words: Mapping[str, str], *, scheme: str, phone: str, site: str, link: str = "", code: str = ""
) -> Mail:
    """Return the mail as it is read; only the fixed placeholders are filled."""
    made = TEMPLATES[template]
    values = {**words, "scheme": scheme, "phone": phone, "site": site, "link": link, "code": code}
    values["phone_line"] = f" · {phone}" if phone else ""
    subject = " ".join(str(made.subject % values).split())
    return Mail(subject=subject, body=str(made.body % values) + ("" if made.is_text else str(_FOOT % values)))


def _is_plain(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 60 and value.isprintable()
