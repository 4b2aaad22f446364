"""A page for each move of staff: on what, what follows, what stays, and why."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnercenter.lib.reasons import ReasonForm
from partnercenter.lib.refusals import Refused
from partnercenter.lib.staff_pages import StaffAdmin
from partnercenter.lib.staff_tables import Link, page_of

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
    asks: tuple[str, ...]  # the permissions that it asks for
    fits: Callable[[Any], bool] = always
    follows: tuple[Any, ...] = ()  # sentences
    stays: tuple[Any, ...] = ()  # sentences
    form: type[forms.Form] = ReasonForm
    grave: bool = False
    several: bool = True


class Part(NamedTuple):
    """Sentences of a move's page, under one heading."""

    heading: str
    sentences: Sequence[Any]


class MovePagesAdmin(StaffAdmin):
    """Offers moves on the page of a row, and as actions on several rows of the list."""

    moves: tuple[Move, ...] = ()

    def told(self, row: Any) -> str:
        """The row as the move's page names it."""
        return str(row)

    def has_move_permission(self, request: HttpRequest, move: Move) -> bool:
        """Who may open its page, which shows the rows; the move asks again, of each."""
        return self.has_view_permission(request) and request.user.has_perms(move.asks)

    def label_of(self, move: Move, rows: list[Any]) -> str:
        return str(move.label)

    def form_of(self, move: Move, rows: list[Any], data: Any) -> forms.Form:
        return move.form(data)

    def parts(self, move: Move, rows: list[Any]) -> list[Part]:
        """What the page says before the form: what follows, and what does not."""
        return [
            Part(_("What follows"), move.follows),
            Part(_("What stays as it is"), move.stays),
        ]

    def done(self, move: Move, rows: list[Any]) -> str:
        return f"{move.done} {', '.join(str(row) for row in rows)}"

    def unfit(self, move: Move, chosen: list[Any]) -> str:
        """Why nothing is done where the move fits none of the chosen."""
        return _("Nothing was done: it fits nothing that you have chosen.")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.move_view)
        return [path("moves/<slug:name>/", view, name=self._address_name()), *super().get_urls()]

    def _address_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_move"

    def move_url(self, move: Move, ids: Iterable[int]) -> str:
        address = reverse(f"admin:{self._address_name()}", args=[move.name])
        return f"{address}?{urlencode({'ids': ','.join(map(str, ids))})}"

    def get_actions(self, request: HttpRequest) -> Any:
        return {
            move.name: (self._action(move), move.name, move.label)
            for move in self.moves
            if move.several and self.has_move_permission(request, move)
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
        for move in self.moves:
            if self.has_move_permission(request, move) and move.fits(row):
                yield Link(self.label_of(move, [row]), self.move_url(move, [row.pk]), move.grave)

    def move_view(self, request: HttpRequest, name: str) -> HttpResponse:
        move = next((move for move in self.moves if move.name == name), None)
        if move is None:
            raise Http404
        if not self.has_move_permission(request, move):
            raise PermissionDenied
        chosen = self._chosen(request)
        if not chosen or (len(chosen) > 1 and not move.several):
            raise Http404
        rows = [row for row in chosen if move.fits(row)]
        back = page_of(chosen[0]) if len(chosen) == 1 else self.list_url()
        if not rows:
            messages.warning(request, self.unfit(move, chosen))
            return redirect(back)
        form = self.form_of(move, rows, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                move.run(rows, by=actor_of(request), **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, self.done(move, rows))
                return redirect(back)
        return self._page(request, move, rows, form, back, left_out=len(chosen) - len(rows))

    def _chosen(self, request: HttpRequest) -> list[Any]:
        ids = request.GET.get("ids", "").split(",")[:AT_ONCE]
        numbers = [int(given) for given in ids if re.fullmatch(r"[0-9]{1,18}", given)]
        return list(self.get_queryset(request).filter(pk__in=numbers).order_by("pk"))

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
        label = self.label_of(move, rows)
        several = f"{len(rows)} {self.opts.verbose_name_plural}"
        return self.form_page(
            request,
            "admin/move.html",
            title=_("%(act)s: %(what)s")
            % {"act": label, "what": rows[0] if len(rows) == 1 else several},
            form=form,
            label=label,
            grave=move.grave,
            parts=self.parts(move, rows),
            rows=[Link(self.told(row), page_of(row)) for row in rows],
            left_out=ngettext(
                "%(count)d other that you chose is left as it is: this does not fit it.",
                "%(count)d others that you chose are left as they are: this does not fit them.",
                left_out,
            )
            % {"count": left_out}
            if left_out
            else "",
            back_url=back,
        )
