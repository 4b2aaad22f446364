"""A partner's security groups: the list, one of them, and what ends with closing it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.acting import actor_of
from partnercenter.lib.refusals import Refused
from partners.access import partner_view
from partners.models import PartnerMembership, SecurityGroup
from partners.rights import PartnerRight

from ..forms.groups import AddPersonForm, GroupForm
from ..models import AssignmentStatus
from ..moves import groups as moves
from .frames import partner_frame
from .rights import require

RIGHT = PartnerRight.MANAGE_ADMINISTRATION


@require_safe
@partner_view
def group_list(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    """Every open group: how many are in it, and how much is assigned to it."""
    require(membership, RIGHT)
    groups = membership.partner.security_groups.open()
    standing = Q(assignments__status=AssignmentStatus.ACTIVE)
    peopled = groups.with_people().filter(pk=OuterRef("pk"))
    rows = groups.annotate(
        assigned=Count("assignments", filter=standing), usable=Exists(peopled)
    ).order_by("-built_in", "name")
    return _show(request, membership, "groups", {"groups": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def group_new(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, RIGHT)
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            group = moves.open_group(
                membership.partner, form.cleaned_data["name"], by=actor_of(request)
            )
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            said = _("The group “%(name)s” was made. Put people into it.")
            messages.success(request, said % {"name": group.name})
            return _to_group(membership, group)
    return _show(request, membership, "group_new", {"form": form})


@require_safe
@partner_view
def group_detail(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    """Who is in it, and what is assigned to it."""
    require(membership, RIGHT)
    group = _group_of(membership, public_id)
    return _detail(request, membership, group, AddPersonForm(group=group))


@require_POST
@partner_view
def group_add(request: HttpRequest, membership: PartnerMembership, public_id: str) -> HttpResponse:
    require(membership, RIGHT)
    group = _group_of(membership, public_id)
    form = AddPersonForm(request.POST, group=group)
    if not form.is_valid():
        return _detail(request, membership, group, form)
    name = form.place.user.get_full_name()
    return _done(
        request,
        membership,
        group,
        lambda: moves.add_person(group, form.place, by=actor_of(request)),
        _("%(person)s is in the group now.") % {"person": name},
    )


@require_POST
@partner_view
def group_take_out(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    require(membership, RIGHT)
    group = _group_of(membership, public_id)
    people = {str(place.user.public_id): place for place in group.people().select_related("user")}
    place = people.get(request.POST.get("person", ""))
    if place is None:
        messages.error(request, _("This person is not in the group."))
        return _to_group(membership, group)
    return _done(
        request,
        membership,
        group,
        lambda: moves.take_out(group, place, by=actor_of(request)),
        _("%(person)s is no longer in the group.") % {"person": place.user.get_full_name()},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def group_rename(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    require(membership, RIGHT)
    group = _group_of(membership, public_id)
    form = GroupForm(request.POST or None, initial={"name": group.name})
    if request.method == "POST" and form.is_valid():
        try:
            moves.rename_group(group, form.cleaned_data["name"], by=actor_of(request))
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("The group has another name now."))
            return _to_group(membership, group)
    return _show(request, membership, "group_rename", {"group": group, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def group_close(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    """What ends and what goes on, and the act."""
    require(membership, RIGHT)
    group = _group_of(membership, public_id)
    if request.method == "POST":
        try:
            moves.close_group(group, by=actor_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
            return _to_group(membership, group)
        messages.success(request, _("The group “%(name)s” was closed.") % {"name": group.name})
        return redirect("relationships:group-list", membership.partner.slug)
    context = {"group": group, "assignments": _assigned(group)}
    return _show(request, membership, "group_close", context)


def _group_of(membership: PartnerMembership, public_id: str) -> SecurityGroup:
    return get_object_or_404(membership.partner.security_groups.open(), public_id=public_id)


def _assigned(group: SecurityGroup) -> list[dict[str, Any]]:
    """What is assigned to the group, and whether somebody else has it as well."""
    rows = moves.assignments_of(group)
    peopled = group.partner.security_groups.with_people().exclude(pk=group.pk)
    others = [row.relationship_id for row in rows]
    standing = Q(assignments__status=AssignmentStatus.ACTIVE, assignments__relationship__in=others)
    shared = set(peopled.filter(standing).values_list("assignments__relationship", flat=True))
    return [{"row": row, "alone": row.relationship_id not in shared} for row in rows]


def _detail(
    request: HttpRequest, membership: PartnerMembership, group: SecurityGroup, form: AddPersonForm
) -> HttpResponse:
    people = group.people().select_related("user").order_by("user__name", "pk")
    context = {
        "group": group,
        "people": people,
        "assignments": moves.assignments_of(group),
        "form": form,
        "some_left": len(form.places) > 0,
    }
    return _show(request, membership, "group", context, status=422 if form.errors else 200)


def _done(
    request: HttpRequest,
    membership: PartnerMembership,
    group: SecurityGroup,
    act: Callable[[], object],
    said: str,
) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return _to_group(membership, group)


def _to_group(membership: PartnerMembership, group: SecurityGroup) -> HttpResponse:
    return redirect("relationships:group", membership.partner.slug, group.public_id)


def _show(
    request: HttpRequest,
    membership: PartnerMembership,
    page: str,
    context: dict[str, Any],
    status: int = 0,
) -> HttpResponse:
    form = context.get("form")
    status = status or (422 if form is not None and form.errors else 200)
    context = partner_frame(request, membership) | context
    return render(request, f"relationships/groups/{page}.html", context, status=status)
