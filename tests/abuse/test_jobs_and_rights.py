"""J01: a job asks for rights when it runs, not when it was put on the queue."""

import pytest
from django.core import mail
from django.utils import timezone

from linkwell.common.jobs import POLICIES
from linkwell.messages import jobs
from linkwell.messages.actions import queue_message
from linkwell.messages.models import Message, MessageState
from linkwell.team import actions
from linkwell.team.access import COM, LW, MGR, REF
from linkwell.team.models import Account
from linkwell.team.rules import Place
from linkwell.web.team import page
from tests.factories import MembershipFactory, PracticeFactory

NEW = "ada@example.org"
# Each job, and whose rights it acts with: whoever adds one says it here, and shows it below if it is somebody's.
WHOSE = {
    "messages.deliver": "of who asked for the message and of who gets it: below",
    "messages.account_mail": "of the account that it goes to: test_guessing",
    "messages.sweep_scheme": "nobody's: puts waiting messages back on the queue",
    "messages.sweep": "nobody's: the clock",
    "links.end": "nobody's: ends links and codes that are over",
    "audit.seal_scheme": "nobody's: seals what is written",
    "audit.seal": "nobody's: the clock",
    "audit.check_scheme": "nobody's: reads the chain",
    "access_review.search_scheme": "nobody's: counts looks",
    "audit.nightly": "nobody's: the clock",
    "forms.forget_scheme": "nobody's: removes old keys",
    "forms.forget": "nobody's: the clock",
    "directory.ask_organisation": "nobody's: asks at the organisation's own address, once a month",
    "directory.tend": "nobody's: opens what is due, counts searches without a person",
    "directory.tend_hourly": "nobody's: the clock",
    "directory.nightly_round": "nobody's: reminds, fills the list of calls, chooses who is asked",
    "directory.keep_fresh": "nobody's: the clock",
    "directory.find_duplicates": "nobody's: compares entries, the clock",
    "directory.check_upload": "of the editor who brought the spreadsheet: reads it in that scheme alone",
    "directory.import_upload": "of the editor who brought the spreadsheet: takes it into the directory",
    "directory.clear_uploads": "nobody's: removes spreadsheets older than a day",
    "directory.clear_all_uploads": "nobody's: the clock",
    "sources.read": "nobody's: reads lists that an editor scheduled, the clock",
    "connections.tell_of_change": "of whoever holds the connection: a task for their own link worker alone",
    "connections.count_uses": "nobody's: counts of a scheme, without a person",
    "connections.count_uses_nightly": "nobody's: the clock",
}


@pytest.fixture(autouse=True)
def a_way_for_mail(settings, monkeypatch):
    settings.SMTP = "smtp://localhost:25"
    sent = []
    monkeypatch.setattr("linkwell.messages.mail.send", lambda **what: sent.append(what["to"]))
    return sent


@pytest.fixture
def sent(a_way_for_mail):
    return a_way_for_mail


def invite(by):
    return page.invite_and_mail(email=NEW, name="", place=Place(role=COM), by=by, at=timezone.now())


def run(scheme):
    """Run what was put on the queue meanwhile."""
    for message in Message.objects.filter(state=MessageState.QUEUED):
        jobs.deliver.func(scheme_id=scheme.pk, message_id=message.pk)


def demote(member, manager):
    actions.change_member(membership_id=member.pk, place=Place(role=COM), by=manager, at=timezone.now())


def leave(member, manager):
    actions.end_membership(membership_id=member.pk, on=timezone.localdate(), by=manager, at=timezone.now())


@pytest.mark.parametrize("change", [demote, leave])
def test_J01_an_invitation_does_not_go_when_who_sent_it_lost_the_right_meanwhile(scheme, sent, change):
    head, manager = MembershipFactory(role=MGR), MembershipFactory(role=MGR)
    invite(manager)

    change(manager, head)
    run(scheme)

    assert sent == [] and Message.objects.get(template="invitation").state == MessageState.HELD


def test_J01_an_invitation_goes_when_nothing_changed(scheme, sent):
    invite(MembershipFactory(role=MGR))

    run(scheme)

    assert sent == [NEW]


def suspend(member, manager):
    Account.objects.filter(pk=member.account_id).update(is_active=False)


@pytest.mark.parametrize("change", [leave, suspend])
def test_J01_news_does_not_go_to_a_member_who_left_meanwhile(scheme, sent, change):
    worker = MembershipFactory(role=LW)
    queue_message(
        scheme_id=scheme.pk, template="staff_notice", recipient_kind="member", recipient_id=worker.pk, at=timezone.now()
    )

    change(worker, MembershipFactory(role=MGR))
    run(scheme)

    assert sent == [] and Message.objects.get().state == MessageState.HELD


def test_J01_the_link_for_a_new_second_step_does_not_go_to_a_leaver(scheme, sent):
    manager, worker = MembershipFactory(role=MGR), MembershipFactory(role=LW, account__second_factor=True)
    page.reset_or_ask(membership_id=worker.pk, by=manager, at=timezone.now())

    leave(worker, manager)
    run(scheme)

    assert worker.account.email not in sent and sent == [manager.account.email]


def test_J01_news_does_not_go_to_a_practice_that_takes_part_no_longer(scheme, sent):
    practice = PracticeFactory()
    MembershipFactory(role=REF, practice=practice)
    queue_message(
        scheme_id=scheme.pk, template="staff_notice", recipient_kind="practice", recipient_id=practice.pk,
        at=timezone.now(),
    )  # fmt: skip

    practice.is_active = False
    practice.save()
    run(scheme)

    assert sent == [] and mail.outbox == []


def test_J01_every_job_says_whose_rights_it_acts_with():
    assert set(POLICIES) == set(WHOSE)
