"""A service changes hands (rules R26 to R29): what is taken, what stays, who is told."""

from uuid import uuid4

import pytest

from accounts.models import Actor
from audit.models import Event
from mail.models import Delivery
from partners.models import PartnerKind
from relationships.effects import EffectKind
from relationships.models import (
    AdminRelationship,
    AdminRole,
    ResellerRelationship,
    ServiceAdministration,
)
from relationships.moves import deciding
from relationships.moves.granting import ServiceTaken
from subscriptions.models import Service
from tests import factories as make

from .scenes import EXCHANGE, EXISTED, GLOBAL, SUPPORT, TEAMS, USERS, Fernhill, Unchanged, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def fernhill():
    return Fernhill()


def fresh(grant):
    return AdminRelationship.objects.get(pk=grant.pk)


class TestSwitch:
    def test_gives_the_service_to_one_and_takes_it_from_the_other_r28(self, fernhill):
        old = fernhill.grant(fernhill.birch, EXCHANGE, SUPPORT)
        with Unchanged(*EXISTED):
            new = fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        assert fernhill.holder("exchange") == fernhill.alder
        assert fernhill.roles_of(new) == [EXCHANGE]
        assert fernhill.roles_of(old) == [SUPPORT]
        assert fresh(old).status == "active"

    def test_and_back_again_by_a_new_approval_r28(self, fernhill):
        fernhill.grant(fernhill.birch, EXCHANGE)
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        with Unchanged(*EXISTED):
            fernhill.grant(fernhill.birch, EXCHANGE, switches=["exchange"])
        assert fernhill.holder("exchange") == fernhill.birch
        assert ServiceAdministration.objects.running().count() == 1
        assert ServiceAdministration.objects.count() == 3

    def test_is_not_made_without_its_tick_r26(self, fernhill):
        fernhill.grant(fernhill.birch, EXCHANGE)
        decision = fernhill.ask(fernhill.alder, EXCHANGE)
        with Unchanged(), pytest.raises(ServiceTaken, match="tick the switch"):
            fernhill.approve(decision)

    def test_takes_exactly_the_roles_of_the_service_r29(self, fernhill):
        old = fernhill.grant(fernhill.birch, EXCHANGE, TEAMS, SUPPORT)
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        assert fernhill.roles_of(old) == sorted([TEAMS, SUPPORT])
        assert fernhill.holder("teams") == fernhill.birch
        removed = old.granted_roles.get(removed_at__isnull=False)
        assert (removed.removed_because, removed.removed_by) == ("displaced", fernhill.by)

    def test_takes_them_from_every_grant_of_the_holder_r28(self, fernhill):
        """The first of them, which does not administer the service, hides none of the others."""
        supporting = fernhill.grant(fernhill.birch, SUPPORT)
        mixed = fernhill.grant(fernhill.birch, EXCHANGE, SUPPORT)
        alone = fernhill.grant(fernhill.birch, EXCHANGE)
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        assert fernhill.roles_of(supporting) == fernhill.roles_of(mixed) == [SUPPORT]
        assert fernhill.roles_of(alone) == []
        statuses = [fresh(grant).status for grant in (supporting, mixed, alone)]
        assert statuses == ["active", "active", "terminated"]

    def test_takes_them_from_the_groups_too(self, fernhill):
        old = fernhill.grant(fernhill.birch, EXCHANGE, SUPPORT)
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        (assignment,) = old.assignments.all()
        assert assignment.status == "active"
        assert [str(role.template_id) for role in assignment.roles.all()] == [SUPPORT]

    def test_ends_a_grant_that_is_left_without_roles(self, fernhill):
        old = fernhill.grant(fernhill.birch, EXCHANGE)
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        old = fresh(old)
        assert (old.status, old.ended_because) == ("terminated", "displaced")
        assert old.assignments.get().status == "deleted"

    def test_leaves_the_reseller_relationship_and_its_listing(self, fernhill):
        fernhill.grant(fernhill.birch, EXCHANGE)
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        assert ResellerRelationship.objects.get(partner=fernhill.birch).status == "active"
        assert fernhill.birch.pairs.get().listed

    def test_takes_global_administrator_as_a_whole_and_says_so(self, fernhill):
        old = fernhill.grant(fernhill.birch, GLOBAL, SUPPORT, days=60)
        assert fernhill.holder("teams") == fernhill.birch
        decision = fernhill.ask(fernhill.alder, EXCHANGE)
        effects = fernhill.approve(decision, switches=frozenset(["exchange"]))
        assert fernhill.roles_of(old) == [SUPPORT]
        assert fernhill.holder("teams") is None
        freed = {effect.thing for effect in effects if effect.kind == EffectKind.SERVICE_FREED}
        assert "Teams" in freed
        assert "Exchange Online" not in freed
        assert {
            effect.partner for effect in effects if effect.kind == EffectKind.SERVICE_FREED
        } == {"Birch"}
        services = Event.objects.get(kind="administration.displaced").details["services"]
        assert {"Exchange Online", "Teams"} <= set(services.split(", "))

    def test_names_every_role_that_it_takes(self, fernhill):
        fernhill.grant(fernhill.birch, GLOBAL, EXCHANGE, days=60)
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        details = Event.objects.get(kind="administration.displaced").details
        assert details["roles"] == "Exchange Administrator, Global Administrator"

    def test_by_global_administrator_needs_a_tick_for_each_service(self, fernhill):
        fernhill.grant(fernhill.birch, EXCHANGE)
        cedar = make.make_partner("Cedar")
        fernhill.grant(cedar, TEAMS)
        decision = fernhill.ask(fernhill.alder, GLOBAL, days=60)
        for switches in ([], ["exchange"], ["teams"]):
            with Unchanged(), pytest.raises(ServiceTaken):
                fernhill.approve(decision, switches=frozenset(switches))
        fernhill.approve(decision, switches=frozenset(["exchange", "teams"]))
        assert fernhill.holder("exchange") == fernhill.holder("teams") == fernhill.alder

    def test_leaves_advisors_outside_r30(self, fernhill):
        elm = make.make_partner("Elm", kind=PartnerKind.ADVISOR)
        advised = fernhill.grant(elm, EXCHANGE, asks_selling=False)
        fernhill.grant(fernhill.birch, EXCHANGE)
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        assert fernhill.roles_of(advised) == [EXCHANGE]
        again = fernhill.grant(elm, EXCHANGE, asks_selling=False)
        assert fernhill.roles_of(again) == [EXCHANGE]
        assert fernhill.holder("exchange") == fernhill.alder

    def test_an_overlap_with_advisors_is_said_before_it_is_decided(self, client, fernhill):
        elm = make.make_partner("Elm", kind=PartnerKind.ADVISOR)
        fernhill.grant(elm, EXCHANGE, asks_selling=False)
        client.force_login(fernhill.admin)
        overlap = "Elm, an advisor, can administer Exchange Online for you too, and keeps that."
        page = text_of(client.get(fernhill.ask(fernhill.alder, EXCHANGE).get_absolute_url()))
        assert overlap in page
        own = fernhill.ask(elm, EXCHANGE, asks_selling=False)
        assert overlap not in text_of(client.get(own.get_absolute_url()))
        other = fernhill.ask(fernhill.alder, TEAMS)
        assert overlap not in text_of(client.get(other.get_absolute_url()))

    def test_leaves_other_customers_alone(self, fernhill):
        elsewhere = make.make_customer("Glenmoor")
        admin = make.join_customer(elsewhere)
        request = make.make_request(fernhill.birch, role_ids=(EXCHANGE,))
        decision = make.make_decision(request, elsewhere, by=admin)
        deciding.approve(decision, make.make_answer(decision), by=Actor.objects.of(admin))
        fernhill.grant(fernhill.birch, EXCHANGE)
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        held = elsewhere.service_administrations.running().get()
        assert held.partner == fernhill.birch
        kept = AdminRelationship.objects.get(decision=decision)
        assert (kept.status, fernhill.roles_of(kept)) == ("active", [EXCHANGE])

    def test_leaves_the_services_of_third_partners_alone(self, fernhill):
        cedar = make.make_partner("Cedar")
        fernhill.grant(cedar, TEAMS)
        fernhill.grant(fernhill.birch, EXCHANGE)
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        assert fernhill.holder("teams") == cedar

    def test_leaves_roles_that_do_not_administer_the_service(self, fernhill):
        """A role may belong to a service and administer none."""
        role = AdminRole.objects.create(
            template_id=uuid4(),
            name="Mail Reader",
            service=Service.objects.get(key="exchange"),
            administers="no",
        )
        old = fernhill.grant(fernhill.birch, EXCHANGE, str(role.template_id))
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        assert fernhill.roles_of(old) == [str(role.template_id)]

    def test_takes_no_role_a_second_time(self, fernhill):
        old = fernhill.grant(fernhill.birch, EXCHANGE, TEAMS)
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        first = old.granted_roles.get(removed_at__isnull=False)
        again = fernhill.grant(fernhill.birch, EXCHANGE, switches=["exchange"])
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        assert old.granted_roles.get(removed_at__isnull=False) == first
        first_again = old.granted_roles.get(pk=first.pk)
        assert first_again.removed_at == first.removed_at
        assert fresh(again).status == "terminated"

    def test_of_a_paused_holder_is_a_switch_too(self, fernhill):
        old = fernhill.grant(fernhill.birch, EXCHANGE)
        AdminRelationship.objects.filter(pk=old.pk).update(
            paused_at=make.now(), paused_by=fernhill.by
        )
        decision = fernhill.ask(fernhill.alder, EXCHANGE)
        with Unchanged(), pytest.raises(ServiceTaken):
            fernhill.approve(decision)
        fernhill.approve(decision, switches=frozenset(["exchange"]))
        assert fernhill.holder("exchange") == fernhill.alder

    def test_that_was_not_needed_changes_nothing_else(self, fernhill):
        fernhill.grant(fernhill.birch, EXCHANGE)
        fernhill.grant(fernhill.alder, USERS, days=60, switches=["exchange", "nonsense"])
        assert fernhill.holder("exchange") == fernhill.birch


class TestWhoIsTold:
    def test_the_customer_learns_what_each_partner_gains_and_loses(self, fernhill):
        mixed = fernhill.grant(fernhill.birch, EXCHANGE, SUPPORT)
        alone = fernhill.grant(fernhill.birch, EXCHANGE)
        decision = fernhill.ask(fernhill.alder, EXCHANGE)
        effects = fernhill.approve(decision, switches=frozenset(["exchange"]))
        said = [(one.kind, one.partner, one.thing, one.other) for one in effects]
        taken = (EffectKind.ROLE_TAKEN, "Birch", "Exchange Administrator", "")
        assert said.count(taken) == 2
        ended = [thing for kind, *_, thing, _ in said if kind == EffectKind.ADMINISTRATION_ENDS]
        assert ended == [alone.name] != [mixed.name]
        assert (EffectKind.ADMINISTRATION_ENDS, "Birch", alone.name, "") in said
        assert (EffectKind.SERVICE_SWITCHES, "Alder", "Exchange Online", "Birch") in said
        event = Event.objects.get(kind="administration.displaced")
        assert (event.subject_kind, event.subject_id) == (
            "customer",
            str(fernhill.customer.tenant_id),
        )
        assert event.customer_id == str(fernhill.customer.tenant_id)
        details = event.details
        assert details["ended"] == [alone.name]
        assert details["services"] == "Exchange Online"

    def test_the_displaced_partner_learns_that_and_not_to_whom(self, fernhill):
        agent = make.make_admin_agent(fernhill.birch)
        fernhill.grant(fernhill.birch, EXCHANGE)
        fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
        event = Event.objects.get(kind="administration.displaced")
        assert event.partner_id == str(fernhill.birch.tenant_id)
        assert event.details["roles"] == "Exchange Administrator"
        assert "Alder" not in event.payload
        mail = Delivery.objects.get(kind="displaced", recipient=agent.email)
        assert "Alder" not in mail.text
        assert "Exchange Online" in mail.text
        assert "duty to support them go on" in mail.text
        chain = Event.objects.in_chain(f"partner:{fernhill.birch.tenant_id}")
        assert not [one for one in chain if "Alder" in one.payload or one.partner_name == "Alder"]

    def test_the_content_that_is_signed_names_what_is_taken_from_whom(self, fernhill):
        fernhill.grant(fernhill.birch, EXCHANGE)
        decision = fernhill.ask(fernhill.alder, EXCHANGE)
        fernhill.approve(decision, switches=frozenset(["exchange"]))
        assert f'"taken":{{"exchange":["{EXCHANGE}"]}}' in decision.content
        assert str(fernhill.birch.tenant_id) in decision.content
