"""Starts the web server as the product starts it, over the product or over the stock page, and signs people in."""

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

from bench.world import ROOT, World

PRODUCT, STOCK = "linkwell.config.wsgi:application", "bench.stock.wsgi:application"


@contextlib.contextmanager
def served(world: World, application: str = PRODUCT, *, settings: str = "", **more: str) -> Iterator[int]:
    """Have an application answer on a port while the block runs; the port is returned. `more` is its environment."""
    port = _free_port()
    environment = world.environment() | {"LINKWELL_PORT": str(port), "PYTHONPATH": str(ROOT)} | more
    if settings:
        environment["DJANGO_SETTINGS_MODULE"] = settings
    command = [sys.executable, "-W", "ignore", "-m", "bench.serving", application, str(port)]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit("The web server of a contender ended before it answered; the reason stands above.")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/account/login/", headers={"Host": "localhost"})
            if connection.getresponse().status in (200, 302, 404):
                return
        time.sleep(0.1)
    raise SystemExit("The web server of a contender does not answer.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def session_of(member: int, *, store: str) -> str:
    """Sign a member in, password and second factor, in a session of that store; return the cookie's value."""
    from importlib import import_module

    from django.conf import settings

    from linkwell.team.models import Account

    account = Account.objects.get(pk=member)
    now = time.time()
    session = import_module(store).SessionStore()
    session["_auth_user_id"] = str(account.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = account.get_session_auth_hash()
    session["account_authentication_methods"] = [
        {"method": "password", "at": now, "email": account.email},
        {"method": "mfa", "at": now, "type": "totp", "id": 1},
    ]
    session["account_authentication_methods_user"] = str(account.pk)
    session["membership"] = member
    session["began"] = session["seen"] = int(now)
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    from linkwell.cli.running import web_server

    web_server.APPLICATION = sys.argv[1]
    web_server.load(sys.argv[1])  # before the processes that answer are forked, as the product does
    web_server.serve(host="127.0.0.1", port=int(sys.argv[2]))
