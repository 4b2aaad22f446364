"""Which of the partner's groups has which roles of one grant."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.acting import actor_of
from customers.models import Customer
from partnercenter.lib.refusals import Refused
from partners.access import partner_view
from partners.models import PartnerMembership
from partners.rights import PartnerRight

from ..forms.groups import AssignmentForm
from ..grants import Grant
from ..models import AdminRelationship, AssignmentStatus
from ..moves.assignments import assign
from .frames import partner_frame
from .partner_customers import customer_of
from .rights import require


@require_safe
@partner_view
def administration_groups(
    request: HttpRequest, membership: PartnerMembership, tenant_id: str, public_id: str
) -> HttpResponse:
    """Each group with the roles that it has of this grant, and the way to change them."""
    customer, relationship = _grant_of(membership, tenant_id, public_id)
    standing = relationship.assignments.filter(status=AssignmentStatus.ACTIVE)
    by_group = {row.group_id: row for row in standing.prefetch_related("roles")}
    peopled = set(membership.partner.security_groups.with_people().values_list("pk", flat=True))
    groups = membership.partner.security_groups.open().order_by("-built_in", "name")
    rows = [
        {
            "group": group,
            "roles": sorted(role.name for role in by_group[group.pk].roles.all())
            if group.pk in by_group
            else [],
            "empty": group.pk not in peopled,
        }
        for group in groups
    ]
    context = partner_frame(request, membership) | {
        "customer": customer,
        "grant": Grant(relationship, timezone.now()),
        "rows": rows,
        "usable": any(row["roles"] and not row["empty"] for row in rows),
    }
    return render(request, "relationships/groups/administration_groups.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def administration_group(
    request: HttpRequest,
    membership: PartnerMembership,
    tenant_id: str,
    public_id: str,
    group_id: str,
) -> HttpResponse:
    """The roles of one group, to be ticked; none of them takes it out."""
    customer, relationship = _grant_of(membership, tenant_id, public_id)
    group = get_object_or_404(membership.partner.security_groups.open(), public_id=group_id)
    held = relationship.assignments.filter(group=group, status=AssignmentStatus.ACTIVE).first()
    has = [str(role.template_id) for role in held.roles.all()] if held else []
    form = AssignmentForm(
        request.POST if request.method == "POST" else None,
        relationship=relationship,
        initial={"roles": has},
    )
    if request.method == "POST" and form.is_valid():
        try:
            assign(relationship, group, form.chosen, by=actor_of(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("The roles of the group “%(group)s” were saved.")
            messages.success(request, said % {"group": group.name})
            slug, grant = membership.partner.slug, relationship.public_id
            return redirect("relationships:administration-groups", slug, tenant_id, grant)
    context = partner_frame(request, membership) | {
        "customer": customer,
        "grant": Grant(relationship, timezone.now()),
        "group": group,
        "form": form,
        "has": bool(has),
    }
    status = 422 if form.errors else 200
    return render(request, "relationships/groups/administration_group.html", context, status=status)


def _grant_of(
    membership: PartnerMembership, tenant_id: str, public_id: str
) -> tuple[Customer, AdminRelationship]:
    require(membership, PartnerRight.MANAGE_ADMINISTRATION)
    customer = customer_of(membership, tenant_id)
    given = membership.partner.admin_relationships.readable(timezone.now()).filter(
        customer=customer
    )
    return customer, get_object_or_404(given, public_id=public_id)
