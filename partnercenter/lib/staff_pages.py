"""What the staff's pages in the admin have in common."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import AdminForm
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst

from .staff_tables import Link, Table, page_of


class StaffAdmin(admin.ModelAdmin):
    """Deletes nothing, filters only by what it offers, and shows what belongs to a row."""

    # What the row is for, in one sentence on the first page.
    purpose: Any = ""
    # Names of columns in the reader's language, where the model has none for people.
    labels: dict[str, Any] = {}
    # What the page of a row reads with it.
    page_related: tuple[str, ...] = ()
    page_prefetched: tuple[str, ...] = ()
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 200
    empty_value_display = "–"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        page = request.resolver_match.url_name if request.resolver_match else ""
        if not (self.page_related and page and page.endswith("_change")):
            return rows
        return rows.select_related(*self.page_related).prefetch_related(*self.page_prefetched)

    def title_of(self, row: Any) -> str:
        """The heading of the row's page."""
        return str(row)

    def tables(self, request: HttpRequest, row: Any) -> Iterable[Table]:
        """What stands below the row's own columns."""
        return ()

    def tools(self, request: HttpRequest, row: Any) -> Iterable[Link]:
        """What can be done with the row from its page."""
        return ()

    def list_tools(self, request: HttpRequest) -> Iterable[Link]:
        """What can be done from the list, beside adding a row."""
        return ()

    def list_note(self, request: HttpRequest) -> str:
        """A sentence above the list, where one is needed."""
        return ""

    def note(self, row: Any) -> str:
        """A sentence above the row's own columns, where one is needed."""
        return ""

    def list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def page_or_first(self, request: HttpRequest, page: str) -> str:
        """A page of these rows, or the first page for who may add some and look at none."""
        return page if self.has_view_permission(request) else reverse("admin:index")

    def form_page(
        self,
        request: HttpRequest,
        template: str,
        *,
        title: str,
        form: Any,
        fieldsets: Any = None,
        **more: Any,
    ) -> TemplateResponse:
        """A page around a form that is no row's."""
        fieldsets = fieldsets or [(None, {"fields": list(form.fields)})]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "adminform": AdminForm(form, fieldsets, {}, model_admin=self),
            "media": self.media + form.media,
            "errors": form.errors,
            "list_url": self.list_url(),
            **more,
        }
        return TemplateResponse(request, template, context)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Any other column, such as a token, could be guessed letter by letter."""
        offered = set()
        for entry in self.get_list_filter(request):  # type: ignore[arg-type]
            first: Any = entry[0] if isinstance(entry, list | tuple) else entry
            offered.add(getattr(first, "parameter_name", first))
        return bool({lookup, lookup.rpartition("__")[0]} & offered)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):
        labels = {name: capfirst(label) for name, label in self.labels.items()}
        return super().get_form(request, obj, change, **{"labels": labels, **kwargs})

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {
            "title": capfirst(str(self.opts.verbose_name_plural)),
            "list_tools": list(self.list_tools(request)),
            "list_note": self.list_note(request),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def render_change_form(  # noqa: PLR0917  the signature is Django's
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        context["kind_of_page"] = capfirst(str(self.opts.verbose_name))
        context["show_save_and_add_another"] = context["show_save_and_continue"] = False
        if obj is not None:
            context |= {
                "title": self.title_of(obj),
                "subtitle": None,
                "tables": [self._for(request, table) for table in self.tables(request, obj)],
                "tools": list(self.tools(request, obj)),
                "note": self.note(obj),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _for(self, request: HttpRequest, table: Table) -> Table:
        """The table with those links alone that lead this person anywhere."""

        def leads(cell: Any) -> bool:
            model = cell.model if isinstance(cell, Link) else None
            return model is None or self.admin_site._registry[model].has_view_permission(request)

        rows = [
            [cell if leads(cell) else cell.label for cell in row]
            for row in table.rows
            if any(map(leads, row))
        ]
        more = table.more if table.more and leads(table.more) else None
        return replace(table, rows=rows, more=more)

    # What was done is seen on the page of the row, with the event that it left.
    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return redirect(page_of(obj))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return redirect(page_of(obj))

    # The log of this project is the only one: the admin's own knows no reason and can be deleted.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        opts = self.opts
        return redirect(f"admin:{opts.app_label}_{opts.model_name}_change", object_id)


class LookOnlyAdmin(StaffAdmin):
    """Shows rows and changes none."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
