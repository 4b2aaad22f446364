"""The page on which staff load subscriptions that existed before, after a look at what it makes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import actor_of
from accounts.move_pages import Part
from partnercenter.lib.refusals import Refused
from partnercenter.lib.staff_pages import StaffAdmin
from partnercenter.lib.staff_tables import Link

from ..import_file import OPTIONAL, REQUIRED
from ..import_lines import Line
from ..moves.importing import import_lines
from .import_form import MOST_LINES, ImportForm
from .import_preview import preview, said_of_existing, said_of_imported


class ImportPage(StaffAdmin):
    """Leads from the list of subscriptions to the page."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.import_view)
        return [
            path("import/", view, name="subscriptions_subscription_import"),
            *super().get_urls(),
        ]

    def list_tools(self, request: HttpRequest) -> list[Link]:
        links = list(super().list_tools(request))
        if request.user.has_perm("subscriptions.add_subscription"):
            links.append(Link(_("Import"), reverse("admin:subscriptions_subscription_import")))
        return links

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Nothing is written but by *Import*, which reads everything anew."""
        if not request.user.has_perm("subscriptions.add_subscription"):
            raise PermissionDenied
        importing = "import" in request.POST
        form = ImportForm(importing=importing)
        lines: list[Line] | None = None
        if request.method == "POST":
            form = ImportForm(request.POST, request.FILES, importing=importing)
            lines = _read(form)
        if importing and lines is not None and form.is_valid():
            if request.POST.get("seen") != form.digest():
                form.add_error(None, _("What you sent is not what you saw. Look at it again."))
            elif not any(line.is_new or line.problems for line in lines):
                form.add_error(None, _("There is nothing to enter."))
            elif self._import(request, form, lines):
                return redirect(self.page_or_first(request, self.list_url()))
        return self.form_page(
            request,
            "admin/import.html",
            title=_("Import subscriptions"),
            form=form,
            fieldsets=ImportForm.FIELDSETS,
            label=_("Import"),
            parts=_parts() if lines is None else [],
            back_url=self.page_or_first(request, self.list_url()),
            **(preview(lines) | {"seen": form.digest()} if lines is not None else {}),
        )

    def _import(self, request: HttpRequest, form: ImportForm, lines: list[Line]) -> bool:
        try:
            done = import_lines(lines, by=actor_of(request), reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return False
        messages.success(request, said_of_imported(done))
        if existing := sum(line.exists for line in lines):
            messages.info(request, said_of_existing(existing))
        return True


def _read(form: ImportForm) -> list[Line] | None:
    if not form.is_readable():
        return None
    try:
        return form.lines(timezone.now())
    except Refused as refusal:
        form.add_error("text", str(refusal))
        return None


def _parts() -> list[Part]:
    return [
        Part(
            _("What a file looks like"),
            [
                _("Its first line names the columns: %(names)s.") % {"names": ", ".join(REQUIRED)},
                _("It may have more: %(names)s.") % {"names": ", ".join(OPTIONAL)},
                _("Partners are named by domain, tenant id or name; no reseller is the operator."),
                _(
                    "A browser takes 1 MB and %(most)d lines at most. For more there is manage.py "
                    "import_subscriptions."
                )
                % {"most": MOST_LINES},
            ],
        ),
        Part(
            _("What stays"),
            [
                _("A subscription that exists already is left as it is, whatever the file says."),
                _("If one line is wrong, none is entered."),
            ],
        ),
    ]
