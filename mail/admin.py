from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from partnercenter.lib.staff_pages import LookOnlyAdmin

from .models import Delivery


class StateFilter(admin.SimpleListFilter):
    """Waiting, sent, or given up."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("waiting")), ("sent", _("sent")), ("failed", _("given up"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        states = {
            "waiting": Delivery.objects.waiting,
            "sent": Delivery.objects.sent,
            "failed": Delivery.objects.failed,
        }
        chosen = states.get(self.value() or "")
        return queryset & chosen() if chosen else queryset


@admin.register(Delivery)
class DeliveryAdmin(LookOnlyAdmin):
    """Mails on their way, to look at: to whom, when, and what went wrong; never what they say."""

    purpose = _("Mails on their way, sent, or given up; never what they say.")
    list_display = ("created_at", "kind", "recipient", "attempts", "sent_at", "failed_at")
    list_filter = (StateFilter, "kind")
    search_fields = ("=recipient", "=message_id")
    search_help_text = _("By a recipient's exact address.")
    ordering = ("-id",)
    fields = (
        "kind",
        "recipient",
        "recipient_name",
        "language",
        "subject",
        "message_id",
        "created_at",
        "next_attempt_at",
        "attempts",
        "sent_at",
        "failed_at",
        "last_error",
    )
