"""
Guards: rules that the database itself enforces, by triggers, on SQLite and PostgreSQL alike.

A room declares them once in its `guards.py` and registers them in `AppConfig.ready`. They are
installed after every migrate. A guard that fires raises `django.db.IntegrityError` whose text
holds the guard's name; it is a report of a bug, since the rule in Python should have refused
before, so nothing catches it.
"""

from .declarations import (
    AppendOnly,
    Declaration,
    Frozen,
    Guard,
    Key,
    NeverUpdated,
    NoDelete,
    NoReplace,
)
from .installation import State, install, missing, states, uninstall
from .migrating import register
from .registry import declared, unregister

__all__ = [
    "AppendOnly",
    "Declaration",
    "Frozen",
    "Guard",
    "Key",
    "NeverUpdated",
    "NoDelete",
    "NoReplace",
    "State",
    "declared",
    "install",
    "missing",
    "register",
    "states",
    "uninstall",
    "unregister",
]
