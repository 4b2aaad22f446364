from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class TerminateForm(forms.Form):
    """What somebody saw before taking something back."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def show(self, digest: str) -> None:
        """Carry along what the page shows now, also where it is shown once more."""
        self.initial["seen"] = digest
        if self.is_bound:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data["seen"] = digest
            self.data = data


class EndSellingForm(TerminateForm):
    """The same for the reseller relationship, with the partner's word (rule R41)."""

    good_faith = forms.BooleanField(
        label=_("We act in good faith and give whatever notice our contract asks for.")
    )

    @property
    def words(self) -> str:
        """The sentence that was ticked, in the language in which it was read."""
        return str(self.fields["good_faith"].label)
