"""Rows as a program reads and writes them that opened the database itself."""

import uuid
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

NEW_ID = 1_000_000
TIME = "2026-01-01 00:00:00+00:00"
only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own way")
only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only")


@contextmanager
def as_a_plain_connection():
    """Django's own connection lets the guards of deletion see a replaced row; others do not."""
    if connection.vendor != "sqlite":
        yield
        return
    sql("PRAGMA recursive_triggers=OFF")
    try:
        yield
    finally:
        sql("PRAGMA recursive_triggers=ON")


def sql(statement, values=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def rows(table, where="TRUE"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY 1")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def by_a_guard(name=""):
    return pytest.raises(IntegrityError, match=f"guard_{name}")


def another(value):
    """A value of the same sort that no row has; something where there is nothing."""
    if value is None:
        return NEW_ID
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + NEW_ID
    if isinstance(value, str) and len(value) == 32:
        return uuid.uuid4().hex
    return uuid.uuid4() if isinstance(value, uuid.UUID) else f"{value}x"


def insert_or_replace(table, row):
    marks = ", ".join(["%s"] * len(row))
    sql(f"INSERT OR REPLACE INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def set_column(table, row, name, value, verb="UPDATE"):
    key = next(iter(row))
    sql(f"{verb} {table} SET {name} = %s WHERE {key} = %s", [value, row[key]])


@contextmanager
def one_more(table):
    """What is written stands beside all that was there; it is taken back afterwards."""
    before = len(rows(table))
    with transaction.atomic():
        yield
        assert len(rows(table)) == before + 1
        transaction.set_rollback(True)
