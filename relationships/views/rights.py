"""Asking a right before a page or an act, and the answer for who lacks it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from customers.models import CustomerMembership
from customers.rights import CustomerRight
from partners.models import PartnerMembership
from partners.rights import PartnerRight


class RightMissing(PermissionDenied):
    """A member without the right: the page names those who have it (design section 6)."""

    def __init__(self, reason: str, who_can: list[str]) -> None:
        super().__init__(reason)
        self.reason, self.who_can = reason, who_can


def require(
    membership: PartnerMembership | CustomerMembership, right: PartnerRight | CustomerRight
) -> None:
    """Go on only with this right; else say which is missing and who has it."""
    if membership.may(right):  # type: ignore[arg-type]
        return
    reason = _("You need the right to: %(right)s.") % {"right": right.label}
    raise RightMissing(reason, names_of(membership, right))


def names_of(
    membership: PartnerMembership | CustomerMembership, right: PartnerRight | CustomerRight
) -> list[str]:
    """The people of the organisation who have the right."""
    places = membership.organisation.memberships.having(right)  # type: ignore[arg-type]
    return [place.user.get_full_name() for place in places.select_related("user").order_by("pk")]


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a missing right."""
    context = {
        "reason": getattr(exception, "reason", ""),
        "exception": str(exception),
        "who_can": getattr(exception, "who_can", []),
    }
    return render(request, "403.html", context, status=403)
