"""Guards as SQLite's triggers."""

import re
from typing import Any

from .declarations import Guard


def definition(guard: Guard) -> str:
    """The trigger's text, exactly as SQLite keeps it."""
    when, forbidden = _spelled(guard.when), _spelled(guard.forbidden)
    return (
        f'CREATE TRIGGER "{guard.name}" BEFORE {guard.event} ON "{guard.table}" FOR EACH ROW '
        f"WHEN ({when}) AND ({forbidden}) BEGIN SELECT RAISE(ABORT, '{guard.name}'); END"
    )


def tables(cursor: Any) -> set[str]:
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name for (name,) in cursor.fetchall()}


def intact(cursor: Any, guards: list[Guard]) -> set[str]:
    """The guards that stand as declared."""
    found = _installed(cursor)
    return {guard.name for guard in guards if found.get(guard.name) == definition(guard)}


def install(cursor: Any, guards: list[Guard]) -> None:
    standing = intact(cursor, guards)
    for name in _installed(cursor).keys() - standing:
        cursor.execute(f'DROP TRIGGER "{name}"')
    for guard in guards:
        if guard.name not in standing:
            cursor.execute(definition(guard))


def uninstall(cursor: Any) -> None:
    for name in _installed(cursor):
        cursor.execute(f'DROP TRIGGER "{name}"')


def _installed(cursor: Any) -> dict[str, str]:
    cursor.execute(
        "SELECT name, sql FROM sqlite_master "
        "WHERE type = 'trigger' AND substr(name, 1, 6) = 'guard_'"
    )
    return dict(cursor.fetchall())


def _spelled(condition: str) -> str:
    # Older SQLite does not know the standard's words; its own mean the same.
    condition = re.sub(r"\bIS\s+NOT\s+DISTINCT\s+FROM\b", "IS", condition, flags=re.IGNORECASE)
    return re.sub(r"\bIS\s+DISTINCT\s+FROM\b", "IS NOT", condition, flags=re.IGNORECASE)
