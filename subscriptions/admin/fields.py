"""What staff type of a subscription."""

import uuid
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from .. import import_values as values
from ..models import Offer


class OrganisationField(forms.CharField):
    """An organisation by its domain or tenant id: a list to choose from would have no end."""

    default_error_messages = {"unknown": _("There is no active one with this domain or tenant id.")}

    def __init__(self, rows: QuerySet[Any], **kwargs: Any) -> None:
        self.rows = rows
        kwargs.setdefault("widget", AdminTextInputWidget())
        super().__init__(max_length=253, **kwargs)

    def clean(self, value: Any) -> Any:
        if not (name := super().clean(value)):
            return None
        try:
            named = {"tenant_id": uuid.UUID(name)}
        except ValueError:
            named = {"primary_domain": name.lower().rstrip(".")}
        found = self.rows.filter(**named).first()
        if found is None:
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown")
        return found


class PriceField(forms.DecimalField):
    """The price of one licence, as the column holds it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_digits=12, decimal_places=4, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        price: Decimal | None = super().clean(value)
        # There is no price of minus nought.
        return None if price is None else abs(price)


class CurrencyField(forms.CharField):
    """Three letters."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", AdminTextInputWidget())
        super().__init__(min_length=3, max_length=3, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return values.currency(super().clean(value))
        except values.Problem as problem:
            raise forms.ValidationError(str(problem)) from problem


class _ByService(forms.models.ModelChoiceIterator):
    """Offers under the name of their service."""

    def __iter__(self) -> Iterator[Any]:
        yield ("", _t("Choose a product"))
        for service, offers in groupby(self.queryset, key=lambda offer: offer.service.name):
            yield service, [self.choice(offer) for offer in offers]


class OfferField(forms.ModelChoiceField):
    """One offer of the catalogue."""

    iterator = _ByService

    def __init__(self, **kwargs: Any) -> None:
        offers = Offer.objects.select_related("service").order_by("service__name", "name")
        super().__init__(offers, **kwargs)

    def label_from_instance(self, obj: Offer) -> str:
        return f"{obj.name} ({obj.sku})"
