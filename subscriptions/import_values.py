"""Values of a file of subscriptions, from text; each refuses with a sentence what it is not."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from partnercenter.lib.csv_files import quoted

from .moves.ordering import QUANTITY_MAX

PRICE = re.compile(r"[0-9]{1,8}(\.[0-9]{1,4}0*)?")
NUMBER = re.compile(r"[0-9]{1,7}")
YES, NO = ("yes", "true", "1", "on", "enabled"), ("no", "false", "0", "off", "disabled")
YEARS = range(1970, 2200)


class Problem(Exception):
    """What is wrong with one value; the message is for people."""


def quantity(text: str) -> int:
    if not (NUMBER.fullmatch(text) and 1 <= int(text) <= QUANTITY_MAX):
        raise Problem(
            _("The quantity is “%(text)s”, but must be a number from 1 to %(most)d.")
            % {"text": quoted(text), "most": QUANTITY_MAX}
        )
    return int(text)


def price(text: str) -> Decimal:
    if not PRICE.fullmatch(text):
        raise Problem(
            _("“%(text)s” is no price; write it as 12.50, with four decimals at most.")
            % {"text": quoted(text)}
        )
    return Decimal(text)


def currency(text: str) -> str:
    if not (len(text) == 3 and text.isascii() and text.isalpha()):
        raise Problem(_("“%(text)s” is no currency of three letters.") % {"text": quoted(text)})
    return text.upper()


def choice(column: str, text: str, choices: Any) -> str:
    if text not in choices.values:
        raise Problem(
            _("%(column)s is “%(text)s”, but must be one of %(choices)s.")
            % {"column": column, "text": quoted(text), "choices": ", ".join(choices.values)}
        )
    return text


def yes_or_no(column: str, text: str, *, default: bool) -> bool:
    if not text:
        return default
    if text.casefold() not in (*YES, *NO):
        raise Problem(
            _("%(column)s is “%(text)s”, but must be yes or no.")
            % {"column": column, "text": quoted(text)}
        )
    return text.casefold() in YES


def fitting(text: str, length: int) -> str:
    if len(text) > length:
        raise Problem(
            _("“%(text)s…” is longer than %(length)d characters.")
            % {"text": text[:20], "length": length}
        )
    return text


def moment(text: str) -> datetime | None:
    """A date, or a moment with or without its zone (then UTC); empty is none."""
    if not text:
        return None
    try:
        found = parse_datetime(text)
        day: date | None = None if found else parse_date(text)
    except ValueError:
        found, day = None, None
    if day:
        found = datetime.combine(day, time(), UTC)
    if found is None or found.year not in YEARS:
        raise Problem(_("“%(text)s” is no date; write it as 2026-01-31.") % {"text": quoted(text)})
    return found if found.tzinfo else found.replace(tzinfo=UTC)


Index = dict[str, list[Any]]


def index(rows: Iterable[Any], names: Callable[[Any], Iterable[Any]]) -> Index:
    """Rows by each of the names that a file may call them."""
    found: Index = {}
    for row in rows:
        for name in names(row):
            found.setdefault(str(name).casefold(), []).append(row)
    return found


def one(known: Index, name: str, what: str) -> Any:
    """The only row of this name."""
    found = known.get(name.casefold(), [])
    if not found:
        raise Problem(_("There is no %(what)s “%(name)s”.") % {"what": what, "name": quoted(name)})
    if len({row.pk for row in found}) > 1:
        raise Problem(
            _("There are several of this name: %(what)s “%(name)s”. Name it by its id.")
            % {"what": what, "name": quoted(name)}
        )
    return found[0]
