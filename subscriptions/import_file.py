"""
The text of a file of subscriptions: the field's CSV, as told values line by line.

The columns of a partner's export are id, product, quantity, status and reseller (rule R84). What a
subscription is besides (customer, term, price) stands in further columns, or is given once for the
whole file.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from partnercenter.lib.refusals import Refused

from .import_values import quoted

REQUIRED = ("id", "product", "quantity", "status", "reseller")
OPTIONAL = (
    "customer",
    "partner of record",
    "reseller of record",
    "ordered",
    "term start",
    "term length",
    "billing cycle",
    "unit price",
    "currency",
    "agreement version",
    "auto renew",
    "friendly name",
    "suspension reason",
    "status since",
)
# Other names under which the columns are exported.
SYNONYMS = {
    "subscription id": "id",
    "offer": "product",
    "offer id": "product",
    "product name": "product",
    "licenses": "quantity",
    "licences": "quantity",
    "state": "status",
    "seller": "reseller",
    "reseller name": "reseller",
}


class FileRefused(Refused):
    """The file as a whole cannot be read; the message is for people."""


@dataclass(frozen=True)
class Told:
    """One line as it stands in the file: its number, and text by column."""

    number: int
    values: dict[str, str]
    uneven: bool


def text_of(content: bytes) -> str:
    """The text of a file as it was sent, or a sentence where it is none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused(_("The file is not UTF-8 text. Export it again as UTF-8.")) from error
    _refuse_null(text)
    return text


def _refuse_null(text: str) -> None:
    if "\x00" in text:
        raise FileRefused(_("The file holds null characters; it is not a text file."))


def rows(content: bytes | str) -> Iterator[Told]:
    if isinstance(content, bytes):
        content = text_of(content)
    content = content.removeprefix("\ufeff")
    _refuse_null(content)
    heading = content.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(content), delimiter=delimiter, strict=True)
    filled = (values for values in reader if any(value.strip() for value in values))
    try:
        names = [_column(name) for name in next(filled, [])]
        _check_heading(names)
        for values in filled:
            told = dict(zip(names, (value.strip() for value in values), strict=False))
            yield Told(reader.line_num, told, uneven=len(values) != len(names))
    except csv.Error as error:
        raise FileRefused(
            _("Line %(line)d cannot be read as CSV: %(error)s.")
            % {"line": reader.line_num, "error": error}
        ) from error


def _column(name: str) -> str:
    folded = " ".join(name.replace("_", " ").casefold().split())
    return SYNONYMS.get(folded, folded)


def _check_heading(names: list[str]) -> None:
    if missing := [name for name in REQUIRED if name not in names]:
        raise FileRefused(
            _("The first line must name the columns; missing: %(columns)s.")
            % {"columns": ", ".join(missing)}
        )
    if unknown := [name for name in names if name not in {*REQUIRED, *OPTIONAL}]:
        raise FileRefused(
            _("Unknown columns: %(unknown)s. Known are %(known)s.")
            % {
                "unknown": ", ".join(map(quoted, unknown)),
                "known": ", ".join([*REQUIRED, *OPTIONAL]),
            }
        )
    if twice := {name for name in names if names.count(name) > 1}:
        raise FileRefused(
            _("Columns that stand twice: %(columns)s.") % {"columns": ", ".join(twice)}
        )
