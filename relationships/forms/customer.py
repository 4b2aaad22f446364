from django import forms
from django.utils.translation import gettext_lazy as _


class CustomerSearchForm(forms.Form):
    """Which of a partner's customers somebody looks for."""

    q = forms.CharField(
        label=_("Name, domain or tenant id"),
        max_length=253,
        required=False,
        help_text=_("A name is found by its beginning."),
    )
