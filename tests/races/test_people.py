"""People of an organisation at the same moment: one global admin always remains."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Actor
from customers.rights import CustomerRole
from partnercenter.lib.refusals import Refused
from partners.rights import Admin
from relationships.moves import claims, inviting, people
from tests import factories as make

from .at_once import at_once
from .repeating import attempts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def place_of(user, organisation):
    return organisation.memberships.get(user=user, removed_at=None)


def may_lack_the_right(act):
    """Who was removed first has no right any more: as good a refusal as a sentence."""

    def run():
        try:
            act()
        except PermissionDenied as refusal:
            raise Refused("no right") from refusal

    return run


def removal(by, whom, organisation):
    place, actor = place_of(whom, organisation), Actor.objects.of(by)
    return may_lack_the_right(lambda: people.remove(place, by=actor))


def leaving(person, organisation):
    place, actor = place_of(person, organisation), Actor.objects.of(person)
    return lambda: people.leave(place, by=actor)


@pytest.mark.parametrize("side", ["customer", "partner"])
def test_two_global_admins_who_remove_each_other_leave_one(side):
    for _ in attempts(10, 2):
        organisation = make.make_customer() if side == "customer" else make.make_partner()
        join = make.join_customer if side == "customer" else make.join_partner
        given = {} if side == "customer" else {"admin": Admin.GLOBAL_ADMIN}
        pair = [join(organisation, **given) for _ in range(2)]

        acts = [removal(by, whom, organisation) for by, whom in (pair, reversed(pair))]
        outcomes = at_once(*acts)
        assert outcomes == ["done", "no right"]
        assert organisation.memberships.current().count() == 1


def test_two_global_admins_who_leave_at_once_leave_one():
    for _ in attempts(10, 2):
        customer = make.make_customer()
        pair = [make.join_customer(customer) for _ in range(2)]
        outcomes = at_once(*(leaving(person, customer) for person in pair))
        assert outcomes.count("done") == 1
        assert any("only global admin" in outcome for outcome in outcomes)
        assert customer.memberships.current().count() == 1


def test_two_who_invite_the_same_address_send_one_invitation():
    for _ in attempts(10, 2):
        customer = make.make_customer()
        pair = [Actor.objects.of(make.join_customer(customer)) for _ in range(2)]
        outcomes = at_once(
            *(
                lambda by=by, customer=customer: inviting.invite(
                    customer, "new@people.example", {"role": CustomerRole.READER}, by=by
                )
                for by in pair
            )
        )
        assert outcomes.count("done") == 1
        assert customer.invitations.count() == 1


def test_a_claim_is_answered_once_by_two():
    for _ in attempts(10, 2):
        customer = make.make_customer()
        pair = [Actor.objects.of(make.join_customer(customer)) for _ in range(2)]
        claim = make.make_claim(customer)
        same = type(claim).objects.get(pk=claim.pk)
        outcomes = at_once(
            lambda claim=claim, by=pair[0]: claims.let_in(claim, "reader", by=by),
            lambda claim=same, by=pair[1]: claims.refuse(claim, by=by, reason="unknown"),
        )
        assert outcomes.count("done") == 1
        places = customer.memberships.filter(user=claim.user)
        claim.refresh_from_db()
        assert places.exists() == (claim.status == "accepted")
