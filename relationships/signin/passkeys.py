"""How a person adds a passkey."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class MFAAdapter(DefaultMFAAdapter):
    """What this product decides where allauth asks about second factors."""

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002
        there = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(number)d") % {"number": there + 1}


class AddPasskeyForm(forms.AddWebAuthnForm):
    """A passkey that signs in by itself, as its name promises, unless the person wants less."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("By which you know it again, such as: my phone.")
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = _("Sign in with this passkey alone, without a password")
        alone.help_text = _(
            "The device asks for your fingerprint, your face or a PIN. Untick it for a security "
            "key that cannot; it then counts after the password only."
        )
