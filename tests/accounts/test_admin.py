import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Permission
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
        response = client.post(page_of(person), {"is_active": "on", "is_staff": "on"})
        assert response.status_code == 302
        person.refresh_from_db()
        assert person.is_staff

    def test_keep_what_a_superuser_may_not_change(self, client, superuser, person):
        client.post(page_of(person), {"is_active": "on", "email": "thief@evil.example"})
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


class TestSecrets:
    def test_of_people_are_not_shown(self):
        assert not admin.site.is_registered(Authenticator)
