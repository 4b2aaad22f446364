"""A history that is read: a side that changed its mind to and fro within a day is told once."""

from collections.abc import Iterable
from datetime import timedelta

from audit.models import Event

A_DAY = timedelta(days=1)
# Of how many of its newest events a history is told, however many of them fall away.
READ = 100
# Kinds that undo one another.
TO_AND_FRO = {
    kind: pair
    for pair in (
        ("administration.extension_wished", "administration.extension_not_wished"),
        ("administration.extension_allowed", "administration.extension_forbidden"),
    )
    for kind in pair
}


def told(events: Iterable[Event], most: int) -> list[Event]:
    """
    The newest of these events, which come newest first.

    Of what was said to and fro about one thing within a day, with nothing else about it between,
    the last stands for all. The log itself keeps each.
    """
    found: list[Event] = []
    last: dict[str, Event] = {}  # by what it is about
    for event in events:
        after = last.get(event.subject_id)
        if after is not None and _undone(event, after):
            continue
        last[event.subject_id] = event
        found.append(event)
        if len(found) == most:
            break
    return found


def _undone(event: Event, after: Event) -> bool:
    pair = TO_AND_FRO.get(event.kind, ())
    return after.kind in pair and after.at - event.at < A_DAY
