"""A history that is read: a side that changed its mind to and fro within a day is told once."""

from collections import defaultdict
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

    Of what one side said to and fro about one thing within a day the last stands for all, whatever
    the other side said to and fro meanwhile; but not across anything else about that thing. The log
    itself keeps each.
    """
    found: list[Event] = []
    # By what it is about: the last that was told of each pair.
    last: dict[str, dict[tuple[str, ...], Event]] = defaultdict(dict)
    for event in events:
        said, pair = last[event.subject_id], TO_AND_FRO.get(event.kind)
        if pair is None:
            said.clear()
        elif pair in said and said[pair].at - event.at < A_DAY:
            continue
        else:
            said[pair] = event
        found.append(event)
        if len(found) == most:
            break
    return found
