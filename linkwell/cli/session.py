"""What a command needs to work with the rooms: a database that is up and current, and Django."""

import contextlib
import os
from collections.abc import Iterator

from linkwell.cli import migrations
from linkwell.cli.database import database, prepare
from linkwell.cli.errors import Refused


@contextlib.contextmanager
def session() -> Iterator[None]:
    """Have the rooms ready to use while the block runs, logged in as the app role.

    A new database is made ready first; one that lacks migrations is refused, for another process may
    be serving from it.
    """
    with database() as urls:
        state = migrations.state(urls.owner)
        if state == migrations.NEVER:
            prepare(urls)
            migrations.migrate(urls.owner)
        elif state == migrations.BEHIND:
            raise Refused("The database is older than this Linkwell. Run `linkwell migrate` first, then try again.")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", migrations.SETTINGS)
        import django

        django.setup()
        yield
