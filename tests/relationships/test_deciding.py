"""The customer decides: what is given, what is refused, and that nothing else moves."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Actor
from audit.models import Event
from customers.models import Customer
from customers.rights import CustomerRole
from mail.models import Delivery
from partnercenter.lib.refusals import Refused
from partners.models import PartnerKind
from partners.rights import Agent
from relationships.breaches import Breached
from relationships.content import content_digest, content_of
from relationships.models import (
    AdminRelationship,
    AdminStatus,
    Decision,
    DecisionSignature,
    DecisionStatus,
    EndedBecause,
    Half,
    PartnerRelationship,
    RequestStatus,
    ResellerRelationship,
    ServiceAdministration,
)
from relationships.moves import clock, deciding
from relationships.moves.deciding import ContentChanged, SignInAgain
from relationships.moves.granting import ServiceTaken
from relationships.moves.opening import NotAddressed, open_decision
from relationships.moves.supervising import suspend_partner
from subscriptions.models import Subscription
from tests import factories as make

pytestmark = pytest.mark.django_db


def dump(*tables: str) -> dict[str, list]:
    """Every row of these tables, as SQL gives it."""
    rows = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            rows[table] = cursor.fetchall()
    return rows


def what_existed() -> dict[str, list]:
    return dump(
        "subscriptions_subscription",
        "subscriptions_subscriptionchange",
        "customers_customer",
        "customers_customermembership",
    )


@pytest.fixture
def scene():
    """Alder asks fernhill, whose subscriptions come from several hands."""

    class Scene:
        alder = make.make_partner("Alder")
        birch = make.make_partner("Birch")
        fernhill = make.make_customer("Fernhill")

    scene = Scene()
    scene.admin = make.join_customer(scene.fernhill)
    scene.by = Actor.objects.of(scene.admin)
    for seller in (scene.birch, scene.birch, None):
        make.make_subscription(scene.fernhill, seller=seller, partner_of_record=scene.birch)
    scene.request = make.make_request(scene.alder, email=scene.admin.email)
    scene.decision = make.make_decision(scene.request, scene.fernhill, by=scene.admin)
    return scene


def decide_nothing_changed(decision: Decision) -> None:
    decision.refresh_from_db()
    assert decision.status == DecisionStatus.OPEN
    assert not ResellerRelationship.objects.exists()
    assert not AdminRelationship.objects.exclude(status=AdminStatus.APPROVAL_PENDING).exists()
    assert not ServiceAdministration.objects.exists()
    assert not DecisionSignature.objects.exists()


class TestApprove:
    def test_gives_both_halves_and_moves_nothing_that_existed_r15(self, scene):
        before = what_existed()
        deciding.approve(scene.decision, make.make_answer(scene.decision), by=scene.by)

        assert what_existed() == before
        scene.decision.refresh_from_db()
        assert scene.decision.status == DecisionStatus.APPROVED
        selling = ResellerRelationship.objects.get()
        assert (selling.partner, selling.customer) == (scene.alder, scene.fernhill)
        assert scene.decision.reseller_relationship == selling
        grant = AdminRelationship.objects.get()
        assert grant.status == AdminStatus.ACTIVE
        assert grant.ends_at - grant.activated_at == timedelta(days=365)
        assert {g.role.name for g in grant.granted_roles.all()} == {
            "Exchange Administrator",
            "Service Support Administrator",
        }
        assert grant.assignments.get().group.built_in
        holder = ServiceAdministration.objects.get()
        assert (holder.service.key, holder.partner) == ("exchange", scene.alder)
        assert PartnerRelationship.objects.get().listed
        scene.request.refresh_from_db()
        assert scene.request.status == RequestStatus.DECIDED
        assert DecisionSignature.objects.get().content_digest == scene.decision.content_digest

    def test_tells_both_sides_once(self, scene):
        deciding.approve(scene.decision, make.make_answer(scene.decision), by=scene.by)
        event = Event.objects.get(kind="request.approved")
        assert {link.chain for link in event.links.all()} == {
            f"customer:{scene.fernhill.tenant_id}",
            f"partner:{scene.alder.tenant_id}",
        }
        assert Delivery.objects.filter(kind="decision_customer").count() == 1
        assert Delivery.objects.filter(kind="decision_partner").count() == 1

    def test_of_selling_alone_ends_the_administration_that_waited(self, scene):
        answer = make.make_answer(scene.decision, administration=False, roles=[])
        deciding.approve(scene.decision, answer, by=scene.by)
        grant = AdminRelationship.objects.get()
        assert (grant.status, grant.ended_because) == (
            AdminStatus.TERMINATED,
            EndedBecause.DECLINED,
        )
        assert grant.activated_at is None
        assert ResellerRelationship.objects.count() == 1
        assert scene.decision.administration == Half.DECLINED

    def test_of_administration_alone_sells_nothing(self, scene):
        answer = make.make_answer(scene.decision, selling=False)
        deciding.approve(scene.decision, answer, by=scene.by)
        assert not ResellerRelationship.objects.exists()
        assert AdminRelationship.objects.get().status == AdminStatus.ACTIVE

    def test_of_fewer_roles_and_days_is_what_is_granted(self, scene):
        support = make.roles(make.SERVICE_SUPPORT_ADMINISTRATOR)
        answer = make.make_answer(scene.decision, roles=support, days=30)
        deciding.approve(scene.decision, answer, by=scene.by)
        grant = AdminRelationship.objects.get()
        assert list(grant.granted_terms.roles.all()) == support
        assert grant.ends_at - grant.activated_at == timedelta(days=30)
        assert not ServiceAdministration.objects.exists()

    def test_of_selling_that_runs_writes_nothing_and_points_to_it(self, scene):
        deciding.approve(scene.decision, make.make_answer(scene.decision), by=scene.by)
        first = dump("relationships_resellerrelationship")
        again = make.make_request(scene.alder, email=scene.admin.email, role_ids=())
        decision = make.make_decision(again, scene.fernhill, by=scene.admin)
        deciding.approve(decision, make.make_answer(decision), by=scene.by)
        assert dump("relationships_resellerrelationship") == first
        assert decision.reseller_relationship_id == scene.decision.reseller_relationship_id

    @pytest.mark.parametrize(
        "fields",
        [
            {"selling": None},
            {"administration": None},
            {"selling": False, "administration": False},
            {"roles": []},
            {"days": 366},
            {"days": -1},
        ],
    )
    def test_refuses_an_answer_that_is_none(self, scene, fields):
        answer = make.make_answer(scene.decision, **fields)
        with pytest.raises(Refused):
            deciding.approve(scene.decision, answer, by=scene.by)
        decide_nothing_changed(scene.decision)

    def test_refuses_a_role_that_was_not_asked_for(self, scene):
        answer = make.make_answer(scene.decision, roles=make.roles(make.TEAMS_ADMINISTRATOR))
        with pytest.raises(Refused):
            deciding.approve(scene.decision, answer, by=scene.by)
        decide_nothing_changed(scene.decision)

    def test_refuses_what_the_person_did_not_see(self, scene):
        answer = make.make_answer(scene.decision, seen_digest="0" * 64)
        with pytest.raises(ContentChanged):
            deciding.approve(scene.decision, answer, by=scene.by)
        decide_nothing_changed(scene.decision)

    def test_refuses_selling_outside_the_markets_r12(self, scene):
        abroad = make.make_customer(country="JP")
        admin = make.join_customer(abroad)
        request = make.make_request(scene.alder, email=admin.email)
        decision = make.make_decision(request, abroad, by=admin)
        with pytest.raises(Refused, match="Japan"):
            deciding.approve(decision, make.make_answer(decision), by=Actor.objects.of(admin))
        decision.refresh_from_db()
        assert decision.status == DecisionStatus.OPEN

    def test_refuses_a_suspended_partner_r61(self, scene):
        answer = make.make_answer(scene.decision)
        suspend_partner(scene.alder, by=make.operator(), reason="unpaid")
        with pytest.raises(Refused, match="suspended"):
            deciding.approve(scene.decision, answer, by=scene.by)
        decide_nothing_changed(scene.decision)

    def test_refuses_after_the_request_expired_even_when_the_clock_stood_still(self, scene):
        late = scene.request.expires_at + timedelta(seconds=1)
        with pytest.raises(Refused, match="expired"):
            deciding.approve(scene.decision, make.make_answer(scene.decision), by=scene.by, at=late)
        decide_nothing_changed(scene.decision)

    def test_refuses_a_second_time(self, scene):
        answer = make.make_answer(scene.decision)
        deciding.approve(scene.decision, answer, by=scene.by)
        rows = dump("relationships_adminrelationship", "audit_event")
        with pytest.raises(Refused):
            deciding.approve(scene.decision, answer, by=scene.by)
        assert dump("relationships_adminrelationship", "audit_event") == rows

    def test_of_privileged_roles_needs_a_fresh_sign_in(self, scene):
        request = make.make_request(
            scene.alder, email=scene.admin.email, role_ids=(make.USER_ADMINISTRATOR,), days=90
        )
        decision = make.make_decision(request, scene.fernhill, by=scene.admin)
        with pytest.raises(SignInAgain):
            deciding.approve(decision, make.make_answer(decision), by=scene.by)
        decision.refresh_from_db()
        assert decision.status == DecisionStatus.OPEN
        scene.by.signed_in_again_at = timezone.now()
        deciding.approve(decision, make.make_answer(decision), by=scene.by)
        assert decision.signatures.get().signed_in_again_at == scene.by.signed_in_again_at

    @pytest.mark.parametrize(
        "touch",
        [
            lambda customer: Subscription.objects.filter(customer=customer).update(quantity=99),
            lambda customer: Customer.objects.filter(pk=customer.pk).update(name="Mine"),
            lambda customer: customer.memberships.filter(role="global_admin").update(role="reader"),
        ],
    )
    def test_that_would_touch_what_existed_is_undone(self, scene, monkeypatch, touch):
        before = what_existed()

        def careless(decision, *args, **kwargs):
            touch(decision.customer)
            return original(decision, *args, **kwargs)

        original = deciding.grant
        monkeypatch.setattr(deciding, "grant", careless)
        with pytest.raises((Breached, IntegrityError)), transaction.atomic():
            deciding.approve(scene.decision, make.make_answer(scene.decision), by=scene.by)
        assert what_existed() == before
        decide_nothing_changed(scene.decision)


class TestWhoDecides:
    @pytest.mark.parametrize("role", [CustomerRole.BILLING_ADMIN, CustomerRole.READER])
    def test_is_not_a_lower_role_r9(self, scene, role):
        person = make.join_customer(scene.fernhill, role)
        answer = make.make_answer(scene.decision)
        for move in (deciding.approve, deciding.decline):
            with pytest.raises(PermissionDenied):
                move(scene.decision, answer, by=Actor.objects.of(person))
        decide_nothing_changed(scene.decision)

    def test_may_be_a_partner_relationships_admin(self, scene):
        person = make.join_customer(scene.fernhill, CustomerRole.PARTNER_RELATIONSHIPS_ADMIN)
        deciding.approve(
            scene.decision, make.make_answer(scene.decision), by=Actor.objects.of(person)
        )
        assert scene.decision.status == DecisionStatus.APPROVED

    def test_is_nobody_of_another_customer(self, scene):
        stranger = make.join_customer(make.make_customer())
        with pytest.raises(PermissionDenied):
            deciding.approve(
                scene.decision, make.make_answer(scene.decision), by=Actor.objects.of(stranger)
            )
        decide_nothing_changed(scene.decision)

    def test_is_nobody_who_works_for_the_partner(self, scene):
        make.join_partner(scene.alder, agent=Agent.SALES_AGENT, user=scene.admin)
        with pytest.raises(PermissionDenied):
            deciding.approve(scene.decision, make.make_answer(scene.decision), by=scene.by)
        decide_nothing_changed(scene.decision)

    def test_is_nobody_of_the_partners_reseller(self, scene):
        provider = make.make_partner(kind=PartnerKind.INDIRECT_PROVIDER)
        reseller = make.make_partner(kind=PartnerKind.INDIRECT_RESELLER)
        provider.reseller_partnerships.create(
            reseller=reseller, started_at=timezone.now(), started_by=make.operator()
        )
        make.join_partner(reseller, agent=Agent.HELPDESK_AGENT, user=scene.admin)
        request = make.make_request(provider, email=scene.admin.email)
        decision = make.make_decision(request, scene.fernhill, by=scene.admin)
        with pytest.raises(PermissionDenied):
            deciding.approve(decision, make.make_answer(decision), by=scene.by)


class TestDecline:
    def test_ends_the_request_and_gives_nothing(self, scene):
        before = what_existed()
        answer = make.make_answer(scene.decision, reason="We have a partner.")
        deciding.decline(scene.decision, answer, by=scene.by)
        assert what_existed() == before
        assert scene.decision.status == DecisionStatus.DECLINED
        scene.request.refresh_from_db()
        assert scene.request.status == RequestStatus.DECLINED
        assert AdminRelationship.objects.get().ended_because == EndedBecause.DECLINED
        assert not ResellerRelationship.objects.exists()
        assert Event.objects.get(kind="request.declined").details["reason"] == "We have a partner."

    def test_tells_the_partner_why_and_not_who(self, scene):
        agent = make.make_admin_agent(scene.alder)
        answer = make.make_answer(scene.decision, reason="We have a partner.")
        deciding.decline(scene.decision, answer, by=scene.by)
        told = Event.objects.in_chain(f"partner:{scene.alder.tenant_id}")
        assert "request.was_declined" in {event.kind for event in told}
        for event in told:
            assert event.customer_name == ""
            assert "Fernhill" not in event.payload
        mail = Delivery.objects.get(kind="decision_partner", recipient=agent.email)
        assert "Fernhill" not in mail.subject + mail.text + mail.html
        assert "We have a partner." in mail.text


class TestOnePartnerPerService:
    """Rule R26."""

    @pytest.fixture
    def held(self, scene):
        deciding.approve(scene.decision, make.make_answer(scene.decision), by=scene.by)
        request = make.make_request(scene.birch, email=scene.admin.email)
        scene.second = make.make_decision(request, scene.fernhill, by=scene.admin)
        return scene

    def test_refuses_the_role_of_a_service_that_another_holds(self, held):
        rows = dump("relationships_adminrelationship", "relationships_serviceadministration")
        with pytest.raises(ServiceTaken, match="Alder"):
            deciding.approve(held.second, make.make_answer(held.second), by=held.by)
        assert (
            dump("relationships_adminrelationship", "relationships_serviceadministration") == rows
        )

    def test_allows_the_other_roles(self, held):
        answer = make.make_answer(held.second, roles=make.roles(make.SERVICE_SUPPORT_ADMINISTRATOR))
        deciding.approve(held.second, answer, by=held.by)
        assert ServiceAdministration.objects.get().partner == held.alder

    def test_counts_global_administrator_as_every_service(self, held):
        held.by.signed_in_again_at = timezone.now()
        request = make.make_request(
            held.birch, email=held.admin.email, role_ids=(make.GLOBAL_ADMINISTRATOR,), days=90
        )
        decision = make.make_decision(request, held.fernhill, by=held.admin)
        with pytest.raises(ServiceTaken):
            deciding.approve(decision, make.make_answer(decision), by=held.by)

    def test_does_not_count_an_advisor(self, held):
        elm = make.make_partner("Elm", kind=PartnerKind.ADVISOR)
        request = make.make_request(elm, email=held.admin.email, asks_selling=False)
        decision = make.make_decision(request, held.fernhill, by=held.admin)
        deciding.approve(decision, make.make_answer(decision), by=held.by)
        assert ServiceAdministration.objects.get().partner == held.alder

    def test_frees_the_service_when_the_holders_time_is_over(self, held):
        grant = AdminRelationship.objects.get(partner=held.alder)
        late = grant.ends_at + timedelta(seconds=1)
        request = make.make_request(
            held.birch, email=held.admin.email, at=late - timedelta(minutes=1)
        )
        decision = make.make_decision(request, held.fernhill, by=held.admin)
        seen = content_digest(content_of(decision, late))
        answer = make.make_answer(decision, seen_digest=seen)
        deciding.approve(decision, answer, by=held.by, at=late)
        grant.refresh_from_db()
        assert grant.status == AdminStatus.EXPIRED
        running = ServiceAdministration.objects.running().get()
        assert running.partner == held.birch

    def test_is_a_constraint_of_the_database(self, held):
        with pytest.raises(IntegrityError), transaction.atomic():
            ServiceAdministration.objects.create(
                customer=held.fernhill,
                service=ServiceAdministration.objects.get().service,
                partner=held.birch,
                started_at=timezone.now(),
            )


class TestOpening:
    def test_leads_to_the_same_decision_again(self, scene):
        assert open_decision(scene.request, scene.fernhill, by=scene.by) == scene.decision
        assert Decision.objects.count() == 1

    def test_refuses_an_organisation_that_was_not_addressed(self, scene):
        other = make.make_customer()
        person = make.join_customer(other)
        with pytest.raises(NotAddressed):
            open_decision(scene.request, other, by=Actor.objects.of(person))
        assert Decision.objects.count() == 1

    def test_needs_a_place_in_the_organisation(self, scene):
        with pytest.raises(PermissionDenied):
            open_decision(scene.request, scene.fernhill, by=Actor.objects.of(make.make_user()))


class TestClock:
    def test_lets_an_unanswered_request_lapse_once(self, scene):
        late = scene.request.expires_at + timedelta(days=10)
        assert clock.sweep(at=late) == 1
        scene.request.refresh_from_db()
        assert scene.request.status == RequestStatus.EXPIRED
        assert Decision.objects.get().status == DecisionStatus.WITHDRAWN
        assert AdminRelationship.objects.get().ended_because == EndedBecause.LAPSED
        expired = Event.objects.get(kind="request.expired")
        assert (expired.side, expired.actor_kind) == ("operator", "clock")
        events = Event.objects.count()
        assert clock.sweep(at=late) == 0
        assert Event.objects.count() == events

    def test_lets_a_lapsed_name_be_used_again(self, scene):
        clock.sweep(at=scene.request.expires_at + timedelta(days=1))
        make.make_request(scene.alder, name=scene.request.name, email=scene.admin.email)


class TestFinalDecision:
    """What was decided stays, whoever writes by whatever way."""

    @pytest.fixture
    def decided(self, scene):
        deciding.approve(scene.decision, make.make_answer(scene.decision), by=scene.by)
        return scene

    @pytest.mark.parametrize(
        ("table", "assignment"),
        [
            ("relationships_decision", "reason = 'changed'"),
            ("relationships_decision", "status = 'open'"),
            ("relationships_decisionsignature", "content_digest = ''"),
            ("relationships_accessterms", "days = 700"),
            ("relationships_accessterms_roles", "accessterms_id = accessterms_id + 1"),
            ("subscriptions_subscriptionchange", "reason = 'x'"),
            ("customers_customer", "tenant_id = '00000000-0000-0000-0000-000000000000'"),
        ],
    )
    def test_is_guarded_by_the_database(self, decided, table, assignment):
        before = dump(table)
        for statement in (f"UPDATE {table} SET {assignment}", f"DELETE FROM {table}"):
            with (
                pytest.raises(IntegrityError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
        assert dump(table) == before
