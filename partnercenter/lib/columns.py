"""Writing some columns of a row, and knowing afterwards what they were."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from .refusals import Refused


def write(
    row: models.Model, changes: Mapping[str, Any], *, among: frozenset[str]
) -> dict[str, dict[str, Any]]:
    """Save those of these columns that differ; what each was and is, for the log."""
    if others := changes.keys() - among:
        raise Refused(_("This cannot be edited: %(names)s.") % {"names": ", ".join(sorted(others))})
    differences = {}
    for name, value in changes.items():
        before = getattr(row, name)
        if before != value:
            setattr(row, name, value)
            differences[name] = {"was": for_the_log(before), "is": for_the_log(value)}
    if differences:
        row.save(update_fields=list(differences))
    return differences


def for_the_log(value: Any) -> Any:
    """The value as the log keeps it: truth and nothing as they are, all else as text."""
    return value if value is None or isinstance(value, bool) else str(value)
