"""
The five states in which an administration rests: which act leads where, and who may do it.

Every act is tried in every state and by every sort of person. What does not lead anywhere is
refused, and not one row of the database differs.
"""

from contextlib import contextmanager

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Actor
from audit.log import Side
from customers.rights import CustomerRole
from partnercenter.lib.refusals import Refused
from partners.rights import Admin, Agent
from relationships.models import AdminRelationship, Decision, RelationshipRequest
from relationships.moves import clock, deciding, ending
from relationships.moves.cancelling import cancel
from relationships.moves.drafting import open_draft
from tests import factories as make

from .scenes import SUPPORT, Fernhill
from .test_people import Nothing

pytestmark = pytest.mark.django_db

STATES = ("created", "approvalPending", "active", "expired", "terminated")
# From which states each act leads where; a discarded draft was never anybody else's.
LEADS = {
    "send": {"created": "approvalPending"},
    "cancel": {"created": "terminated", "approvalPending": "terminated"},
    "approve": {"approvalPending": "active"},
    "decline": {"approvalPending": "terminated"},
    "lapse": {"approvalPending": "terminated"},
    "terminate as customer": {"active": "terminated"},
    "terminate as partner": {"active": "terminated"},
    "end reached": {"active": "expired"},
}
MANAGERS = {"admin agent", "global admin of the partner"}
MAY = {
    "send": MANAGERS,
    "cancel": MANAGERS,
    "approve": {"decider", "partner-relationships admin"},
    "decline": {"decider", "partner-relationships admin"},
    "terminate as customer": {"decider", "partner-relationships admin"},
    "terminate as partner": MANAGERS,
}


class Scene(Fernhill):
    """An administration that is brought into each state, and people of all sorts."""

    def __init__(self):
        super().__init__()
        self.agent = make.make_admin_agent(self.alder)
        join = make.join_partner
        self.people = {
            "admin agent": self.agent,
            "global admin of the partner": join(self.alder, admin=Admin.GLOBAL_ADMIN),
            "sales agent": join(self.alder, agent=Agent.SALES_AGENT),
            "helpdesk agent": join(self.alder, agent=Agent.HELPDESK_AGENT),
            "another partner's admin agent": make.make_admin_agent(self.birch),
            "decider": self.admin,
            "partner-relationships admin": make.join_customer(
                self.customer, role=CustomerRole.PARTNER_RELATIONSHIPS_ADMIN
            ),
            "reader": make.join_customer(self.customer, role=CustomerRole.READER),
            "another customer's decider": make.join_customer(make.make_customer()),
        }

    def bring(self, state):
        """The administration in this state, as ordinary moves make it."""
        draft = make.make_draft(
            self.alder, by=self.agent, role_ids=(SUPPORT,), email=self.admin.email
        )
        if state != "created":
            open_draft(draft, by=Actor.objects.of(self.agent))
            decision = make.make_decision(draft, self.customer, by=self.admin)
        if state not in ("created", "approvalPending"):
            self.approve(decision)
        grant = draft.admin_relationships.get()
        if state == "expired":
            clock.sweep(grant.ends_at)
        if state == "terminated":
            ending.terminate(grant, by=self.by, side=Side.CUSTOMER)
        grant = AdminRelationship.objects.get(pk=grant.pk)
        assert grant.status == state
        return grant

    def do(self, act, grant, person=None):
        grant = AdminRelationship.objects.select_related("partner", "customer").get(pk=grant.pk)
        request = RelationshipRequest.objects.get(pk=grant.request_id)
        customers = {"approve", "decline", "terminate as customer"}
        by = Actor.objects.of(person or (self.admin if act in customers else self.agent))
        by.signed_in_again_at = make.now()
        if act == "send":
            open_draft(request, by=by)
        elif act == "cancel":
            cancel(request, by=by)
        elif act == "lapse":
            clock.lapse(request, at=request.expires_at or make.now())
        elif act == "end reached":
            clock.sweep(grant.ends_at or make.now())
        elif act.startswith("terminate"):
            side = Side.CUSTOMER if act.endswith("customer") else Side.PARTNER
            ending.terminate(grant, by=by, side=side)
        else:
            decision = Decision.objects.filter(request=request).first()
            if decision is None:
                raise Refused("nobody was asked")
            getattr(deciding, act)(decision, make.make_answer(decision), by=by)


@pytest.fixture
def scene():
    return Scene()


@contextmanager
def taken_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def state_of(grant):
    return AdminRelationship.objects.filter(pk=grant.pk).values_list("status", flat=True).first()


@pytest.mark.parametrize("state", STATES)
def test_each_act_leads_on_or_is_refused(scene, state):
    grant = scene.bring(state)
    for act, leads in LEADS.items():
        if state in leads:
            with taken_back():
                scene.do(act, grant)
                assert state_of(grant) in (leads[state], None), act
            continue
        with Nothing(), transaction.atomic():
            try:
                scene.do(act, grant)
            except Refused:
                pass
            else:
                # The clock finds nothing to do; it refuses nobody.
                assert act in ("lapse", "end reached"), act


@pytest.mark.parametrize("act", MAY)
def test_each_act_is_open_to_those_who_may_alone(scene, act):
    state = next(iter(LEADS[act]))
    grant = scene.bring(state)
    for sort, person in scene.people.items():
        if sort in MAY[act]:
            with taken_back():
                scene.do(act, grant, person)
                assert state_of(grant) in (LEADS[act][state], None), sort
            continue
        with Nothing(), pytest.raises(PermissionDenied), transaction.atomic():
            scene.do(act, grant, person)


def test_all_that_the_model_lets_through_is_in_the_table():
    model = {(was, then) for was, ways in AdminRelationship.TRANSITIONS.items() for then in ways}
    assert model == {pair for leads in LEADS.values() for pair in leads.items()}
