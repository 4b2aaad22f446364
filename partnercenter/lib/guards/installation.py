"""Putting guards in place, taking them away, and finding those that are not as declared."""

from enum import StrEnum
from types import ModuleType

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from . import postgresql, sqlite
from .declarations import Guard
from .registry import declared

ENGINES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """
    Bring the database to what is declared, and nothing else.

    Guards that nobody declares any more are dropped; tables that are not there are skipped.
    """
    engine, guards = _engine(using), declared(connections[using].vendor)
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        tables = engine.tables(cursor)
        engine.install(cursor, [guard for guard in guards if guard.table in tables])


def uninstall(using: str = DEFAULT_DB_ALIAS) -> None:
    """Drop every guard."""
    engine = _engine(using)
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        engine.uninstall(cursor)


class State(StrEnum):
    """How a declared guard stands in a database."""

    IN_PLACE = "in place"
    MISSING = "missing"
    NO_TABLE = "no table"


def states(using: str = DEFAULT_DB_ALIAS) -> dict[Guard, State]:
    """Each declared guard, with what became of it."""
    engine, guards = _engine(using), declared(connections[using].vendor)
    with connections[using].cursor() as cursor:
        tables, intact = engine.tables(cursor), engine.intact(cursor, guards)
    return {
        guard: State.NO_TABLE
        if guard.table not in tables
        else State.IN_PLACE
        if guard.name in intact
        else State.MISSING
        for guard in guards
    }


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The names of guards that are not there, are switched off, or are not as declared."""
    found = states(using)
    return sorted(guard.name for guard in found if found[guard] == State.MISSING)


def _engine(using: str) -> ModuleType:
    return ENGINES[connections[using].vendor]
