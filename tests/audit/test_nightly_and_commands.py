"""What the clock does every night, and the `linkwell audit` command."""

import json
import os
import signal
import subprocess
import sys
from contextlib import nullcontext

import psycopg
import pytest
from django.core import mail
from django.utils import timezone
from typer.testing import CliRunner

from linkwell.cli import audit as command
from linkwell.common import audit
from linkwell.common.models import AuditEvent
from linkwell.messages.models import Message
from linkwell.people.models import AccessFlag
from linkwell.support import jobs
from linkwell.support.models import Task
from linkwell.team.access import ADM, IG, LW, MGR
from linkwell.team.jobs import seal_scheme
from linkwell.team.sealing import actions, heads
from linkwell.team.sealing.models import AuditCheck, AuditSeal, HeadDelivery
from tests.factories import AccountFactory, MembershipFactory, PersonFactory, in_scheme


def given_events(count):
    return [audit.record("test.read", at=timezone.now()).pk for _ in range(count)]


def forged_by_the_owner(clone, statement, *given):
    with psycopg.connect(clone.owner_url) as owner:
        for table in ("common_auditevent", "team_auditseal"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        assert owner.execute(statement, given).rowcount > 0


@pytest.fixture
def call(monkeypatch):
    monkeypatch.setattr("linkwell.cli.session.session", nullcontext)
    return lambda *words: CliRunner().invoke(command.app, words)


def test_the_night_seals_what_came_late_checks_and_notes_that_all_is_whole(scheme):
    given_events(3)
    jobs.check_scheme(scheme_id=scheme.pk)
    noted = AuditCheck.objects.get()
    assert (noted.sealed, noted.unsealed, noted.findings, noted.first_finding) == (3, 0, 0, "")
    assert not Task.objects.exists()


def test_a_touched_trail_is_told_to_managers_privacy_officers_and_administrators(cloned_database, scheme):
    with in_scheme(scheme):
        told = {MembershipFactory(role=role).pk for role in (MGR, IG, ADM)}
        MembershipFactory(role=LW)
        numbers = given_events(5)
    jobs.check_scheme(scheme_id=scheme.pk)
    forged_by_the_owner(cloned_database, "DELETE FROM common_auditevent WHERE id = %s", numbers[2])

    jobs.check_scheme(scheme_id=scheme.pk)

    with in_scheme(scheme):
        noted = AuditCheck.objects.order_by("-pk").first()
        position = noted.first_position
        assert (noted.findings, noted.first_finding) == (1, f"The row {numbers[2]} is gone.")
        assert {task.member_id for task in Task.objects.all()} == told
        assert {message.recipient_id for message in Message.objects.all()} == told
        assert f"the first at position {position}" in Task.objects.first().text
        assert AuditEvent.objects.filter(event="audit.check_failed").exists()


def test_the_newest_head_is_mailed_once_a_night_to_whoever_keeps_it(scheme, settings, tmp_path, monkeypatch):
    settings.AUDIT_MAIL = "keeper@example.org"
    monkeypatch.setattr("linkwell.messages.mail._deliver", lambda message: mail.outbox.append(message))
    given_events(2)
    jobs.check_scheme(scheme_id=scheme.pk)
    jobs.check_scheme(scheme_id=scheme.pk)

    (sent,) = mail.outbox
    assert sent.to == ["keeper@example.org"]
    kept = tmp_path / "mail.txt"
    kept.write_text(sent.body)
    assert actions.check_scheme(scheme_id=scheme.pk, at=timezone.now(), copy=kept).vouched == 2


def test_a_mail_server_that_does_not_take_the_head_is_noted(scheme, settings, monkeypatch):
    from linkwell.messages.errors import MailDelayed

    def delayed(message):
        raise MailDelayed("later")

    settings.AUDIT_MAIL = "keeper@example.org"
    monkeypatch.setattr("linkwell.messages.mail._deliver", delayed)
    given_events(2)
    jobs.check_scheme(scheme_id=scheme.pk)
    assert HeadDelivery.objects.get(channel="mail").failing_since is not None


def test_the_night_goes_through_the_last_days_looks(scheme):
    asha = MembershipFactory(account=AccountFactory(name="Asha Patel"))
    yesterday = timezone.now() - timezone.timedelta(days=1)
    person = PersonFactory(given_name="Asha", family_name="Patel")
    audit.record("person.read", by=asha, person_id=person.pk, at=yesterday)
    jobs.search_scheme(scheme_id=scheme.pk)
    jobs.search_scheme(scheme_id=scheme.pk)
    assert AccessFlag.objects.filter(kind="own").count() == 1


def test_verify_says_whole_with_exit_code_0_and_json_for_machines(cloned_database, scheme, call):
    with in_scheme(scheme):
        given_events(4)
    assert "4 rows sealed" in call("seal").output
    with in_scheme(scheme):
        given_events(2)

    answer = call("verify")
    assert answer.exit_code == 0
    assert f"Scheme {scheme.pk}: 4 rows sealed, whole." in answer.output
    assert "2 rows not sealed yet, since " in answer.output
    (report,) = json.loads(call("verify", "--json", "--scheme", str(scheme.pk)).output)
    assert (report["is_whole"], report["sealed"], report["unsealed"]["count"]) == (True, 4, 2)


def test_verify_names_the_first_bad_position_with_exit_code_1(cloned_database, scheme, call):
    with in_scheme(scheme):
        numbers = given_events(5)
    call("seal")
    forged_by_the_owner(cloned_database, "UPDATE common_auditevent SET role = 'IG' WHERE id = %s", numbers[3])

    answer = call("verify")
    assert answer.exit_code == 1
    assert "NOT whole" in answer.output
    assert f"position 4: The row {numbers[3]}, its place or its seal was changed." in answer.output


def test_verify_notices_a_cut_tail_by_the_heads_and_by_a_copy_of_them(
    cloned_database, scheme, call, settings, tmp_path
):
    settings.AUDIT_HEADS = str(tmp_path / "audit-heads.log")
    for _ in range(3):
        with in_scheme(scheme):
            given_events(2)
        call("seal")
    copy = tmp_path / "copy.log"
    copy.write_text((tmp_path / "audit-heads.log").read_text())
    forged_by_the_owner(cloned_database, "DELETE FROM common_auditevent WHERE id > %s", 4)
    forged_by_the_owner(cloned_database, "DELETE FROM team_auditseal WHERE first_position > %s", 3)

    for words in (("verify",), ("verify", "--heads", str(copy))):
        answer = call(*words)
        assert answer.exit_code == 1
        assert "The tail is cut: the second place knows position 6, the chain ends at 4." in answer.output


def test_verify_refuses_a_scheme_or_a_file_that_is_not_there(cloned_database, scheme, call, tmp_path):
    assert "There is no scheme 999" in str(call("verify", "--scheme", "999").exception)
    assert "There is no file" in str(call("verify", "--heads", str(tmp_path / "none")).exception)


def test_a_new_second_place_is_told_every_head_again(cloned_database, scheme, call, settings, tmp_path):
    settings.AUDIT_HEADS = str(tmp_path / "old.log")
    with in_scheme(scheme):
        given_events(2)
    call("seal")
    settings.AUDIT_HEADS = str(tmp_path / "new.log")
    assert call("heads").exit_code == 0
    assert (tmp_path / "new.log").read_text() == (tmp_path / "old.log").read_text()


KILLED = """
import django; django.setup()
from django.utils import timezone
from linkwell.team.sealing import actions
actions.ROWS_OF_A_SEAL, actions.SEALS_AT_ONCE = 5, 1
actions.seal_scheme(scheme_id={scheme}, at=timezone.now())
"""


@pytest.mark.fault
@pytest.mark.parametrize("statement", [9, 16, 24])
def test_Z03_a_sealer_that_is_killed_leaves_a_whole_chain_and_the_next_goes_on(
    cloned_database, scheme, settings, tmp_path, statement
):
    settings.AUDIT_HEADS = str(tmp_path / "heads.log")
    with in_scheme(scheme):
        given_events(30)
    environment = cloned_database.environment() | {
        "LINKWELL_CRASH_AT": f"statement:{statement}", "LINKWELL_AUDIT_HEADS": settings.AUDIT_HEADS,
        "DJANGO_SETTINGS_MODULE": "linkwell.config.settings_test", "LINKWELL_HOME": str(tmp_path),
    }  # fmt: skip
    code = "from linkwell.common import crash; import os; crash.arm_from(os.environ, served_over_https=False)\n"
    killed = subprocess.run(
        [sys.executable, "-c", code + KILLED.format(scheme=scheme.pk)], env=environment, timeout=120
    )
    assert killed.returncode == -signal.SIGKILL

    half = actions.check_scheme(scheme_id=scheme.pk, at=timezone.now())
    assert half.is_whole and half.sealed < 30
    seal_scheme(scheme_id=scheme.pk)
    whole = actions.check_scheme(scheme_id=scheme.pk, at=timezone.now())
    assert (whole.is_whole, whole.sealed, whole.vouched) == (True, 30, 30)
    with in_scheme(scheme):
        assert AuditSeal.objects.count() == half.sealed // 5 + 1
    assert len(heads.read_file(tmp_path / "heads.log", scheme_id=scheme.pk)) >= 1
    assert os.path.exists(settings.AUDIT_HEADS)
