"""The table of role × act × target role, whole, on both sides."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Actor
from customers.models import CustomerMembership
from customers.rights import CustomerRole
from partners.models import PartnerMembership
from partners.rights import Admin, Agent
from relationships.moves import claims, inviting, joining, people
from relationships.moves.demanding import demand_factor
from relationships.moves.resetting import reset_factors
from tests import factories as make

from .test_people import Nothing, given

pytestmark = pytest.mark.django_db

PLACES = {
    "global admin": {"admin": Admin.GLOBAL_ADMIN},
    "user-management admin": {"admin": Admin.USER_MANAGEMENT_ADMIN},
    "billing admin": {"admin": Admin.BILLING_ADMIN},
    "admin agent": {"agent": Agent.ADMIN_AGENT},
    "sales agent": {"agent": Agent.SALES_AGENT},
    "helpdesk agent": {"agent": Agent.HELPDESK_AGENT},
}
ADMINS = {"global admin", "user-management admin", "billing admin"}


class Undone(Exception):
    """Ends what was done, so that the next try finds the same world."""


def is_done(act, by):
    try:
        with transaction.atomic():
            act(by)
            raise Undone
    except Undone:
        return True
    except PermissionDenied:
        return False


def places_to_try(model, join, roles):
    """One person of each role; they have a factor, so that there is one to take away."""
    found = {}
    for role, how in roles.items():
        person = join(**how)
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
        found[role] = model.objects.get(user=person).pk
    return found


def actors_to_try(join, organisation, roles):
    chief = Actor.objects.of(join(**next(iter(roles.values()))))
    removed = join(**next(iter(roles.values())))
    people.remove(organisation.memberships.get(user=removed), by=chief)
    actors = {role: Actor.objects.of(join(**how)) for role, how in roles.items()}
    stranger = make.make_user()
    return chief, {
        **actors,
        "nobody of it": Actor.objects.of(stranger),
        "removed": Actor.objects.of(removed),
    }


class TestPartner:
    def join(self, **how):
        return make.join_partner(self.alder, **how)

    @pytest.fixture(autouse=True)
    def world(self):
        self.alder = make.make_partner("Alder", domain="alder.example")
        self.chief, self.actors = actors_to_try(self.join, self.alder, PLACES)
        self.places = places_to_try(PartnerMembership, self.join, PLACES)
        self.offers = {
            role: inviting.invite(self.alder, f"to{number}@x.example", given(**how), by=self.chief)
            for number, (role, how) in enumerate(PLACES.items())
        }
        asker = Actor.objects.of(make.make_user("asks@alder.example"))
        self.request = joining.ask_to_join(self.alder, by=asker)

    def acts(self, target):
        place = PartnerMembership.objects.get(pk=self.places[target])
        how = given(**PLACES[target])
        other = given(agent="sales_agent" if target != "sales agent" else "helpdesk_agent")
        offer = type(self.offers[target]).objects.get(pk=self.offers[target].pk)
        join = type(self.request).objects.get(pk=self.request.pk)
        admin = "billing_admin" if target != "billing admin" else "global_admin"
        return {
            "change": lambda by: people.change_roles(place, other, by=by),
            "make admin": lambda by: people.change_roles(place, given(admin=admin), by=by),
            "remove": lambda by: people.remove(place, by=by),
            "reset": lambda by: reset_factors(place, by=by),
            "invite": lambda by: inviting.invite(self.alder, "new@x.example", how, by=by),
            "send again": lambda by: inviting.send_again(offer, by=by),
            "withdraw": lambda by: inviting.withdraw(offer, by=by),
            "let in": lambda by: joining.let_join(join, how, by=by),
            "refuse": lambda by: joining.refuse_join(join, by=by, reason="Not ours."),
        }

    def test_is_this(self):
        by_managers = {"change", "remove", "invite", "send again", "withdraw", "let in"}
        may = {
            ("global admin", act, target) for act in self.acts("sales agent") for target in PLACES
        }
        may |= {
            ("user-management admin", act, target)
            for target in PLACES
            for act in {"refuse"} | (by_managers if target not in ADMINS else set())
        }
        with Nothing():
            done = {
                (role, name, target)
                for target in PLACES
                for name in self.acts(target)
                for role, by in self.actors.items()
                if is_done(self.acts(target)[name], by)
            }
        assert done == may


class TestCustomer:
    ROLES = {role.value: {"role": role} for role in CustomerRole}

    def join(self, **how):
        return make.join_customer(self.fernhill, **how)

    @pytest.fixture(autouse=True)
    def world(self):
        self.fernhill = make.make_customer("Fernhill", domain="fernhill.example")
        self.chief, self.actors = actors_to_try(self.join, self.fernhill, self.ROLES)
        self.places = places_to_try(CustomerMembership, self.join, self.ROLES)
        self.offers = {
            role: inviting.invite(self.fernhill, f"to-{number}@x.example", how, by=self.chief)
            for number, (role, how) in enumerate(self.ROLES.items())
        }
        self.claim = make.make_claim(self.fernhill)

    def acts(self, target):
        place = CustomerMembership.objects.get(pk=self.places[target])
        how = {"role": target}
        other = {"role": "reader" if target != "reader" else "billing_admin"}
        offer = type(self.offers[target]).objects.get(pk=self.offers[target].pk)
        claim = type(self.claim).objects.get(pk=self.claim.pk)
        customer = type(self.fernhill).objects.get(pk=self.fernhill.pk)
        return {
            "change": lambda by: people.change_roles(place, other, by=by),
            "remove": lambda by: people.remove(place, by=by),
            "reset": lambda by: reset_factors(place, by=by),
            "invite": lambda by: inviting.invite(customer, "new@x.example", how, by=by),
            "send again": lambda by: inviting.send_again(offer, by=by),
            "withdraw": lambda by: inviting.withdraw(offer, by=by),
            "let in": lambda by: claims.let_in(claim, target, by=by),
            "refuse": lambda by: claims.refuse(claim, by=by, reason="Not ours."),
            "demand a factor": lambda by: demand_factor(customer, on=True, by=by),
        }

    def test_is_the_global_admins_alone(self):
        may = {("global_admin", act, role) for act in self.acts("reader") for role in self.ROLES}
        with Nothing():
            done = {
                (role, name, target)
                for target in self.ROLES
                for name in self.acts(target)
                for role, by in self.actors.items()
                if is_done(self.acts(target)[name], by)
            }
        assert done == may
