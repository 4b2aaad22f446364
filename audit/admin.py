from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Event


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    """The log, to look at."""

    list_display = ("at", "kind", "customer_name", "partner_name", "side", "actor_kind")
    list_filter = ("side", "actor_kind")
    search_fields = ("=public_id", "=subject_id", "=customer_id", "=partner_id", "=kind")
    ordering = ("-id",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
