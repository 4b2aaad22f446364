"""Texts that the site must be able to read, and nobody who only has a copy of its database."""

import base64
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models


def _fernet() -> MultiFernet:
    """Under the site's key, and readable under those that it had before."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(str(key))) for key in keys])


def _key(secret: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"partner-center sealed texts")
    return base64.urlsafe_b64encode(derived.derive(secret.encode()))


class SealedTextField(models.TextField):
    """
    A text that stands encrypted in the database (Fernet, under a key made of `SECRET_KEY`).

    Where the key was changed without keeping the old one in `SECRET_KEY_FALLBACKS`, the text is
    lost, and reads as empty.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return _fernet().encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if not value:
            return value
        try:
            return _fernet().decrypt(value.encode()).decode()
        except InvalidToken:
            return ""
