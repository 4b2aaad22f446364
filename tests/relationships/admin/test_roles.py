"""Staff add and edit roles; a granted one keeps what rule R26 counts by."""

import pytest
from django.urls import reverse

from audit.models import Event
from relationships.models import AdminRole
from subscriptions.models import Service
from tests import factories as make
from tests.relationships.admin.world import make_pair

pytestmark = pytest.mark.django_db
ADD = "admin:relationships_adminrole_add"


@pytest.fixture(autouse=True)
def superuser(client):
    client.force_login(make.make_staff())


def page(role):
    return reverse("admin:relationships_adminrole_change", args=[role.pk])


def typed(role, **fields):
    given = {
        "name": role.name,
        "service": role.service_id,
        "administers": role.administers,
        "marks": role.marks,
        "reason": "because",
        **{name: "on" for name in ("privileged", "blocks_auto_extend") if getattr(role, name)},
    }
    return {**given, **fields}


def text_of(answer):
    return answer.content.decode()


class TestAdd:
    def test_enters_a_role_of_which_pages_say_that_it_is_not_described(self, client):
        given = {
            "name": "Printer Keeper",
            "service": Service.objects.get(key="windows").pk,
            "administers": "no",
            "template_id": "3f0c1e52-6f43-4f0c-9d7e-0a1b2c3d4e5f",
            "reason": "asked by two partners",
        }
        answer = client.post(reverse(ADD), given, follow=True)
        role = AdminRole.objects.get(name="Printer Keeper")
        assert "no text of ours" in text_of(answer)
        assert Event.objects.get(kind="adminrole.added").subject_id == str(role.template_id)

    def test_needs_a_reason(self, client):
        before = AdminRole.objects.count()
        client.post(reverse(ADD), {"name": "Printer Keeper", "reason": " "})
        assert AdminRole.objects.count() == before


class TestEdit:
    def test_writes_what_was_typed_anew(self, client):
        (role,) = make.roles(make.TEAMS_ADMINISTRATOR)
        client.post(page(role), typed(role, name="Teams Keeper", reason="renamed there"))
        role.refresh_from_db()
        assert role.name == "Teams Keeper"
        details = Event.objects.get(kind="adminrole.edited").details
        assert set(details["columns"]) == {"name"}

    def test_leaves_the_id(self, client):
        (role,) = make.roles(make.TEAMS_ADMINISTRATOR)
        other = "3f0c1e52-6f43-4f0c-9d7e-0a1b2c3d4e5f"
        client.post(page(role), typed(role, name="Teams Keeper", template_id=other))
        role.refresh_from_db()
        assert str(role.template_id) == make.TEAMS_ADMINISTRATOR

    @pytest.mark.parametrize("column", ["service", "administers"])
    def test_says_why_a_granted_role_stays(self, client, column):
        make_pair()
        (role,) = make.roles(make.EXCHANGE_ADMINISTRATOR)
        before = AdminRole.objects.values().get(pk=role.pk)
        new = {"service": Service.objects.get(key="teams").pk, "administers": "no"}[column]
        answer = client.post(page(role), typed(role, name="Mail Keeper", **{column: new}))
        assert "has been granted" in text_of(answer)
        assert 'value="Mail Keeper"' in text_of(answer)
        assert AdminRole.objects.values().get(pk=role.pk) == before
        assert not Event.objects.filter(kind="adminrole.edited").exists()

    def test_lets_a_granted_role_be_renamed(self, client):
        make_pair()
        (role,) = make.roles(make.EXCHANGE_ADMINISTRATOR)
        client.post(page(role), typed(role, name="Mail Keeper"))
        role.refresh_from_db()
        assert role.name == "Mail Keeper"


def test_the_page_shows_the_plain_words_that_customers_read(client):
    (role,) = make.roles(make.EXCHANGE_ADMINISTRATOR)
    shown = text_of(client.get(page(role)))
    assert str(role.text.summary) in shown.replace("&#x27;", "'")
    assert 'name="summary"' not in shown
