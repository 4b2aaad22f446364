"""What the guards of a subscription cost: `python benchmarks/guards.py`.

The floor is the same work in the same run with the guards taken away. Printed are microseconds for
one statement, the median of several rounds that take turns, and the ratio to the floor.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.site import site

ROUNDS, UPDATES, MOVES = 7, 300, 60


def main() -> None:
    from django.db import connection

    from partnercenter.lib import guards
    from tests import factories as make
    from tests.subscriptions.forging import forge_change

    seller = make.make_partner()
    row = make.make_subscription(make.make_customer(), seller=seller)
    by = make.Actor.objects.of(make.make_admin_agent(seller))

    def updates() -> tuple[int, Callable[[], None]]:
        """Bare UPDATE statements, each with its change row ready."""
        row.refresh_from_db()
        quantities = [row.quantity % 1000 + 1 + number for number in range(UPDATES)]
        pairs = [
            (quantity, forge_change(row, "change_quantity", form={"quantity": quantity}).pk)
            for quantity in quantities
        ]

        def run() -> None:
            with connection.cursor() as cursor:
                for quantity, change in pairs:
                    cursor.execute(
                        "UPDATE subscriptions_subscription SET quantity = %s, last_change_id = %s "
                        "WHERE id = %s",
                        [quantity, change, row.pk],
                    )

        return UPDATES, run

    def moves() -> tuple[int, Callable[[], None]]:
        """The whole move: locks, rights, change, row, event."""
        from subscriptions.models import Subscription
        from subscriptions.moves import changing

        fresh = Subscription.objects.get(pk=row.pk)

        def run() -> None:
            for _ in range(MOVES):
                changing.change_quantity(fresh, fresh.quantity % 1000 + 1, by=by)

        return MOVES, run

    print(f"{connection.vendor}: microseconds for one; the floor is without guards")
    for name, work in (("bare UPDATE", updates), ("change_quantity", moves)):
        floor, guarded = [], []
        for _ in range(ROUNDS):
            guards.uninstall()
            floor.append(timed(work))
            guards.install()
            guarded.append(timed(work))
        tell(name, floor, guarded)


def timed(work: Callable[[], tuple[int, Callable[[], None]]]) -> float:
    from django.db import transaction

    with transaction.atomic():
        count, run = work()
        start = time.perf_counter()
        run()
        return (time.perf_counter() - start) / count * 1e6


def tell(name: str, floor: list[float], guarded: list[float]) -> None:
    without, with_guards = statistics.median(floor), statistics.median(guarded)
    figures: Any = (name, without, with_guards, with_guards / without)
    print("{:16} floor {:8.0f}   guarded {:8.0f}   ratio {:.2f}".format(*figures))


if __name__ == "__main__":
    with site():
        main()
