"""Sessions kept in the database, encrypted: what a page must remember may name a person."""

from typing import Any

from cryptography.exceptions import InvalidTag
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from linkwell.common.crypto import decrypt, encrypt
from linkwell.team.queries import live_session


class SessionStore(DatabaseSessions):
    """Django's database sessions with the payload encrypted by the field key."""

    @classmethod
    def get_model_class(cls) -> Any:
        return DatabaseSessions.get_model_class()

    def _get_session_from_db(self) -> Any:
        found = live_session(str(self.session_key), at=timezone.now())
        if found is None:
            self._session_key = None
        return found

    def save(self, must_create: bool = False) -> None:
        """Keep the session; raise what the database raises where it is away, which Django takes for a sign-out."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from None
            raise

    def encode(self, session_dict: dict[str, Any]) -> str:
        return encrypt(super().encode(session_dict))

    def decode(self, session_data: str) -> dict[str, Any]:
        try:
            return dict(super().decode(decrypt(session_data)))
        except (InvalidTag, ValueError):
            return {}
