"""Adding and editing in the admin by the domain's moves, each with a reason."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partnercenter.lib.reasons import ReasonField
from partnercenter.lib.refusals import Refused
from partnercenter.lib.staff_pages import StaffAdmin

from .acting import actor_of
from .models import Actor


class RowForm(forms.ModelForm):
    """Columns of a row, and why staff enter or edit them."""

    reason = ReasonField()
    # What the move said, so that the page shows it beside everything that was typed.
    refusal = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.refusal:
            raise forms.ValidationError(self.refusal)
        if self.instance.pk and not self.errors and not self.changes():
            raise forms.ValidationError(_t("Nothing has been changed."))
        return cleaned

    def changes(self) -> dict[str, Any]:
        """The values that were typed anew."""
        names = [name for name in self.changed_data if name != "reason"]
        return {name: self.cleaned_data[name] for name in names}


class MovesAdmin(StaffAdmin):
    """Adds and edits rows through moves only."""

    form = RowForm
    save_on_top = False
    # Fieldsets of the page; the reason stands in one of its own.
    entered: list[tuple[Any, dict[str, Any]]] = []
    edited: list[tuple[Any, dict[str, Any]]] = []
    # What is shown on the page of a row and never edited there.
    fixed: tuple[str, ...] = ()

    def enter(self, form: Any, *, by: Actor, reason: str) -> models.Model:
        """Make the row, and give it back."""
        raise NotImplementedError

    def edit(self, row: Any, changes: dict[str, Any], *, by: Actor, reason: str) -> None:
        """Change the row, which is as it is stored."""
        raise NotImplementedError

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = list(self.entered if obj is None else self.edited)
        if obj is None or self.has_change_permission(request, obj):
            fieldsets.append((_("Why"), {"fields": ["reason"]}))
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.fixed

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", "")
        return form

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A row of another kind is entered on its own page, where there is room for its reason."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(getattr(field, "widget", None), RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refused as refusal:
            request.refusal = str(refusal)  # type: ignore[attr-defined]
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by, reason = actor_of(request), form.cleaned_data["reason"]
        if change:
            stored = self.get_queryset(request).get(pk=obj.pk)
            self.edit(stored, form.changes(), by=by, reason=reason)
        else:
            obj.pk = self.enter(form, by=by, reason=reason).pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The move has written everything."""
