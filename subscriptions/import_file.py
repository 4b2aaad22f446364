"""
The text of a file of subscriptions: the field's CSV, as told values line by line.

The columns of a partner's export are id, product, quantity, status and reseller (rule R84). What a
subscription is besides (customer, term, price) stands in further columns, or is given once for the
whole file.
"""

from collections.abc import Iterator

from partnercenter.lib import csv_files
from partnercenter.lib.csv_files import Columns, FileRefused, Told, text_of

__all__ = ["OPTIONAL", "REQUIRED", "FileRefused", "Told", "rows", "text_of"]

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
COLUMNS = Columns(REQUIRED, OPTIONAL, SYNONYMS)


def rows(content: bytes | str) -> Iterator[Told]:
    return csv_files.rows(content, COLUMNS)
