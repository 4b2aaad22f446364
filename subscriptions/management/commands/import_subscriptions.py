from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import Actor
from customers.models import Customer
from partnercenter.lib.refusals import Refused
from subscriptions.import_lines import Given, Line, read
from subscriptions.moves.importing import import_each

SHOWN = 20
PERIOD = 500


class Command(BaseCommand):
    help = (
        "Loads subscriptions that existed before from a CSV file with the columns id, product, "
        "quantity, status and reseller. What exists already is left as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--customer", help="its domain, where no column names it")
        parser.add_argument("--reason", default="", help="stands in the log of each subscription")
        parser.add_argument("--preview", action="store_true", help="say what would be done")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        at = timezone.now()
        try:
            lines = read(file.read_bytes(), Given(customer=self._customer(options)), at)
            self._tell(lines)
            if options["preview"]:
                return
            self._load(lines, options["reason"])
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from error
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _customer(self, options: dict[str, Any]) -> Customer | None:
        if not (named := options["customer"]):
            return None
        found = Customer.objects.filter(primary_domain=named.lower()).first()
        if found is None:
            raise CommandError(f"There is no customer with the domain “{named}”.")
        return found

    def _tell(self, lines: list[Line]) -> None:
        faulty = [line for line in lines if line.problems]
        for line in faulty[:SHOWN]:
            self.stderr.write(f"line {line.number}: {' '.join(line.problems)}")
        if len(faulty) > SHOWN:
            self.stderr.write(f"… and {len(faulty) - SHOWN} more")
        existing = sum(line.exists for line in lines)
        new = sum(line.is_new for line in lines)
        self.stdout.write(f"{new} new, {existing} exist already, {len(faulty)} faulty.")

    def _load(self, lines: list[Line], reason: str) -> None:
        by, done = Actor.objects.command("import_subscriptions"), 0
        with transaction.atomic():
            for _line in import_each(lines, by=by, reason=reason):
                done += 1
                if done % PERIOD == 0:
                    self.stdout.write(f"{done} …")
        self.stdout.write(f"Imported {done}.")
