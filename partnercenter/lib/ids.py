"""Identifiers that leave the house: public ids and secret link tokens."""

import secrets
import uuid

from uuid_utils import compat


def uuid7() -> uuid.UUID:
    """A public id that sorts by the moment of its making."""
    return compat.uuid7()


def new_token() -> str:
    """A secret of 32 random bytes, fit to stand in an address."""
    return secrets.token_urlsafe(32)
