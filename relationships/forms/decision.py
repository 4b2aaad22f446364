from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import AdminRole
from ..moves.deciding import Answer

ALLOW = {"allow": True, "refuse": False}


class DecisionForm(forms.Form):
    """What a person answered on the decision page."""

    seen_digest = forms.CharField(max_length=64)
    selling = forms.ChoiceField(choices=[(key, key) for key in ALLOW], required=False)
    administration = forms.ChoiceField(choices=[(key, key) for key in ALLOW], required=False)
    roles = forms.MultipleChoiceField(label=_("Roles"), required=False)
    days = forms.IntegerField(label=_("Days"), required=False, min_value=1, max_value=730)
    reason = forms.CharField(label=_("Reason, if you decline"), max_length=1000, required=False)

    def __init__(self, *args: Any, roles: list[AdminRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked_roles = {str(role.template_id): role for role in roles}
        self.fields["roles"].choices = [  # type: ignore[attr-defined]
            (template_id, role.name) for template_id, role in self.asked_roles.items()
        ]

    def answer(self) -> Answer:
        """The answer as the move takes it; an unanswered half is None."""
        given = self.cleaned_data
        return Answer(
            seen_digest=given["seen_digest"],
            selling=ALLOW.get(given["selling"]),
            administration=ALLOW.get(given["administration"]),
            roles=[self.asked_roles[template_id] for template_id in given["roles"]],
            days=given["days"],
            reason=given["reason"],
        )
