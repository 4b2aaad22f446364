"""One text for one value: the form over which digests are taken and compared."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise


def canonical(value: Any) -> str:
    """The only JSON text that stands for this value, whatever order or engine it came from."""
    return json.dumps(
        _plain(value),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )


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
    # The order of the tests matters: bool is an int, datetime is a date, TextChoices are str.
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str | Promise):
        return str(value)
    if isinstance(value, dt.datetime):
        return canonical_moment(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _plain_decimal(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dict):
        return _plain_mapping(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
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
    _require_text_keys(value)
    return {str(key): _plain(item) for key, item in value.items()}


def _require_text_keys(keys: Iterable[Any]) -> None:
    for key in keys:
        if not isinstance(key, str):
            raise TypeError("A canonical mapping has text for keys.")
