"""Staff answer registrations: accept one with a domain, or refuse it, each with a reason."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.acting import actor_of
from customers.models import CustomerRegistration, RegistrationStatus
from partnercenter.lib.refusals import Refused
from partnercenter.lib.staff_pages import LookOnlyAdmin

from .moves.accepting import LONGEST_REASON, accept_registration, refuse_registration


class RefuseForm(forms.Form):
    """Why nothing comes of it; the person reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("It stands in the log. A refusal's reason is sent to the person."),
    )


class AcceptForm(RefuseForm):
    """Which domain the organisation has."""

    domain = forms.CharField(
        label=_("Primary domain"),
        max_length=253,
        widget=AdminTextInputWidget(),
        help_text=_("The organisation's own, in which not everybody can have an address."),
    )
    field_order = ["domain", "reason"]


@admin.register(CustomerRegistration)
class CustomerRegistrationAdmin(LookOnlyAdmin):
    """Organisations that wait for staff, and claims of domains that others have."""

    list_display = ["name", "kind", "status", "person", "country", "domain", "created_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["user"]
    search_fields = ["name", "domain", "user__email", "user__name", "=public_id"]
    ordering = ["-created_at", "-id"]
    show_full_result_count = False
    fields = [
        "public_id",
        "kind",
        "status",
        "name",
        "country",
        "domain",
        "customer",
        "person",
        "created_at",
        "accepted_at",
        "accepted_by",
        "refused_at",
        "refused_by",
        "reason",
    ]
    readonly_fields = ["person"]

    @admin.display(description=_("person"), ordering="user__email")
    def person(self, registration: CustomerRegistration) -> str:
        person = registration.user
        return f"{person.name} <{person.email}>" if person.name else person.email

    def get_urls(self) -> list[Any]:
        answers = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"registration-{name}")
            for name, view in (("accept", self.accept_view), ("refuse", self.refuse_view))
        ]
        return [*answers, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        context["answerable"] = (
            row is not None
            and row.status == RegistrationStatus.WAITING
            and request.user.has_perm("customers.change_customerregistration")
        )
        return super().render_change_form(request, context, *args, **kwargs)

    def accept_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._answer(
            request, pk, AcceptForm, accept_registration, str(_("Accept registration"))
        )

    def refuse_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._answer(
            request, pk, RefuseForm, refuse_registration, str(_("Refuse registration"))
        )

    def _answer(
        self,
        request: HttpRequest,
        pk: int,
        form_class: type[forms.Form],
        move: Callable[..., Any],
        title: str,
    ) -> HttpResponse:
        if not request.user.has_perm("customers.change_customerregistration"):
            raise PermissionDenied
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        form = form_class(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    move(row, by=actor_of(request), **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _t("The registration was answered."))
                return redirect("admin:customers_customerregistration_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "registration": row,
            "form": form,
        }
        return TemplateResponse(
            request, "admin/customers/customerregistration/answer.html", context
        )
