from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...demo import accounts, make_demo
from ...signin.demo_rules import DEMO_PASSWORD, refuse_foreign_users


class Command(BaseCommand):
    help = "Make the demo's organisations and accounts; safe to repeat, keeps what is there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", action="store_true", help="only name the accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is made in demo mode only. Set DEMO to true.")
        if options["accounts"]:
            self.name_accounts()
            return
        refuse_foreign_users()
        self.stdout.write("Made the demo." if make_demo() else "The demo is there already.")

    def name_accounts(self) -> None:
        self.stdout.write(f"Demo accounts (password {DEMO_PASSWORD}):")
        for group, members in groupby(accounts(), key=lambda account: account.group):
            self.stdout.write(f"  {group}")
            for account in members:
                self.stdout.write(f"    {account.email:36} {account.role}")
