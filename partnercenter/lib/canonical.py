"""One text for one value: the form over which digests are taken and compared."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

# Made once: an encoder of its own for each text would take longer than the text.
_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def canonical(value: Any) -> str:
    """The only JSON text that stands for this value, whatever order or engine it came from."""
    return _encode(_plain(value))


def digest(*parts: bytes | str) -> str:
    """SHA-256 over the parts in order, as hexadecimal text."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part.encode() if isinstance(part, str) else part)
    return sha.hexdigest()


def canonical_moment(moment: dt.datetime) -> str:
    """A moment in UTC with all six digits, so that equal moments have equal text."""
    if moment.tzinfo is None:
        raise TypeError("A moment without a time zone has no canonical form.")
    in_utc = moment.astimezone(dt.UTC).replace(tzinfo=None)
    return in_utc.isoformat(timespec="microseconds") + "Z"


def _plain(value: Any) -> Any:
    # Nearly every value is of one of these types itself; a certificate takes thousands of them.
    if (exact := _EXACT.get(type(value))) is not None:
        return exact(value)
    for kind, plain in _FORMS:
        if isinstance(value, kind):
            return plain(value)
    # A float is refused: its text is not the same everywhere, and no value of ours needs one.
    raise TypeError(f"{type(value).__name__} has no canonical form.")


def _plain_decimal(value: Decimal) -> str:
    # 12, 12.0 and 12.00 are one price; the engines give them back with different scales.
    if not value.is_finite():
        raise TypeError("Only finite decimals have a canonical form.")
    if value == 0:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain_mapping(value: dict[Any, Any]) -> dict[str, Any]:
    if not all(isinstance(key, str) for key in value):
        raise TypeError("A canonical mapping has text for keys.")
    return {
        str(key): item if type(item) in _AS_IT_IS else _plain(item) for key, item in value.items()
    }


# What JSON writes as it is, unless it is of a type derived from these.
_AS_IT_IS = frozenset({bool, int, str, type(None)})


# The first that fits is taken: a bool is an int, a moment is a date, a choice is a text.
_FORMS: list[tuple[Any, Callable[[Any], Any]]] = [
    ((bool, type(None)), lambda value: value),
    (int, int),
    ((str, Promise, uuid.UUID), str),
    (dt.datetime, canonical_moment),
    (dt.date, dt.date.isoformat),
    (Decimal, _plain_decimal),
    (dict, _plain_mapping),
    ((list, tuple), lambda value: [_plain(item) for item in value]),
]
_EXACT: dict[type, Callable[[Any], Any]] = {
    kind: plain
    for kinds, plain in _FORMS
    for kind in (kinds if isinstance(kinds, tuple) else (kinds,))
}
