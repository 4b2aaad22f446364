"""What `manage.py check --database default` says about the guards."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import connections

from .lib import guards


@checks.register(checks.Tags.database)
def guards_in_place(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """A warning for each database in which a guard is missing; silent where its table is."""
    return [
        checks.Warning(
            f"The database “{using}” lacks guards: {', '.join(names)}.",
            hint="Run “manage.py guards --install”, and find out who took them away.",
            obj=connections[using].settings_dict["NAME"],
            id="partnercenter.W001",
        )
        for using in databases or ()
        if (names := guards.missing(using))
    ]
