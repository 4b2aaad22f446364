"""Running a move to see what it would do, and undoing it."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from ..effects import Effect


class _Undone(Exception):
    """Carries the effects out of the transaction that it rolls back."""

    def __init__(self, effects: list[Effect]) -> None:
        self.effects = effects


def preview(move: Callable[..., list[Effect]], *args: Any, **kwargs: Any) -> list[Effect]:
    """
    The effects of the real move, which is made and always rolled back.

    Never by savepoints made by hand: what a move wants to do after its commit would then be done.
    """
    try:
        with transaction.atomic():
            effects = move(*args, **kwargs)
            if connection.vendor == "postgresql":
                connection.check_constraints()  # what a commit would still ask
            raise _Undone(effects)
    except _Undone as undone:
        return undone.effects
