"""Log lines without the secrets that stand in addresses."""

import logging
import re
import traceback

# /r/… is a reply link, /e/… a question to a group, /i/… an invitation, /l/… a short list, /s/… a reset second step;
# allauth's keys stand in account addresses
SECRET = re.compile(r"(/(?:r|e|i|l|s|account/password/reset/key|account/confirm-email)/)[^/\s?#\"']+")

# what an outside sign-in sends back in the address
ANSWER = re.compile(r"([?&](?:code|state)=)[^&\s\"']+")


def hidden(text: str) -> str:
    """Return the text with the secret of every address in it hidden."""
    return ANSWER.sub(r"\1…", SECRET.sub(r"\1…", text))


def trace_without_words(fault: BaseException | None) -> str:
    """Return where a fault and its causes arose, and their kinds; their texts may hold a person's data."""
    lines: list[str] = []
    while fault is not None:
        lines += [*traceback.format_tb(fault.__traceback__), f"{type(fault).__module__}.{type(fault).__qualname__}\n"]
        fault = fault.__cause__ or fault.__context__
    return "".join(lines).rstrip()


class HideSecrets(logging.Filter):
    """Rewrites each log line before it is written anywhere."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = hidden(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = hidden(trace_without_words(record.exc_info[1]))
        return True
