"""What a customer answers to a request; whether the answer may stand is for the move to say."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import AdminRole, Decision
from ..moves.deciding import Answer

ALLOW, DENY = "allow", "deny"
ANSWERS = [(ALLOW, _("Allow")), (DENY, _("Do not allow"))]


class ApproveForm(forms.Form):
    """Both halves of a request, neither answered beforehand."""

    seen_digest = forms.CharField(required=False, widget=forms.HiddenInput)
    selling = forms.ChoiceField(
        label=_("Selling"), choices=ANSWERS, required=False, widget=forms.RadioSelect
    )
    administration = forms.ChoiceField(
        label=_("Administration"), choices=ANSWERS, required=False, widget=forms.RadioSelect
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Only roles that were asked for can be granted.")},
    )
    days = forms.IntegerField(label=_("Days"), required=False, min_value=1)

    def __init__(self, *args: Any, decision: Decision, asked: list[AdminRole], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.asked = asked
        if not decision.request.asks_selling:
            del self.fields["selling"]
        if decision.request.terms is None:
            for name in ("administration", "roles", "days"):
                del self.fields[name]
            return
        roles = self.fields["roles"]
        roles.choices = [  # type: ignore[attr-defined]
            (str(role.template_id), role.name) for role in asked
        ]
        most = decision.request.terms.days
        self.fields["days"] = forms.IntegerField(
            label=_("Days"), required=False, min_value=1, max_value=most, initial=most
        )
        self.fields["days"].widget.attrs["inputmode"] = "numeric"

    def clean(self) -> dict[str, Any] | None:
        """What was typed about administration counts only where it is allowed."""
        cleaned = super().clean()
        if self.cleaned_data.get("administration") != ALLOW:
            for name in ("roles", "days"):
                self.errors.pop(name, None)
                self.cleaned_data.pop(name, None)
        return cleaned

    def answer(self) -> Answer:
        typed = self.cleaned_data
        chosen = set(typed.get("roles", []))
        return Answer(
            seen_digest=typed["seen_digest"],
            selling=_yes_or_no(typed.get("selling")),
            administration=_yes_or_no(typed.get("administration")),
            roles=[role for role in self.asked if str(role.template_id) in chosen],
            days=typed.get("days"),
        )

    def typed(self) -> dict[str, Any]:
        """What to put back into the page after the person has proved who they are."""
        names = [name for name in self.fields if name != "seen_digest"]
        return {name: self.cleaned_data.get(name) for name in names}


class DeclineForm(forms.Form):
    """The refusal of the whole request, with a reason for the partner if one is given."""

    seen_digest = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=1000,
        help_text=_("The partner reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def answer(self) -> Answer:
        typed = self.cleaned_data
        return Answer(seen_digest=typed["seen_digest"], reason=typed["reason"])


def _yes_or_no(value: str | None) -> bool | None:
    return {ALLOW: True, DENY: False}.get(value or "")
