from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import AdminRole, Decision
from ..moves.deciding import Answer

ALLOW = {"allow": True, "refuse": False}


class DecisionForm(forms.Form):
    """What a person answered on the decision page."""

    seen_digest = forms.CharField(max_length=64)
    selling = forms.ChoiceField(choices=[(key, key) for key in ALLOW], required=False)
    administration = forms.ChoiceField(choices=[(key, key) for key in ALLOW], required=False)
    roles: "forms.ModelMultipleChoiceField[AdminRole]" = forms.ModelMultipleChoiceField(
        queryset=None, to_field_name="template_id", required=False
    )
    days = forms.IntegerField(required=False, min_value=1, max_value=730)
    reason = forms.CharField(label=_("Reason, if you decline"), max_length=1000, required=False)

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = AdminRole.objects.visible_to(None).none()
        if decision.request.terms:
            asked = decision.request.terms.roles.select_related("service")
        self.fields["roles"].queryset = asked  # type: ignore[attr-defined]

    def answer(self) -> Answer:
        """The answer as the move takes it; an unanswered half is None."""
        given = self.cleaned_data
        return Answer(
            seen_digest=given["seen_digest"],
            selling=ALLOW.get(given["selling"]),
            administration=ALLOW.get(given["administration"]),
            roles=list(given["roles"]),
            days=given["days"],
            reason=given["reason"],
        )
