"""Crash points: a trial's process dies where it was told to, nobody else's."""

import os
import signal
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from linkwell.common import crash

PROCESS = """
import django
django.setup()
from linkwell.common import crash
crash.point("mail_before")
crash.point("mail_after")
print("lived", end="")
"""


def process(at, **others):
    environment = {name: value for name, value in os.environ.items() if name != crash.VARIABLE}
    environment |= {"DJANGO_SETTINGS_MODULE": "linkwell.config.settings_test", **others}
    if at:
        environment[crash.VARIABLE] = at
    return subprocess.run([sys.executable, "-c", PROCESS], env=environment, capture_output=True, text=True)


def test_a_process_dies_at_its_point_and_every_other_one_lives():
    assert process("mail_after").returncode == -signal.SIGKILL
    assert process("mail_after:2").stdout == "lived"


def test_a_linkwell_that_people_rely_on_refuses_to_start_with_a_crash_point():
    refused = process("mail_after", LINKWELL_PUBLIC_URL="https://linkwell.example")

    assert refused.returncode == 1
    assert "Unset LINKWELL_CRASH_AT" in refused.stderr


@pytest.mark.parametrize("wrong", ["nowhere", "statement:0", "statement:x", ":3"])
def test_a_point_that_is_none_is_refused_with_those_that_are(wrong):
    with pytest.raises(ImproperlyConfigured, match="It is one of request, statement"):
        crash.arm_from({crash.VARIABLE: wrong}, served_over_https=False)
    assert crash._armed is None
