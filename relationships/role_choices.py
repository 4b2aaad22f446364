"""Roles as pages draw them: grouped by service, in plain words, with their risk."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from .models import AdminRole

RISK_LEVELS = {"low": "low", "medium": "elevated", "high": "elevated"}


def role_view(role: AdminRole, *, ticked: bool = False, **more: Any) -> dict[str, Any]:
    """One role with its texts; of a role that staff added, only its name and service are known."""
    text = role.text
    return {
        "template_id": str(role.template_id),
        "name": role.name,
        "service": role.service.name,
        "summary": text.summary if text else _undescribed(role),
        "can": text.can if text else (),
        "cannot": text.cannot if text else (),
        "risk": text.risk if text else "",
        "risk_level": "privileged"
        if role.privileged
        else RISK_LEVELS[text.risk_level if text else "medium"],
        "ticked": ticked,
        **more,
    }


def role_choices(roles: Iterable[AdminRole], ticked: set[str]) -> list[dict[str, Any]]:
    """All roles, by service; a service of which something is ticked starts open."""
    ordered = sorted(roles, key=lambda role: (role.service.name, role.name))
    found = []
    for service, group in groupby(ordered, key=lambda role: role.service.name):
        views = [role_view(role, ticked=str(role.template_id) in ticked) for role in group]
        is_open = any(view["ticked"] for view in views)
        found.append({"service": service, "roles": views, "open": is_open})
    return found


def _undescribed(role: AdminRole) -> str:
    return _(
        "The operator added this role for %(service)s. What it can and cannot do is not described "
        "yet."
    ) % {"service": role.service.name}
