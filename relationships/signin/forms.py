"""What people type about themselves; nothing here may import allauth's own forms."""

import re
import zoneinfo
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from partnercenter.lib.forms import FieldsForm
from partnercenter.lib.names import NOT_IN_A_NAME

NAME_LENGTH = 150
CODE_LENGTH = 20

# The name stands in mails and in the log as `name <address>`; it has a letter that people see.
plain_name = RegexValidator(
    rf"^(?!.*(?:@|{NOT_IN_A_NAME})).*[^\W_]",
    _("Write your name in letters, without addresses, angle brackets or hidden characters."),
    flags=re.DOTALL,
)


@cache
def time_zones() -> list[tuple[str, str]]:
    """Every zone that this machine knows by a place, and UTC."""
    places = {name for name in zoneinfo.available_timezones() if "/" in name}
    named = sorted(name for name in places if not name.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in named)]


class SignupForm(forms.Form):
    """What a new person tells besides address and password."""

    name = forms.CharField(
        label=_("Full name"),
        max_length=NAME_LENGTH,
        validators=[plain_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1", "password2"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Nothing more: the adapter made the person with this name."""


class AgainCodeForm(forms.Form):
    """The code from the mail."""

    code = forms.CharField(
        label=_("Code"),
        max_length=CODE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )


class SignOnForm(forms.Form):
    """The address that says which organisation's sign-in is meant."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("The one that you have from your organisation."),
    )


class ProfileForm(FieldsForm):
    """What a person may change about themselves at any time."""

    class Meta:
        model = User
        fields = ["name", "language", "time_zone", "answers_daily"]
        labels = {"answers_daily": _("Answers to requests once a day")}
        help_texts = {
            "answers_daily": _(
                "What came of your organisation's requests comes in one mail at 17:00 in your time "
                "zone, and not each answer at once. What ends or is taken from you is always told "
                "at once."
            )
        }

    def __init__(self, *args: Any, of_partner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not of_partner:
            del self.fields["answers_daily"]
        self.fields["name"].required = True
        self.fields["name"].validators.append(plain_name)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=self._zones(),
            help_text=_("Dates and times are shown in this zone."),
        )

    def _zones(self) -> list[tuple[str, str]]:
        # A zone of another machine stays what it is until the person chooses another.
        own = self.instance.time_zone
        known = time_zones()
        return known if own in dict(known) else [(own, own), *known]
