"""What staff type of a partner or a customer."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget, AdminUUIDInputWidget
from django.utils.translation import gettext_lazy as _

from accounts.moves_admin import RowForm
from partnercenter.lib.domains import DomainField
from partnercenter.lib.names import slug_for


class OrganisationForm(RowForm):
    """The columns that both kinds of organisation have."""

    primary_domain = DomainField(widget=AdminTextInputWidget())
    slug = forms.SlugField(
        label=_("Place in addresses"),
        max_length=63,
        required=False,
        widget=AdminTextInputWidget(),
        help_text=_("Leave it empty to take the domain with hyphens. It never changes."),
    )
    tenant_id = forms.UUIDField(
        label=_("Tenant id"),
        required=False,
        widget=AdminUUIDInputWidget(),
        help_text=_("Leave it empty for a new one. It never changes."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "slug" in self.fields and cleaned.get("primary_domain") and not cleaned.get("slug"):
            cleaned["slug"] = slug_for(cleaned["primary_domain"])
        return cleaned

    def given(self) -> dict[str, Any]:
        """Everything that was typed but the reason; what was left empty is left to the move."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "reason" and value not in (None, "")
        }
