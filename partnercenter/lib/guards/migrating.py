"""Guards around a migrate: away before it where the engine needs that, in place after it."""

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from . import registry
from .declarations import Declaration
from .installation import install, uninstall


def register(app_label: str, declarations: Iterable[Declaration]) -> None:
    """Make these the guards of this room, in every database that is migrated from now on."""
    registry.add(app_label, declarations)
    pre_migrate.connect(_before, dispatch_uid="partnercenter.guards.before")
    post_migrate.connect(_after, dispatch_uid="partnercenter.guards.after")


def _before(sender: AppConfig, using: str, plan: Any = None, **kwargs: Any) -> None:
    if plan == [] or sender != _signalled()[0]:
        return
    # SQLite rebuilds a table to alter it, and stumbles over every trigger that names it.
    if connections[using].vendor == "sqlite":
        uninstall(using)


def _after(sender: AppConfig, using: str, **kwargs: Any) -> None:
    if sender == _signalled()[-1]:
        install(using)


def _signalled() -> list[AppConfig]:
    # Django sends its signals once for each of these; once for all of them is enough.
    return [config for config in apps.get_app_configs() if config.models_module is not None]
