"""How mail leaves: one recipient, no line break in a head, and without a server into a file of ours."""

import smtplib
import stat
import uuid

import pytest
from django.core.mail import EmailMessage, send_mail

from linkwell.messages import errors, mail
from linkwell.messages.templates import Mail
from tests.messages.conftest import refused

LETTER = Mail(subject="A referral for your group", body="Hello")


@pytest.mark.parametrize(
    "message",
    [
        EmailMessage("Hello", "x", to=["a@example.org", "b@example.org"]),
        EmailMessage("Hello", "x", to=["a@example.org"], cc=["b@example.org"]),
        EmailMessage("Hello", "x", to=["a@example.org"], bcc=["b@example.org"]),
        EmailMessage("Hello\nBcc: b@example.org", "x", to=["a@example.org"]),
        EmailMessage("Hello", "x", to=["a@example.org\r\nBcc: b@example.org"]),
        EmailMessage("Hello", "x", to=["a@example.org"], reply_to=["c@example.org\nBcc: b@example.org"]),
        EmailMessage("Hello", "x", to=["a@example.org"], headers={"X-A": "b\r\nBcc: b@example.org"}),
        EmailMessage("Hello", "x", to=["not an address"]),
        EmailMessage("Hello", "x", to=[]),
    ],
)
def test_J03_W07_copies_second_recipients_and_line_breaks_are_refused(message):
    with pytest.raises(errors.UnsafeMail):
        mail.check_safe(message)


def test_one_recipient_with_a_name_is_fine():
    mail.check_safe(EmailMessage("Hello", "x", to=["Ada Example <a@example.org>"]))


def test_an_injected_head_never_reaches_the_mail_server(mail_server):
    with pytest.raises(errors.UnsafeMail):
        mail.send(to="a@example.org", mail=Mail("Hello\r\nBcc: b@example.org", "x"), reference=uuid.uuid4())
    assert not mail_server.taken


def test_without_a_mail_server_the_sign_in_pages_mails_are_kept_where_only_we_can_read_them(settings, tmp_path):
    settings.SMTP, settings.DEMO, settings.HOME = "", False, tmp_path
    settings.EMAIL_BACKEND = "linkwell.messages.mail.OutboundMail"

    send_mail("Reset your password", "http://localhost/account/…", None, ["staff@example.org"])

    (file,) = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert b"Reset your password" in file.read_bytes()


def test_with_a_mail_server_they_go_there(mail_server, settings, tmp_path):
    settings.HOME, settings.DEMO = tmp_path, False
    settings.EMAIL_BACKEND = "linkwell.messages.mail.OutboundMail"
    assert send_mail("Reset", "x", None, ["staff@example.org"]) == 1
    assert len(mail_server.taken) == 1
    assert not list(tmp_path.iterdir())


def test_the_demo_never_sends_and_keeps_the_sign_in_mails_in_files(mail_server, settings, tmp_path):
    settings.HOME, settings.DEMO = tmp_path, True
    settings.EMAIL_BACKEND = "linkwell.messages.mail.OutboundMail"
    send_mail("Reset", "x", None, ["staff@example.org"])
    mail.send(to="a@example.org", mail=LETTER, reference=uuid.uuid4())
    assert not mail_server.taken
    assert len(list((tmp_path / "mail").iterdir())) == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://me%40x:se%2Fcret@mail.example.org", ("mail.example.org", 465, "me@x", "se/cret", True, False)),
        ("smtp://me:secret@mail.example.org", ("mail.example.org", 587, "me", "secret", False, True)),
        ("smtp://mail.example.org:2525", ("mail.example.org", 2525, "", "", False, True)),
        ("smtp://localhost", ("localhost", 25, "", "", False, False)),
    ],
)
def test_the_address_of_a_mail_server_says_all_there_is_to_set(settings, url, expected):
    settings.SMTP = url
    made = mail.smtp_backend()
    assert (made.host, made.port, made.username, made.password, made.use_ssl, made.use_tls) == expected
    assert made.timeout == 30


@pytest.mark.parametrize(
    ("trouble", "error", "unclear"),
    [
        (("on_send", refused(550)), errors.MailRefused, None),
        (("on_send", refused(451)), errors.MailDelayed, False),
        (("on_send", smtplib.SMTPSenderRefused(530, b"sign in", "x")), errors.MailDelayed, False),
        (("on_open", OSError()), errors.MailDelayed, False),
        (("on_open", smtplib.SMTPConnectError(421, b"busy")), errors.MailDelayed, False),
        (("on_send", TimeoutError()), errors.MailDelayed, True),
        (("on_send", smtplib.SMTPServerDisconnected()), errors.MailDelayed, True),
    ],
)
def test_no_for_good_not_now_and_we_cannot_know_are_told_apart_without_the_address(
    mail_server, trouble, error, unclear
):
    setattr(mail_server, *trouble)
    with pytest.raises(error) as caught:
        mail.send(to="group@example.org", mail=LETTER, reference=uuid.uuid4())
    assert "group@example.org" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert getattr(caught.value, "unclear", None) == unclear


def test_the_outbox_can_send_with_a_mail_server_or_in_demo_mode_only(settings):
    settings.SMTP, settings.DEMO = "", False
    assert not mail.is_configured()
    settings.SMTP = "smtp://localhost"
    assert mail.is_configured()
    settings.SMTP, settings.DEMO = "", True
    assert mail.is_configured()
