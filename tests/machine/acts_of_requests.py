"""What a partner does before anybody decides, and the customer's person who opens the link."""

from dataclasses import replace
from typing import Any

from customers.models import Customer
from partners.models import Partner
from partners.rights import Agent
from relationships.again import to_renew
from relationships.ask import Ask
from relationships.models import RelationshipRequest
from relationships.moves.cancelling import cancel
from relationships.moves.opening import follow
from relationships.moves.requesting import create_request
from relationships.moves.standing import edit_standing_link, make_standing_link, rotate
from tests import factories as make

from .drawing import Drawing, act
from .naive_administration import entered
from .naive_policy import policy_of
from .steps import approving, grant_of
from .witness import Refusal
from .world import EXCHANGE, GLOBAL, SUPPORT, TEAMS, USERS

WISHES = (
    (EXCHANGE,),
    (EXCHANGE, TEAMS),
    (GLOBAL,),
    (EXCHANGE, USERS, SUPPORT),
    (TEAMS, GLOBAL),
    (),
    (SUPPORT,),
)
DAYS = (90, 30, 1, 365)
ADDRESSES = ("nobody", "email", "domain", "tenant", "nobody", "email", "another")


class Requests(Drawing):
    """Requests and links, from the wish to the open decision."""

    @act(4)
    def ask(self, data: Any) -> None:
        """Mostly the customer's person opens it at once, so that there is something to decide."""
        partner, customer = self._pair(data)
        ask = self._addressed(data, self._wish(data, partner), customer)
        ask = replace(ask, request_code=self._code(data, customer.pk))
        agent = Agent.SALES_AGENT if self.now_and_then(data, 8) else Agent.ADMIN_AGENT
        by = self.world.agent(partner, agent)
        made = self.make("ask", lambda: create_request(fresh(partner), ask, by=by))
        if not isinstance(made, Refusal) and not self.now_and_then(data, 8):
            self._open(made.pk, customer)

    @act(2, needs=Drawing.live_grants)
    def renew(self, data: Any) -> None:
        """The same for longer, at times with fewer roles; what has ended meanwhile is refused."""
        grant = self.pick(data, self.live_grants(), "grant")
        ask = replace(to_renew(grant_of(grant.id)), name=f"Renewal {self.next_number()}")
        if self.now_and_then(data):
            ask = replace(ask, roles=ask.roles[:1])
        partner, by = Partner.objects.get(pk=grant.partner_id), self.world.agent(grant.partner_id)
        made = self.make("renew", lambda: create_request(fresh(partner), ask, by=by))
        if not isinstance(made, Refusal):
            self._open(made.pk, Customer.objects.get(pk=grant.customer_id))
            self._approve_renewal(data, made.pk, grant.customer_id)

    def _approve_renewal(self, data: Any, request: int, customer: int) -> None:
        """Mostly at once, so that something is renewed."""
        waiting = [row for row in self.open_decisions() if row.request_id == request]
        if waiting and not self.now_and_then(data):
            by = self.world.admin(customer)
            self.witness.make(approving(waiting[0].id, by=by, rows=self.rows))

    @act()
    def make_link(self, data: Any) -> None:
        partner = self.pick(data, self.world.partners, "partner")
        ask = None if self.now_and_then(data) else self._wish(data, partner)
        by = self.world.agent(partner)
        self.make("make link", lambda: make_standing_link(fresh(partner), ask, by=by))

    @act(needs=Drawing.links)
    def edit_link(self, data: Any) -> None:
        link = self.pick(data, self.links(), "link")
        ask = self._wish(data, Partner.objects.get(pk=link.partner_id))
        seen = link.version - self.now_and_then(data, 8)
        by = self.world.agent(link.partner_id)
        self.make(
            "edit link", lambda: edit_standing_link(request_of(link.id), ask, by=by, seen=seen)
        )

    @act(needs=Drawing.links)
    def rotate_link(self, data: Any) -> None:
        link = self.pick(data, self.links(), "link")
        by = self.world.agent(link.partner_id)
        self.make("rotate link", lambda: rotate(request_of(link.id), by=by))

    @act(2, needs=Drawing.links)
    def open_a_link(self, data: Any) -> None:
        link = self.pick(data, self.links(), "link")
        self._open(link.id, self.pick(data, self.world.customers, "customer"))

    @act(needs=Drawing.open_requests)
    def cancel_request(self, data: Any) -> None:
        request = self.pick(data, self.open_requests(), "request")
        by = self.world.agent(request.partner_id)
        self.make("cancel", lambda: cancel(request_of(request.id), by=by))

    @act(needs=Drawing.open_requests)
    def open_a_request(self, data: Any) -> None:
        request = self.pick(data, self.open_requests(), "request")
        self._open(request.id, self.pick(data, self.world.customers, "customer"))

    def decision(self, data: Any) -> Any:
        """One that is open; where there is none, somebody asks for one."""
        if not self.open_decisions() or self.now_and_then(data):
            self.ask(data)
        open_now = self.open_decisions()
        return self.pick(data, open_now, "decision") if open_now else None

    def _pair(self, data: Any) -> tuple[Partner, Customer]:
        """Two that know each other, one beside another's administration, or anybody."""
        usual, customers = self._usual(data), self.world.customers
        places, pairs = sorted(entered(self.rows)), self.running_pairs()
        meeting = self.pick(data, ("rival", "known", "anybody"), "meeting")
        if meeting == "rival" and places:
            place = self.pick(data, places, "place")
            holder = entered(self.rows)[place]
            usual = [partner for partner in usual if partner.pk != holder] or usual
            customers = [customer for customer in customers if customer.pk == place[0]]
        elif meeting == "known" and pairs:
            pair = self.pick(data, pairs, "pair")
            usual = [each for each in self.world.partners if each.pk == pair.partner_id]
            customers = [each for each in customers if each.pk == pair.customer_id]
        return self.pick(data, usual, "partner"), self.pick(data, customers, "customer")

    def _usual(self, data: Any) -> list[Partner]:
        """Mostly those that may ask."""
        if self.now_and_then(data, 8):
            return self.world.partners
        barred = {row.id for row in self.suspended_partners()} | {self.world.dogwood.pk}
        return [partner for partner in self.world.partners if partner.pk not in barred]

    def _open(self, request: int, customer: Any) -> None:
        by = self.world.admin(customer)
        self.make("open", lambda: follow(request_of(request), fresh(customer), by=by))

    def _wish(self, data: Any, partner: Partner) -> Ask:
        role_ids = self.pick(data, WISHES, "roles")
        days = self.pick(data, DAYS, "days")
        grave = {GLOBAL, USERS} & set(role_ids)
        ask = make.make_ask(
            name=f"Wish {self.next_number()}",
            role_ids=(),
            days=min(days, 90) if grave and not self.now_and_then(data, 8) else days,
            asks_selling=not role_ids or (partner.transacts and not self.now_and_then(data)),
        )
        administrator = partner
        if partner == self.world.cedar and self.now_and_then(data, 2):
            administrator = self.world.dogwood
        groups = None
        if self.now_and_then(data):
            groups = self.world.groups_of(administrator)
        return replace(
            ask,
            roles=self.world.roles_of(role_ids),
            administrator=administrator,
            groups=groups,
        )

    def _code(self, data: Any, customer: int) -> str:
        """Mostly the customer's, where it demands one; else none, or a wrong one."""
        policy = policy_of(self.rows, customer)
        if policy is None or not policy.code:
            return ""
        return self.pick(data, (policy.code, policy.code, "", "AAAAA-AAAAA"), "code")

    def _addressed(self, data: Any, ask: Ask, customer: Any) -> Ask:
        address = self.pick(data, ADDRESSES, "address")
        if address == "email":
            return replace(ask, addressed_email=self.world.admin(customer).user.email)
        if address == "domain":
            return replace(ask, addressed_domain=customer.primary_domain)
        if address == "tenant":
            return replace(ask, addressed_tenant_id=customer.tenant_id)
        if address == "another":
            return replace(ask, addressed_tenant_id=self.world.customers[0].tenant_id)
        return ask


def fresh(row: Any) -> Any:
    """The same row as a page reads it."""
    return type(row).objects.get(pk=row.pk)


def request_of(key: int) -> RelationshipRequest:
    rows = RelationshipRequest.objects.select_related("partner", "administrator", "terms")
    return rows.get(pk=key)
