"""Which guards the installed rooms declare."""

from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured

from .declarations import Declaration, Guard

_declared: dict[str, tuple[Guard, ...]] = {}


def add(app_label: str, declarations: Iterable[Declaration]) -> None:
    guards = tuple(guard for declaration in declarations for guard in declaration.guards())
    others = {
        each for label in _declared if label != app_label for each in _places(_declared[label])
    }
    places = _places(guards)
    twice = {name for name, engine in places if places.count((name, engine)) > 1}
    twice |= {name for name, engine in places if (name, engine) in others}
    if twice:
        raise ImproperlyConfigured(f"Guards declared twice: {', '.join(sorted(twice))}.")
    _declared[app_label] = guards


def _places(guards: Iterable[Guard]) -> list[tuple[str, str]]:
    """Where each guard stands: one may be spelled for each engine under the same name."""
    engines = ("sqlite", "postgresql")
    return [
        (guard.name, engine)
        for guard in guards
        for engine in engines
        if guard.engine in ("", engine)
    ]


def unregister(app_label: str) -> None:
    """Forget the guards of this room; those in a database stay until the next install."""
    _declared.pop(app_label, None)


def declared(vendor: str) -> list[Guard]:
    """Every guard that this engine needs."""
    return [each for guards in _declared.values() for each in guards if runs_on(each, vendor)]


def runs_on(guard: Guard, engine: str) -> bool:
    return guard.engine in ("", engine)
