"""Forms that are sent twice: each carries a key, and the second sending gets the first one's answer.

The row is written in the transaction of what the form does, so it exists if and only if that happened.
It holds keyed hashes and an address of ours, never what was typed, and is kept for thirty days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from linkwell.common.crypto import keyed_hash
from linkwell.common.models import SentForm
from linkwell.common.scope import current_scope

KEPT = timedelta(days=30)
SAME_WORDS_WITHIN = timedelta(minutes=10)

CLAIM = """
    INSERT INTO common_sentform (scheme_id, key_hash, body_hash, who_hash, location, at)
    VALUES (%s, %s, %s, %s, '', %s)
    ON CONFLICT (scheme_id, key_hash) DO NOTHING RETURNING id
"""


@dataclass(frozen=True)
class Sending:
    """One form as it arrives: its key, who sends it to which address, and all that it says."""

    key: str
    who: str
    path: str
    body: str
    has_words: bool  # a sentence is in it: the same again at once, with a new key, is the same thing


@dataclass(frozen=True)
class Earlier:
    """What came of the first sending."""

    location: str
    at: datetime
    same_body: bool
    same_key: bool = True


def claim(sending: Sending, *, at: datetime) -> int | Earlier:
    """Return the number of this sending's row, or what came of it when it was sent before.

    Of several at once one goes on; the others wait here until its transaction has ended. A browser that loads the page
    anew on Back brings a new key: the same words as in the sender's last act, within minutes, are that act.
    """
    scheme_id = current_scope().scheme_id
    key_hash = keyed_hash(f"{sending.who}|{sending.path}|{sending.key}", purpose="key of a form")
    body_hash = keyed_hash(f"{sending.who}|{sending.path}|{sending.body}", purpose="body of a form")
    who_hash = keyed_hash(sending.who, purpose="sender of a form")
    rows = SentForm.objects.filter(scheme_id=scheme_id)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [scheme_id, key_hash, body_hash, who_hash, at])
            claimed = cursor.fetchone()
        if claimed is not None:
            break
        first = rows.filter(key_hash=key_hash).first()
        if first is not None:
            return Earlier(first.location, first.at, same_body=first.body_hash == body_hash)
    if sending.has_words:
        last = rows.filter(who_hash=who_hash, pk__lt=claimed[0]).order_by("-pk").first()
        if last is not None and last.body_hash == body_hash and last.at > at - SAME_WORDS_WITHIN:
            give_back(claimed[0])
            return Earlier(last.location, last.at, same_body=True, same_key=False)
    return claimed[0]


def settle(number: int, *, location: str) -> None:
    """Note where the answer to this sending leads."""
    SentForm.objects.filter(pk=number).update(location=location)


def give_back(number: int) -> None:
    """Forget a sending that came to nothing: the form was shown again, or its answer cannot be given twice."""
    SentForm.objects.filter(pk=number).delete()


def forget_old(*, scheme_id: int, at: datetime) -> int:
    """Delete what was kept long enough; return how many."""
    number, _ = SentForm.objects.filter(scheme_id=scheme_id, at__lte=at - KEPT).delete()
    return number
