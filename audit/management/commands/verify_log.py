import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from audit.verify import Report, verify


class Command(BaseCommand):
    help = (
        "Looks through the log for edits, reordering, deletions and additions; exits with 1 when "
        "it finds one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chain", help="only this one, such as customer:<tenant id>")
        parser.add_argument(
            "--heads",
            action="store_true",
            help="print each chain's last number and hash; kept elsewhere, they show it if someone "
            "who owns the database writes the whole log anew",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = Report()
        for finding in verify(report, options["chain"]):
            self.stdout.write(str(finding))
        if options["heads"]:
            for name, number, last_hash in report.heads:
                self.stdout.write(f"{name} {number} {last_hash}")
        self.stdout.write(
            f"{report.chains} chains, {report.links} links, {report.erased} of them with the "
            f"sealed part erased, {report.findings} findings."
        )
        if report.findings:
            sys.exit(1)
