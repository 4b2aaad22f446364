"""Running a move to see what it would do, and undoing it; making it only if it does just that."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.canonical import canonical, digest
from partnercenter.lib.refusals import Refused

from ..breaches import certified
from ..effects import Effect

Outcome = TypeVar("Outcome")


class _Undone(Exception):
    """Rolls back the transaction in which a move was made."""


def preview(move: Callable[..., Outcome], *args: Any, **kwargs: Any) -> Outcome:
    """
    What the real move gives back, which is made and always rolled back.

    Never by savepoints made by hand: what a move wants to do after its commit would then be done.
    Who only looks is no actor yet; one is made for the move, and goes with it.
    """
    try:
        with transaction.atomic():
            if "by" in kwargs:
                kwargs["by"] = _stored(kwargs["by"])
            outcome = move(*args, **kwargs)
            if connection.vendor == "postgresql":
                connection.check_constraints()  # what a commit would still ask
            raise _Undone
    except _Undone:
        return outcome


def _stored(by: Actor) -> Actor:
    return by if by.pk else Actor.objects.of(by.user)


@certified
def as_seen(
    seen: str, move: Callable[..., list[Effect]], *args: Any, **kwargs: Any
) -> list[Effect]:
    """Make the move, unless it would do something else than the person saw."""
    effects = move(*args, **kwargs)
    if effects_digest(effects) != seen:
        raise Refused(
            _("What this does has changed since you opened the page. Look at it once more.")
        )
    return effects


def effects_digest(effects: Iterable[Effect]) -> str:
    """What a page carries along of the effects that it shows."""
    return digest(
        canonical(
            [
                [str(effect.kind), effect.partner, effect.thing, effect.other, effect.day]
                for effect in sorted(effects)
            ]
        )
    )
