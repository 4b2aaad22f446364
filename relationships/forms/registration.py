"""What a person tells of the organisation that they register."""

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from customers.identity import LONGEST_NAME, plain_name
from partnercenter.lib.refusals import Refused


def country_choices() -> list[tuple[str, str]]:
    return [("", _t("Choose a country")), *countries]


class RegistrationForm(forms.Form):
    """Name and country; the domain is proved, not typed."""

    name = forms.CharField(
        label=_("Name of your organisation"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=country_choices,
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )

    def clean_name(self) -> str:
        try:
            return plain_name(self.cleaned_data["name"])
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
