"""The proof of an act, to read and to take away; and the keys by which it is checked."""

import json
from datetime import UTC
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from customers.access import customer_view
from customers.models import CustomerMembership
from customers.rights import CustomerRight
from subscriptions.models import Offer, SubscriptionChange, SubscriptionState

from ..certificates import act_of, certified_changes, file_of
from ..keys import keys
from ..models import Certificate
from ..overview import names_of_partners
from .frames import customer_frame
from .rights import require

PAGE = 50


def certificate_of(membership: CustomerMembership, public_id: str) -> Certificate:
    rows = membership.customer.certificates.select_related("customer", "event")
    return get_object_or_404(rows, public_id=public_id)


@require_safe
@customer_view
def certificate(
    request: HttpRequest, membership: CustomerMembership, public_id: str
) -> HttpResponse:
    """How much was compared and found as it was; each subscription as it was then."""
    require(membership, CustomerRight.SEE)
    proof = certificate_of(membership, public_id)
    signature = proof.signatures.order_by("-pk").first()
    number = max(page_number(request), 1)
    changes = certified_changes(proof, (number - 1) * PAGE, number * PAGE)
    context = customer_frame(request, membership) | {
        "certificate": proof,
        "act": act_of(proof),
        "account": json.loads(proof.account_form),
        "signature": signature,
        "subscriptions": as_they_were(request, changes),
        "later": number + 1 if number * PAGE < proof.count else None,
        "earlier": number - 1 if number > 1 else None,
    }
    return render(request, "relationships/customer/certificate.html", context)


def page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def as_they_were(request: HttpRequest, changes: list[SubscriptionChange]) -> list[dict[str, Any]]:
    """What the canonical forms say, with names instead of ids where they are known."""
    forms = [json.loads(change.canonical_form) for change in changes]
    parties = {form[name] for form in forms for name in ("seller", "partner_of_record")} - {None}
    names = names_of_partners(parties)
    wanted = [form["offer"] for form in forms]
    offers = Offer.objects.visible_to(request.user).filter(offer_id__in=wanted)
    titles = {str(row.offer_id): row.name for row in offers}
    return [
        {
            "name": form["friendly_name"] or titles.get(form["offer"], form["offer"]),
            "seller": names.get(form["seller"] or "", "") or settings.OPERATOR_NAME,
            "partner_of_record": names.get(form["partner_of_record"] or "", ""),
            "state": form["state"],
            "state_label": SubscriptionState(form["state"]).label,
            "term_end": parse_datetime(form["term_end"]),
            "form": form,
            "text": change.canonical_form,
        }
        for form, change in zip(forms, changes, strict=True)
    ]


@require_safe
@customer_view
def certificate_download(
    request: HttpRequest, membership: CustomerMembership, public_id: str
) -> HttpResponse:
    """The file that `docs/verify_certificate.py` checks."""
    require(membership, CustomerRight.SEE)
    proof = certificate_of(membership, public_id)
    day = proof.at.astimezone(UTC).strftime("%Y-%m-%d")
    answer = JsonResponse(file_of(proof), json_dumps_params={"ensure_ascii": False, "indent": 1})
    name = f"certificate-{day}-{proof.public_id}.json"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def certificate_keys(request: HttpRequest) -> HttpResponse:
    """The public keys, old ones too: RFC 7517's set."""
    return JsonResponse({"keys": [key.as_jwk() for key in keys()]})
