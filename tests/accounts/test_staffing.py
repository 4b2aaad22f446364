"""A superuser says who is staff; nobody else, never without a reason, and one always remains."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied

from accounts import staffing
from accounts.models import Actor, User
from audit.models import Event
from partnercenter.lib.refusals import Refused
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return Actor.objects.of(make.make_staff())


def others():
    yield Actor.objects.of(make.make_user(is_staff=True))
    yield Actor.objects.of(make.make_user(is_superuser=True))  # no staff
    yield Actor.objects.clock()


class TestChangeRights:
    def test_writes_what_differs_and_says_why(self, by):
        person, group = make.make_user(), Group.objects.create(name="Supervisors")
        changes = {"is_staff": True, "is_active": True, "groups": [group]}
        staffing.change_rights(person, changes, by=by, reason=" joined us ")
        person.refresh_from_db()
        assert person.is_staff
        assert list(person.groups.all()) == [group]
        event = Event.objects.get(kind="user.rights_changed")
        assert event.details == {
            "reason": "joined us",
            "columns": {
                "is_staff": {"was": False, "is": True},
                "groups": {"was": [], "is": ["Supervisors"]},
            },
        }
        assert event.chains == ["operator"]
        assert person.email not in event.canonical_form()

    def test_records_nothing_where_nothing_differs(self, by):
        person = make.make_user()
        staffing.change_rights(person, {"is_staff": False, "groups": []}, by=by, reason="because")
        assert not Event.objects.exists()

    def test_is_the_superusers_alone(self):
        person = make.make_user()
        for actor in others():
            with pytest.raises(PermissionDenied):
                staffing.change_rights(person, {"is_staff": True}, by=actor, reason="because")
        person.refresh_from_db()
        assert not person.is_staff

    @pytest.mark.parametrize("right", sorted(staffing.RIGHTS))
    def test_leaves_one_superuser_who_can_sign_in(self, by, right):
        with pytest.raises(Refused):
            staffing.change_rights(by.user, {right: False}, by=by, reason="leaves")
        by.user.refresh_from_db()
        assert by.user.is_active
        assert by.user.is_staff
        assert by.user.is_superuser
        assert not Event.objects.exists()

    def test_changes_nothing_else(self, by):
        person = make.make_user(name="Robin")
        with pytest.raises(Refused):
            staffing.change_rights(person, {"email": "thief@evil.example"}, by=by, reason="x")
        assert User.objects.get(pk=person.pk).email == person.email


class TestGroups:
    def test_are_entered_and_edited_with_a_reason(self, by):
        look = Permission.objects.get(codename="view_partner")
        change = Permission.objects.get(codename="change_partner")
        group = staffing.enter_group("Supervisors", [look], by=by, reason="new team")
        staffing.edit_group(
            group, {"name": "Partner team", "permissions": [look, change]}, by=by, reason="renamed"
        )
        group.refresh_from_db()
        assert group.name == "Partner team"
        assert set(group.permissions.all()) == {look, change}
        events = Event.objects.order_by("pk")
        assert [event.kind for event in events] == ["staff_group.added", "staff_group.edited"]
        assert {event.subject_id for event in events} == {str(group.pk)}
        assert events[1].details["columns"] == {
            "name": {"was": "Supervisors", "is": "Partner team"},
            "permissions": {
                "was": ["partners.view_partner"],
                "is": ["partners.change_partner", "partners.view_partner"],
            },
        }

    def test_are_the_superusers_alone(self, by):
        group = staffing.enter_group("Supervisors", [], by=by, reason="new team")
        everything = Permission.objects.all()
        for actor in others():
            with pytest.raises(PermissionDenied):
                staffing.enter_group("Mine", everything, by=actor, reason="because")
            with pytest.raises(PermissionDenied):
                staffing.edit_group(group, {"permissions": everything}, by=actor, reason="because")
        assert not Group.objects.filter(name="Mine").exists()
        assert not group.permissions.exists()
