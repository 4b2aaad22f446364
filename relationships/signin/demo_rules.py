"""Demo accounts and real people never share a database that is in use."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from accounts.models import User

DEMO_PASSWORD = "partner-center-demo"  # noqa: S105  it is printed on the sign-in page
DEMO_ACCOUNTS = "relationships.demo"


class DemoAccount(Protocol):
    """What the sign-in page shows of one account of the demo."""

    group: str
    email: str
    role: str


def may_sign_in(user: User) -> bool:
    """An active person, and outside the demo nobody whose password everybody knows."""
    return user.is_active and (settings.DEMO or not user.demo)


def demo_accounts() -> Iterable[DemoAccount]:
    """The accounts that the sign-in page offers; none outside the demo."""
    if not settings.DEMO or find_spec(DEMO_ACCOUNTS) is None:
        return []
    return import_module(DEMO_ACCOUNTS).accounts()


def refuse_foreign_users(using: str = "default") -> None:
    """Stop a demo that was pointed at the database of a real installation."""
    if settings.DEMO and _holds_foreign_users(using):
        raise ImproperlyConfigured(
            "This database holds people that the demo did not make. "
            "Give the demo a database of its own (DATABASE_URL), or set DEMO to false."
        )


def _holds_foreign_users(using: str) -> bool:
    # A database that was never migrated holds nobody.
    tables = connections[using].introspection.table_names()
    if User._meta.db_table not in tables:
        return False
    return User.objects.using(using).filter(demo=False).exists()


@register(Tags.database)
def foreign_users_check(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The same refusal as a finding of `manage.py check --database default`."""
    try:
        for using in databases or []:
            refuse_foreign_users(using)
    except ImproperlyConfigured as refusal:
        return [Error(str(refusal), id="relationships.E001")]
    return []
