"""Which guards the installed rooms declare."""

from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured

from .declarations import Declaration, Guard

_declared: dict[str, tuple[Guard, ...]] = {}


def add(app_label: str, declarations: Iterable[Declaration]) -> None:
    guards = tuple(guard for declaration in declarations for guard in declaration.guards())
    others = {guard.name for label in _declared if label != app_label for guard in _declared[label]}
    names = [guard.name for guard in guards]
    twice = {name for name in names if names.count(name) > 1 or name in others}
    if twice:
        raise ImproperlyConfigured(f"Guards declared twice: {', '.join(sorted(twice))}.")
    _declared[app_label] = guards


def unregister(app_label: str) -> None:
    """Forget the guards of this room; those in a database stay until the next install."""
    _declared.pop(app_label, None)


def declared(vendor: str) -> list[Guard]:
    """Every guard that this engine needs."""
    return [
        guard for guards in _declared.values() for guard in guards if guard.engine in ("", vendor)
    ]
