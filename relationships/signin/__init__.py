"""How people sign in, prove again who they are, and choose the organisation that they act for."""

from .adapter import AccountAdapter

__all__ = ["AccountAdapter"]
