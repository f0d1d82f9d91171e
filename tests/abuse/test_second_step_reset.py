"""L07: a lost second step is reset by a colleague with the right, by mailbox and password, and in the open."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.messages.models import Message
from linkwell.messages.queries import mail_of
from linkwell.team import actions, errors
from linkwell.team.access import ADM, COM, DIR, IG, LW, MGR, REF, SUP
from linkwell.team.models import Account, Proposal, Token
from tests.codes import code_now
from tests.factories import PASSWORD, TOTP_SECRET, MembershipFactory, in_scheme
from tests.fixtures import ProductClient

NOW = timezone.now()
SET_UP, WAITS, LOGIN = "/account/2fa/totp/activate/", "/second-step/", "/account/login/"


@pytest.fixture(autouse=True)
def no_traces_of_other_tests(db):
    cache.clear()


@pytest.fixture(autouse=True)
def a_way_for_mail(settings):
    settings.SMTP = "smtp://localhost:25"


@pytest.fixture
def worker(scheme):
    return MembershipFactory(role=LW, account__second_factor=True)


def reset(member, by):
    return actions.reset_second_step(membership_id=member.pk, by=by, at=timezone.now())


def mailed_link():
    message = Message.objects.get(template="second_step_reset")
    body = mail_of(message, scheme=message.scheme).body
    return next(word for word in body.split() if "/s/" in word).partition("localhost:8000")[2]


def give_password(client, account):
    return client.post(LOGIN, {"login": account.email, "password": PASSWORD})


# --- who may ---


@pytest.mark.parametrize("role", [LW, SUP, COM, DIR, IG, REF])
def test_L07_who_has_not_the_right_finds_no_page_and_no_action(scheme, worker, client_for, role):
    by = MembershipFactory(role=role)

    assert client_for(by).post(f"/team/members/{worker.pk}/reset/").status_code == 404
    with pytest.raises(errors.NotYoursToGive):
        reset(worker, by)
    assert Authenticator.objects.filter(user=worker.account).count() == 2


def test_L07_nobody_resets_their_own(scheme, client_for):
    manager = MembershipFactory(role=MGR, account__second_factor=True)

    assert client_for(manager).post(f"/team/members/{manager.pk}/reset/").status_code == 404
    with pytest.raises(errors.NotYourself):
        reset(manager, manager)


def test_L07_a_member_of_another_scheme_is_as_absent(scheme, foreign_scheme, client_for):
    with in_scheme(foreign_scheme):
        theirs = MembershipFactory(role=LW, account__second_factor=True)

    answer = client_for(MembershipFactory(role=MGR)).post(f"/team/members/{theirs.pk}/reset/")

    assert answer.status_code == 404 and Authenticator.objects.filter(user=theirs.account).exists()


@pytest.mark.parametrize("role", [LW, SUP, MGR, IG, ADM, REF])
def test_A02_an_administrator_resets_whoever_can_reach_records_only_with_a_second_person(scheme, role):
    member = MembershipFactory(role=role, account__second_factor=True)
    admin, manager = MembershipFactory(role=ADM), MembershipFactory(role=MGR)
    with pytest.raises(errors.SecondPersonNeeded):
        reset(member, admin)

    asked = actions.ask_to_reset(membership_id=member.pk, by=admin, at=NOW)
    with pytest.raises(errors.AskedAlready):
        actions.ask_to_reset(membership_id=member.pk, by=admin, at=NOW)
    with pytest.raises(errors.NotASecondPerson):
        actions.agree(proposal_id=asked.pk, by=admin, at=NOW)
    assert Authenticator.objects.filter(user=member.account).exists()
    actions.agree(proposal_id=asked.pk, by=manager, at=NOW)

    assert not Authenticator.objects.filter(user=member.account).exists()


def test_A02_an_account_that_reads_records_in_another_scheme_counts_by_that(scheme, other_scheme):
    editor = MembershipFactory(role=DIR, account__second_factor=True)
    with in_scheme(other_scheme):
        MembershipFactory(role=LW, account=editor.account)

    with pytest.raises(errors.SecondPersonNeeded):
        reset(editor, MembershipFactory(role=ADM))


def test_L07_resetting_needs_ones_own_second_step_just_now(scheme, worker, client_for, settings):
    theirs = client_for(MembershipFactory(role=MGR, account__second_factor=True))
    session = theirs.session
    session["account_authentication_methods"][0]["at"] -= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 5
    session.save()

    for answer in (theirs.get(f"/team/members/{worker.pk}/reset/"), theirs.post(f"/team/members/{worker.pk}/reset/")):
        assert answer.url.startswith("/account/2fa/reauthenticate/")
    assert Authenticator.objects.filter(user=worker.account).count() == 2


# --- what happens ---


def test_L05_L07_a_reset_ends_every_session_and_removes_every_step(scheme, worker, client_for):
    theirs = client_for(worker)
    assert theirs.get("/more/").status_code == 200

    client_for(MembershipFactory(role=MGR)).post(f"/team/members/{worker.pk}/reset/")

    assert theirs.get("/more/").url.startswith(LOGIN)
    assert not Authenticator.objects.filter(user=worker.account).exists()
    assert AuditEvent.objects.get(event="second_step.reset").object_id == worker.pk


def test_the_member_and_the_managers_of_every_scheme_are_told(scheme, other_scheme, worker, client_for):
    manager, head = MembershipFactory(role=MGR), MembershipFactory(role=MGR)
    with in_scheme(other_scheme):
        elsewhere = MembershipFactory(role=MGR)
        MembershipFactory(role=DIR, account=worker.account)

    client_for(manager).post(f"/team/members/{worker.pk}/reset/")

    with in_scheme(scheme, other_scheme):
        told = Message.objects.filter(template="second_step_reset_told").values_list("recipient_id", flat=True)
        assert sorted(told) == sorted([manager.pk, head.pk, elsewhere.pk])
        mine = Message.objects.get(template="second_step_reset")
        assert (mine.recipient_kind, mine.recipient_id) == ("member", worker.pk)


def test_L07_the_password_alone_sets_up_nothing_after_a_reset(scheme, worker):
    reset(worker, MembershipFactory(role=MGR))
    thief = ProductClient()
    give_password(thief, worker.account)

    for page in ("/more/", "/", SET_UP, "/account/2fa/webauthn/add/", "/account/2fa/", "/account/password/change/"):
        assert thief.get(page).url == WAITS
        assert thief.post(page).url == WAITS
    assert (
        worker.account.name in thief.get(WAITS).content.decode() or "Open the link" in thief.get(WAITS).content.decode()
    )
    assert not Authenticator.objects.filter(user=worker.account).exists()


def test_K01_the_link_alone_signs_nobody_in_and_is_not_used_up_by_a_scanner(scheme, worker, client_for):
    client_for(MembershipFactory(role=MGR)).post(f"/team/members/{worker.pk}/reset/")
    link = mailed_link()
    scanner = ProductClient()

    for _ in range(2):
        assert scanner.get(link).status_code == 200 and scanner.post(link).url == LOGIN
    assert scanner.get("/more/").url.startswith(LOGIN) and scanner.get(SET_UP).url.startswith(LOGIN)

    assert ProductClient().get(link).status_code == 200


def test_with_link_and_password_a_new_step_is_set_up_and_the_link_is_over(scheme, worker, client_for, monkeypatch):
    monkeypatch.setattr(transaction, "on_commit", lambda function, using=None, robust=False: function())
    client_for(MembershipFactory(role=MGR)).post(f"/team/members/{worker.pk}/reset/")
    link, browser = mailed_link(), ProductClient()
    browser.post(link)
    give_password(browser, worker.account)
    assert browser.get(SET_UP).status_code == 200

    typed = code_now(browser.session["mfa.totp.secret"])
    browser.post(SET_UP, {"code": typed})

    assert browser.get("/more/").status_code == 200
    assert Account.objects.get(pk=worker.account_id).factor_reset_at is None
    assert ProductClient().get(link).status_code == 404


def test_K04_the_link_of_somebody_else_helps_nobody(scheme, worker):
    manager, other = MembershipFactory(role=MGR), MembershipFactory(role=LW, account__second_factor=True)
    reset(worker, manager)
    theirs = reset(other, manager)
    browser = ProductClient()
    browser.post(theirs.url_path)
    give_password(browser, worker.account)

    assert browser.get(SET_UP).url == WAITS


def test_K04_the_link_ends_after_three_days_and_with_the_next_reset(scheme, worker):
    manager = MembershipFactory(role=MGR)
    first = reset(worker, manager)
    second = reset(worker, manager)

    assert ProductClient().get(first.url_path).status_code == 404
    Token.objects.filter(pk=second.link.pk).update(expires_at=timezone.now())
    assert ProductClient().get(second.url_path).status_code == 404


def test_who_has_no_second_step_yet_has_none_to_reset(scheme):
    with pytest.raises(errors.NoSecondStep):
        reset(MembershipFactory(role=LW), MembershipFactory(role=MGR))


def test_without_mail_the_link_is_handed_over_once(scheme, worker, client_for, settings):
    settings.SMTP = ""
    theirs = client_for(MembershipFactory(role=MGR))

    page = theirs.post(f"/team/members/{worker.pk}/reset/", follow=True).content.decode()

    assert "/s/" in page and worker.account.email in page
    assert theirs.get("/team/invited/").url == "/team/"


def test_a_reset_that_waits_is_decided_on_the_team_page(scheme, worker, client_for):
    admin, manager = MembershipFactory(role=ADM), MembershipFactory(role=MGR)
    client_for(admin).post(f"/team/members/{worker.pk}/reset/")
    asked = Proposal.objects.get()
    assert Message.objects.filter(template="agreement_asked", recipient_id=manager.pk).exists()

    client_for(manager).post(f"/team/waiting/{asked.pk}/", {"answer": "agree"})

    assert not Authenticator.objects.filter(user=worker.account).exists()
    assert Message.objects.filter(template="second_step_reset", recipient_id=worker.pk).exists()


def test_setting_up_again_by_other_means_clears_nothing_for_others(scheme, worker):
    manager, other = MembershipFactory(role=MGR), MembershipFactory(role=LW, account__second_factor=True)
    reset(worker, manager), reset(other, manager)
    TOTP.activate(worker.account, TOTP_SECRET)

    actions.second_step_set_up(account_id=worker.account_id, at=timezone.now())

    waiting = Account.objects.exclude(factor_reset_at=None).values_list("pk", flat=True)
    assert list(waiting) == [other.account_id]
