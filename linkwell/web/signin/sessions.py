"""Sessions kept in the database, encrypted: what a page must remember may name a person."""

from typing import Any

from cryptography.exceptions import InvalidTag
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

from linkwell.common.crypto import decrypt, encrypt


class SessionStore(DatabaseSessions):
    """Django's database sessions with the payload encrypted by the field key."""

    @classmethod
    def get_model_class(cls) -> Any:
        return DatabaseSessions.get_model_class()

    def encode(self, session_dict: dict[str, Any]) -> str:
        return encrypt(super().encode(session_dict))

    def decode(self, session_data: str) -> dict[str, Any]:
        try:
            return dict(super().decode(decrypt(session_data)))
        except (InvalidTag, ValueError):
            return {}
