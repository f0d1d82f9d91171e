"""A text leaves through the gateway of LINKWELL_SMS, or waits; what the gateway answers never names the number."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from uuid import uuid4

import pytest

from linkwell.messages import actions, texts
from linkwell.messages.errors import MailDelayed, MailRefused
from linkwell.messages.models import Message
from tests.messages.conftest import NOON
from tests.messages.test_sending import given_a_message

NUMBER = "+447700900123"


@pytest.fixture
def gateway(settings):
    """A gateway that gives the answer it is told to, and keeps what came."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.taken.append((self.path, self.headers["Authorization"], json.loads(body)))
            self.wfile.write(server.answer)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.taken, server.answer = [], b"HTTP/1.0 202 Accepted\r\n\r\n"
    settings.DEMO, settings.SMS_KEY = False, "a gateway's key"
    settings.SMS = f"http://127.0.0.1:{server.server_port}/out"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def send():
    texts.send(to=NUMBER, text="Is it right?", reference=uuid4())


def test_DI5_the_gateway_gets_the_text_once_with_our_key(gateway):
    send()
    ((path, key, said),) = gateway.taken
    assert (path, key, said["to"], said["text"]) == ("/out", "Bearer a gateway's key", NUMBER, "Is it right?")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.0 400 No\r\n\r\n", MailRefused),
        (b"HTTP/1.0 302 Elsewhere\r\nLocation: /elsewhere\r\n\r\n", MailRefused),
        (b"HTTP/1.0 429 Later\r\n\r\n", MailDelayed),
        (b"HTTP/1.0 503 Later\r\n\r\n", MailDelayed),
        (b"what?\r\n\r\n", MailDelayed),
        (b"", MailDelayed),
    ],
)
def test_Z35_whatever_else_a_gateway_answers_is_a_refusal_or_a_delay_that_names_no_number(gateway, answer, error):
    gateway.answer = answer
    with pytest.raises(error) as fault:
        send()
    assert NUMBER not in str(fault.value) and len(gateway.taken) == 1


def test_the_sweep_leaves_alone_what_no_sender_takes(scheme, a_group, settings):
    settings.SMTP, settings.DEMO, settings.SMS = "", False, "file"
    mail = given_a_message(scheme)
    assert actions.enqueue_waiting(scheme_id=scheme.pk, at=NOON) == 0

    Message.objects.filter(pk=mail.pk).update(channel="sms")
    assert actions.enqueue_waiting(scheme_id=scheme.pk, at=NOON) == 1
