"""Running a move to see what it would do, and undoing it."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from accounts.models import Actor

from ..effects import Effect


class _Undone(Exception):
    """Carries the effects out of the transaction that it rolls back."""

    def __init__(self, effects: list[Effect]) -> None:
        self.effects = effects


def preview(
    move: Callable[..., list[Effect]], *args: Any, by: Actor, **kwargs: Any
) -> list[Effect]:
    """
    The effects of the real move, which is made and always rolled back.

    Never by savepoints made by hand: what a move wants to do after its commit would then be done.
    Who only looks is no actor yet; one is made for the move, and goes with it.
    """
    try:
        with transaction.atomic():
            actor = by if by.pk else Actor.objects.of(by.user)
            effects = move(*args, by=actor, **kwargs)
            if connection.vendor == "postgresql":
                connection.check_constraints()  # what a commit would still ask
            raise _Undone(effects)
    except _Undone as undone:
        return undone.effects
