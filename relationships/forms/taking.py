from typing import Any

from django import forms

from partnercenter.lib.refusals import Refused

from ..models import AdminRelationship, AdminRole
from ..moves.taking import not_given


class TakeRolesForm(forms.Form):
    """Roles of one grant that somebody ticked, to be taken away."""

    role: "forms.ModelMultipleChoiceField[AdminRole]" = forms.ModelMultipleChoiceField(
        queryset=None, to_field_name="template_id", required=False
    )

    def __init__(self, data: Any, *, grant: AdminRelationship) -> None:
        super().__init__(data)
        terms = grant.granted_terms or grant.asked_terms
        self.fields["role"].queryset = terms.roles.all()  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[AdminRole]:
        """None where nothing was ticked; what was never given is refused."""
        if not self.is_valid():
            raise Refused(not_given())
        return list(self.cleaned_data["role"])
