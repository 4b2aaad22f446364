"""Queries that are asked so often that putting them together would cost more than the answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from typing import Any

from django.db import connection
from django.db.models import QuerySet

# Stand for the values while a statement is put together; no statement holds them otherwise.
MOMENT = datetime(1900, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
FIRST_NUMBER = 7_290_180_001


@dataclass(frozen=True)
class _Statement:
    """SQL with its parameters, of which some are filled in for each question."""

    sql: str
    parameters: list[Any]
    places: dict[int, str]
    converters: list[tuple[int, list[Any], Any]]

    def ask(self, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        parameters = self.parameters.copy()
        for place, name in self.places.items():
            parameters[place] = _adapted(values[name], parameters[place])
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            rows = cursor.fetchall()
        return [tuple(self._converted(row)) for row in rows]

    def _converted(self, row: tuple[Any, ...]) -> list[Any]:
        cells = list(row)
        for place, converters, expression in self.converters:
            for convert in converters:
                cells[place] = convert(cells[place], expression, connection)
        return cells


class Prepared:
    """
    A query over values, made by `build` from keyword arguments that are whole numbers or moments.

    Its SQL is kept for each database and each set of arguments; only the values change.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self.build = build

    def __call__(self, **values: int | datetime) -> list[tuple[Any, ...]]:
        key = connection.vendor, *values
        if key not in self._statements:
            self._statements[key] = _put_together(self.build, values)
        return self._statements[key].ask(values)

    @cached_property
    def _statements(self) -> dict[tuple[str, ...], _Statement]:
        return {}


def _put_together(build: Callable[..., QuerySet[Any]], values: dict[str, Any]) -> _Statement:
    numbers = count(FIRST_NUMBER)
    marks = {
        name: MOMENT if isinstance(value, datetime) else next(numbers)
        for name, value in values.items()
    }
    compiler = build(**marks).query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    named = {_adapted(mark, mark): name for name, mark in marks.items()}
    places = dict(_places(parameters, named))
    assert set(places.values()) == set(values)  # noqa: S101  each value is asked for
    columns = [column for column, *_rest in compiler.select[: compiler.col_count]]
    converters = compiler.get_converters(columns)
    return _Statement(
        sql,
        list(parameters),
        places,
        [(place, found, expression) for place, (found, expression) in converters.items()],
    )


def _places(parameters: Any, named: dict[Any, str]) -> Iterator[tuple[int, str]]:
    for place, parameter in enumerate(parameters):
        if parameter in named:
            yield place, named[parameter]


def _adapted(value: Any, like: Any) -> Any:
    """As the database takes it; a number keeps the width that its column has there."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return type(like)(value)
