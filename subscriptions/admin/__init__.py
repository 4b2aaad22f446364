"""The staff's pages of the catalogue, and those on which subscriptions begin."""

from . import catalogue  # noqa: F401  importing registers them
from .catalogue import in_plain_words

__all__ = ["in_plain_words"]
