from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from relationships.keys import current_key, keys, make_key, retire


class Command(BaseCommand):
    help = "Lists the keys that sign certificates; makes a new current one, or retires an old one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        action = parser.add_mutually_exclusive_group()
        action.add_argument("--rotate", action="store_true", help="make a new current key")
        action.add_argument("--retire", metavar="KEY_ID", help="throw its private half away")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rotate"]:
            make_key()
        if options["retire"]:
            self._retire(options["retire"])
        current = current_key()
        for key in keys():
            made = datetime.fromtimestamp(key.made_at / 1e9, tz=UTC)
            state = "current" if key.key_id == current.key_id else "old"
            half = "signs" if key.private else "checks only"
            self.stdout.write(f"{key.key_id}  {made:%Y-%m-%d %H:%M}  {state:7}  {half}")

    def _retire(self, key_id: str) -> None:
        found = {key.key_id: key for key in keys()}
        if key_id not in found:
            raise CommandError(f"There is no key {key_id}.")
        if current_key().key_id == key_id:
            raise CommandError("This is the current key. Rotate first.")
        retire(found[key_id])
