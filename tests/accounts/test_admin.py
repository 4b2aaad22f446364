import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from accounts.models import Actor, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    person = User.objects.create_user("robin@fernhill.example", name="Robin Fern")
    Actor.objects.of(person)
    return person


@pytest.fixture
def superuser(client):
    superuser = User.objects.create_superuser("staff@operator.example")
    client.force_login(superuser)
    return superuser


@pytest.fixture
def staff(client):
    staff = User.objects.create_user("looks@operator.example", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    client.force_login(staff)
    return staff


def page_of(person):
    return reverse("admin:accounts_user_change", args=[person.pk])


class TestUsers:
    def test_are_shown_to_staff(self, client, staff, person):
        assert b"robin@fernhill" in client.get(reverse("admin:accounts_user_changelist")).content
        assert client.get(page_of(person)).status_code == 200

    def test_are_not_changed_by_staff(self, client, staff, person):
        assert client.post(page_of(staff), {"is_superuser": "on"}).status_code == 403
        staff.refresh_from_db()
        assert not staff.is_superuser

    def test_are_made_staff_by_a_superuser(self, client, superuser, person):
        given = {"is_active": "on", "is_staff": "on", "reason": "joined us"}
        response = client.post(page_of(person), given)
        assert response.status_code == 302
        person.refresh_from_db()
        assert person.is_staff
        assert "joined us" in client.get(page_of(person)).content.decode()

    def test_are_made_staff_for_a_reason(self, client, superuser, person):
        given = {"is_active": "on", "is_staff": "on", "reason": " "}
        assert client.post(page_of(person), given).context["errors"]
        person.refresh_from_db()
        assert not person.is_staff

    def test_keep_a_superuser(self, client, superuser):
        given = {"is_active": "on", "is_staff": "on", "reason": "leaves"}
        answer = client.post(page_of(superuser), given)
        assert "One superuser must remain" in answer.content.decode()
        superuser.refresh_from_db()
        assert superuser.is_superuser

    def test_keep_what_a_superuser_may_not_change(self, client, superuser, person):
        given = {"is_staff": "on", "email": "thief@evil.example", "reason": "because"}
        assert client.post(page_of(person), given).status_code == 302
        person.refresh_from_db()
        assert person.email == "robin@fernhill.example"

    def test_are_neither_added_nor_deleted(self, client, superuser, person):
        assert client.get(reverse("admin:accounts_user_add")).status_code == 403
        delete = reverse("admin:accounts_user_delete", args=[person.pk])
        assert client.post(delete, {"post": "yes"}).status_code == 403
        assert User.objects.filter(pk=person.pk).exists()


class TestActors:
    def test_are_only_looked_at(self, client, superuser, person):
        address = reverse("admin:accounts_actor_change", args=[person.actor.pk])
        assert client.get(address).status_code == 200
        assert client.post(address, {"name": "x"}).status_code == 403


class TestGroups:
    def test_are_made_by_a_superuser_and_permit_no_deleting(self, client, superuser):
        add = reverse("admin:auth_group_add")
        offered = client.get(add).context["adminform"].form.fields["permissions"].queryset
        assert offered.filter(codename="change_partner").exists()
        assert not offered.filter(codename__startswith="delete_").exists()
        look = Permission.objects.get(codename="view_partner")
        client.post(add, {"name": "Supervisors", "permissions": [look.pk], "reason": "new team"})
        group = Group.objects.get(name="Supervisors")
        assert list(group.permissions.all()) == [look]

    @pytest.mark.parametrize("name", ["Support", "Verification", "Auditor"])
    def test_keep_what_they_may_when_they_are_renamed(self, client, superuser, name):
        group = Group.objects.get(name=name)
        before = set(group.permissions.all())
        page = reverse("admin:auth_group_change", args=[group.pk])
        form = client.get(page).context["adminform"].form
        keys = [getattr(value, "pk", value) for value in form["permissions"].value()]
        assert set(form.fields["permissions"].queryset) >= before
        given = {"name": f"{name} of ours", "permissions": keys, "reason": "our words"}
        assert client.post(page, given).status_code == 302
        group.refresh_from_db()
        assert group.name == f"{name} of ours"
        assert set(group.permissions.all()) == before

    def test_are_not_changed_by_other_staff(self, client, staff):
        group = Group.objects.create(name="Supervisors")
        staff.user_permissions.add(Permission.objects.get(codename="change_group"))
        page = reverse("admin:auth_group_change", args=[group.pk])
        everything = list(Permission.objects.values_list("pk", flat=True))
        given = {"name": "Mine", "permissions": everything, "reason": "because"}
        assert client.post(page, given).status_code == 403
        group.refresh_from_db()
        assert (group.name, group.permissions.count()) == ("Supervisors", 0)


class TestSecrets:
    @pytest.mark.parametrize("model", [Authenticator, SocialApp, SocialAccount, SocialToken])
    def test_of_people_are_not_shown(self, model):
        assert not admin.site.is_registered(model)
