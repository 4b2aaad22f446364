"""The customer's own account: what it is called, and whether its domain is proved."""

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.acting import actor_of
from customers.access import customer_view
from customers.models import CustomerMembership, DomainProof
from customers.rights import CustomerRight
from partnercenter.lib.refusals import Refused

from ..moves.proving import begin_proof, check_domain
from .frames import customer_frame
from .rights import require


@require_safe
@customer_view
def customer_profile(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    require(membership, CustomerRight.MANAGE_PEOPLE)
    context = customer_frame(request, membership)
    context["proof"] = proof_of(membership)
    context["provider"] = getattr(membership.customer, "identity_provider", None)
    return render(request, "relationships/customer/profile.html", context)


def proof_of(membership: CustomerMembership) -> DomainProof | None:
    return getattr(membership.customer, "domain_proof", None)


@require_POST
@customer_view
def domain_begin(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    """Show the record to publish."""
    require(membership, CustomerRight.MANAGE_PEOPLE)
    begin_proof(membership.customer, by=actor_of(request))
    return redirect("relationships:customer-profile", membership.customer.slug)


@require_POST
@customer_view
def domain_check(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    """Look for the record now."""
    require(membership, CustomerRight.MANAGE_PEOPLE)
    if not ratelimit.consume(request, action="domain_check", user=request.user):
        messages.error(request, _("This was tried often already. Please wait some minutes."))
        return redirect("relationships:customer-profile", membership.customer.slug)
    try:
        check_domain(membership.customer, by=actor_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The record was found: the domain is proved."))
    return redirect("relationships:customer-profile", membership.customer.slug)
