"""Encrypted columns and keyed hashes; the key comes from the environment, never from the database."""

import base64
import hashlib
import hmac
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models


def _key(purpose: str) -> bytes:
    return hmac.new(settings.FIELD_KEY.encode(), purpose.encode(), hashlib.sha256).digest()


def keyed_hash(value: str, *, purpose: str) -> str:
    """Return a 43-character hash that only the holder of the key can make; equal in, equal out."""
    digest = hmac.new(_key(purpose), value.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def encrypt(text: str) -> str:
    """Return AES-256-GCM of `text` with a fresh nonce, as text."""
    nonce = os.urandom(12)
    return base64.b64encode(nonce + AESGCM(_key("fields")).encrypt(nonce, text.encode(), None)).decode()


def decrypt(stored: str) -> str:
    """Return what `encrypt` was given; raise cryptography's InvalidTag for another key or a changed value."""
    raw = base64.b64decode(stored)
    return AESGCM(_key("fields")).decrypt(raw[:12], raw[12:], None).decode()


class EncryptedTextField(models.TextField):
    """Text that is stored encrypted; it cannot be searched or sorted."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return decrypt(value) if value else value
