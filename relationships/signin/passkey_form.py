"""The form by which a person adds a passkey."""

from typing import Any

from allauth.mfa.webauthn import forms
from django.utils.translation import gettext_lazy as _


class AddPasskeyForm(forms.AddWebAuthnForm):
    """A passkey that signs in by itself, as its name promises, unless the person wants less."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = _("Sign in with this passkey alone, without a password")
        alone.help_text = _(
            "The device asks for your fingerprint, your face or a PIN. Untick it for a security "
            "key that cannot; it then counts after the password only."
        )
