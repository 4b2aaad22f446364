"""Domains as people type them."""

from typing import Any

from django import forms
from django.core.validators import validate_domain_name
from django.utils.translation import gettext_lazy as _


class DomainField(forms.CharField):
    """The name of a domain, folded."""

    default_validators = [validate_domain_name]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Primary domain"))
        super().__init__(max_length=253, **kwargs)

    def to_python(self, value: Any) -> Any:
        return (super().to_python(value) or "").lower().rstrip(".")
