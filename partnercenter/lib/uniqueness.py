"""Losing a race for a value that only one row may have."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from .refusals import Refused


@contextmanager
def refused_where_taken(row: models.Model, *names: str) -> Iterator[None]:
    """
    Save the row inside; a sentence where somebody else took one of these columns' values first.

    Forms ask beforehand, so this is for two people at the same instant. An error that none of the
    columns explains stays what it is.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        others = type(row)._base_manager.exclude(pk=row.pk)
        for name in names:
            value = getattr(row, name)
            if others.filter(**{name: value}).exists():
                raise Refused(
                    _("There is already a %(kind)s with this %(column)s: %(value)s.")
                    % {
                        "kind": row._meta.verbose_name,
                        "column": row._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
                        "value": value,
                    }
                ) from error
        raise
