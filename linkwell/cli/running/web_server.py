"""The web server: granian with Django behind it, two processes of many threads, few of which are at work at once."""

import logging
import os
import signal
import sys
from importlib import import_module

from django.core.exceptions import ImproperlyConfigured
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from linkwell.cli.running.children import end_with_parent

APPLICATION = "linkwell.config.wsgi:application"
PROCESSES = min(2, os.cpu_count() or 1)
THREADS = 72  # most wait in `linkwell.web.line`, few are at work, and some are to spare for what needs no database
LONGEST_HEADERS = 64 * 1024


def load(target: str):
    """Return the application; end this process, with the reason said, if it cannot be loaded."""
    module, name = target.split(":")
    try:
        return getattr(import_module(module), name)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


def application(target: str):
    """Return the application in a process that answers requests, which ends when the server's does."""
    end_with_parent(os.getppid(), signal.SIGKILL)
    answers = load(target)
    searching = import_module("linkwell.directory.searching")
    searching.start()  # in each process that answers: a thread does not outlive the fork
    return answers


def serve(*, host: str, port: int) -> None:
    """Answer requests until told to stop."""
    # it warns of many threads; how many of them work at once, `linkwell.web.line` sees to
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    Granian(
        APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=PROCESSES,
        blocking_threads=THREADS,
        backpressure=THREADS,
        http1_settings=HTTP1Settings(header_read_timeout=15_000, max_buffer_size=LONGEST_HEADERS),
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=6,
    ).serve(target_loader=application)


if __name__ == "__main__":
    end_with_parent(int(os.environ["LINKWELL_PARENT"]))
    load(APPLICATION)  # once, before the processes that answer are forked from this one
    serve(host=os.environ["LINKWELL_HOST"], port=int(os.environ["LINKWELL_PORT"]))
