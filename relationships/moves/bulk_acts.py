"""
What a bulk job does with one row: the ordinary move, for one administration or one customer.

Each act says how it is made, how it is shown beforehand, and which rows it would refuse, so that
another one is one more entry in `ACTS`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import NegatedExpression
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Actor
from audit.log import Side
from partnercenter.lib.refusals import Refused
from partners.models import Partner, SecurityGroup

from ..ask import NAME_LENGTH, Ask, free_name, name_is_used
from ..effects import Effect
from ..models import (
    AccessAssignment,
    AdminRelationship,
    AdminRelationshipRole,
    AdminRole,
    AssignmentStatus,
    BulkAct,
    BulkJob,
    BulkRow,
    RelationshipRequest,
)
from . import ending, extending, sending
from .asking import why_not_requesting
from .assignments import assign_more, assigning_more
from .requesting import create_request


@dataclass(frozen=True)
class Done:
    """What came of a row, in sentences, and the request that it made."""

    said: list[str] = field(default_factory=list)
    request: RelationshipRequest | None = None


# A condition on rows, and why rows for which it holds are refused.
Obstacle = tuple[Q | NegatedExpression, str]


@dataclass(frozen=True)
class Act:
    """One kind of bulk job."""

    label: Any
    run: Callable[[BulkRow, Actor], Done]
    # The same without what a look must not leave behind, such as a certificate or a mail.
    show: Callable[[BulkRow, Actor], Done]
    obstacles: Callable[[BulkJob, datetime], list[Obstacle]]
    # What must be given besides the rows, and is not; empty where nothing is missing.
    missing: Callable[[BulkJob], str] = lambda job: ""


def grant_of(row: BulkRow) -> AdminRelationship:
    assert row.relationship is not None  # noqa: S101  a row without one is refused from the start
    return row.relationship


def sentences(effects: list[Effect]) -> list[str]:
    return [effect.sentence for effect in effects]


def _not_running(job: BulkJob, at: datetime) -> list[Obstacle]:
    running = AdminRelationship.objects.running(at).filter(pk=OuterRef("relationship"))
    return [
        (
            Q(relationship__isnull=False, relationship__activated_at__isnull=True),
            _("The customer has not approved this yet."),
        ),
        (~Exists(running), _("This administration has ended already.")),
    ]


def _terminate(row: BulkRow, by: Actor) -> Done:
    return Done(sentences(ending.terminate(grant_of(row), by=by, side=Side.PARTNER, in_bulk=True)))


def _show_terminating(row: BulkRow, by: Actor) -> Done:
    return Done(sentences(ending.terminating(grant_of(row), by=by, side=Side.PARTNER)))


def group_of(job: BulkJob) -> SecurityGroup | None:
    """The group that the job gives roles to, as long as it is open."""
    groups = job.partner.security_groups.open()
    return groups.filter(public_id=job.given.get("group")).first()


def _roles_of(job: BulkJob) -> list[AdminRole] | None:
    wanted = job.given.get("roles")
    return list(AdminRole.objects.filter(template_id__in=wanted)) if wanted else None


def _assign(row: BulkRow, by: Actor, move: Callable[..., list[AdminRole]] = assign_more) -> Done:
    group = group_of(row.job)
    if group is None:
        raise Refused(_("This group was closed."))
    new = move(grant_of(row), group, _roles_of(row.job), by=by)
    said = _("The group “%(group)s” gets the role %(role)s.")
    return Done([said % {"group": group.name, "role": role.name} for role in new])


def _show_assigning(row: BulkRow, by: Actor) -> Done:
    return _assign(row, by, assigning_more)


def _assign_obstacles(job: BulkJob, at: datetime) -> list[Obstacle]:
    given: QuerySet[AdminRelationshipRole] = AdminRelationshipRole.objects.filter(
        relationship=OuterRef("relationship"), removed_at__isnull=True
    )
    if wanted := job.given.get("roles"):
        given = given.filter(role__template_id__in=wanted)
    held = AccessAssignment.objects.filter(
        relationship=OuterRef("relationship"),
        group__public_id=job.given.get("group"),
        status=AssignmentStatus.ACTIVE,
        roles=OuterRef("role"),
    )
    return [
        *_not_running(job, at),
        (~Exists(given), _("The customer has granted none of these roles.")),
        (~Exists(given.filter(~Exists(held))), _("The group has these roles already.")),
    ]


def _assign_missing(job: BulkJob) -> str:
    return "" if group_of(job) else _("Choose the group first.")


def _wish(row: BulkRow, by: Actor) -> Done:
    wished = row.job.given["wished"]
    return Done(sentences(extending.wish(grant_of(row), wished=wished, by=by, in_bulk=True)))


def _show_wishing(row: BulkRow, by: Actor) -> Done:
    wished = row.job.given["wished"]
    return Done(sentences(extending.wishing(grant_of(row), wished=wished, by=by)))


def _wish_obstacles(job: BulkJob, at: datetime) -> list[Obstacle]:
    wished = job.given["wished"]
    privileged = AdminRelationship.objects.privileged().filter(pk=OuterRef("relationship"))
    return [
        *_not_running(job, at),
        (Q(relationship__extension_wished_at__isnull=not wished), _("That is so already.")),
        *([(Q(Exists(privileged)), extending.never_extended())] if wished else []),
    ]


def given_of(ask: Ask, *, send: bool) -> dict[str, Any]:
    """What a job keeps of a wish; each row names its own customer."""
    return {
        "name": ask.name,
        "asks_selling": ask.asks_selling,
        "roles": sorted(str(role.template_id) for role in ask.roles),
        "days": ask.days,
        "auto_extend": ask.auto_extend,
        "groups": None
        if ask.groups is None
        else sorted(str(group.public_id) for group in ask.groups),
        "administrator": str(ask.administrator.tenant_id) if ask.administrator else None,
        "reason": ask.reason,
        "lifetime_days": ask.lifetime_days,
        "first_paragraph": ask.first_paragraph,
        "second_paragraph": ask.second_paragraph,
        "send": send,
    }


def ask_of_row(row: BulkRow) -> Ask:
    """What the job asks of the customer whom this row names."""
    job, given = row.job, row.job.given
    roles = tuple(AdminRole.objects.filter(template_id__in=given["roles"]))
    groups = given["groups"]
    administrator = _administrator(job)
    return Ask(
        name=_name_of(row, administrator, with_roles=bool(roles)),
        asks_selling=given["asks_selling"],
        roles=roles,
        days=given["days"],
        auto_extend=given["auto_extend"],
        groups=None
        if groups is None
        else tuple(administrator.security_groups.filter(public_id__in=groups)),
        administrator=administrator,
        reason=given["reason"],
        lifetime_days=given["lifetime_days"],
        first_paragraph=given["first_paragraph"],
        second_paragraph=given["second_paragraph"],
        **_address(row.key),
    )


def _address(key: str) -> dict[str, Any]:
    """Whom a row names: by an e-mail address, a tenant id, or else a domain."""
    if "@" in key:
        return {"addressed_email": key}
    try:
        return {"addressed_tenant_id": UUID(key)}
    except ValueError:
        return {"addressed_domain": key}


def _administrator(job: BulkJob) -> Partner:
    tenant_id = job.given["administrator"]
    return Partner.objects.get(tenant_id=tenant_id) if tenant_id else job.partner


def _name_of(row: BulkRow, administrator: Partner, *, with_roles: bool) -> str:
    """The name that the file gives; else that of all of them, numbered where each needs its own."""
    wished: str = row.name or row.job.given["name"]
    if row.name or not with_roles:
        return wished
    ending_ = f" ({row.number})"
    numbered = wished[: NAME_LENGTH - len(ending_)].rstrip() + ending_
    return free_name(administrator, numbered) if name_is_used(administrator, numbered) else numbered


def _request(row: BulkRow, by: Actor) -> Done:
    """The request and its mail in one, so that none exists that nobody has sent (ADR 0017)."""
    done = _show_requesting(row, by)
    if row.job.given["send"]:
        assert done.request is not None  # noqa: S101  it was made a line above
        if sending.send(done.request, by=by):
            done.said.append(
                _("The customer's request policy refused it; its page says by which rule.")
            )
        else:
            done.said.append(_("Its mail is on its way."))
    return done


def _show_requesting(row: BulkRow, by: Actor) -> Done:
    request = create_request(row.job.partner, ask_of_row(row), by=by)
    said = _("The request “%(name)s” to %(address)s is made.")
    return Done([said % {"name": request.name, "address": request.addressed_to}], request)


def _request_obstacles(job: BulkJob, at: datetime) -> list[Obstacle]:
    why = why_not_requesting(job.partner)
    return [(Q(pk__isnull=False), why)] if why else []


ACTS: dict[str, Act] = {
    BulkAct.TERMINATE: Act(
        gettext_lazy("Terminate"), _terminate, _show_terminating, obstacles=_not_running
    ),
    BulkAct.ASSIGN: Act(
        gettext_lazy("Assign a group"),
        _assign,
        _show_assigning,
        obstacles=_assign_obstacles,
        missing=_assign_missing,
    ),
    BulkAct.WISH: Act(
        gettext_lazy("Wish for extension"), _wish, _show_wishing, obstacles=_wish_obstacles
    ),
    BulkAct.REQUEST: Act(
        gettext_lazy("Request"), _request, _show_requesting, obstacles=_request_obstacles
    ),
}
