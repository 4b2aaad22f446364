"""A page for each move of staff: on what, what follows, what stays, and why."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import AdminForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnercenter.lib.reasons import ReasonForm
from partnercenter.lib.refusals import Refused
from partnercenter.lib.staff_pages import Link, StaffAdmin, page_of

from .acting import actor_of

AT_ONCE = 100


def always(row: Any) -> bool:
    return True


@dataclass(frozen=True)
class Move:
    """One act of staff: how its page names it, which rows it fits, what runs."""

    name: str
    label: Any
    done: Any
    run: Callable[..., Any]  # takes the rows, by= and every field of the form
    fits: Callable[[Any], bool] = always
    follows: tuple[Any, ...] = ()  # sentences
    stays: tuple[Any, ...] = ()  # sentences
    form: type[forms.Form] = ReasonForm
    grave: bool = False
    several: bool = True


class MovePagesAdmin(StaffAdmin):
    """Offers moves on the page of a row, and as actions on several rows of the list."""

    moves: tuple[Move, ...] = ()

    def told(self, row: Any) -> str:
        """The row as the move's page names it."""
        return str(row)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.move_view)
        return [path("moves/<slug:name>/", view, name=self._address_name()), *super().get_urls()]

    def _address_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_move"

    def move_url(self, move: Move, ids: Iterable[int]) -> str:
        address = reverse(f"admin:{self._address_name()}", args=[move.name])
        return f"{address}?{urlencode({'ids': ','.join(map(str, ids))})}"

    def get_actions(self, request: HttpRequest) -> Any:
        if not self.has_change_permission(request):
            return {}
        return {
            move.name: (self._action(move), move.name, move.label)
            for move in self.moves
            if move.several
        }

    def _action(self, move: Move) -> Callable[..., Any]:
        def lead_to_its_page(
            model_admin: Any, request: HttpRequest, rows: QuerySet[Any]
        ) -> HttpResponse | None:
            ids = list(rows.order_by("pk").values_list("pk", flat=True)[: AT_ONCE + 1])
            if len(ids) <= AT_ONCE:
                return redirect(self.move_url(move, ids))
            messages.error(request, _("Choose at most %(most)d at once.") % {"most": AT_ONCE})
            return None

        return lead_to_its_page

    def tools(self, request: HttpRequest, row: Any) -> Iterable[Link]:
        if not self.has_change_permission(request, row):
            return
        for move in self.moves:
            if move.fits(row):
                yield Link(str(move.label), self.move_url(move, [row.pk]), move.grave)

    def move_view(self, request: HttpRequest, name: str) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        move = next((move for move in self.moves if move.name == name), None)
        chosen = self._chosen(request)
        if move is None or not chosen or (len(chosen) > 1 and not move.several):
            raise Http404
        rows = [row for row in chosen if move.fits(row)]
        back = page_of(chosen[0]) if len(chosen) == 1 else self._list_url()
        if not rows:
            messages.warning(request, _("Nothing was done: it fits nothing that you have chosen."))
            return redirect(back)
        form = move.form(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                move.run(rows, by=actor_of(request), **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                names = ", ".join(str(row) for row in rows)
                messages.success(request, f"{move.done} {names}")
                return redirect(back)
        return self._page(request, move, rows, form, back, left_out=len(chosen) - len(rows))

    def _chosen(self, request: HttpRequest) -> list[Any]:
        ids = request.GET.get("ids", "").split(",")[:AT_ONCE]
        numbers = [int(given) for given in ids if re.fullmatch(r"[0-9]{1,18}", given)]
        return list(self.get_queryset(request).filter(pk__in=numbers).order_by("pk"))

    def _list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _page(
        self,
        request: HttpRequest,
        move: Move,
        rows: list[Any],
        form: forms.Form,
        back: str,
        *,
        left_out: int,
    ) -> HttpResponse:
        fieldsets = [(None, {"fields": list(form.fields)})]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("%(act)s: %(what)s")
            % {
                "act": move.label,
                "what": rows[0]
                if len(rows) == 1
                else f"{len(rows)} {self.opts.verbose_name_plural}",
            },
            "move": move,
            "rows": [Link(self.told(row), page_of(row)) for row in rows],
            "left_out": ngettext(
                "%(count)d other that you chose is left as it is: this does not fit it.",
                "%(count)d others that you chose are left as they are: this does not fit them.",
                left_out,
            )
            % {"count": left_out}
            if left_out
            else "",
            "adminform": AdminForm(form, fieldsets, {}, model_admin=self),  # type: ignore[arg-type]
            "media": self.media + form.media,
            "errors": form.errors,
            "list_url": self._list_url(),
            "back_url": back,
        }
        return TemplateResponse(request, "admin/move.html", context)
