"""A customer reads its log."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.access import customer_view
from customers.models import CustomerMembership
from customers.rights import CustomerRight

from ..customer_activity import THINGS, chosen, lines
from ..forms.activity import ActivityForm
from .frames import customer_frame
from .paging import newest_first
from .rights import require

PAGE = 50


@require_safe
@customer_view
def customer_activity(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    """What was done with the account, its partners and its subscriptions, the newest first."""
    require(membership, CustomerRight.SEE_ACTIVITY)
    form = ActivityForm(request.GET, THINGS)
    context = customer_frame(request, membership) | {"form": form}
    if form.is_valid():
        choice = form.choice()
        events = chosen(
            membership.customer,
            thing=choice["thing"],
            since=choice["since"],
            until=choice["until"],
        )
        page, context["older_url"] = newest_first(events, request, moment="at", size=PAGE)
        context["lines"] = lines(membership.customer, page)
        context["all_url"] = request.path if request.GET else ""
    status = 422 if form.errors else 200
    return render(request, "relationships/customer/activity.html", context, status=status)
