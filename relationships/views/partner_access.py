"""A partner sees what its own people can do for which customer, and asks why."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partnercenter.lib.canonical import canonical_moment
from partners.access import partner_view
from partners.models import PartnerMembership
from partners.rights import PartnerRight

from ..access_matrix import PartnerMatrix
from ..access_why import for_partner
from ..customer_rows import called_exactly
from ..forms.access import PartnerMatrixForm, WhyForCustomerForm
from ..models import AdminRole
from .access import asked_for, download_url, page_of
from .downloads import csv_answer
from .frames import partner_frame
from .rights import require

RIGHT = PartnerRight.SEE_ACCESS
AT_ONCE = 500


@require_safe
@partner_view
def partner_access(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    """Each of the partner's people, and what they can do for whom now."""
    require(membership, RIGHT)
    form = _form(request)
    context = partner_frame(request, membership) | {"form": form}
    if form.is_valid():
        context |= page_of(_matrix(membership, form), request)
        context["download_url"] = download_url(
            request, "partner-access-download", membership.partner.slug
        )
    status = 422 if form.errors else 200
    return render(request, "relationships/access/partner_matrix.html", context, status=status)


@require_safe
@partner_view
def partner_access_download(
    request: HttpRequest, membership: PartnerMembership
) -> HttpResponseBase:
    """The same choice as a file for spreadsheets, whole, however long it is."""
    require(membership, RIGHT)
    form = _form(request)
    if not form.is_valid():
        return partner_access(request, partner_slug=membership.partner.slug)
    headings = [
        _("Customer"), _("Tenant id"), _("Person"), _("E-mail address"), _("Role"),
        _("Template id of the role"), _("Until (UTC)"), _("Group"), _("Admin relationship"),
        _("Granted (UTC)"),
    ]  # fmt: skip
    rows = _rows(_matrix(membership, form))
    return csv_answer(f"access-{membership.partner.slug}", headings, rows)


@require_safe
@partner_view
def partner_access_why(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    """Why one of the partner's people can act in a role for a customer, or why not."""
    require(membership, RIGHT)
    partner, roles = membership.partner, AdminRole.objects.visible_to(request.user)
    form = WhyForCustomerForm(asked_for(request), roles=roles.order_by("name"))
    context = partner_frame(request, membership) | {"form": form}
    if form.is_bound and form.is_valid():
        pairs = partner.pairs.select_related("customer")
        found = called_exactly(pairs, form.cleaned_data["customer"])
        if found:
            address = form.cleaned_data["person"]
            context["answer"] = for_partner(
                partner, found[0].customer, address, form.asked, timezone.now()
            )
        else:
            form.add_error("customer", _("Your organisation has no such customer."))
    status = 422 if form.errors else 200
    return render(request, "relationships/access/partner_why.html", context, status=status)


def _form(request: HttpRequest) -> PartnerMatrixForm:
    roles = AdminRole.objects.visible_to(request.user).order_by("name")
    return PartnerMatrixForm(request.GET, roles=roles)


def _matrix(membership: PartnerMembership, form: PartnerMatrixForm) -> PartnerMatrix:
    sought = form.cleaned_data["customer"]
    return PartnerMatrix(membership.partner, form.choice(), timezone.now(), sought=sought)


def _rows(matrix: PartnerMatrix) -> Iterator[list[str]]:
    for rows in matrix.all_rows(AT_ONCE):
        for row in rows:
            for cell in row.cells:
                yield [
                    row.name, str(row.tenant_id), row.full_name, row.address, cell.role,
                    str(cell.template_id), canonical_moment(cell.until), cell.group, cell.grant,
                    canonical_moment(cell.granted_at),
                ]  # fmt: skip
