"""The demo is made by the ordinary moves, so everything that holds elsewhere holds in it."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from audit.verify import Report, verify
from customers.models import Customer
from mail.models import Delivery
from partners.models import Partner
from relationships.demo import accounts, make_demo
from relationships.models import (
    AdminRelationship,
    AdminStatus,
    Decision,
    DecisionStatus,
    PolicyRefusal,
    RelationshipRequest,
    RequestStatus,
    ResellerRelationship,
    ResellerStatus,
    ServiceAdministration,
)
from relationships.policy_rules import locks_everyone_out, met_by, rules_met
from subscriptions.models import Subscription, SubscriptionState
from tests.subscriptions.forging import dump


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """Made once for all of these, which only read it."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert make_demo()
        connection.check_constraints()
        yield
        transaction.set_rollback(True)


def sold(customer):
    """Service, seller, partner of record and reseller of record of what is active."""
    rows = Subscription.objects.filter(customer__slug=customer, state="active").with_parties()

    def slug(partner):
        return partner.slug if partner else ""

    return {
        row.service.key: (
            slug(row.seller),
            slug(row.partner_of_record),
            slug(row.reseller_of_record),
        )
        for row in rows
    }


def test_fernhill_has_several_sellers_and_buys_directly(demo):
    assert sold("fernhill") == {
        "exchange": ("birch", "birch", "birch"),
        "microsoft-365": ("birch", "birch", "birch"),
        "dynamics": ("cedar", "dogwood", "dogwood"),
        "power-platform": ("", "elm", ""),
    }


def test_glenmoor_has_a_subscription_in_every_state(demo):
    states = Subscription.objects.filter(customer__slug="glenmoor").values_list("state", flat=True)
    assert set(states) == set(SubscriptionState.values)


def test_birch_administers_exchange_and_alder_has_nothing_with_fernhill(demo):
    fernhill = Customer.objects.get(slug="fernhill")
    held = ServiceAdministration.objects.running().get(customer=fernhill, service__key="exchange")
    assert held.partner.slug == "birch"
    assert not fernhill.subscriptions.filter(seller__slug="alder").exists()
    assert not fernhill.reseller_relationships.filter(partner__slug="alder").exists()


def test_a_request_waits_and_a_standing_link_is_there(demo):
    waiting = RelationshipRequest.objects.single().open().get(partner__slug="cedar")
    assert (waiting.partner.slug, waiting.administrator.slug) == ("cedar", "dogwood")
    assert waiting.addressed_to == "glenmoor.example"
    assert RelationshipRequest.objects.standing().open().get().partner.slug == "birch"


def test_alder_has_forty_customers_and_asked_in_every_state(demo):
    alder = Partner.objects.get(slug="alder")
    assert alder.pairs.count() == 40
    assert set(alder.requests.values_list("status", flat=True)) == {*RequestStatus.values} - {
        RequestStatus.ROTATED
    }
    birch = Partner.objects.get(slug="birch")
    assert birch.requests.standing().filter(status=RequestStatus.ROTATED).exists()


def test_glenmoor_fenced_itself_in_and_birch_met_its_policy(demo):
    policy = Customer.objects.get(slug="glenmoor").request_policy
    assert [(place.partner.slug, place.allowed) for place in policy.partners.all()] == [
        ("elm", False)
    ]
    assert not locks_everyone_out(policy)
    refused = PolicyRefusal.objects.get()
    assert (refused.customer, refused.request.partner.slug) == (policy.customer, "birch")
    assert [met.rule for met in met_by(refused)] == ["days"]
    assert refused.told_at
    # What waits for its decision is within its rules.
    waiting = RelationshipRequest.objects.get(partner__slug="cedar")
    assert not rules_met(policy, waiting, timezone.now())


def test_relationships_are_there_in_every_state(demo):
    for model, states in (
        (AdminRelationship, AdminStatus),
        (ResellerRelationship, ResellerStatus),
        (Decision, (DecisionStatus.OPEN, DecisionStatus.APPROVED, DecisionStatus.DECLINED)),
    ):
        assert set(model.objects.values_list("status", flat=True)) >= set(states)


def test_nobody_is_mailed_about_the_past_that_was_made_up(demo):
    assert not Delivery.objects.exists()


def test_every_row_is_what_its_change_says_and_every_chain_is_whole(demo):
    for row in Subscription.objects.with_parties().select_related("last_change"):
        assert row.canonical_form() == row.last_change.canonical_form
    assert not list(verify(Report()))


def test_is_made_once(demo):
    before = dump()
    assert not make_demo()
    assert dump() == before


def test_offers_every_account_that_the_readme_names(demo):
    offered = {account.email for account in accounts()}
    for slug in ("alder", "birch", "cedar", "dogwood", "elm"):
        for local in ("global.admin", "admin.agent", "sales.agent", "helpdesk.agent"):
            assert f"{local}@{slug}.example" in offered
    for slug in ("fernhill", "glenmoor"):
        for local in ("global.admin", "partner.admin", "billing.admin", "reader"):
            assert f"{local}@{slug}.example" in offered
    for local in ("staff", "support", "verification", "auditor"):
        assert f"{local}@operator.example" in offered


def test_has_a_member_of_each_group_of_staff_beside_the_superuser(demo):
    staff = User.objects.filter(is_staff=True).order_by("pk")
    assert [(person.email, person.is_superuser, *person.groups.all()) for person in staff] == [
        ("staff@operator.example", True),
        ("support@operator.example", False, Group.objects.get(name="Support")),
        ("verification@operator.example", False, Group.objects.get(name="Verification")),
        ("auditor@operator.example", False, Group.objects.get(name="Auditor")),
    ]
