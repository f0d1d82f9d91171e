"""What the worker does with mails about sign-ins, done at once: `send_queued()` after a request."""

from django.db import connection

from linkwell.messages import account_mail, jobs
from linkwell.messages.account_mail import AccountMail


def queued() -> list[tuple[int, AccountMail]]:
    """Return (account, what about) of each mail that waits, oldest first; account 0 is nobody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'account_id')::bigint, (args->>'about')::int FROM procrastinate_jobs"
            " WHERE task_name = %s AND status = 'todo' ORDER BY id",
            [account_mail.SEND],
        )
        return [(account_id, AccountMail(about)) for account_id, about in cursor.fetchall()]


def send_queued() -> None:
    """Send what waits, and note that it went."""
    for account_id, about in queued():
        jobs.send_account_mail.func(account_id=account_id, about=int(about))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'cancelled' WHERE task_name = %s AND status = 'todo'",
            [account_mail.SEND],
        )
