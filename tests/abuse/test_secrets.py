"""A05, A06: no secret in repository, log or error page; the first manager comes from the console."""

import io
import logging
import math
import re
import subprocess
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from django.utils.module_loading import import_string

from linkwell.team import actions, errors
from linkwell.team.access import MGR
from linkwell.team.models import Account, Membership, Scheme, Token
from linkwell.web.checks import routes
from tests.factories import PASSWORD, MembershipFactory
from tests.fixtures import ProductClient

ROOT = Path(__file__).resolve().parents[2]
NOW = timezone.now()
KINDS = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "age key": r"AGE-SECRET-KEY-1[0-9A-Z]{40,}",
    "cloud key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "token of a code host": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|glpat-[A-Za-z0-9_-]{20,})",
    "token of a chat": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "key of a payment or mail service": r"\b(?:sk_live_[A-Za-z0-9]{16,}|SG\.[\w-]{16,}\.[\w-]{16,}|key-[0-9a-f]{32})\b",
    "signed token": r"\beyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "password in an address": r"\b[a-z][a-z+]*://[^/\s:@\"'<>{}$]+:(?![A-Z-]*(?i:password)@|\.\.\.|…)[^/\s:@\"'<>{}$*]{8,}@",
}
ASSIGNED = re.compile(
    r"(?i)[\w.-]*(?:secret|passw(?:or)?d|token|api_?key|private_?key|credential)[\w.-]*[\"']?\s*[:=]\s*[\"']([A-Za-z0-9+/=_-]{16,})[\"']"
)
HIGH = 3.4  # bits a letter: random text of 16 and more letters lies above, words and names below
# What looks like a secret and is none, and why it may stand there.
KNOWN = {
    "tests/factories.py": "the secret of the tests' authenticator app, the example of RFC 6238's kind",
    "tests/messages/test_mail.py": "a made-up mail server's password, to see it quoted right",
    "tests/abuse/test_secrets.py": "the samples that this scan must find",
}
NOT_TEXT = {".png", ".ico", ".woff", ".woff2", ".gz", ".zip", ".mo", ".pdf", ".br"}
NOT_OURS = ("package-lock.json", "requirements/")  # hashes of packages, held to their registries


def entropy(text: str) -> float:
    """Return the bits a letter of a text carries by its own counts."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def found_in(text: str) -> list[str]:
    """Return the kinds of secrets that a text seems to hold."""
    kinds = [kind for kind, pattern in KINDS.items() if re.search(pattern, text)]
    high = [value for value in ASSIGNED.findall(text) if entropy(value) > HIGH and re.search(r"\d", value)]
    return kinds + [f"a value assigned ({len(value)} letters)" for value in high]


def tracked() -> list[Path]:
    """Return the files that the repository holds; without git those that stand there."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = done.stdout.decode().split("\0") if done.returncode == 0 else []
    files = [ROOT / name for name in names if name] or [
        path for room in ("linkwell", "tests", "docs", "bench") for path in (ROOT / room).rglob("*")
    ]
    return [path for path in files if path.is_file() and path.suffix not in NOT_TEXT]


def test_A05_no_tracked_file_holds_a_secret():
    wrong = {}
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if name in KNOWN or name.startswith(NOT_OURS):
            continue
        if kinds := found_in(path.read_text(encoding="utf-8", errors="ignore")):
            wrong[name] = kinds
    assert wrong == {}


def test_A05_no_file_that_holds_secrets_by_its_name_is_tracked():
    names = [path.relative_to(ROOT).as_posix() for path in tracked()]
    assert len(names) > 300
    assert [
        name for name in names if re.search(r"(^|/)(\.env|secret-key|id_rsa|.*\.(pem|key|p12|pfx|kdbx))$", name)
    ] == []


SAMPLES = {
    "private key": "-----BEGIN RSA PRIVATE" + " KEY-----",
    "age key": "AGE-SECRET-" + "KEY-1" + "Q" * 58,
    "cloud key": "AKIA" + "ABCDEFGHIJKLMNOP",
    "token of a code host": "ghp_" + "a1B2" * 9,
    "token of a chat": "xoxb-" + "123456789012",
    "key of a payment or mail service": "sk_live_" + "4f9a" * 5,
    "signed token": "eyJ" + "hbGciOiJSUzI1NiJ9abcdef" + ".eyJzdWIiOiIx" + ".c2lnbmF0dXJl",
    "password in an address": "postgresql://linkwell:" + "hunter2hunter2" + "@db.example/linkwell",
}


@pytest.mark.parametrize("kind", KINDS)
def test_A05_the_scan_finds_what_it_is_there_for(kind):
    assert kind in found_in(f"x = 1\nurl = {SAMPLES[kind]!r}\n")


@pytest.mark.parametrize(
    ("line", "is_secret"),
    [
        ('SECRET_KEY = "' + "kJ8s0Qz7Lw2Xv5Bn9Tq4" + '"', True),
        ("client_secret: '" + "9f86d081884c7d659a2feaa0c55ad015" + "'", True),
        ('PASSWORD = "correct horse battery staple"', False),
        ('SECRET_KEY = _required("LINKWELL_SECRET_KEY")', False),
        ('url_name = "account_reset_password_from_key"', False),
    ],
)
def test_A05_an_assignment_is_a_secret_by_its_randomness(line, is_secret):
    assert bool(found_in(line)) is is_secret


@pytest.fixture
def log_lines():
    """What the product's own logging would write while the test runs."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    for name in django_settings.LOGGING["handlers"]["console"]["filters"]:
        handler.addFilter(import_string(django_settings.LOGGING["filters"][name]["()"])())
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


def test_A05_W05_a_fault_shows_no_secret_on_the_page_and_none_in_the_log(scheme, client_for, monkeypatch, log_lines):
    settings = django_settings
    hushed = [settings.SECRET_KEY, settings.FIELD_KEY, "the-password-of-a-database-7"]

    def breaks(*_args, **_kwargs):
        raise RuntimeError(f"key={hushed[0]} field={hushed[1]} password={hushed[2]}")

    monkeypatch.setattr("linkwell.web.more.views.my_account", breaks)
    theirs = client_for(MembershipFactory(role=MGR))
    theirs.raise_request_exception = False
    answer = theirs.get("/more/")

    page = answer.content.decode()
    assert answer.status_code == 500 and "Traceback" not in page and "RuntimeError" not in page
    written = log_lines.getvalue()
    assert "RuntimeError" in written  # the line is there, its words are not
    for secret in hushed:
        assert secret not in page and secret not in written


# --- A06 ---


def test_A06_an_empty_linkwell_offers_nobody_to_become_its_first_manager(db, client):
    assert not Scheme.objects.exists() and not Account.objects.exists()
    for pattern, _name, view in routes():
        if "<" in pattern or "(" in pattern or pattern == "healthz":  # which says that no worker is there
            continue
        for answer in (client.get("/" + pattern), client.post("/" + pattern, {"email": "me@example.org", "name": "Me",
                       "password": PASSWORD, "password1": PASSWORD, "password2": PASSWORD, "role": MGR})):  # fmt: skip
            assert answer.status_code < 500, (pattern, view)
    assert not Account.objects.exists() and not Membership.objects.exists() and not Scheme.objects.exists()


def test_A06_the_link_from_the_console_makes_one_manager_once_within_a_week(db):
    added = actions.add_scheme(name="Trafford", admin_email="boss@example.org", at=NOW)
    secret = added.invitation_url_path.split("/")[2]
    assert len(secret) >= 43 and Token.objects.get().secret_hash != secret

    with pytest.raises(errors.InvitationOver):
        actions.redeem_invitation(secret=secret, name="Bo", password=PASSWORD, at=NOW + timedelta(days=8))
    actions.redeem_invitation(secret=secret, name="Bo", password=PASSWORD, at=NOW)
    with pytest.raises(errors.InvitationOver):
        actions.redeem_invitation(secret=secret, name="Eve", password=PASSWORD, at=NOW)

    assert list(Membership.objects.values_list("role", "account__email")) == [(MGR, "boss@example.org")]


def test_A06_where_no_manager_is_left_the_console_invites_one_and_nobody_else_can(db):
    added = actions.add_scheme(name="Trafford", admin_email="boss@example.org", at=NOW)

    again = actions.invite_manager(scheme_name="trafford", email="new@example.org", at=NOW)

    assert ProductClient().get(added.invitation_url_path).status_code == 200
    joined = actions.redeem_invitation(
        secret=again.invitation_url_path.split("/")[2], name="Nia", password=PASSWORD, at=NOW
    )
    assert joined.membership.role == MGR and joined.membership.scheme == added.scheme
    with pytest.raises(errors.NoSuchScheme):
        actions.invite_manager(scheme_name="Nowhere", email="new@example.org", at=NOW)
