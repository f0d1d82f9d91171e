"""A web process is killed at a named point while it answers a form. Security: Z01."""

import os
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from random import Random

import pytest

from linkwell.common.models import AuditEvent
from linkwell.support.models import Contact
from tests.factories import EpisodeFactory, MembershipFactory, in_scheme
from tests.faults.acts import signed_in
from tests.faults.load import Load, Worker
from tests.faults.running import ROOT, eventually, free_port
from tests.faults.scheme import Cast

pytestmark = pytest.mark.fault


@contextmanager
def web_server(clone, port, home, crash_at=""):
    """Have the product's web server answer on this port, to be killed at the point."""
    others = {
        "LINKWELL_PARENT": str(os.getpid()), "LINKWELL_HOST": "127.0.0.1", "LINKWELL_PORT": str(port),
        "LINKWELL_HOME": str(home), "LINKWELL_DEMO": "0", "LINKWELL_SEARCH_INDEX": "0",
        "DJANGO_SETTINGS_MODULE": "linkwell.config.settings",
        "LINKWELL_CRASH_AT": crash_at,
    }  # fmt: skip
    command = [sys.executable, "-W", "ignore", "-m", "linkwell.cli.running.web_server"]
    server = subprocess.Popen(command, cwd=ROOT, env=clone.environment() | others, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: answers(port), within=120, what="the web server listens")
        yield
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=30)
        server.kill()
        server.wait()


def answers(port):
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


def test_Z01_a_killed_web_process_gives_an_error_stores_all_or_nothing_and_the_form_sent_again_is_kept_once(
    cloned_database, scheme, tmp_path
):
    with in_scheme(scheme):
        asha = MembershipFactory()
        person = EpisodeFactory(link_worker=asha).person_id
    who = {"membership": asha.pk, "cookie": signed_in(asha).session.session_key, "people": [person]}
    port = free_port()
    load = Load(port, Cast(scheme.pk, "linkwell-session", [who], who, who, []), tmp_path / "ledgers", Random(1))
    client = next(one for one in load.clients if isinstance(one, Worker))

    def send(note):
        form = {"reached": "yes", "mode": "phone", "minutes": "5", "note": note, "once": f"key of {note}"}
        return client.ask("POST", f"/people/{person}/log/", form)[0]

    def stored():
        with in_scheme(scheme):
            notes = sorted(Contact.objects.values_list("note", flat=True))
            assert AuditEvent.objects.filter(event="contact.logged").count() == len(notes)
        return notes

    with web_server(cloned_database, port, tmp_path, crash_at="before_commit"):
        assert (send("before"), stored()) == (0, [])
    with web_server(cloned_database, port, tmp_path, crash_at="after_commit"):
        assert (send("after"), stored()) == (0, ["after"])
    with web_server(cloned_database, port, tmp_path):
        assert [send("before"), send("after")] == [302, 302]
    assert stored() == ["after", "before"]
