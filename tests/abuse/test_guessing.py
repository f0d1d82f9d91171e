"""L01, L02, L03: guessing passwords, and finding out who has an account. The clock is moved, never waited for."""

import itertools
import re
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from allauth.core.internal import ratelimit
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from linkwell.messages import account_mail
from linkwell.messages.account_mail import NOBODY, AccountMail
from linkwell.messages.errors import MailDelayed
from linkwell.team import actions
from linkwell.team.access import LW, MGR
from linkwell.team.rules import Place
from tests import mails
from tests.factories import PASSWORD, AccountFactory, MembershipFactory
from tests.fixtures import ProductClient

LOGIN, RESET, AUTHENTICATE = "/account/login/", "/account/password/reset/", "/account/2fa/authenticate/"
SOURCES = itertools.count(1)  # each request from a source that was not seen before: the first one costs more
UNKNOWN = "nobody-here@example.org"


@pytest.fixture(autouse=True)
def no_traces_of_other_tests(request):
    if "cloned_database" not in request.fixturenames:
        request.getfixturevalue("db")
        cache.clear()


@pytest.fixture
def clock(monkeypatch):
    """The clock of the limits; `.later(seconds)` moves it."""
    moved = SimpleNamespace(by=0.0)
    moved.later = lambda seconds: setattr(moved, "by", moved.by + seconds)
    fake = SimpleNamespace(time=lambda: time.time() + moved.by, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr(ratelimit, "time", fake)
    return moved


@pytest.fixture
def worker(scheme):
    return MembershipFactory(role=LW, account__second_factor=True)


def tries(account_or_address, password="wrong", source="192.0.2.1", **headers):
    address = getattr(account_or_address, "email", account_or_address)
    return ProductClient(REMOTE_ADDR=source, **headers).post(LOGIN, {"login": address, "password": password})


def is_stopped(answer):
    return answer.status_code == 429 or "Too many failed" in answer.content.decode()


def lock(account_or_address, clock):
    """Five wrong tries, each from another source and out of reach of the short wait."""
    for number in range(5):
        clock.later(11)
        assert not is_stopped(tries(account_or_address, source=f"192.0.2.{number}"))


# --- L01: one account ---


def test_L01_after_three_quick_wrong_tries_one_must_wait(worker, clock):
    for number in range(3):
        tries(worker.account, source=f"192.0.2.{number}")
    assert is_stopped(tries(worker.account, PASSWORD, source="192.0.2.9"))

    clock.later(11)
    assert tries(worker.account, PASSWORD, source="192.0.2.9").url == AUTHENTICATE


def test_L01_after_five_wrong_tries_the_account_is_locked_for_five_minutes_and_no_other_is(worker, clock):
    other = MembershipFactory(role=LW, account__second_factor=True)
    lock(worker.account, clock)
    clock.later(11)

    assert is_stopped(tries(worker.account, PASSWORD, source="198.51.100.1"))
    assert tries(other.account, PASSWORD, source="198.51.100.2").url == AUTHENTICATE

    clock.later(300)
    assert tries(worker.account, PASSWORD, source="198.51.100.1").url == AUTHENTICATE


def test_L01_never_more_than_twenty_wrong_tries_an_hour(worker, clock):
    count = 0
    for _ in range(40):
        clock.later(80)
        count += not is_stopped(tries(worker.account, source="192.0.2.7"))
        if clock.by > 3500:
            break
    assert count == 20


def test_L01_another_host_header_or_spelling_begins_no_other_count(worker, clock):
    for number in range(5):
        clock.later(11)
        tries(worker.account.email.upper(), source=f"192.0.2.{number}", HTTP_HOST=f"testserver:{number + 1}")
    clock.later(11)

    assert is_stopped(tries(f" {worker.account.email} ", PASSWORD, source="192.0.2.9", HTTP_HOST="testserver:99"))


def test_L01_the_owner_hears_of_a_lock_once(worker, clock, settings):
    lock(worker.account, clock)
    for _ in range(3):
        tries(worker.account, source="192.0.2.77")

    assert mails.queued() == [(worker.account_id, AccountMail.LOCKED)]
    mails.send_queued()
    (sent,) = mail.outbox
    assert sent.to == [worker.account.email] and "wrong password" in sent.body
    assert "192.0.2" not in sent.body and worker.account.name not in sent.body


def test_L01_a_right_password_between_wrong_ones_does_not_wipe_the_count(worker, clock):
    for number in range(4):
        clock.later(11)
        tries(worker.account, source=f"192.0.2.{number}")
    clock.later(11)
    assert tries(worker.account, PASSWORD).url == AUTHENTICATE
    clock.later(11)
    tries(worker.account)
    clock.later(11)

    assert is_stopped(tries(worker.account, PASSWORD))


def test_L01_guessing_codes_after_the_password_locks_and_the_owner_hears(worker, clock):
    browser = ProductClient()
    browser.post(LOGIN, {"login": worker.account.email, "password": PASSWORD})
    for _ in range(5):
        clock.later(11)
        browser.post(AUTHENTICATE, {"code": "000000"})

    assert mails.queued() == [(worker.account_id, AccountMail.CODE_GUESSED)]
    clock.later(11)
    assert is_stopped(browser.post(AUTHENTICATE, {"code": "000000"}))


def test_L01_a_clock_set_back_opens_no_lock(worker, clock):
    lock(worker.account, clock)
    clock.later(-4000)

    assert is_stopped(tries(worker.account, PASSWORD))


# --- L02: one source ---


def test_L02_one_source_is_stopped_whatever_it_says_about_itself(scheme, clock):
    accounts = [AccountFactory() for _ in range(11)]
    for number, account in enumerate(accounts[:10]):
        assert not is_stopped(tries(account, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}"))

    right = tries(accounts[10], PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.99", HTTP_X_REAL_IP="198.51.100.98")

    assert is_stopped(right)
    assert tries(accounts[10], PASSWORD, source="192.0.2.50").url == "/"


def test_L02_behind_a_proxy_the_source_is_what_the_proxy_added_and_not_what_was_sent(scheme, clock, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    accounts = [AccountFactory() for _ in range(12)]
    for number, account in enumerate(accounts[:10]):
        tries(account, source="10.0.0.1", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, 203.0.113.5")

    assert is_stopped(tries(accounts[10], PASSWORD, source="10.0.0.1", HTTP_X_FORWARDED_FOR="1.2.3.4, 203.0.113.5"))
    other = tries(accounts[11], PASSWORD, source="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.5, 203.0.113.6")
    assert other.url == "/"


ELSEWHERE = """
import django, time; django.setup()
from types import SimpleNamespace
from allauth.core.internal import ratelimit
from django.test import Client
began = time.time()
for number in range(5):
    later = SimpleNamespace(time=lambda: began + 11 * number, monotonic=time.monotonic, sleep=time.sleep)
    ratelimit.time = later
    Client(REMOTE_ADDR="192.0.2.200").post("/account/login/", {"login": "asha@example.org", "password": "wrong"})
"""


def test_L01_the_limit_is_one_for_all_processes(cloned_database):
    account = AccountFactory(email="asha@example.org")
    environment = cloned_database.environment() | {"DJANGO_SETTINGS_MODULE": "linkwell.config.settings_test"}
    environment["LINKWELL_ALLOWED_HOSTS"] = "testserver"
    assert tries(account, PASSWORD).url == "/"

    subprocess.run([sys.executable, "-c", ELSEWHERE], env=environment, check=True, timeout=120)

    assert is_stopped(tries(account, PASSWORD))


# --- L03: known and unknown ---


def shape(queries):
    """Return the statements without what differs from one request to the next."""
    found = []
    for query in queries:
        text = re.sub(r"'(?:[^']|'')*'", "?", query["sql"])
        text = re.sub(r'"s\d+_x\d+"', "savepoint", text)
        found.append(re.sub(r"\b\d[\d.]*\b", "#", text))
    return found


def work(path, data, monkeypatch, client=None):
    """Return what a request answers and costs: status, address, page, hashes, statements."""
    account_class, hashed = get_user_model(), []
    with monkeypatch.context() as patch:
        for method in ("check_password", "set_password"):
            original = getattr(account_class, method)
            patch.setattr(
                account_class, method, lambda self, raw, original=original: hashed.append(1) or original(self, raw)
            )
        with CaptureQueriesContext(connection) as queries:
            answer = (client or ProductClient(REMOTE_ADDR=f"203.0.113.{next(SOURCES)}")).post(path, data)
    page = re.sub(r'(value="|X-CSRFToken": "|nonce=")[\w+/=-]+"', "", answer.content.decode())
    for typed in data.values():
        page = page.replace(typed, "…")
    return answer.status_code, answer.headers.get("Location"), page, len(hashed), shape(queries)


@pytest.mark.parametrize(
    ("path", "field", "rest"), [(LOGIN, "login", {"password": "wrong"}), (RESET, "email", {})], ids=["login", "reset"]
)
def test_L03_known_and_unknown_get_the_same_answer_for_the_same_work(scheme, monkeypatch, path, field, rest):
    known = MembershipFactory(role=LW, account__second_factor=True).account.email

    mine, theirs = (work(path, {field: address, **rest}, monkeypatch) for address in (known, UNKNOWN))

    assert mine == theirs
    assert mine[3] == (1 if path == LOGIN else 0) and len(mine[4]) > 3


def test_L03_locking_a_known_and_an_unknown_address_is_the_same_work(scheme, monkeypatch, clock):
    known = MembershipFactory(role=LW, account__second_factor=True).account.email
    costs = []
    for address in (known, UNKNOWN):
        for _ in range(4):
            clock.later(11)
            tries(address, source=f"203.0.113.{next(SOURCES)}")
        clock.later(11)
        costs.append(work(LOGIN, {"login": address, "password": "wrong"}, monkeypatch))  # locks
        clock.later(11)
        costs.append(work(LOGIN, {"login": address, "password": "wrong"}, monkeypatch))  # is locked

    assert costs[0] == costs[2] and costs[1] == costs[3]
    assert [about for _account, about in mails.queued()] == [AccountMail.LOCKED] * 2
    assert mails.queued()[1][0] == NOBODY


def test_L03_who_has_no_password_costs_a_hash_as_well(scheme, monkeypatch):
    outside = MembershipFactory(role=LW).account
    outside.set_unusable_password()
    outside.save()

    assert work(LOGIN, {"login": outside.email, "password": "wrong"}, monkeypatch) == work(
        LOGIN, {"login": UNKNOWN, "password": "wrong"}, monkeypatch
    )


def test_L03_an_invitation_does_not_tell_whether_its_address_has_an_account(scheme, monkeypatch, settings):
    settings.SMTP = "smtp://localhost"
    manager = MembershipFactory(role=MGR)
    AccountFactory(email="known@example.org")
    answers = []
    for address in ("known@example.org", UNKNOWN):
        made = actions.invite(email=address, name="", place=Place(role=LW), by=manager, at=timezone.now())
        browser = ProductClient()
        with CaptureQueriesContext(connection) as queries:
            page = re.sub(
                r'(value="|X-CSRFToken": "|nonce=")[\w+/=-]+"', "", browser.get(made.url_path).content.decode()
            )
        looked = (page.replace(made.url_path, "…"), shape(queries))
        asked = work(made.url_path, {}, monkeypatch, browser)
        guessed = work(made.url_path, {"code": "12345678"}, monkeypatch, browser)
        answers.append([looked, asked[:1] + asked[3:], guessed[0], guessed[4], made.url_path in guessed[2]])

    assert answers[0] == answers[1]


def test_L03_a_request_for_a_new_password_sends_nothing_itself_and_nothing_at_all_to_the_unknown(scheme, worker):
    for address in (UNKNOWN, worker.account.email):
        ProductClient().post(RESET, {"email": address})
    assert mail.outbox == [] and mails.queued() == [
        (NOBODY, AccountMail.NEW_PASSWORD), (worker.account_id, AccountMail.NEW_PASSWORD)
    ]  # fmt: skip

    mails.send_queued()

    assert [message.to for message in mail.outbox] == [[worker.account.email]]


def test_L03_no_job_holds_an_address(worker):
    ProductClient().post(RESET, {"email": worker.account.email})
    ProductClient().post(RESET, {"email": UNKNOWN})

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(args::text, '') FROM procrastinate_jobs")
        assert "@" not in cursor.fetchone()[0]


def test_W07_one_address_gets_at_most_ten_mails_an_hour(worker, clock):
    for _ in range(30):
        clock.later(60)
        ProductClient().post(RESET, {"email": worker.account.email})

    assert len(mails.queued()) == 10


# --- mails about a sign-in, when the worker sends them ---


def test_J01_a_mail_is_not_sent_to_whom_it_no_longer_concerns(worker):
    gone, outside = MembershipFactory(role=LW).account, MembershipFactory(role=LW).account
    for account in (gone, outside):
        ProductClient().post(RESET, {"email": account.email})
    gone.is_active = False
    gone.save()
    outside.set_unusable_password()
    outside.save()

    mails.send_queued()

    assert mail.outbox == []


def test_a_link_for_a_new_password_is_of_our_own_address_whatever_the_request_named(worker, settings):
    settings.ALLOWED_HOSTS = ["*"]
    ProductClient(HTTP_HOST="evil.example").post(RESET, {"email": worker.account.email})
    mails.send_queued()

    assert "evil.example" not in mail.outbox[0].body
    assert f"{settings.PUBLIC_URL}/account/password/reset/key/" in mail.outbox[0].body


def test_a_mail_server_that_is_away_delays_the_mail_and_names_nobody(worker, monkeypatch):
    def away(*_args, **_kwargs):
        raise OSError(f"cannot reach {worker.account.email}")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", away)

    with pytest.raises(MailDelayed) as refusal:
        account_mail.send_account_mail(account_id=worker.account_id, about=AccountMail.LOCKED)
    assert "@" not in str(refusal.value) and refusal.value.__cause__ is None


@pytest.mark.parametrize("about", list(AccountMail))
def test_each_mail_about_a_sign_in_can_be_read_and_names_nobody(worker, about):
    assert account_mail.send_account_mail(account_id=worker.account_id, about=about)

    sent = mail.outbox[0]
    assert sent.subject and "%(" not in sent.body and worker.account.name not in sent.body
