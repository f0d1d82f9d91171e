"""Log lines hold no secret of a link and no text of a fault: a database's message may quote a person's row."""

import logging
import sys

import pytest

from linkwell.messages.templates import TEMPLATES
from linkwell.web.logs import HideSecrets


def logged(message: str, *, fault: BaseException | None = None) -> str:
    info = None
    if fault is not None:
        try:
            raise fault
        except type(fault):
            info = sys.exc_info()
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, message, (), info)
    HideSecrets().filter(record)
    return logging.Formatter("%(message)s").format(record)


LINKS = sorted({made.link_path for made in TEMPLATES.values() if made.link_path})


@pytest.mark.parametrize("path", [*(link.format(secret="abcSECRETdef") for link in LINKS), "/i/abcSECRETdef/code/"])
def test_the_secret_of_a_link_is_hidden(path):
    line = logged(f"Internal Server Error: {path}")
    assert "SECRET" not in line and path[:3] in line


def test_a_fault_is_logged_by_its_kind_and_place_and_not_by_its_words():
    said, told = "DETAIL: Failing row contains (Ada, Example, 07700 900123)", "about Ada Example"
    try:
        try:
            raise ValueError(said)
        except ValueError as inner:
            raise RuntimeError(told) from inner
    except RuntimeError as outer:
        line = logged("It broke", fault=outer)
    assert "RuntimeError" in line and "ValueError" in line and "test_logs.py" in line
    assert "Ada" not in line and "07700" not in line
