"""
The states of an administration that are passed within one transaction (design section 5).

Graph names more states than those in which an admin relationship rests. Each is an event of its
own in both organisations' chains, beside the event of the act; `expiring` is also what a grant past
its end is called until the clock takes it down.
"""

from audit.models import EventQuerySet

from .models import AdminStatus

# The first word of their kinds; lists of what people did leave them out.
STEPS = "admin_relationship"

PASSED = {
    AdminStatus.ACTIVE: (f"{STEPS}.approved", f"{STEPS}.activating", f"{STEPS}.active"),
    AdminStatus.EXPIRED: (f"{STEPS}.expiring", f"{STEPS}.expired"),
    AdminStatus.TERMINATED: (
        f"{STEPS}.termination_requested",
        f"{STEPS}.terminating",
        f"{STEPS}.terminated",
    ),
}
ALL_STEPS = tuple(step for steps in PASSED.values() for step in steps)


def acts(events: EventQuerySet) -> EventQuerySet:
    """What people and the clock did, without the states that were passed on the way."""
    return events.exclude(kind__in=ALL_STEPS)
