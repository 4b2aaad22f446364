"""An organisation's identity provider, as its global admin enters it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnercenter.lib.refusals import Refused

from ..models import IdentityProvider
from ..moves.signing_on import check_issuer


class IdentityProviderForm(forms.Form):
    """Issuer, client id and secret, as the provider shows them."""

    issuer = forms.CharField(
        label=_("Issuer"),
        max_length=300,
        widget=forms.URLInput(attrs={"spellcheck": "false"}),
        help_text=_("The address by which the provider calls itself, such as https://id.example."),
    )
    client_id = forms.CharField(
        label=_("Client id"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    secret = forms.CharField(
        label=_("Client secret"),
        max_length=500,
        required=False,
        # Of what was just typed nothing is lost; what is saved is never an initial value.
        widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, provider: IdentityProvider | None = None, **kwargs: Any) -> None:
        if provider is not None:
            kwargs["initial"] = {"issuer": provider.issuer, "client_id": provider.client_id}
        super().__init__(*args, **kwargs)
        secret = self.fields["secret"]
        if provider is not None and provider.secret:
            secret.help_text = _("Leave it empty to keep the one that is there.")
        else:
            secret.required = True
            secret.help_text = _("It is kept encrypted and never shown again.")

    def clean_issuer(self) -> str:
        issuer: str = self.cleaned_data["issuer"].strip()
        try:
            check_issuer(issuer)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return issuer
