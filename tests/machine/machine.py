"""
Every move, in any order, over any stretch of time: after each step all that is promised holds.

A class for each kind of acts; whoever adds a move adds a method marked `act`, and the rest stays.
"""

from collections import Counter
from collections.abc import Callable

from .acts_of_ends import Ends
from .acts_of_groups import Groups
from .acts_of_strangers import Strangers
from .acts_of_subscriptions import Subscriptions
from .acts_of_time import Time
from .acts_of_two_people import TwoPeople
from .world import World

# What a run that deserves the name has done at least once.
IMPORTANT = frozenset(
    {
        "approve",
        "decline",
        "terminate",
        "remove administration",
        "end selling",
        "suspend partner",
        "pause",
        "resume",
        "take roles away",
        "renew",
        "wish extension",
        "allow extension",
        "administration.extended",
        "effect: administration_renewed",
        "open group",
        "put into group",
        "assign",
        "change policy",
        "list partner",
        "refused by policy",
        "first approval",
        "second approval",
        "renew code",
        "sell",
        "effect: selling_starts",
        "effect: selling_stays",
        "effect: selling_winds_down",
        "effect: selling_ends",
        "effect: role_given",
        "effect: role_taken",
        "effect: service_taken_up",
        "effect: service_switches",
        "effect: service_freed",
        "effect: administration_ends",
        "effect: subscription_expires",
        "change: renew",
        "change: expire",
        "change: delete",
    }
)
# What many long sequences do.
EVERYTHING = IMPORTANT | {
    "no extension",
    "signed twice by one person",
    "a first approval is void",
    "opened with the code",
    "refused by code",
    "drop code",
    "take out of group",
    "close group",
    "change: disable",
    "sell directly",
    "restore partner",
    "ask",
    "make link",
    "edit link",
    "rotate link",
    "cancel",
    "open",
    "pass on",
    "sell an add-on",
    "sweep: relationships",
    "sweep: renewing",
    "sweep: aging",
    "time passes",
    "decision: approved",
    "decision: declined",
    "decision: withdrawn",
    "effect: selling_resumes",
    "change: subscribe",
    "change: change_quantity",
    "change: suspend",
    "change: reactivate",
    "change: cancel",
    "change: rename",
    "change: auto_renew",
}


class EveryMove(TwoPeople, Ends, Groups, Subscriptions, Time, Strangers):
    """The whole machine; `machine_in` gives it a world."""


def machine_in(
    world: World, reached: Counter | None = None, at_the_end: Callable[[], None] | None = None
) -> type[EveryMove]:
    """The machine in this world, which counts into `reached` what it has done."""
    here = {
        "world": world,
        "reached": Counter() if reached is None else reached,
        "at_the_end": staticmethod(at_the_end or (lambda: None)),
    }
    return type("EveryMove", (EveryMove,), here)
