"""The worker of the product, as the app role, on a database of its own."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from procrastinate.contrib.django import app

from linkwell.messages import actions
from linkwell.messages.models import Message, MessageState
from tests.factories import PracticeFactory, in_scheme
from tests.messages.conftest import MailServer
from tests.story import NOW


def work_off_the_queue() -> None:
    """Do every job that waits now; in a thread, for a browser's driver may have a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_work).result()


def _work() -> None:
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


def given_news(scheme) -> int:
    practice = PracticeFactory()
    message = actions.queue_message(
        scheme_id=scheme.pk,
        template="referral_news",
        recipient_kind="practice",
        recipient_id=practice.pk,
        words={"reference": "R-1"},
        at=NOW,
    )
    return message.pk


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_message_committed_with_its_job_is_delivered_by_the_worker_once(cloned_database, scheme, mail_server):
    server: MailServer = mail_server
    with in_scheme(scheme):
        message_id = given_news(scheme)

    work_off_the_queue()
    work_off_the_queue()

    with in_scheme(scheme):
        message = Message.objects.get(pk=message_id)
    assert (message.state, message.attempts, len(server.taken)) == (MessageState.SENT, 1, 1)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_J05_a_message_that_breaks_its_job_does_not_stop_the_others(cloned_database, scheme, mail_server):
    with in_scheme(scheme):
        poisoned, healthy = given_news(scheme), given_news(scheme)
        Message.objects.filter(pk=poisoned).update(template="no_such_template")

    work_off_the_queue()

    with in_scheme(scheme):
        assert Message.objects.get(pk=healthy).state == MessageState.SENT
        given_up = Message.objects.get(pk=poisoned)
    assert given_up.state == MessageState.FAILED
    assert given_up.why.startswith("This message cannot be put together (KeyError)")
