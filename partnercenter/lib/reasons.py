"""Why staff did something: every act of theirs carries a reason."""

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from .refusals import Refused

LONGEST = 500


def given_reason(reason: str) -> str:
    """The reason without the space around it; blank is none."""
    reason = reason.strip()
    if not reason:
        raise Refused(_t("Give a reason."))
    if len(reason) > LONGEST:
        raise Refused(_t("A reason has at most %(most)d characters.") % {"most": LONGEST})
    return reason


class ReasonField(forms.CharField):
    """Where staff say why."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Reason"),
            max_length=LONGEST,
            widget=AdminTextareaWidget(attrs={"rows": 3}),
            help_text=_("It stands in the log, for good. At most 500 characters."),
        )


class ReasonForm(forms.Form):
    """An act that needs nothing but a reason."""

    reason = ReasonField()
