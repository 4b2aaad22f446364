import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS

from partnercenter.lib import guards


class Command(BaseCommand):
    help = "Shows the guards that the database should have, and which of them it lacks."
    # Asked for in places where the check would only say the same.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS)
        action = parser.add_mutually_exclusive_group()
        action.add_argument("--install", action="store_true", help="put them in place")
        action.add_argument("--verify", action="store_true", help="exit with 1 when one is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"]
        if options["install"]:
            guards.install(using)
        states = guards.states(using)
        for guard in sorted(states, key=lambda guard: (guard.table, guard.name)):
            self.stdout.write(f"{states[guard]:8}  {guard.event:8}  {guard.name}")
        missing = list(states.values()).count(guards.State.MISSING)
        if missing:
            self.stderr.write(f"{missing} missing.")
            if options["verify"]:
                sys.exit(1)
        else:
            self.stdout.write("Every guard of every table that is there is in place.")
