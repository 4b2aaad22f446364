"""What the staff's pages show below a row: tables of texts, moments and links."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _


class Link(NamedTuple):
    """A place to go to."""

    label: str
    url: str
    grave: bool = False
    # Whose page it is: who may not look at it reads the label alone.
    model: type[models.Model] | None = None


@dataclass(frozen=True)
class Table:
    """Rows that belong to the one that a page shows; a cell is a text, a moment or a link."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    nothing: str
    more: Link | None = None


def page_of(row: models.Model) -> str:
    """Where staff look at a row."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def link_to(row: models.Model, label: str = "") -> Link:
    return Link(label or str(row), page_of(row), model=type(row))


def yes_or_no(value: bool) -> str:
    return _("yes") if value else _("no")
