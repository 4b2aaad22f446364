"""Staff enter and edit what the catalogue holds; nothing of it is ever deleted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, record
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment

from .models import Service

# The ids by which subscriptions, texts and programs know an entry; they never change.
IDS = frozenset({"key", "offer_id", "template_id"})


def ask(verb: str, entry: models.Model, *, by: Actor, reason: str) -> str:
    """Whether the actor may, and why it does; `verb` is add or change."""
    if not by.has_perm(f"{entry._meta.app_label}.{verb}_{entry._meta.model_name}"):
        raise PermissionDenied
    return given_reason(reason)


@transaction.atomic
def enter(entry: models.Model, *, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Add a service, an offer or a role."""
    reason = ask("add", entry, by=by, reason=reason)
    entry.save(force_insert=True)
    _record("added", entry, _columns(entry), by=by, reason=reason, at=at)


@transaction.atomic
def edit(
    entry: models.Model,
    changes: Mapping[str, Any],
    *,
    by: Actor,
    reason: str,
    at: datetime | None = None,
) -> None:
    """Write the named columns, and into the log what they were and are."""
    reason = ask("change", entry, by=by, reason=reason)
    before = hold(entry)
    if touched := IDS & changes.keys():
        raise Refused(_("An id never changes: %(ids)s.") % {"ids": ", ".join(sorted(touched))})
    for name, value in changes.items():
        setattr(entry, name, value)
    was, now = _columns(before), _columns(entry)
    changed = [name for name in changes if was[name] != now[name]]
    if not changed:
        return
    entry.save(update_fields=changed)
    differences = {name: {"was": was[name], "is": now[name]} for name in changed}
    _record("edited", entry, differences, by=by, reason=reason, at=at)


def hold(entry: models.Model) -> Any:
    """The row as it is stored, held against everybody who would refer to it."""
    return type(entry)._base_manager.select_for_update().get(pk=entry.pk)


def _columns(entry: models.Model) -> dict[str, Any]:
    """Every column but the row's own key; another entry stands as its own id."""
    columns: dict[str, Any] = {}
    for field in entry._meta.concrete_fields:
        if not field.primary_key:
            value = getattr(entry, field.name)
            columns[field.name] = value.key if isinstance(value, Service) else value
    return columns


def _record(
    verb: str,
    entry: models.Model,
    columns: dict[str, Any],
    *,
    by: Actor,
    reason: str,
    at: datetime | None,
) -> None:
    name = str(entry._meta.model_name)
    (own_id,) = IDS & {field.name for field in entry._meta.concrete_fields}
    record(
        f"{name}.{verb}",
        by=by,
        at=moment(at),
        side=Side.OPERATOR,
        subject=(name, str(getattr(entry, own_id))),
        details={"reason": reason, "columns": columns},
    )
