import sys
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from tqdm import tqdm

from relationships.differences import columns
from relationships.watch import verify
from subscriptions.comparing import Finding
from subscriptions.models import Subscription

INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Compares every subscription with its newest change, at once, and tells staff of what is "
        "not known yet; exits with 1 when something differs. It may be interrupted at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--after", type=UUID, help="go on after this subscription's id")

    def handle(self, *args: Any, after: UUID | None, **options: Any) -> None:
        rows = Subscription.objects.all()
        total = (rows.filter(public_id__gt=after) if after else rows).count()
        seen, found, place = 0, 0, after
        # Without a terminal there is no bar, and the last line says it all.
        with tqdm(total=total, unit=" subscriptions", disable=None, file=self.stderr) as bar:
            try:
                for count, end, findings in verify(after):
                    seen, found, place = seen + count, found + len(findings), end
                    for finding in findings:
                        bar.write(_told(finding), file=self.stdout)
                    bar.update(count)
            except KeyboardInterrupt:
                bar.close()
                where = f" --after {place}" if place else ""
                self.stdout.write(f"Interrupted after {seen} of {total}, {found} findings.")
                self.stdout.write(f"Go on with: manage.py verify_subscriptions{where}")
                sys.exit(INTERRUPTED)
        self.stdout.write(f"{seen} subscriptions, {found} findings.")
        if found:
            sys.exit(1)


def _told(finding: Finding) -> str:
    """The id, what is wrong, and every column with both values."""
    lines = [f"{finding.subscription} {finding.problem}"]
    if finding.was and finding.found:
        for name, was, now in columns(finding.was, finding.found):
            lines.append(f"  {name}: {was!r} -> {now!r}")
    else:
        lines.append(f"  {finding.was or finding.found}")
    return "\n".join(lines)
