"""Staff enter and edit roles while customers approve: nobody waits for ever, and R26 holds."""

import uuid

import pytest

from accounts.models import Actor
from relationships.models import AdminRole, Decision, ServiceAdministration
from relationships.moves import deciding
from relationships.moves.cataloguing import edit_role, enter_role
from subscriptions.models import Service
from tests import factories as make
from tests.relationships.admin.world import grant

from .at_once import at_once
from .repeating import attempts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
EVERYTHING = (make.GLOBAL_ADMINISTRATOR,)


def new_service():
    key = f"service-{uuid.uuid4().hex[:8]}"
    return Service.objects.create(key=key, name=key)


def new_role(service, administers):
    return AdminRole(
        template_id=uuid.uuid4(), name=service.name, service=service, administers=administers
    )


def approval(partner, customer, role_ids, **fields):
    admin = make.join_customer(customer)
    request = make.make_request(partner, email=admin.email, role_ids=role_ids, **fields)
    decision = make.make_decision(request, customer, by=admin)
    answer = make.make_answer(decision)
    by = Actor.objects.of(admin)
    by.user, by.signed_in_again_at = admin, make.now()

    def act():
        deciding.approve(Decision.objects.get(pk=decision.pk), answer, by=by)

    return act


def holders(customer, service):
    return list(ServiceAdministration.objects.running().filter(customer=customer, service=service))


def role_and_edit():
    """A role that administers nothing yet, and the edit by which it administers its service."""
    role = new_role(new_service(), "no")
    role.save(force_insert=True)

    def edit():
        stored = AdminRole.objects.select_related("service").get(pk=role.pk)
        edit_role(stored, {"administers": "yes"}, by=make.operator(), reason="agreed")

    return role, edit


class TestEditRole:
    def test_and_an_approval_leave_the_service_to_who_has_every_one(self):
        for _ in attempts(10, 2):
            customer, all_powerful = make.make_customer(), make.make_partner()
            grant(all_powerful, customer, role_ids=EVERYTHING, days=90)
            role, edit = role_and_edit()
            act = approval(make.make_partner(), customer, (str(role.template_id),))
            outcomes = at_once(edit, act)
            assert outcomes.count("done") == 1, outcomes
            role.refresh_from_db()
            found = [held.partner for held in holders(customer, role.service)]
            assert found == ([all_powerful] if role.administers == "yes" else [])

    def test_and_an_approval_enter_the_service_exactly_where_the_role_administers_it(self):
        for _ in attempts(10, 2):
            customer, partner = make.make_customer(), make.make_partner()
            role, edit = role_and_edit()
            act = approval(partner, customer, (str(role.template_id),))
            outcomes = at_once(edit, act)
            role.refresh_from_db()
            assert Decision.objects.get(customer=customer).status == "approved", outcomes
            found = [held.partner for held in holders(customer, role.service)]
            assert found == ([partner] if role.administers == "yes" else [])


class TestEnterRole:
    def test_and_an_approval_of_every_service_end_with_the_new_one_given(self):
        for _ in attempts(10, 2):
            customer, other = make.make_customer(), make.make_customer()
            partner = make.make_partner()
            grant(partner, other, role_ids=EVERYTHING, days=90)
            service = new_service()
            act = approval(partner, customer, EVERYTHING, days=90)

            def enter(service=service):
                role = new_role(Service.objects.get(pk=service.pk), "yes")
                enter_role(role, by=make.operator(), reason="new family")

            outcomes = at_once(enter, act)
            refused = [outcome for outcome in outcomes if outcome != "done"]
            if any("just approved" in outcome for outcome in refused):
                enter()
            elif refused:
                act()
            for named in (customer, other):
                assert [held.partner for held in holders(named, service)] == [partner]
