"""Staff enter and edit roles; who administers every service administers a new one too (R26)."""

import uuid

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Actor
from audit.models import Event
from partnercenter.lib.refusals import Refused
from partners.models import PartnerKind
from relationships.models import AdminRelationship, AdminRole, ServiceAdministration
from relationships.moves.cataloguing import edit_role, enter_role
from subscriptions.models import Service
from tests import factories as make
from tests.relationships.admin.world import grant
from tests.relationships.scenes import Unchanged

pytestmark = pytest.mark.django_db
EVERYTHING = (make.GLOBAL_ADMINISTRATOR,)


def role_of(service, administers="yes", name="Printer Keeper"):
    return AdminRole(template_id=uuid.uuid4(), name=name, service=service, administers=administers)


def staff(*codenames):
    person = make.make_user(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return Actor.objects.of(person)


@pytest.fixture
def printing():
    """A service that no role administers."""
    return Service.objects.create(key="printing", name="Printing")


def administering(service):
    running = ServiceAdministration.objects.running().filter(service=service)
    return {(row.customer, row.partner) for row in running.select_related("customer", "partner")}


def holder(customer=None, **fields):
    partner, customer = make.make_partner(**fields), customer or make.make_customer()
    grant(partner, customer, role_ids=EVERYTHING, days=90)
    return customer, partner


def nothing_changes():
    return Unchanged(
        "relationships_adminrole", "relationships_serviceadministration", "audit_event"
    )


class TestEnterRole:
    def test_gives_a_first_role_s_service_to_who_administers_every_one(self, printing):
        pairs = {holder() for _ in range(2)}
        holder(kind=PartnerKind.ADVISOR)
        grant(make.make_partner(), make.make_customer())
        enter_role(role_of(printing), by=make.operator(), reason="new family")
        assert administering(printing) == pairs
        events = Event.objects.filter(kind="administration.service_added")
        assert {event.customer_id for event in events} == {str(c.tenant_id) for c, _ in pairs}

    @pytest.mark.parametrize("administers", ["no", "all"])
    def test_gives_nothing_where_it_does_not_administer_its_own(self, printing, administers):
        holder()
        enter_role(role_of(printing, administers), by=make.operator(), reason="new family")
        assert not administering(printing)

    def test_gives_nothing_twice(self, printing):
        pair = holder()
        for name in ("Printer Keeper", "Toner Keeper"):
            enter_role(role_of(printing, name=name), by=make.operator(), reason="new family")
        assert administering(printing) == {pair}
        assert Event.objects.filter(kind="administration.service_added").count() == 1

    def test_ends_first_what_is_past_its_end(self, printing):
        holder()
        end = AdminRelationship.objects.get().ends_at
        enter_role(role_of(printing), by=make.operator(), reason="new family", at=end)
        assert AdminRelationship.objects.get().status == "expired"
        assert not administering(printing)

    def test_is_for_who_may_add_and_has_a_reason(self, printing):
        holder()
        with nothing_changes():
            with pytest.raises(PermissionDenied):
                enter_role(role_of(printing), by=staff("change_adminrole"), reason="mine")
            with pytest.raises(Refused, match="reason"):
                enter_role(role_of(printing), by=make.operator(), reason=" ")


class TestEditRole:
    @pytest.fixture
    def role(self, printing):
        role = role_of(printing, "no")
        role.save(force_insert=True)
        return role

    def test_gives_the_service_that_now_has_its_first_such_role(self, printing, role):
        pair = holder()
        edit_role(role, {"administers": "yes"}, by=make.operator(), reason="as agreed")
        assert administering(printing) == {pair}

    def test_of_the_name_alone_gives_nothing_and_holds_no_customer(self, printing, role):
        holder()
        with CaptureQueriesContext(connection) as asked:
            edit_role(role, {"name": "Toner Keeper"}, by=make.operator(), reason="renamed")
        assert not administering(printing)
        assert "customers_customer" not in " ".join(query["sql"] for query in asked)

    def test_is_refused_once_the_role_was_granted(self, role):
        grant(make.make_partner(), make.make_customer(), role_ids=(str(role.template_id),))
        with nothing_changes(), pytest.raises(Refused, match="has been granted"):
            edit_role(role, {"administers": "yes"}, by=make.operator(), reason="as agreed")

    def test_asks_the_right_before_anything_else(self, role):
        grant(make.make_partner(), make.make_customer(), role_ids=(str(role.template_id),))
        with nothing_changes(), pytest.raises(PermissionDenied):
            edit_role(role, {"administers": "yes"}, by=staff("add_adminrole"), reason="mine")


class TestLocks:
    @pytest.mark.parametrize("verb", ["enter", "edit"])
    def test_are_taken_in_the_one_order_before_anything_is_written(self, printing, verb):
        holder()
        role = role_of(printing, "yes" if verb == "enter" else "no")
        if verb == "edit":
            role.save(force_insert=True)
        by = make.operator()
        with CaptureQueriesContext(connection) as asked:
            if verb == "enter":
                enter_role(role, by=by, reason="new family")
            else:
                edit_role(role, {"administers": "yes"}, by=by, reason="as agreed")
        steps = [step for query in asked if (step := step_of(query["sql"]))]
        first = {step: steps.index(step) for step in steps}
        wanted = ["customer", "service", "role", "chain head", "write"]
        assert sorted(first, key=first.get) == wanted


def step_of(sql):
    """What a statement locks or writes; SQLite has no locks of rows, so reads of one stand in."""
    if sql.startswith(("INSERT INTO", "UPDATE")):
        return "" if "audit_chainhead" in sql else "write"
    reads = {
        "customer": ('FROM "customers_customer" WHERE "customers_customer"."id" =',),
        "service": ('FROM "subscriptions_service" WHERE "subscriptions_service"."id" =',),
        "role": ('FROM "relationships_adminrole" WHERE', " OR ", "ORDER BY"),
        "chain head": ('FROM "audit_chainhead"', "ORDER BY"),
    }
    for step, words in reads.items():
        if all(word in sql for word in words):
            return step
    return ""
