from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ..activity import THINGS

# Wide enough for every log, and far from where no date follows any more.
DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ActivityForm(forms.Form):
    """Which part of the log somebody wants to read; the latest month where nothing is said."""

    thing = forms.ChoiceField(
        label=_("About"), choices=[("", _("everything")), *THINGS.items()], required=False
    )
    since = forms.DateField(label=_("From"), required=False, widget=day_input(), validators=DAYS)
    until = forms.DateField(label=_("To"), required=False, widget=day_input(), validators=DAYS)
    customer = forms.UUIDField(label=_("Customer"), required=False, widget=forms.HiddenInput)

    def __init__(self, asked: QueryDict, things: Mapping[str, Any] = THINGS) -> None:
        today, data = localdate(), asked.copy()
        data.setdefault("since", (today - relativedelta(months=1)).isoformat())
        data.setdefault("until", today.isoformat())
        super().__init__(data)
        about: Any = self.fields["thing"]
        about.choices = [("", _("everything")), *things.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _t("It ends before it begins."))
        return cleaned

    def choice(self) -> dict[str, Any]:
        """What the reading is asked for, with days as moments in the reader's zone."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        customer = self.cleaned_data["customer"]
        return {
            "thing": self.cleaned_data["thing"],
            "since": _start_of(since) if since else None,
            "until": _start_of(until + timedelta(days=1)) if until else None,
            "customer_id": str(customer) if customer else "",
        }


def _start_of(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
