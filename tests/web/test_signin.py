"""Signing in: password and second factor, sessions, limits, invitations. Features: SE4; abuse: L01–L10, K06, A06."""

import os
import re
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from linkwell.common.crypto import decrypt
from linkwell.team.access import LW, MGR
from linkwell.web.signin.sessions import SessionStore
from tests import mails
from tests.codes import code_now
from tests.factories import PASSWORD, TOTP_SECRET, AccountFactory, MembershipFactory
from tests.fixtures import ProductClient

LOGIN, HOME = "/account/login/", "/"
AUTHENTICATE, SET_UP = "/account/2fa/authenticate/", "/account/2fa/totp/activate/"
STAFF_PAGE = "/more/"


@pytest.fixture(autouse=True)
def no_traces_of_other_tests(db):
    cache.clear()


@pytest.fixture
def worker(scheme):
    return MembershipFactory(role=LW, account__second_factor=True)


@pytest.fixture
def commits_at_once(monkeypatch):
    """Do at once what waits for a commit: a test's own transaction never commits."""
    monkeypatch.setattr(transaction, "on_commit", lambda function, using=None, robust=False: function())


def give_password(client, account, password=PASSWORD, **data):
    return client.post(LOGIN, {"login": account.email, "password": password, **data})


def sign_in(client, account, **data):
    give_password(client, account, **data)
    return client.post(AUTHENTICATE, {"code": code_now()})


def is_signed_in(client):
    return client.get(STAFF_PAGE).status_code == 200


# --- password and second factor ---


def test_password_and_code_of_the_app_sign_in(client, worker):
    first = give_password(client, worker.account)
    assert first.url == AUTHENTICATE and not is_signed_in(client)

    second = client.post(AUTHENTICATE, {"code": code_now()})

    assert second.status_code == 302 and second.url == HOME
    assert is_signed_in(client)


@pytest.mark.parametrize("password", ["wrong", "", PASSWORD.upper()])
def test_a_wrong_password_goes_no_further(client, worker, password):
    answer = give_password(client, worker.account, password)

    assert answer.status_code == 200
    assert client.get(AUTHENTICATE).url == LOGIN


def test_a_wrong_code_goes_no_further(client, worker):
    give_password(client, worker.account)

    answer = client.post(AUTHENTICATE, {"code": code_now(periods=40)})

    assert answer.status_code == 200 and not is_signed_in(client)


def test_a_code_of_the_app_works_once(worker):
    one, two = ProductClient(), ProductClient()
    give_password(one, worker.account)
    give_password(two, worker.account)
    typed = code_now()

    one.post(AUTHENTICATE, {"code": typed})
    two.post(AUTHENTICATE, {"code": typed})

    assert is_signed_in(one) and not is_signed_in(two)


def test_a_recovery_code_signs_in_once(worker):
    codes = RecoveryCodes(Authenticator.objects.get(user=worker.account, type="recovery_codes")).get_unused_codes()
    one, two = ProductClient(), ProductClient()
    for browser in (one, two):
        give_password(browser, worker.account)
        browser.post(AUTHENTICATE, {"code": codes[0]})

    assert is_signed_in(one) and not is_signed_in(two)


def test_the_owner_is_warned_when_few_recovery_codes_are_left(worker):
    codes = RecoveryCodes(Authenticator.objects.get(user=worker.account, type="recovery_codes")).get_unused_codes()
    for number in range(7):
        assert not mails.queued()
        browser = ProductClient(REMOTE_ADDR=f"192.0.2.{number}")
        give_password(browser, worker.account)
        assert browser.post(AUTHENTICATE, {"code": codes[number]}).status_code == 302, number

    assert mails.queued() == [(worker.account_id, mails.AccountMail.CODES_FEW)]
    page = browser.get("/more/").content.decode()
    assert "3 recovery codes are left" in page and "Make new codes" in page


def test_secrets_of_the_second_factor_are_encrypted_at_rest(worker):
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        stored = " ".join(row[0] for row in cursor.fetchall())

    assert TOTP_SECRET not in stored
    assert decrypt(Authenticator.objects.get(user=worker.account, type="totp").data["secret"]) == TOTP_SECRET


# --- L07: no way past the second factor ---


@pytest.mark.parametrize("page", [STAFF_PAGE, "/team/", "/team/invite/", "/account/2fa/recovery-codes/", HOME])
def test_l07_after_the_password_alone_no_page_opens(client, worker, page):
    give_password(client, worker.account)

    answer = client.get(page)

    assert answer.status_code == 302 and answer.url.startswith((LOGIN, "/account/reauthenticate"))


@pytest.mark.parametrize("page", [STAFF_PAGE, "/team/", HOME, "/account/password/change/", "/account/2fa/"])
def test_l07_who_has_no_second_factor_yet_can_only_set_one_up(client, scheme, page):
    member = MembershipFactory(role=MGR)
    give_password(client, member.account)

    assert client.get(page).url == SET_UP
    assert client.post(page).url == SET_UP


def test_setting_up_the_app_opens_the_product_and_shows_recovery_codes(client, scheme, commits_at_once):
    member = MembershipFactory(role=LW)
    give_password(client, member.account)
    page = client.get(SET_UP)
    assert page.status_code == 200  # no second question for the password just typed
    before = client.session.session_key

    done = client.post(SET_UP, {"code": code_now(client.session["mfa.totp.secret"])})

    assert done.url == "/account/2fa/recovery-codes/"
    assert client.get(done.url).status_code == 200
    assert is_signed_in(client)
    assert client.session.session_key != before  # L04: new rights, new id


def test_l07_a_session_from_before_the_second_factor_must_prove_it(scheme):
    member = MembershipFactory(role=LW)
    thief = ProductClient()
    give_password(thief, member.account)
    TOTP.activate(member.account, TOTP_SECRET)  # its owner sets it up, elsewhere

    for page in (STAFF_PAGE, "/account/2fa/recovery-codes/", "/account/2fa/", "/account/password/change/", SET_UP):
        assert thief.get(page).url.startswith("/account/2fa/reauthenticate/")

    thief.post("/account/reauthenticate/", {"password": PASSWORD})
    assert not is_signed_in(thief)
    before = thief.session.session_key
    thief.post("/account/2fa/reauthenticate/", {"code": code_now()})
    assert is_signed_in(thief) and thief.session.session_key != before


def test_l07_the_last_second_factor_cannot_be_removed(client, worker):
    sign_in(client, worker.account)
    client.post("/account/reauthenticate/", {"password": PASSWORD})

    client.post("/account/2fa/totp/deactivate/")

    assert Authenticator.objects.filter(user=worker.account, type="totp").exists()


def test_l07_a_password_reset_leaves_the_second_factor_and_signs_nobody_in(client, worker):
    client.post("/account/password/reset/", {"email": worker.account.email})
    mails.send_queued()
    link = re.search(r"https?://[^/]+(/account/password/reset/key/\S+)", mail.outbox[0].body)[1]
    form = client.get(link).url
    client.post(form, {"password1": "a new long pass phrase", "password2": "a new long pass phrase"})

    assert not is_signed_in(client)
    assert give_password(client, worker.account, "a new long pass phrase").url == AUTHENTICATE
    assert Authenticator.objects.filter(user=worker.account, type="totp").exists()


def test_l07_no_browser_is_remembered(client, worker):
    sign_in(client, worker.account, remember="on")
    client.post("/account/logout/")

    assert give_password(client, worker.account).url == AUTHENTICATE
    assert client.cookies["linkwell-session"]["max-age"] in ("", 0)


def test_demo_accounts_need_no_second_factor_in_a_demo_and_in_a_demo_alone(client, scheme, settings):
    member = MembershipFactory(role=LW, account__is_demo=True)
    real = MembershipFactory(role=LW)
    client.force_login(member.account)

    settings.DEMO = True
    assert is_signed_in(client)
    settings.DEMO = False
    assert client.get(STAFF_PAGE).url == SET_UP
    settings.DEMO = True
    client.force_login(real.account)
    assert client.get(STAFF_PAGE).url == SET_UP


# --- L01–L03: guessing ---


def test_l01_guessing_on_one_account_is_stopped_and_others_sign_in(worker, scheme):
    other = MembershipFactory(role=LW, account__second_factor=True)
    for number in range(5):
        give_password(ProductClient(REMOTE_ADDR=f"192.0.2.{number}"), worker.account, "wrong")

    stopped = give_password(ProductClient(REMOTE_ADDR="192.0.2.99"), worker.account)

    assert stopped.status_code in (200, 429)
    assert give_password(ProductClient(REMOTE_ADDR="192.0.2.100"), other.account).url == AUTHENTICATE


def test_l01_guessing_codes_is_stopped_even_from_many_addresses(worker):
    for number in range(5):
        browser = ProductClient(REMOTE_ADDR=f"192.0.2.{number}")
        give_password(browser, worker.account)
        browser.post(AUTHENTICATE, {"code": code_now(periods=40 + number)})

    late = ProductClient(REMOTE_ADDR="192.0.2.99")
    give_password(late, worker.account)
    late.post(AUTHENTICATE, {"code": code_now()})

    assert not is_signed_in(late)


def test_l02_one_source_is_stopped_and_a_forged_forwarding_header_does_not_help(scheme):
    accounts = [AccountFactory() for _ in range(12)]
    guesser = {"REMOTE_ADDR": "192.0.2.7"}
    for number, account in enumerate(accounts):
        give_password(ProductClient(HTTP_X_FORWARDED_FOR=f"198.51.100.{number}", **guesser), account, "wrong")

    right = give_password(ProductClient(HTTP_X_FORWARDED_FOR="198.51.100.200", **guesser), accounts[-1])

    assert right.status_code in (200, 429)
    assert give_password(ProductClient(REMOTE_ADDR="192.0.2.8"), accounts[-1]).url == HOME


def test_limits_are_shared_by_all_processes_through_the_database(worker):
    give_password(ProductClient(), worker.account, "wrong")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM linkwell_cache WHERE cache_key LIKE '%login_failed%'")
        assert cursor.fetchone()[0] >= 1
    assert type(cache).__name__ == "ConnectionProxy" and "DatabaseCache" in type(cache._connections["default"]).__name__


def test_l01_trying_many_addresses_does_not_wipe_out_the_count_of_one(worker):
    for number in range(5):
        give_password(ProductClient(REMOTE_ADDR=f"192.0.2.{number}"), worker.account, "wrong")
    for number in range(400):  # what as many guesses at other addresses leave behind
        cache.set(f"allauth:rl:allauth.account:login_failed:5/300.0s/key:{number}", [time.time()], 300)

    assert give_password(ProductClient(REMOTE_ADDR="192.0.2.99"), worker.account).status_code in (200, 429)


def test_pages_of_the_account_stand_in_the_frame_of_where_one_works(client_for, worker, scheme):
    assert scheme.name in client_for(worker).get("/account/password/change/").content.decode()


def test_l03_known_and_unknown_addresses_get_the_same_answer_and_the_same_work(worker, monkeypatch):
    account_class = get_user_model()
    hashed = []
    for method in ("check_password", "set_password"):
        original = getattr(account_class, method)
        monkeypatch.setattr(
            account_class, method, lambda self, raw, original=original: hashed.append(1) or original(self, raw)
        )

    def answer(path, **data):
        hashed.clear()
        page = ProductClient().post(path, data)
        body = re.sub(r'(value="|X-CSRFToken": "|nonce=")[\w+/=-]+"', "", page.content.decode()).replace(
            data.popitem()[1], ""
        )
        return page.status_code, page.headers.get("Location"), body, len(hashed)

    for path, data in ((LOGIN, {"password": "wrong"}), ("/account/password/reset/", {})):
        name = "login" if data else "email"
        known = answer(path, **data, **{name: worker.account.email})
        unknown = answer(path, **data, **{name: "nobody-here@example.org"})
        assert known == unknown


def test_l03_w07_a_reset_for_an_unknown_address_mails_nobody(client, worker):
    client.post("/account/password/reset/", {"email": "nobody-here@example.org"})
    mails.send_queued()
    assert mail.outbox == []

    client.post("/account/password/reset/", {"email": worker.account.email})
    assert mail.outbox == []  # the request itself sends nothing
    mails.send_queued()
    assert [message.to for message in mail.outbox] == [[worker.account.email]]


def test_mails_of_the_sign_in_pages_leave_by_the_one_way_out(settings, tmp_path, client, worker):
    settings.EMAIL_BACKEND, settings.HOME, settings.SMTP = "linkwell.messages.mail.OutboundMail", tmp_path, ""

    client.post("/account/password/reset/", {"email": worker.account.email})
    mails.send_queued()

    (file,) = (tmp_path / "mail").glob("*.eml")
    assert worker.account.email in file.read_text()


# --- L04–L06: sessions ---


def test_l04_a_planted_session_gets_a_new_id_at_sign_in(client, worker):
    client.get(LOGIN)
    session = client.session
    session["planted"] = 1
    session.save()
    client.cookies["linkwell-session"] = session.session_key
    planted = session.session_key

    sign_in(client, worker.account)

    assert client.session.session_key != planted
    assert not SessionStore().exists(planted)


def test_l05_a_cookie_is_worth_nothing_after_signing_out(client, worker):
    sign_in(client, worker.account)
    stolen = client.cookies["linkwell-session"].value
    client.post("/account/logout/")

    thief = ProductClient()
    thief.cookies["linkwell-session"] = stolen
    assert not is_signed_in(thief)


def test_signing_out_needs_a_press_not_a_look(client, worker):
    sign_in(client, worker.account)

    client.get("/account/logout/")

    assert is_signed_in(client)


def test_l05_a_changed_password_ends_every_other_session(worker):
    one, other = ProductClient(), ProductClient()
    sign_in(one, worker.account)
    other.force_login(worker.account)
    session = other.session
    session["account_authentication_methods"] = one.session["account_authentication_methods"]
    session["account_authentication_methods_user"] = one.session["account_authentication_methods_user"]
    session.save()
    assert is_signed_in(other)
    new = "quite another pass phrase"

    one.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert is_signed_in(one) and not is_signed_in(other)


def test_l05_who_is_signed_out_everywhere_is_out_with_the_next_request(client_for, worker):
    browser = client_for(worker)
    assert is_signed_in(browser)
    worker.account.signed_out_at = timezone.now()
    worker.account.save()

    assert not is_signed_in(browser)


def test_l05_a_suspended_account_is_out_with_the_next_request(client_for, worker):
    browser = client_for(worker)
    worker.account.is_active = False
    worker.account.save()

    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    ("began", "seen"), [(0, 31 * 60), (12 * 3600 + 60, 10), (-3600, -3600), (600, -1200)],
    ids=["idle for 31 minutes", "12 hours old", "clock moved back before it began", "clock moved back 20 minutes"],
)  # fmt: skip
def test_l06_a_session_ends_when_idle_old_or_out_of_time(client_for, worker, began, seen):
    browser = client_for(worker)
    session = browser.session
    now = int(time.time())
    session["began"], session["seen"] = now - max(began, seen) if began >= 0 else now - began, now - seen
    session.save()

    assert not is_signed_in(browser)


def test_sessions_are_encrypted_at_rest_and_old_ones_are_cleared(client_for, worker):
    browser = client_for(worker)
    session = browser.session
    session["note"] = "Ada Example"
    session.save()
    row = Session.objects.get(session_key=session.session_key)
    assert "Ada Example" not in row.session_data and browser.session["note"] == "Ada Example"
    Session.objects.filter(pk=row.pk).update(expire_date=timezone.now() - timedelta(days=1))

    call_command("clearsessions")

    assert not Session.objects.filter(pk=row.pk).exists() and not is_signed_in(browser)


def test_a_session_written_with_another_key_is_no_session(client_for, worker, settings):
    browser = client_for(worker)

    settings.FIELD_KEY = "another key"

    assert not is_signed_in(browser)


# --- L09, L10: redirects and forms of others ---

ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example", "javascript:alert(1)",
    "https:evil.example", "%2F%2Fevil.example", "http://localhost@evil.example/", "///evil.example", "\t//evil.example",
    "/%09/evil.example", "data:text/html,x", " //evil.example", "http:///evil.example", "https://testserver.evil.example/",
]  # fmt: skip


@pytest.mark.parametrize("where", ELSEWHERE)
def test_l09_signing_in_leads_nowhere_else(client, worker, where):
    give_password(client, worker.account, next=where)
    answer = client.post(AUTHENTICATE, {"code": code_now(), "next": where})

    assert leads_home(answer.url)


@pytest.mark.parametrize("where", ELSEWHERE)
def test_l09_choosing_where_to_work_leads_nowhere_else(client_for, worker, where):
    answer = client_for(worker).post(f"/more/where/{worker.pk}/", {"next": where})

    assert leads_home(answer.url)


def leads_home(url):
    """Say whether a browser would stay on this site: a plain path, or a path that stays one when decoded."""
    return url.startswith("/") and not url.startswith(("//", "/\\")) and "\t" not in url


def test_l10_a_form_of_another_site_is_refused(worker):
    browser = Client(enforce_csrf_checks=True)

    for headers in ({}, {"HTTP_ORIGIN": "null"}, {"HTTP_ORIGIN": "https://evil.example"}):
        answer = browser.post(LOGIN, {"login": worker.account.email, "password": PASSWORD}, **headers)
        assert answer.status_code == 403
    assert b"csrf" not in answer.content.lower() or b"Reason given" not in answer.content


def test_l10_cookies_cannot_be_read_by_scripts_or_sent_by_other_sites(client, worker, settings):
    sign_in(client, worker.account)

    cookie = client.cookies["linkwell-session"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["domain"] == "" and cookie["path"] == "/"
    assert settings.CSRF_COOKIE_HTTPONLY


@pytest.mark.parametrize(
    ("address", "prefix", "secure"),
    [("https://linkwell.example", "__Host-", True), ("http://localhost:8000", "linkwell-", False)],
)
def test_l10_cookies_over_https_can_neither_be_planted_by_a_sub_domain_nor_leak(address, prefix, secure):
    show = (
        "from linkwell.config import settings as s; "
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    )
    environment = {**os.environ, "LINKWELL_PUBLIC_URL": address, "LINKWELL_SECRET_KEY": "x"}
    environment.setdefault("DATABASE_URL", "postgresql:///x")
    done = subprocess.run([sys.executable, "-c", show], env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.split() == [f"{prefix}session", f"{prefix}csrf", str(secure), str(secure)]


def test_nobody_signs_up_or_changes_their_address_by_themself(client, client_for, worker):
    closed = client.post("/account/signup/", {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD})
    for member in (worker, MembershipFactory(role=LW)):
        client_for(member).post("/account/email/", {"email": "other@example.org", "action_add": ""})

    assert closed.status_code == 200
    assert not get_user_model().objects.filter(email="new@example.org").exists()
    assert not EmailAddress.objects.filter(email="other@example.org").exists()


def test_pages_of_the_account_are_kept_out_of_caches(client):
    assert "no-store" in client.get(LOGIN).headers["Cache-Control"]
