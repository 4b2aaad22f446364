"""What the lines of a file would make, as the page of the first load says it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnercenter.lib.csv_files import quoted
from partnercenter.lib.staff_tables import Table

from ..import_lines import Line
from ..models import BillingCycle, SubscriptionState

# What stands in each column of a table, by its heading.
Columns = dict[str, Callable[[Line], Any]]


def preview(lines: list[Line]) -> dict[str, Any]:
    """Counts, how many could be entered, and each line in a table of what becomes of it."""
    wrong = [line for line in lines if line.problems]
    new = [line for line in lines if line.is_new]
    existing = [line for line in lines if line.exists and not line.problems]
    counts = [said_of_new(len(new))]
    if wrong:
        counts.insert(0, said_of_wrong(len(wrong)))
    if existing:
        counts.append(said_of_existing(len(existing)))
    return {
        "counts": counts,
        "importable": 0 if wrong else len(new),
        "tables": [
            *_table(_("What is wrong"), wrong, _problems()),
            *_table(_("What would be entered"), new, _what_it_makes()),
            *_table(_("What exists already and is left as it is"), existing, _as_told()),
        ],
    }


def _table(title: str, lines: list[Line], columns: Columns) -> list[Table]:
    rows = [[show(line) for show in columns.values()] for line in lines]
    return [Table(title=title, headings=list(columns), rows=rows, nothing="")] if rows else []


def _problems() -> Columns:
    return {
        _("Line"): lambda line: line.number,
        _("Id"): _told("id"),
        _("What is wrong"): lambda line: "\n".join(line.problems),
    }


def _as_told() -> Columns:
    return {
        _("Line"): lambda line: line.number,
        _("Id"): _told("id"),
        _("Customer"): lambda line: line.fields["customer"].name,
        _("Product"): _told("product"),
    }


def _what_it_makes() -> Columns:
    return {
        _("Line"): lambda line: line.number,
        _("Customer"): lambda line: line.fields["customer"].name,
        _("Product"): _product,
        _("Quantity"): lambda line: line.fields["quantity"],
        _("Status"): lambda line: SubscriptionState(line.fields["state"]).label,
        _("Sold by"): _sold_by,
        _("Term"): _term,
        _("Price"): _price,
        _("Id"): _told("id"),
    }


def _told(column: str) -> Callable[[Line], str]:
    return lambda line: quoted(line.told[column])


def _product(line: Line) -> str:
    name = line.fields["friendly_name"]
    return f"{line.fields['offer'].name}\n{name}" if name else line.fields["offer"].name


def _sold_by(line: Line) -> str:
    seller = line.fields["seller"]
    return seller.name if seller else _("the operator")


def _term(line: Line) -> str:
    start, end = line.fields["term_start"], line.fields["term_end"]
    return _("%(start)s to %(end)s") % {"start": _day(start), "end": _day(end)}


def _price(line: Line) -> str:
    fields = line.fields
    cycle = BillingCycle(fields["billing_cycle"]).label
    return f"{fields['unit_price']:f} {fields['currency']}, {cycle}"


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "SHORT_DATE_FORMAT")


def said_of_new(count: int) -> str:
    return ngettext(
        "%(count)d subscription would be entered.",
        "%(count)d subscriptions would be entered.",
        count,
    ) % {"count": count}


def said_of_wrong(count: int) -> str:
    return ngettext(
        "%(count)d line is wrong. Nothing can be imported before it is mended.",
        "%(count)d lines are wrong. Nothing can be imported before they are mended.",
        count,
    ) % {"count": count}


def said_of_existing(count: int) -> str:
    return ngettext(
        "%(count)d exists already and is left as it is.",
        "%(count)d exist already and are left as they are.",
        count,
    ) % {"count": count}


def said_of_imported(count: int) -> str:
    return ngettext(
        "%(count)d subscription was imported.",
        "%(count)d subscriptions were imported.",
        count,
    ) % {"count": count}
