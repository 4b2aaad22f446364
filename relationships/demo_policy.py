"""The request policy of one of the demo's customers, and a request that it refused."""

from datetime import datetime, timedelta

from customers.models import Customer
from partners.models import Partner

from .ask import Ask
from .demo_people import agent_of, decider_of
from .models import AdminRole
from .moves.opening import follow
from .moves.policing import PolicyWish, list_partner, set_policy
from .moves.requesting import create_request

SHAREPOINT_ADMINISTRATOR = "f28a1f50-f6e7-4571-818b-6a12f2af6b6c"
RULES = PolicyWish(most_roles=5, longest_days=365, second_person=True, quiet_days=30)


def fence(customer: Customer, denied: Partner, asker: Partner, now: datetime) -> None:
    """The customer makes its policy and denies one partner; another then asks for too long."""
    by, at = decider_of(customer.slug), now - timedelta(days=40)
    set_policy(customer, RULES, by=by, seen=0, at=at)
    list_partner(customer, denied, allowed=False, by=by, at=at + timedelta(minutes=4))
    ask = Ask(
        name=f"Sites for {customer.name}",
        roles=tuple(AdminRole.objects.filter(template_id=SHAREPOINT_ADMINISTRATOR)),
        days=730,
        addressed_domain=customer.primary_domain,
        reason="Two years, so that you need not think of it again.",
    )
    at = now - timedelta(days=6)
    request = create_request(asker, ask, by=agent_of(asker.slug), at=at)
    follow(request, customer, by=by, at=at + timedelta(hours=5))
