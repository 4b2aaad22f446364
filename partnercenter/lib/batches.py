"""Many things, some at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int = 500) -> Iterator[list[Item]]:
    """The items in their order, in lists of at most this size: a query takes only so many."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
