"""A customer sees who can do what for it, takes it along, and asks why."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.access import customer_view
from customers.models import CustomerMembership
from customers.rights import CustomerRight
from partnercenter.lib.canonical import canonical_moment

from ..access_matrix import CustomerMatrix, Idle
from ..access_why import for_customer
from ..forms.access import CustomerMatrixForm, WhyForm
from ..models import AdminRole
from ..overview import partners_known_to
from .access import asked_for, download_url, page_of
from .downloads import csv_answer
from .frames import customer_frame
from .rights import require

RIGHT = CustomerRight.SEE_ACTIVITY
AT_ONCE = 500


@require_safe
@customer_view
def customer_access(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    """Each person who can act for the customer now, and the grants that nobody can use."""
    require(membership, RIGHT)
    form = _form(request, membership)
    context = customer_frame(request, membership) | {"form": form}
    if form.is_valid():
        matrix = CustomerMatrix(membership.customer, form.choice(), timezone.now())
        if form.shows_acting:
            context |= page_of(matrix, request)
        if form.shows_idle and not context.get("first_url"):
            context["idle"] = matrix.idle()
        context["download_url"] = download_url(
            request, "customer-access-download", membership.customer.slug
        )
    status = 422 if form.errors else 200
    return render(request, "relationships/access/customer_matrix.html", context, status=status)


@require_safe
@customer_view
def customer_access_download(
    request: HttpRequest, membership: CustomerMembership
) -> HttpResponseBase:
    """The same choice as a file for spreadsheets, whole, however long it is."""
    require(membership, RIGHT)
    form = _form(request, membership)
    if not form.is_valid():
        return customer_access(request, customer_slug=membership.customer.slug)
    matrix = CustomerMatrix(membership.customer, form.choice(), timezone.now())
    headings = [
        _("Partner"), _("Tenant id of the partner"), _("Person"), _("E-mail address"), _("Role"),
        _("Template id of the role"), _("State"), _("Until (UTC)"), _("Group"),
        _("Admin relationship"), _("Granted by"), _("Granted (UTC)"), _("Decision"),
    ]  # fmt: skip
    rows = _rows(matrix, _("can be used")) if form.shows_acting else iter(())
    idle = [line for one in matrix.idle() for line in _idle(one)] if form.shows_idle else []
    return csv_answer(f"access-{membership.customer.slug}", headings, _all(rows, idle))


@require_safe
@customer_view
def customer_access_why(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    """Why somebody can act in a role for the customer, or why not."""
    require(membership, RIGHT)
    roles = AdminRole.objects.visible_to(request.user).order_by("name")
    form = WhyForm(asked_for(request), roles=roles)
    context = customer_frame(request, membership) | {"form": form}
    if form.is_bound and form.is_valid():
        address = form.cleaned_data["person"]
        context["answer"] = for_customer(membership.customer, address, form.asked, timezone.now())
    status = 422 if form.errors else 200
    return render(request, "relationships/access/customer_why.html", context, status=status)


def _form(request: HttpRequest, membership: CustomerMembership) -> CustomerMatrixForm:
    partners = partners_known_to(membership.customer).order_by("name", "pk")
    roles = AdminRole.objects.visible_to(request.user).order_by("name")
    return CustomerMatrixForm(request.GET, partners=partners, roles=roles)


def _all(rows: Iterator[list[str]], idle: list[list[str]]) -> Iterator[list[str]]:
    yield from rows
    yield from idle


def _rows(matrix: CustomerMatrix, state: str) -> Iterator[list[str]]:
    for rows in matrix.all_rows(AT_ONCE):
        for row in rows:
            for cell in row.cells:
                yield [
                    row.name, str(row.tenant_id), row.full_name, row.address, cell.role,
                    str(cell.template_id), state, canonical_moment(cell.until), cell.group,
                    cell.grant, cell.granted_by, canonical_moment(cell.granted_at),
                    str(cell.decision),
                ]  # fmt: skip


def _idle(one: Idle) -> Iterator[list[str]]:
    grant = one.relationship
    for given in grant.standing:
        yield [
            grant.partner.name, str(grant.partner.tenant_id), "", "", given.role.name,
            str(given.role.template_id), one.why, canonical_moment(grant.ends_at), "",
            grant.name, "", canonical_moment(grant.activated_at), str(grant.decision.public_id),
        ]  # fmt: skip
