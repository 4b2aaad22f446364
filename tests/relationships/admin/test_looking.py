"""What the look-only pages show of a request, its decision, and what it made."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.models import Actor
from customers.models import CustomerInvitation
from relationships.models import (
    AdminRelationship,
    BulkAct,
    Decision,
    RelationshipRequest,
    ResellerRelationship,
    ServiceAdministration,
)
from relationships.moves.clock import expire_past_end
from relationships.moves.opening import follow
from tests import factories as make
from tests.relationships.admin.world import make_job, make_pair, make_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision():
    return make_pair()


@pytest.fixture
def look(client):
    """The page of a row, as staff who may only look at rows of its kind see it."""

    def look(row):
        staff = make.make_user(is_staff=True)
        staff.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
        client.force_login(staff)
        opts = row._meta
        url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
        return client.get(url).content.decode()

    return look


class TestRequestPolicy:
    def test_says_the_rules_and_whom_they_refused_and_never_the_code(self, look, decision):
        customer, partner = decision.customer, decision.request.partner
        policy = make_policy(customer, partner)
        admin = make.join_customer(customer)
        request = make.make_request(partner, name="For more", email=admin.email)
        follow(request, customer, by=Actor.objects.of(admin))
        policy.refresh_from_db()
        shown = look(policy)
        for words in (
            customer.name,
            "Demands a code since",
            "deny list",
            partner.name,
            "For more",
            "every partner",
            policy.changed_by.user.email,
        ):
            assert words in shown, words
        assert policy.code
        assert policy.code not in shown
        assert policy.code_to_read not in shown


class TestBulkJob:
    def test_says_what_is_done_and_what_was_refused(self, look, decision):
        job = make_job(decision.request.partner)
        shown = look(job)
        for words in (
            job.partner.name,
            "Terminate",
            "not started",
            "There is no such administration.",
            "nowhere",
            job.created_by.user.email,
        ):
            assert words in shown, words

    def test_that_takes_a_wish_back_says_so(self, look, decision):
        job = make_job(decision.request.partner, BulkAct.WISH, wished=False)
        shown = look(job).partition("<main")[2]
        assert "Take the wish for extension back" in shown
        assert "Wish for extension" not in shown


class TestRequest:
    def test_says_who_asked_whom_for_what(self, look, decision):
        request = decision.request
        shown = look(request)
        for words in (
            request.name,
            request.partner.name,
            request.addressed_email,
            request.created_by.user.email,
            "Exchange Administrator",
            "for 365 days",
            decision.customer.name,
            "A request was created.",
            "approved the request",
        ):
            assert words in shown

    def test_never_shows_the_link(self, look, client, decision):
        request = decision.request
        assert request.token not in look(request)
        changelist = reverse("admin:relationships_relationshiprequest_changelist")
        assert request.token not in client.get(changelist).content.decode()
        assert not client.get(changelist, {"q": request.token}).context["cl"].queryset.exists()
        guess = client.get(changelist, {"token__startswith": request.token[:3]})
        assert guess.status_code == 400
        decisions = reverse("admin:relationships_decision_changelist")
        guess = client.get(decisions, {"request__token__startswith": request.token[:3]})
        assert guess.status_code == 400


class TestDecision:
    def test_says_what_was_answered_and_who_signed(self, look, decision):
        decision.refresh_from_db()
        signature = decision.signatures.get()
        shown = look(decision)
        for words in (
            "allowed",
            signature.actor.user.email,
            signature.content_digest,
            signature.granted_digest,
            decision.texts_version,
            "approved the request",
        ):
            assert words in shown


class TestRelationships:
    def test_say_since_when_and_by_which_decision(self, look, decision):
        for row in (ResellerRelationship.objects.get(), ServiceAdministration.objects.get()):
            shown = look(row)
            page = reverse("admin:relationships_decision_change", args=[decision.pk])
            assert f'href="{page}"' in shown
            assert "approved the request" in shown

    def test_say_which_roles_and_groups_an_admin_relationship_has(self, look, decision):
        relationship = AdminRelationship.objects.get()
        shown = look(relationship)
        for words in ("Exchange Administrator", "Exchange Online", "Admin agents", "active"):
            assert words in shown

    def test_say_how_it_ended(self, look, decision):
        relationship = AdminRelationship.objects.get()
        expire_past_end(decision.customer, at=relationship.ends_at)
        assert "its time was over" in look(relationship)
        assert "reached its end date" in look(relationship)
        assert "its time was over" in look(ServiceAdministration.objects.get())


@pytest.mark.parametrize(
    ("model", "chosen"),
    [
        (RelationshipRequest, {"status__exact": "decided"}),
        (Decision, {"status__exact": "approved"}),
        (ResellerRelationship, {"status__exact": "active"}),
        (AdminRelationship, {"status__exact": "active"}),
        (ServiceAdministration, {"running": "yes"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
class TestLists:
    def changelist(self, model):
        return reverse(f"admin:relationships_{model._meta.model_name}_changelist")

    def test_find_by_tenant_id(self, client, decision, model, chosen):
        make_pair()
        client.force_login(make.make_staff())
        found = client.get(self.changelist(model), {"q": str(decision.request.partner.tenant_id)})
        assert found.context["cl"].queryset.count() == 1

    def test_are_filtered_by_state(self, client, decision, model, chosen):
        client.force_login(make.make_staff())
        found = client.get(self.changelist(model), chosen).context["cl"].queryset
        assert found.count() == 1
        (name, value), other = *chosen.items(), {"yes": "no"}
        opposite = {name: other.get(value, "declined" if model is Decision else "expired")}
        if model is ResellerRelationship:
            opposite = {name: "ended"}
        assert not client.get(self.changelist(model), opposite).context["cl"].queryset.exists()


def test_an_invitation_shows_its_state_and_never_its_link(look):
    customer = make.make_customer(domain="fernhill.example")
    for number in range(2):
        CustomerInvitation.objects.invite(
            by=make.operator(),
            customer=customer,
            email=f"greta{number}@fernhill.example",
            role="global_admin",
            reason="test",
        )
    first = CustomerInvitation.objects.first()
    CustomerInvitation.objects.filter(pk=first.pk).update(
        withdrawn_at=timezone.now(), withdrawn_by=make.operator()
    )
    shown = look(customer)
    assert "withdrawn" in shown
    assert "open" in shown
    assert not any(row.token in shown for row in CustomerInvitation.objects.all())
