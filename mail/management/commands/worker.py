from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from mail import sweeps
from mail.worker import Worker


class Command(BaseCommand):
    help = "Sends mail that is due and does the rooms' work in the background, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one turn, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker()
        if options["once"]:
            worker.turn()
            for sweep in sweeps.apart():
                sweep.run(lambda: False)
            return
        worker.listen()
        worker.run()
