"""Log lines without the secrets that stand in addresses."""

import logging
import re

# /r/… is a reply link, /i/… an invitation; allauth's keys stand in addresses of the account pages
SECRET = re.compile(r"(/(?:r|i|account/password/reset/key|account/confirm-email)/)[^/\s?#\"']+")


def hidden(text: str) -> str:
    """Return the text with the secret of every address in it hidden."""
    return SECRET.sub(r"\1…", text)


class HideSecrets(logging.Filter):
    """Rewrites each log line before it is written anywhere."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = hidden(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = hidden(record.exc_text)
        return True
