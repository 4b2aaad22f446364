"""Staff add and edit services and offers."""

import pytest
from django.urls import reverse

from audit.models import Event
from subscriptions.models import Offer, Service
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def superuser(client):
    client.force_login(make.make_staff())


def page(row):
    return reverse(f"admin:subscriptions_{row._meta.model_name}_change", args=[row.pk])


class TestService:
    def test_is_entered_with_a_reason(self, client):
        add = reverse("admin:subscriptions_service_add")
        answer = client.post(
            add, {"name": "Printing", "key": "printing", "reason": "new family"}, follow=True
        )
        assert Service.objects.filter(key="printing").exists()
        assert "no text of ours" in answer.content.decode()
        assert Event.objects.get(kind="service.added").details["reason"] == "new family"

    def test_keeps_its_key(self, client):
        service = Service.objects.get(key="exchange")
        client.post(page(service), {"name": "Mail", "key": "mail", "reason": "renamed"})
        service.refresh_from_db()
        assert (service.name, service.key) == ("Mail", "exchange")
        columns = Event.objects.get(kind="service.edited").details["columns"]
        assert columns == {"name": {"was": "Exchange Online", "is": "Mail"}}

    @pytest.mark.parametrize("reason", ["", " \n", "x" * 501])
    def test_is_edited_for_a_reason(self, client, reason):
        service = Service.objects.get(key="exchange")
        answer = client.post(page(service), {"name": "Mail", "reason": reason})
        assert set(answer.context["adminform"].form.errors) == {"reason"}
        assert Service.objects.get(key="exchange").name == "Exchange Online"

    def test_is_added_once(self, client):
        add = reverse("admin:subscriptions_service_add")
        answer = client.post(add, {"name": "Mail", "key": "exchange", "reason": "because"})
        assert set(answer.context["adminform"].form.errors) == {"key"}
        assert not Event.objects.exists()


class TestOffer:
    def test_is_entered_and_edited_and_keeps_its_id(self, client):
        service = Service.objects.get(key="exchange")
        given = {
            "name": "Mail for three",
            "sku": "MAIL-3",
            "service": service.pk,
            "offer_id": "3f0c1e52-6f43-4f0c-9d7e-0a1b2c3d4e5f",
            "reason": "new price list",
        }
        client.post(reverse("admin:subscriptions_offer_add"), given)
        offer = Offer.objects.get(sku="MAIL-3")
        other = "4f0c1e52-6f43-4f0c-9d7e-0a1b2c3d4e5f"
        client.post(page(offer), {**given, "name": "Mail for four", "offer_id": other})
        offer.refresh_from_db()
        assert (offer.name, str(offer.offer_id)) == ("Mail for four", given["offer_id"])
        assert Event.objects.filter(kind="offer.edited").count() == 1
