"""Roles as pages draw them, those that staff added too."""

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from relationships.models import AdminRole
from relationships.role_choices import role_view
from subscriptions.models import Service
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def added():
    return AdminRole.objects.create(
        template_id="3f0c1e52-6f43-4f0c-9d7e-0a1b2c3d4e5f",
        name="Printer Keeper",
        service=Service.objects.get(key="windows"),
        administers="no",
    )


class TestRoleThatStaffAdded:
    def test_says_that_it_is_not_described(self, added):
        drawn = role_view(added)
        assert added.service.name in drawn["summary"]
        assert "not described yet" in drawn["summary"]
        assert drawn["risk_level"] == "elevated"

    def test_is_privileged_where_staff_say_so(self, added):
        added.privileged = True
        assert role_view(added)["risk_level"] == "privileged"

    def test_is_drawn_without_lists_of_nothing(self, added):
        card = render_to_string("components/role_card.html", role_view(added))
        assert "not described yet" in card
        for heading in ("Can", "Cannot", "Risk:"):
            assert f">{heading}<" not in card

    def test_can_be_asked_for_and_decided_on(self, client, added):
        customer = make.make_customer()
        admin = make.join_customer(customer)
        request = make.make_request(email=admin.email, role_ids=(str(added.template_id),))
        decision = make.make_decision(request, customer, by=admin)
        client.force_login(admin)
        page = client.get(
            reverse("relationships:decision", args=[customer.slug, decision.public_id])
        )
        assert "Printer Keeper" in page.content.decode()
        assert "not described yet" in page.content.decode()
