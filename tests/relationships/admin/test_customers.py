"""Staff enter and edit customers, confirm domains, and invite who rules the account first."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from audit.models import Event
from customers.models import Customer, CustomerInvitation
from customers.rights import CustomerRole
from mail.models import Delivery
from tests import factories as make

pytestmark = pytest.mark.django_db
ADD = "admin:customers_customer_add"
NEW = {
    "name": "Fernhill Foods",
    "primary_domain": "fernhill.example",
    "country": "DE",
    "reason": "moved from the old system",
}


@pytest.fixture
def staff(client):
    staff = make.make_user(is_staff=True, name="Stella Staff")
    permissions = Permission.objects.filter(content_type__app_label="customers")
    staff.user_permissions.set(permissions.exclude(codename__startswith="delete"))
    client.force_login(staff)
    return staff


def page(customer):
    return reverse("admin:customers_customer_change", args=[customer.pk])


def move(name, *customers):
    ids = ",".join(str(customer.pk) for customer in customers)
    return f"{reverse('admin:customers_customer_move', args=[name])}?ids={ids}"


def text_of(answer):
    return answer.content.decode()


class TestAdd:
    def test_enters_by_the_move(self, client, staff):
        answer = client.post(reverse(ADD), NEW)
        customer = Customer.objects.get()
        assert answer["Location"] == page(customer)
        assert (customer.slug, customer.domain_confirmed_at) == ("fernhill-example", None)
        event = Event.objects.get(kind="customer.added")
        assert event.details["reason"] == "moved from the old system"

    @pytest.mark.parametrize("wrong", [{"reason": "\t"}, {"country": "XX"}, {"tenant_id": "7"}])
    def test_keeps_what_was_typed_where_it_is_refused(self, client, staff, wrong):
        answer = client.post(reverse(ADD), {**NEW, **wrong})
        form = answer.context["adminform"].form
        assert set(form.errors) == set(wrong)
        assert form["name"].value() == "Fernhill Foods"
        assert not Customer.objects.exists()


class TestEdit:
    def test_writes_what_was_typed_anew(self, client, staff):
        customer = make.make_customer("Fernhill", domain="fernhil.example")
        given = {**NEW, "reason": "mistyped"}
        assert client.post(page(customer), given)["Location"] == page(customer)
        customer.refresh_from_db()
        assert (customer.name, customer.primary_domain) == ("Fernhill Foods", "fernhill.example")
        columns = Event.objects.get(kind="customer.edited").details["columns"]
        assert set(columns) == {"name", "primary_domain"}

    def test_leaves_a_confirmed_domain_and_the_tenant_id(self, client, staff):
        customer = make.make_customer("Fernhill", domain="fernhill.example")
        customer.confirm_domain(by=make.operator(), reason="seen")
        before = Customer.objects.values("primary_domain", "tenant_id", "slug").get()
        given = {
            **NEW,
            "primary_domain": "thief.example",
            "tenant_id": "3f0c1e52-6f43-4f0c-9d7e-0a1b2c3d4e5f",
            "slug": "thief",
        }
        client.post(page(customer), given)
        assert Customer.objects.get().name == "Fernhill Foods"
        assert Customer.objects.values("primary_domain", "tenant_id", "slug").get() == before

    def test_needs_a_reason(self, client, staff):
        customer = make.make_customer("Fernhill")
        answer = client.post(page(customer), {**NEW, "reason": ""})
        assert set(answer.context["adminform"].form.errors) == {"reason"}
        assert Customer.objects.get().name == "Fernhill"

    def test_is_refused_where_the_domain_is_anothers(self, client, staff):
        make.make_customer(domain="fernhill.example")
        customer = make.make_customer("Fernhill")
        answer = client.post(page(customer), NEW)
        assert set(answer.context["adminform"].form.errors) == {"primary_domain"}
        assert not Event.objects.filter(kind="customer.edited").exists()


class TestConfirmDomain:
    def test_of_several_at_once(self, client, staff):
        customers = [make.make_customer() for _ in range(2)]
        chosen = {"action": "confirm-domain", "_selected_action": [c.pk for c in customers]}
        led = client.post(reverse("admin:customers_customer_changelist"), chosen)
        client.post(led["Location"], {"reason": "seen in the register"})
        assert set(Customer.objects.values_list("domain_confirmed_by__user", flat=True)) == {
            staff.pk
        }
        events = Event.objects.filter(kind="customer.domain_confirmed")
        assert {event.details["reason"] for event in events} == {"seen in the register"}

    def test_needs_a_reason(self, client, staff):
        customer = make.make_customer()
        client.post(move("confirm-domain", customer), {"reason": " "})
        assert Customer.objects.get().domain_confirmed_at is None

    def test_is_offered_once(self, client, staff):
        customer = make.make_customer()
        assert "moves/confirm-domain/" in text_of(client.get(page(customer)))
        customer.confirm_domain(by=make.operator(), reason="seen")
        assert "moves/confirm-domain/" not in text_of(client.get(page(customer)))


class TestInvite:
    def test_writes_to_an_address_in_the_customers_domain(self, client, staff):
        customer = make.make_customer(domain="fernhill.example")
        given = {"email": "greta@fernhill.example", "reason": "asked by phone"}
        client.post(move("invite", customer), given)
        assert CustomerInvitation.objects.get().role == CustomerRole.GLOBAL_ADMIN
        assert Delivery.objects.get(kind="invitation").recipient == "greta@fernhill.example"

    def test_says_why_no_other_address_is_written_to(self, client, staff):
        customer = make.make_customer(domain="fernhill.example")
        given = {"email": "greta@elsewhere.example", "reason": "asked by phone"}
        answer = client.post(move("invite", customer), given)
        assert "own domain, fernhill.example" in text_of(answer)
        assert 'value="greta@elsewhere.example"' in text_of(answer)
        assert not CustomerInvitation.objects.exists()
        assert not Delivery.objects.exists()

    def test_is_over_once_somebody_rules_the_account(self, client, staff):
        customer = make.make_customer(domain="fernhill.example")
        admin = make.join_customer(customer)
        given = {"email": "greta@fernhill.example", "reason": "asked by phone"}
        client.post(move("invite", customer), given)
        assert not CustomerInvitation.objects.exists()
        admin.is_active = False
        admin.save(update_fields=["is_active"])
        client.post(move("invite", customer), given)
        assert CustomerInvitation.objects.exists()


class TestMovePages:
    @pytest.mark.parametrize("name", ["confirm-domain", "invite"])
    def test_are_closed_to_who_may_only_look(self, client, name):
        customer = make.make_customer(domain="fernhill.example")
        looks = make.make_user(is_staff=True)
        looks.user_permissions.add(Permission.objects.get(codename="view_customer"))
        client.force_login(looks)
        given = {"reason": "because", "email": "greta@fernhill.example"}
        assert client.get(move(name, customer)).status_code == 403
        assert client.post(move(name, customer), given).status_code == 403
        assert Customer.objects.get().domain_confirmed_at is None
        assert not CustomerInvitation.objects.exists()


@pytest.mark.parametrize("by", ["name", "primary_domain", "tenant_id"])
def test_the_list_finds_by_name_domain_and_tenant_id(client, staff, by):
    found, _other = make.make_customer("Fernhill"), make.make_customer("Glenmoor")
    answer = client.get(
        reverse("admin:customers_customer_changelist"), {"q": str(getattr(found, by))}
    )
    assert list(answer.context["cl"].queryset) == [found]
