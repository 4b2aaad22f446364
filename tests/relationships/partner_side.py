"""What tests of a partner's pages share: addresses, a filled-in form, an answered request."""

from django.urls import reverse

from accounts.models import Actor
from relationships.models import RelationshipRequest
from relationships.moves import deciding
from tests import factories as make


def page(name: str, partner, *more) -> str:
    return reverse(f"relationships:{name}", args=[partner.slug, *more])


def typed(**fields) -> dict:
    """A whole form; what is given as None is not sent at all."""
    form = {
        "name": "Mail and support",
        "addressed_email": "admin@fernhill.example",
        "asks_selling": "on",
        "roles": [make.EXCHANGE_ADMINISTRATOR],
        "days": "365",
        "reason": "As agreed by telephone.",
        **fields,
    }
    return {name: value for name, value in form.items() if value is not None}


def decided(partner, *, approved: bool, **answer) -> RelationshipRequest:
    """A request that a customer named Fernhill Foods has answered."""
    customer = make.make_customer("Fernhill Foods")
    decider = make.join_customer(customer)
    request = make.make_request(partner, email=decider.email)
    decision = make.make_decision(request, customer, by=decider)
    move = deciding.approve if approved else deciding.decline
    move(decision, make.make_answer(decision, **answer), by=Actor.objects.of(decider))
    return request


def said(answer) -> list[str]:
    """The sentences with which the page answers what was just done."""
    return [str(message) for message in answer.context["messages"]]
