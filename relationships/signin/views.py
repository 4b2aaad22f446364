"""Pages about the person: proving again who they are, their profile, their organisations."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from customers.models import CustomerMembership
from partners.models import PartnerMembership

from . import again_code, policy, strength
from .forms import AgainCodeForm, ProfileForm


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The organisation switch: whom the person acts for."""
    if wanted := request.session.pop(strength.NEXT_KEY, ""):
        return redirect(wanted)
    partners = PartnerMembership.objects.visible_to(request.user).order_by("partner__name")
    customers = CustomerMembership.objects.visible_to(request.user).order_by("customer__name")
    addresses = [
        *(reverse("relationships:partner-home", args=[place.partner.slug]) for place in partners),
        *(
            reverse("relationships:customer-home", args=[place.customer.slug])
            for place in customers
        ),
    ]
    if len(addresses) == 1 and not request.user.is_staff:
        return redirect(addresses[0])
    return render(request, "signin/home.html", {"partners": partners, "customers": customers})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    """The person's own name, language and time zone, and the ways to their account's security."""
    partner_places = list(PartnerMembership.objects.visible_to(request.user))
    form = ProfileForm(request.POST or None, instance=request.user, of_partner=bool(partner_places))
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(form.instance.language):
            messages.success(request, _("Your profile was saved."))
        return redirect("signin:profile")
    if form.errors:
        # The page's head shows the person as they are, not as they were about to become.
        request.user.refresh_from_db()  # type: ignore[union-attr]
    status = 422 if form.errors else 200
    context = {
        "form": form,
        "partner_places": partner_places,
        "customer_places": CustomerMembership.objects.visible_to(request.user),
    }
    return render(request, "signin/profile.html", context, status=status)


@require_safe
@never_cache
def strong(request: HttpRequest) -> HttpResponse:
    """Why more is asked of this person, and the ways to it; back to where they went after it."""
    if not strength.demanded_of(request.user) or strength.is_strong(request):
        return redirect("signin:home")
    here = reverse("signin:strong")
    context = {"prove_url": policy.with_next(request, reverse("mfa_reauthenticate"), here)}
    return render(request, "signin/strong.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def again(request: HttpRequest) -> HttpResponse:
    """Sign in again: by password or second factor at allauth's pages, else by a code from here."""
    if policy.is_fresh(request):
        return redirect(_next(request) or "signin:home")
    if not policy.knows_only_mail(request.user):
        method = get_adapter().get_reauthentication_methods(request.user)[0]
        return redirect(policy.with_next(request, method["url"], _next(request)))
    if request.method != "POST":
        return _again_page(request, AgainCodeForm())
    if "code" in request.POST:
        return _weigh_code(request)
    return _send_code(request)


def _send_code(request: HttpRequest) -> HttpResponse:
    if not ratelimit.consume(request, action="sign_in_again_mail", user=request.user):
        messages.error(request, _("Several codes were sent already. Please wait a few minutes."))
        return _again_page(request, AgainCodeForm(), status=429)
    again_code.send(request)
    address = request.user.email  # type: ignore[union-attr]
    messages.success(request, _("A code was sent to %(address)s.") % {"address": address})
    return redirect(policy.sign_in_again_url(request, _next(request)))


def _weigh_code(request: HttpRequest) -> HttpResponse:
    form = AgainCodeForm(request.POST)
    if not form.is_valid():
        return _again_page(request, form, status=422)
    if not ratelimit.consume(request, action="sign_in_again_code", user=request.user):
        form.add_error(None, _("Too many attempts. Please wait a few minutes."))
        return _again_page(request, form, status=429)
    answer = again_code.answer(request, form.cleaned_data["code"])
    if answer is again_code.Answer.RIGHT:
        return resume_request(request) or redirect("signin:home")
    if answer is again_code.Answer.WRONG:
        form.add_error("code", _("This is not the code that was sent last."))
    else:
        messages.error(request, _("The code is no longer valid. Please ask for a new one."))
    return _again_page(request, form, status=422)


def _again_page(request: HttpRequest, form: AgainCodeForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "is_out": again_code.is_out(request), "next": _next(request)}
    return render(request, "signin/again.html", context, status=status)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if policy.is_own_address(request, wanted) else ""
