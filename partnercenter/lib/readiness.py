"""What `/readyz/` tells insiders beside the answer: each room adds what it knows."""

from collections.abc import Callable
from typing import Any

_told: dict[str, Callable[[], dict[str, Any]]] = {}


def tell(name: str, state: Callable[[], dict[str, Any]]) -> None:
    """Let the detail say this under the name; it does not decide whether the site is ready."""
    _told[name] = state


def detail() -> dict[str, dict[str, Any]]:
    return {name: state() for name, state in _told.items()}
