"""How pages say each kind of event: rooms register a sentence for each of theirs."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise

from .models import Event

_sentences: dict[str, str | Promise] = {}


class _Words(dict[str, Any]):
    """Values for a sentence; what is not known is left out."""

    def __missing__(self, key: str) -> str:
        return "…"


def register(sentences: Mapping[str, str | Promise]) -> None:
    """
    Say these kinds with these translatable sentences.

    A sentence may name %(customer)s, %(partner)s and every detail of the event.
    """
    _sentences.update(sentences)


def known() -> frozenset[str]:
    return frozenset(_sentences)


def sentence(event: Event) -> str:
    """What happened, in the reader's language; the bare kind where nobody has words for it."""
    template = _sentences.get(event.kind)
    if template is None:
        return event.kind
    names = {"customer": event.customer_name, "partner": event.partner_name}
    return str(template) % _Words({**event.details, **names})
