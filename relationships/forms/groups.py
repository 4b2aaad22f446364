"""A partner's groups, and which roles of a grant each of them has."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import PartnerMembership, SecurityGroup

from ..models import AdminRelationship, AdminRole
from ..moves.groups import LONGEST_NAME


class GroupForm(forms.Form):
    """What a group is called."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        help_text=_("Customers read it in their log, so name the work and not a customer."),
    )


class AddPersonForm(forms.Form):
    """Who is put into the group."""

    person = forms.ChoiceField(label=_("Person"))

    def __init__(self, *args: Any, group: SecurityGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inside = group.people().values("pk")
        places = group.partner.memberships.current().exclude(pk__in=inside).select_related("user")
        self.places = {str(place.user.public_id): place for place in places.order_by("user__name")}
        person: Any = self.fields["person"]
        person.choices = [
            ("", "–"),
            *(
                (key, f"{place.user.get_full_name()}, {place.user.email}")
                for key, place in self.places.items()
            ),
        ]

    @property
    def place(self) -> PartnerMembership:
        return self.places[self.cleaned_data["person"]]


class AssignmentForm(forms.Form):
    """Which of the grant's roles the group has."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, relationship: AdminRelationship, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = relationship.granted_roles.filter(removed_at__isnull=True).select_related("role")
        self.by_key = {str(row.role.template_id): row.role for row in given.order_by("role__name")}
        roles: Any = self.fields["roles"]
        roles.choices = [(key, role.name) for key, role in self.by_key.items()]

    @property
    def chosen(self) -> list[AdminRole]:
        return [self.by_key[key] for key in self.cleaned_data["roles"]]
