"""A superuser says who is staff, and what a group of staff may do."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit.log import Side, record
from partnercenter.lib.columns import write
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment

from .models import Actor, ActorKind, User

RIGHTS = frozenset({"is_active", "is_staff", "is_superuser"})


def _ask(by: Actor, reason: str) -> str:
    is_superuser = by.acts_for_operator and by.user is not None and by.user.is_superuser
    if not is_superuser and by.kind != ActorKind.COMMAND:
        raise PermissionDenied
    return given_reason(reason)


@transaction.atomic
def change_rights(
    user: User, changes: Mapping[str, Any], *, by: Actor, reason: str, at: datetime | None = None
) -> None:
    """Let a person in or not, make them staff or not, put them into groups of staff."""
    reason = _ask(by, reason)
    # Held in one order, so that two superusers cannot each remove the other.
    superusers = User.objects.filter(is_superuser=True) | User.objects.filter(pk=user.pk)
    list(superusers.order_by("pk").select_for_update())
    user.refresh_from_db()
    columns = {name: value for name, value in changes.items() if name != "groups"}
    differences: dict[str, Any] = write(user, columns, among=RIGHTS)
    if not User.objects.active().filter(is_superuser=True, is_staff=True).exists():
        raise Refused(_("One superuser must remain who can sign in."))
    if "groups" in changes:
        differences |= _set_groups(user, changes["groups"])
    if differences:
        _record(
            "user.rights_changed",
            ("user", user.public_id),
            differences,
            by=by,
            reason=reason,
            at=at,
        )


@transaction.atomic
def enter_group(
    name: str,
    permissions: Iterable[Permission],
    *,
    by: Actor,
    reason: str,
    at: datetime | None = None,
) -> Group:
    """Add a group of staff."""
    reason = _ask(by, reason)
    group = Group.objects.create(name=name)
    group.permissions.set(permissions)
    columns = {"name": name, "permissions": _codes(group)}
    _record("staff_group.added", ("staff_group", group.pk), columns, by=by, reason=reason, at=at)
    return group


@transaction.atomic
def edit_group(
    group: Group, changes: Mapping[str, Any], *, by: Actor, reason: str, at: datetime | None = None
) -> None:
    """Rename a group of staff, or change what it may do."""
    reason = _ask(by, reason)
    Group.objects.select_for_update().get(pk=group.pk)
    group.refresh_from_db()
    columns = {name: value for name, value in changes.items() if name != "permissions"}
    differences: dict[str, Any] = write(group, columns, among=frozenset({"name"}))
    if "permissions" in changes:
        before = _codes(group)
        group.permissions.set(changes["permissions"])
        if before != (after := _codes(group)):
            differences["permissions"] = {"was": before, "is": after}
    if differences:
        _record(
            "staff_group.edited",
            ("staff_group", group.pk),
            differences,
            by=by,
            reason=reason,
            at=at,
        )


def _set_groups(user: User, groups: Iterable[Group]) -> dict[str, Any]:
    before = sorted(user.groups.values_list("name", flat=True))
    user.groups.set(groups)
    after = sorted(user.groups.values_list("name", flat=True))
    return {"groups": {"was": before, "is": after}} if before != after else {}


def _codes(group: Group) -> list[str]:
    names = group.permissions.values_list("content_type__app_label", "codename")
    return sorted(f"{room}.{codename}" for room, codename in names)


def _record(
    kind: str,
    subject: tuple[str, Any],
    columns: dict[str, Any],
    *,
    by: Actor,
    reason: str,
    at: datetime | None,
) -> None:
    record(
        kind,
        by=by,
        at=moment(at),
        side=Side.OPERATOR,
        subject=subject,
        details={"reason": reason, "columns": columns},
    )
