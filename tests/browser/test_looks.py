"""Every page of both sides and of the public: no barriers, no complaints, nothing cut off."""

from functools import cached_property
from urllib.parse import urlencode

import pytest
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from accounts.models import Actor
from audit.log import Side
from customers.models import CustomerInvitation
from customers.rights import CustomerRole
from mail import demo
from partners.models import PartnerKind
from partners.rights import Admin, Agent
from relationships.models import BulkAct, BulkSource, PartnerRelationship
from relationships.moves import (
    bulk,
    bulk_work,
    deciding,
    ending,
    groups,
    inviting,
    pausing,
    policing,
    signing_on,
)
from relationships.moves.accepting import refuse_registration
from relationships.moves.administration import end_grant
from relationships.moves.assignments import assign
from relationships.moves.bulk import Chosen
from relationships.moves.bulk_acts import given_of
from relationships.moves.bulk_forecast import forecast
from relationships.moves.cancelling import cancel
from relationships.moves.policing import PolicyWish
from relationships.moves.proving import begin_proof
from relationships.moves.sending import send
from relationships.moves.supervising import suspend_partner
from subscriptions.moves import changing
from tests import factories as make
from tests.browser.conftest import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def approve(decision, *, by, **answer):
    deciding.approve(decision, make.make_answer(decision, **answer), by=Actor.objects.of(by))


class World:
    """Alder asks fernhill, to which birch sells and for which it administers mail."""

    @cached_property
    def alder(self):
        return make.make_partner("Alder Cloud")

    @cached_property
    def agent(self):
        return make.make_admin_agent(self.alder)

    @cached_property
    def fernhill(self):
        """It has subscriptions, and a partner that administers its mail."""
        fernhill = make.make_customer("Fernhill Foods and Beverages International")
        birch = make.make_partner("Birch IT Services")
        for seller in (birch, None):
            make.make_subscription(fernhill, seller=seller, partner_of_record=birch)
        held = make.make_request(birch, role_ids=(make.EXCHANGE_ADMINISTRATOR,))
        admin = make.join_customer(fernhill)
        approve(make.make_decision(held, fernhill, by=admin), by=admin)
        return fernhill

    @cached_property
    def decider(self):
        return make.join_customer(self.fernhill)

    def page(self, name, *more):
        side = self.fernhill if name.startswith(("customer", "decision")) else self.alder
        return reverse(f"relationships:{name}", args=[side.slug, *more])

    @cached_property
    def stranger(self):
        return make.join_customer(make.make_customer())

    @cached_property
    def nobody(self):
        return make.make_user("somebody.with.a.rather.long.address@organisations.example")

    @cached_property
    def reader(self):
        return make.join_customer(self.fernhill, CustomerRole.READER)

    @cached_property
    def billing_admin(self):
        return make.join_partner(self.alder, admin=Admin.BILLING_ADMIN)

    @cached_property
    def of_both_sides(self):
        return make.join_partner(self.alder, admin=Admin.GLOBAL_ADMIN, user=self.decider)

    @cached_property
    def code_only(self):
        user = make.make_user()
        user.set_unusable_password()
        user.save(update_fields=["password"])
        return user

    @cached_property
    def chief(self):
        return make.join_partner(self.alder, admin=Admin.GLOBAL_ADMIN)

    @cached_property
    def people_admin(self):
        return make.join_partner(self.alder, admin=Admin.USER_MANAGEMENT_ADMIN)

    @cached_property
    def group(self):
        """With somebody in it, and roles of a grant."""
        by = Actor.objects.of(self.chief)
        group = groups.open_group(self.alder, "People who look after the mail", by=by)
        groups.add_person(group, self.alder.memberships.get(user=self.chief), by=by)
        assign(self.grant, group, make.roles(make.TEAMS_ADMINISTRATOR), by=by)
        return group

    @cached_property
    def bulk_draft(self):
        """A group is to get what a customer granted; one row names nothing."""
        given = {"group": str(self.group.public_id), "roles": []}
        rows = [
            Chosen(relationship_id=self.grant.pk),
            Chosen(key="x" * 90, refused="Your organisation has nothing with this id."),
        ]
        by = Actor.objects.of(self.agent)
        source = BulkSource.FILE
        return bulk.choose(self.alder, BulkAct.ASSIGN, rows, by=by, source=source, given=given)

    @cached_property
    def waiting_job(self):
        """Requests to a list of customers; one is made, and then somebody stopped the job."""
        by = Actor.objects.of(self.agent)
        given = given_of(make.make_ask(name="Mail"), send=False)
        rows = [Chosen(key="ann@glen.example"), Chosen(key="b.example", name="북극성 식품")]
        job = bulk.choose(
            self.alder, BulkAct.REQUEST, rows, by=by, source=BulkSource.FILE, given=given
        )
        bulk.start(job, by=by, seen=forecast(job, make.now()).digest)
        bulk_work.work_on(job)
        bulk.stop(job, by=by)
        return job

    @property
    def built_in(self):
        return self.agent and self.alder.security_groups.get(built_in=True)

    @cached_property
    def proof(self):
        return begin_proof(self.fernhill, by=Actor.objects.of(self.decider))

    @cached_property
    def sign_on(self):
        return make.make_identity_provider(self.fernhill)

    @property
    def untested(self):
        provider = make.make_identity_provider(self.alder)
        by = Actor.objects.of(self.chief)
        given = {"issuer": "https://id.example", "client_id": "another", "secret": ""}
        return signing_on.set_up(provider.organisation, by=by, **given)

    @cached_property
    def policy(self):
        """Every rule of one, a partner on a list, and a request that it refused."""
        by = Actor.objects.of(self.decider)
        policing.renew_code(self.fernhill, by=by)
        make.make_refusal(self.fernhill, by=self.decider)
        rules = {"most_roles": 2, "longest_days": 30, "never_privileged": True, "quiet_days": 7}
        seen = self.fernhill.request_policy.version
        return policing.set_policy(self.fernhill, PolicyWish(**rules), by=by, seen=seen)

    @cached_property
    def refusal(self):
        return make.make_refusal(self.fernhill, self.request, by=self.decider)

    @cached_property
    def claim(self):
        return make.make_claim(self.fernhill)

    @cached_property
    def offers(self):
        """One that waits, one that has expired, and one for an admin."""
        by, long_ago = Actor.objects.of(self.chief), make.now() - make.days(40)
        agent = {"agent": Agent.SALES_AGENT, "admin": Admin.NONE}
        admin = {"agent": Agent.NONE, "admin": Admin.BILLING_ADMIN}
        address = "a.person.with.a.rather.long.address@organisations.example"
        return [
            inviting.invite(self.alder, address, agent, by=by),
            inviting.invite(self.alder, "b@organisations.example", agent, by=by, at=long_ago),
            inviting.invite(self.alder, "c@organisations.example", admin, by=by),
        ]

    @cached_property
    def request(self):
        roles = (make.EXCHANGE_ADMINISTRATOR, make.TEAMS_ADMINISTRATOR, make.USER_ADMINISTRATOR)
        return make.make_request(
            self.alder,
            by=self.agent,
            email=self.decider.email,
            role_ids=roles,
            days=90,
            reason="As agreed on the phone.",
        )

    @cached_property
    def decision(self):
        return make.make_decision(self.request, self.fernhill, by=self.decider)

    @cached_property
    def seller(self):
        return make.join_partner(self.alder, agent=Agent.SALES_AGENT)

    @cached_property
    def draft(self):
        return make.make_draft(self.alder, by=self.agent, name="A draft of some length")

    @cached_property
    def standing_link(self):
        return make.make_link(self.alder, by=self.agent)

    @property
    def cancelled(self):
        cancel(self.request, by=Actor.objects.of(self.agent))
        return self.request

    @property
    def lost(self):
        grant = self.approved.admin_relationship
        by = Actor.objects.of(self.decider)
        with transaction.atomic():
            end_grant(grant, because="customer", by=by, side="customer", at=make.now())
        return grant

    @cached_property
    def cedar(self):
        """A provider whose reseller may administer in its place."""
        cedar = make.make_partner("Cedar Distribution", kind=PartnerKind.INDIRECT_PROVIDER)
        dogwood = make.make_partner("Dogwood", kind=PartnerKind.INDIRECT_RESELLER)
        make.work_together(cedar, dogwood)
        cedar.security_groups.create(name="Mail people", created_at=make.now())
        return cedar

    @cached_property
    def provider(self):
        return make.make_admin_agent(self.cedar)

    def page_of(self, name, request):
        return reverse(f"relationships:{name}", args=[request.partner.slug, request.public_id])

    @property
    def sent(self):
        send(self.request, by=Actor.objects.of(self.agent))
        return self.request

    @property
    def approved(self):
        approve(self.decision, by=self.decider, roles=make.roles(make.TEAMS_ADMINISTRATOR))
        return self.decision

    @cached_property
    def grant(self):
        return self.alder.admin_relationships.get(decision=self.approved)

    @cached_property
    def idle(self):
        """A grant that is used, and one that is paused."""
        by = Actor.objects.of(self.decider)
        request = make.make_request(
            self.alder, by=self.agent, role_ids=(make.SERVICE_SUPPORT_ADMINISTRATOR,)
        )
        approve(make.make_decision(request, self.fernhill, by=self.decider), by=self.decider)
        return self.grant and pausing.pause(
            self.fernhill, grant=request.admin_relationships.get(), by=by
        )

    def why(self, who, name):
        """The answer to why this person can look after teams, or why not."""
        asked = {"person": getattr(self, who).email, "role": make.TEAMS_ADMINISTRATOR}
        return self.grant and "?".join(
            [self.page(name), urlencode(asked | {"customer": self.fernhill.primary_domain})]
        )

    def with_fernhill(self, name, *more):
        """A page of alder about fernhill, which has approved something."""
        return self.grant and self.page(name, self.fernhill.tenant_id, *more)

    def of_alder(self, name, *more):
        """A page of fernhill about alder."""
        return reverse(f"relationships:{name}", args=[self.fernhill.slug, self.alder.slug, *more])

    @cached_property
    def busy(self):
        """Something of everything waits for alder."""
        self.sent_anew = make.make_request(self.alder, by=self.agent, email="a@glen.example")
        by = Actor.objects.of(self.agent)
        row = make.make_subscription(
            self.fernhill, seller=self.alder, term_end=make.now() + make.days(9)
        )
        changing.switch_auto_renew(row, on=False, by=by)
        ending.terminate(self.grant, by=Actor.objects.of(self.decider), side=Side.CUSTOMER)
        for days in (9, 300):
            request = make.make_request(
                self.alder, by=self.agent, role_ids=(make.TEAMS_ADMINISTRATOR,), days=days
            )
            approve(make.make_decision(request, self.fernhill, by=self.decider), by=self.decider)
        last = self.alder.admin_relationships.latest("pk")
        for assigned in last.assignments.all():
            assigned.move_to("deleted", deleted_at=make.now(), deleted_by=by)
        return self.alder

    @cached_property
    def selling_ended(self):
        selling = self.grant and self.alder.reseller_relationships.get()
        by = Actor.objects.of(self.decider)
        return ending.end_selling(selling, by=by, side=Side.CUSTOMER)

    @cached_property
    def of_many_tongues(self):
        names = ("한국 식품 주식회사", "北京食品有限公司", "شركة الأغذية", "Zażółć " * 9, "x" * 99)
        for name in names:
            PartnerRelationship.objects.list_pair(self.alder, make.make_customer(name))
        return self.alder

    @property
    def declined(self):
        answer = make.make_answer(self.decision, reason="Not this year.")
        deciding.decline(self.decision, answer, by=Actor.objects.of(self.decider))
        return self.decision

    @property
    def link(self):
        return reverse("relationships:landing", args=[self.request.token])

    @property
    def used_link(self):
        return self.approved and self.link

    def ended(self, status):
        self.request.move_to(status, closed_at=make.now(), closed_by=make.operator())
        return self.link

    @property
    def rotated_link(self):
        type(self.request).objects.filter(pk=self.request.pk).update(
            kind="standing", expires_at=None
        )
        self.request.refresh_from_db()
        return self.ended("rotated")

    @property
    def expired_link(self):
        long_ago = make.now() - make.days(40)
        old = make.make_request(self.alder, by=self.agent, at=long_ago)
        return reverse("relationships:landing", args=[old.token])

    @property
    def suspended_link(self):
        link = self.link
        suspend_partner(self.alder, by=make.operator(), reason="unpaid")
        return link

    @cached_property
    def to_anybody(self):
        return make.make_request(self.alder, by=self.agent, role_ids=())

    @property
    def open_link(self):
        return reverse("relationships:landing", args=[self.to_anybody.token])

    @property
    def registering(self):
        return reverse("relationships:landing-register", args=[self.to_anybody.token])

    @cached_property
    def of_two(self):
        return make.join_customer(make.make_customer("Glenmoor"), user=self.decider)

    @cached_property
    def free(self):
        return make.make_user("somebody.with.a.rather.long.address@googlemail.com")

    @cached_property
    def unconfirmed(self):
        user = make.make_user()
        user.emailaddress_set.update(verified=False)
        return user

    @cached_property
    def claimant(self):
        """Whose domain belongs to fernhill, and who asked to be let in."""
        claimant = make.make_user(f"claimant@{self.fernhill.primary_domain}")
        make.make_claim(self.fernhill, claimant, request=self.to_anybody)
        return claimant

    @property
    def waiting(self):
        for name in ("Larch Bakery", "Hazel Mills"):
            make.make_registration(self.free, request=self.to_anybody, name=name)
        return self.open_link

    @property
    def turned_down(self):
        row = make.make_registration(self.free, request=self.to_anybody)
        refuse_registration(row, by=make.operator(), reason="There is no such company in France.")
        return self.open_link

    @cached_property
    def staff(self):
        return make.make_staff()

    @property
    def registration(self):
        row = make.make_registration(self.free, request=self.to_anybody)
        return reverse("admin:customers_customerregistration_change", args=[row.pk])

    @property
    def invitation(self):
        offered = CustomerInvitation.objects.invite(
            by=Actor.objects.of(self.decider),
            customer=self.fernhill,
            email=self.nobody.email,
            role=CustomerRole.READER,
        )
        return reverse("relationships:invitation", args=[offered.token])

    @property
    def mail(self):
        return demo.keep(EmailMessage("A subject", "A line. " * 40, to=[self.decider.email]))


# what it shows: (whose, address)
PAGES = {
    "signing in": ("", lambda world: "/accounts/login/"),
    "signing in by a code": ("", lambda world: "/accounts/login/code/"),
    "single sign-on": ("", lambda world: "/sign-on/"),
    "single sign-on that failed": (
        "",
        lambda world: f"/sign-on/{world.sign_on.key}/callback/?error=server_error",
    ),
    "single sign-on, not set up": ("decider", lambda world: world.page("customer-sign-on")),
    "single sign-on, on": (
        "decider",
        lambda world: world.sign_on and world.page("customer-sign-on"),
    ),
    "single sign-on, to test": (
        "chief",
        lambda world: world.untested and world.page("partner-sign-on"),
    ),
    "signing up": ("", lambda world: "/accounts/signup/"),
    "an account that was switched off": ("", lambda world: "/accounts/inactive/"),
    "a forgotten password": ("", lambda world: "/accounts/password/reset/"),
    "a link": ("", lambda world: world.link),
    "a link, to the asked": ("decider", lambda world: world.link),
    "a link, to a stranger": ("stranger", lambda world: world.link),
    "a link, to the partner": ("agent", lambda world: world.link),
    "a link, to somebody of two organisations": ("of_two", lambda world: world.open_link),
    "a link, to somebody of both sides": ("of_both_sides", lambda world: world.link),
    "a link, to a reader": ("reader", lambda world: world.decision and world.link),
    "a link, to a newcomer": ("nobody", lambda world: world.open_link),
    "a link, to somebody unconfirmed": ("unconfirmed", lambda world: world.open_link),
    "a link, to a claimant": ("claimant", lambda world: world.open_link),
    "a link, to who waits": ("free", lambda world: world.waiting),
    "a link, to who was turned down": ("free", lambda world: world.turned_down),
    "a cancelled link": ("", lambda world: world.ended("cancelled")),
    "a declined link": ("", lambda world: world.declined and world.link),
    "a rotated link": ("decider", lambda world: world.rotated_link),
    "an expired link": ("", lambda world: world.expired_link),
    "a link of a suspended partner": ("", lambda world: world.suspended_link),
    "registering": ("nobody", lambda world: world.registering),
    "registering with free mail": ("free", lambda world: world.registering),
    "a used link": ("", lambda world: world.used_link),
    "a used link, to who decided": ("decider", lambda world: world.used_link),
    "an invitation": ("", lambda world: world.invitation),
    "an invitation, to the invited": ("nobody", lambda world: world.invitation),
    "an invitation, to a stranger": ("stranger", lambda world: world.invitation),
    "no page": ("", lambda world: "/r/no-such-link/"),
    "mails of the demo": ("", lambda world: world.mail and "/dev/mail/"),
    "a mail of the demo": ("", lambda world: f"/dev/mail/{world.mail.name}"),
    "the gallery": ("", lambda world: "/dev/gallery/?side=customer"),
    "no organisation": ("nobody", lambda world: "/"),
    "two organisations": ("of_both_sides", lambda world: "/"),
    "the profile": ("nobody", lambda world: "/profile/"),
    "sessions": ("nobody", lambda world: "/accounts/sessions/"),
    "a place to ask for": ("decider", lambda world: world.fernhill and "/join/"),
    "no place to ask for": ("nobody", lambda world: "/join/"),
    "the end of an account": ("reader", lambda world: world.fernhill and "/profile/delete/"),
    "no end of an account": ("chief", lambda world: "/profile/delete/"),
    "the address": ("nobody", lambda world: "/accounts/email/"),
    "the password": ("nobody", lambda world: "/accounts/password/change/"),
    "second factors": ("nobody", lambda world: "/accounts/2fa/"),
    "signing in again": ("nobody", lambda world: "/sign-in-again/"),
    "signing in again by a code": ("code_only", lambda world: "/sign-in-again/"),
    "a missing right": ("billing_admin", lambda world: world.page("request-list")),
    "partner's home, new": ("agent", lambda world: world.page("partner-home")),
    "partner's home": ("agent", lambda world: world.approved and world.page("partner-home")),
    "partner's work list": ("agent", lambda world: world.busy and world.page("partner-home")),
    "no customer": ("agent", lambda world: world.page("partner-customers")),
    "partner's customers": (
        "agent",
        lambda world: world.grant and world.of_many_tongues and world.page("partner-customers"),
    ),
    "a search for nobody": ("agent", lambda world: world.page("partner-customers") + "?q=nobody"),
    "a search for too much": (
        "agent",
        lambda world: world.page("partner-customers") + "?q=" + "x" * 300,
    ),
    "a partner's customer": ("agent", lambda world: world.with_fernhill("partner-customer")),
    "a partner's customer with everything": (
        "agent",
        lambda world: world.busy and world.with_fernhill("partner-customer"),
    ),
    "a new subscription": ("agent", lambda world: world.with_fernhill("subscription-new")),
    "no new subscription": (
        "agent",
        lambda world: world.selling_ended and world.with_fernhill("subscription-new"),
    ),
    "the end of an administration": (
        "agent",
        lambda world: world.with_fernhill("administration-terminate", world.grant.public_id),
    ),
    "an administration": (
        "agent",
        lambda world: world.with_fernhill("administration", world.grant.public_id),
    ),
    "a wish for extension": (
        "agent",
        lambda world: world.with_fernhill(
            "administration-act", world.grant.public_id, "wish-extension"
        ),
    ),
    "a renewal": (
        "agent",
        lambda world: world.grant and f"{world.page('request-new')}?renew={world.grant.public_id}",
    ),
    "the end of a relationship": ("agent", lambda world: world.with_fernhill("selling-end")),
    "no end of a relationship": (
        "agent",
        lambda world: world.busy and world.with_fernhill("selling-end"),
    ),
    "partner's activity": ("agent", lambda world: world.busy and world.page("partner-activity")),
    "activity in no time": (
        "agent",
        lambda world: world.page("partner-activity") + "?since=2001-01-01&until=2001-01-02",
    ),
    "activity in a wrong time": (
        "agent",
        lambda world: world.page("partner-activity") + "?since=2001-01-02&until=2001-01-01",
    ),
    "partner's profile": ("agent", lambda world: world.page("partner-profile")),
    "partner's subscriptions": ("agent", lambda world: world.page("partner-subscriptions")),
    "no request": ("agent", lambda world: world.page("request-list")),
    "requests": ("agent", lambda world: world.sent and world.page("request-list")),
    "a new request": ("agent", lambda world: world.page("request-new")),
    "a fresh request": ("agent", lambda world: world.request.get_absolute_url()),
    "a sent request": ("agent", lambda world: world.sent.get_absolute_url()),
    "an approved request": ("agent", lambda world: world.approved.request.get_absolute_url()),
    "a cancelled request": ("agent", lambda world: world.cancelled.get_absolute_url()),
    "a request to cancel": (
        "agent",
        lambda world: world.page_of("request-cancel", world.request),
    ),
    "the text of a mail": ("agent", lambda world: world.page_of("request-text", world.request)),
    "a draft": ("agent", lambda world: world.draft.get_absolute_url()),
    "a draft to edit": ("agent", lambda world: world.page_of("request-edit", world.draft)),
    "requests over": (
        "agent",
        lambda world: world.cancelled and world.page("request-list") + "?state=over",
    ),
    "requests decided, none": (
        "agent",
        lambda world: world.draft and world.page("request-list") + "?state=decided",
    ),
    "a new request of a seller": ("seller", lambda world: world.page("request-new")),
    "a new request of a provider": (
        "provider",
        lambda world: reverse("relationships:request-new", args=[world.cedar.slug]),
    ),
    "no standing link": ("agent", lambda world: world.page("standing-link")),
    "no standing link, to a seller": ("seller", lambda world: world.page("standing-link")),
    "the standing link": (
        "agent",
        lambda world: world.standing_link and world.page("standing-link"),
    ),
    "the standing link, to a seller": (
        "seller",
        lambda world: world.standing_link and world.page("standing-link"),
    ),
    "the standing link to edit": (
        "agent",
        lambda world: world.standing_link and world.page("link-edit"),
    ),
    "the standing link to rotate": (
        "agent",
        lambda world: world.standing_link and world.page("link-rotate"),
    ),
    "partner's home with a loss": (
        "agent",
        lambda world: world.lost and world.page("partner-home"),
    ),
    "administration to ask for again": (
        "agent",
        lambda world: f"{world.page('request-new')}?administration={world.lost.public_id}",
    ),
    "partner's people": (
        "chief",
        lambda world: world.agent and world.offers and world.page("partner-people"),
    ),
    "partner's people, to who manages people": (
        "people_admin",
        lambda world: world.agent and world.offers and world.page("partner-people"),
    ),
    "an invitation to write": ("chief", lambda world: world.page("partner-person-invite")),
    "a person": (
        "chief",
        lambda world: world.page("partner-person", world.agent.public_id),
    ),
    "a person to remove": (
        "chief",
        lambda world: world.page("partner-person-remove", world.agent.public_id),
    ),
    "admin relationships": (
        "agent",
        lambda world: world.busy and world.waiting_job and world.page("admin-relationships"),
    ),
    "admin relationships that wait": (
        "agent",
        lambda world: world.sent and world.page("admin-relationships") + "?show=pending",
    ),
    "no admin relationships": ("agent", lambda world: world.page("admin-relationships")),
    "bulk jobs": ("agent", lambda world: world.waiting_job and world.page("bulk-list")),
    "a bulk job of a file": ("agent", lambda world: world.page("bulk-upload")),
    "bulk requests": ("agent", lambda world: world.page("bulk-request")),
    "what a bulk job would do": ("agent", lambda world: world.bulk_draft.get_absolute_url()),
    "a bulk job that was stopped": ("agent", lambda world: world.waiting_job.get_absolute_url()),
    "groups": ("agent", lambda world: world.group and world.page("group-list")),
    "a new group": ("agent", lambda world: world.page("group-new")),
    "a group": ("agent", lambda world: world.page("group", world.group.public_id)),
    "the built-in group": ("agent", lambda world: world.page("group", world.built_in.public_id)),
    "a group to rename": ("agent", lambda world: world.page("group-rename", world.group.public_id)),
    "a group to close": ("agent", lambda world: world.page("group-close", world.group.public_id)),
    "groups of an administration": (
        "agent",
        lambda world: world.with_fernhill("administration-groups", world.grant.public_id),
    ),
    "a group of an administration": (
        "agent",
        lambda world: world.with_fernhill(
            "administration-group", world.grant.public_id, world.group.public_id
        ),
    ),
    "partner's access": (
        "agent",
        lambda world: world.grant and world.page("partner-access"),
    ),
    "why somebody of the partner can": (
        "agent",
        lambda world: world.why("agent", "partner-access-why"),
    ),
    "leaving": ("agent", lambda world: world.page("partner-leave")),
    "no leaving": ("chief", lambda world: world.page("partner-leave")),
    "customer's people": (
        "decider",
        lambda world: world.claim and world.reader and world.page("customer-people"),
    ),
    "customer's profile": ("decider", lambda world: world.page("customer-profile")),
    "a domain to prove": (
        "decider",
        lambda world: world.proof and world.page("customer-profile"),
    ),
    "a claim": (
        "decider",
        lambda world: world.page("customer-claim", world.claim.public_id),
    ),
    "customer's home": ("decider", lambda world: world.decision and world.page("customer-home")),
    "one of my partners": (
        "decider",
        lambda world: world.grant and world.of_alder("customer-partner"),
    ),
    "a pause": (
        "decider",
        lambda world: world.of_alder("customer-grant-act", world.grant.public_id, "pause"),
    ),
    "taking a role away": (
        "decider",
        lambda world: (
            world.of_alder("customer-take-roles", world.grant.public_id)
            + f"?role={make.TEAMS_ADMINISTRATOR}"
        ),
    ),
    "my partners": ("decider", lambda world: world.page("customer-partners")),
    "access": ("decider", lambda world: world.idle and world.page("customer-access")),
    "why somebody can": ("decider", lambda world: world.why("agent", "customer-access-why")),
    "why somebody cannot": (
        "decider",
        lambda world: world.why("stranger", "customer-access-why"),
    ),
    "customer's subscriptions": ("decider", lambda world: world.page("customer-subscriptions")),
    "customer's requests": (
        "decider",
        lambda world: world.decision and world.page("decision-list"),
    ),
    "no request policy": ("decider", lambda world: world.page("customer-policy")),
    "a request policy": (
        "decider",
        lambda world: world.policy and world.page("customer-policy"),
    ),
    "a request that the policy refused": (
        "decider",
        lambda world: world.refusal.get_absolute_url(),
    ),
    "a request that the policy refused, to a reader": (
        "reader",
        lambda world: world.refusal.get_absolute_url(),
    ),
    "a request that a policy refused, to the partner": (
        "agent",
        lambda world: world.refusal.request.get_absolute_url(),
    ),
    "a decision against a newer policy": (
        "decider",
        lambda world: world.decision and world.policy and world.decision.get_absolute_url(),
    ),
    "a decision": ("decider", lambda world: world.decision.get_absolute_url()),
    "a decision of others": ("reader", lambda world: world.decision.get_absolute_url()),
    "an approval": ("decider", lambda world: world.approved.get_absolute_url()),
    "a refusal": ("decider", lambda world: world.declined.get_absolute_url()),
}


@pytest.fixture
def world(settings, tmp_path):
    settings.DEMO_MAIL_DIR = tmp_path
    return World()


@pytest.fixture(scope="module")
def context_of_all(browser):
    """One for all pages, so that it fetches the style sheets once."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def page(context_of_all):
    context_of_all.clear_cookies()
    page = context_of_all.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    page.close()


@pytest.fixture
def said(page):
    """What a page complains of; that a missing page answers so is no complaint."""
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda message: (
            said.append(message.text)
            if message.type in ("error", "warning") and "Failed to load" not in message.text
            else None
        ),
    )
    return said


@pytest.fixture
def visit(page, world, live_server):
    """Open a page as somebody, who signed in elsewhere."""

    def visit(whose, address):
        path = address(world)
        if whose:
            client = Client()
            client.force_login(getattr(world, whose))
            for name, cookie in client.cookies.items():
                page.context.add_cookies(
                    [{"name": name, "value": cookie.value, "url": live_server.url}]
                )
        answer = page.goto(live_server.url + path)
        assert answer.status < 500
        assert not whose or "/accounts/login/" not in page.url

    return visit


def assert_looks_well(page, axe, said):
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        axe(page)
    assert page.locator("h1").count() == 1
    assert page.inner_text("h1").strip()
    assert page.title().strip(" ·")
    assert not said


@pytest.mark.parametrize(("whose", "address"), PAGES.values(), ids=PAGES)
def test_looks_well(page, visit, axe, said, whose, address):
    visit(whose, address)
    assert_looks_well(page, axe, said)


def test_registering_looks_well_with_errors(page, visit, axe, said):
    visit(*PAGES["registering"])
    page.get_by_label("Name of your organisation").fill("https://larch.example")
    page.get_by_label("Country").select_option("FR")
    page.get_by_role("button", name="Register and continue").click()
    assert "Write the name without links" in page.inner_text("[role=alert]")
    assert page.get_by_label("Country").input_value() == "FR"
    assert_looks_well(page, axe, said)


def test_looks_well_with_errors(page, visit, axe, said, world):
    visit("decider", lambda world: world.decision.get_absolute_url())
    page.get_by_role("button", name="Approve").click()
    assert "Please check this form" in page.inner_text("[role=alert]")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert_looks_well(page, axe, said)
    page.get_by_role("link", name="Selling: Choose Allow").click()
    assert page.evaluate("document.activeElement.id") == "id_selling"


@pytest.mark.parametrize("template", ["400.html", "429.html", "500.html"])
def test_looks_well_where_nothing_works(page, live_server, axe, said, template):
    html = render_to_string(template)
    page.route("**/failing/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{live_server.url}/failing/")
    assert_looks_well(page, axe, said)


FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']"
FOCUSED = """selector => {
    const one = document.activeElement;
    if (one === document.body) return null;
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    return {
        place: [...document.querySelectorAll(selector)].indexOf(one),
        words: one.innerText || one.name || one.id,
        ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        seen: box.bottom > 0 && box.top < innerHeight && box.width > 1 && box.height > 1,
    };
}"""


@pytest.mark.parametrize(
    "shown",
    [
        "signing in",
        "a link, to the asked",
        "registering",
        "partner's work list",
        "partner's customers",
        "a partner's customer with everything",
        "the end of a relationship",
        "partner's activity",
        "a new request",
        "a fresh request",
        "the standing link",
        "a decision",
    ],
)
class TestKeyboard:
    def test_goes_through_the_page_in_its_order_and_is_seen(self, page, visit, shown):
        visit(*PAGES[shown])
        page.evaluate("document.activeElement.blur()")  # some pages begin in their first field
        steps = []
        for _ in range(100):
            page.keyboard.press("Tab")
            step = page.evaluate(FOCUSED, FOCUSABLE)
            if step is None or (steps and step["place"] == steps[0]["place"]):
                break
            steps.append(step)
        assert len(steps) > 3
        assert not [step for step in steps if not (step["ring"] and step["seen"])]
        places = [step["place"] for step in steps]
        assert places == sorted(places)

    def test_skips_to_the_content(self, page, visit, shown):
        visit(*PAGES[shown])
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip-link"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


class TestTakingTheMailAlong:
    def test_copies_the_whole_text(self, page, visit, world, live_server):
        page.context.grant_permissions(
            ["clipboard-read", "clipboard-write"], origin=live_server.url
        )
        visit(*PAGES["a fresh request"])
        page.get_by_role("button", name="Copy e-mail").click()
        page.get_by_text("Copied", exact=True).wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert world.request.link in copied
        assert copied == page.get_by_label("Text", exact=True).input_value()

    def test_shows_all_of_it_without_scrolling(self, page, visit):
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            visit(*PAGES["a fresh request"])
            text = page.get_by_label("Text", exact=True)
            hidden = text.evaluate("one => one.scrollHeight - one.clientHeight")
            assert hidden <= 2

    def test_opens_a_mail_program_with_it(self, page, visit, world):
        visit(*PAGES["a fresh request"])
        address = page.get_by_role("link", name="Open in mail program").get_attribute("href")
        assert address.startswith(f"mailto:{world.decider.email}?subject=")


def test_an_order_looks_well_on_its_way(page, visit, axe, said, world):
    visit(*PAGES["a new subscription"])
    page.get_by_label("Product").select_option(label="Microsoft Teams Enterprise")
    page.get_by_label("Quantity").fill("25")
    page.get_by_label("Price of one licence").fill("4.50")
    page.get_by_label("Currency").fill("E1R")
    page.get_by_role("button", name="Continue").click()
    assert "Please check this form" in page.inner_text("[role=alert]")
    assert_looks_well(page, axe, said)
    page.get_by_label("Currency").fill("EUR")
    page.get_by_role("button", name="Continue").click()
    assert "What begins" in page.inner_text("main")
    assert_looks_well(page, axe, said)
    page.get_by_role("button", name="Change something").click()
    assert page.get_by_label("Quantity").input_value() == "25"
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Order").click()
    assert "The subscription has begun." in page.inner_text("main")
    assert world.alder.sold_subscriptions.get().quantity == 25


class TestWithoutScripts:
    @pytest.fixture
    def page(self, browser):
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        yield page
        context.close()

    def test_a_request_is_made_and_sent(self, page, visit, world):
        visit(*PAGES["a new request"])
        page.get_by_label("E-mail address of the customer").fill("somebody@fernhill.example")
        page.get_by_label("Name of the request").fill("Mail and support")
        page.get_by_text("Exchange Online", exact=False).first.click()
        page.get_by_label("Exchange Administrator").check()
        page.get_by_role("button", name="Create request").click()
        page.get_by_role("button", name="Send e-mail").click()
        made = world.alder.requests.get()
        assert made.sent_at is not None
        assert [role.name for role in made.asked_roles()] == ["Exchange Administrator"]
        assert page.get_by_label("Link for the customer").input_value() == made.link

    def test_an_organisation_is_registered(self, page, visit, world):
        visit(*PAGES["a link, to a newcomer"])
        page.get_by_role("link", name="Register my organisation").click()
        page.get_by_label("Name of your organisation").fill("Larch Bakery")
        page.get_by_label("Country").select_option("FR")
        page.get_by_role("button", name="Register and continue").click()
        assert "Larch Bakery" in page.inner_text("header")
        assert world.nobody.customer_memberships.current().count() == 1

    def test_a_draft_is_saved_finished_copied_and_cancelled(self, page, visit, world):
        visit(*PAGES["a new request"])
        page.get_by_label("Name of the request").fill("Mail and support")
        page.get_by_label("First paragraph").fill("Hello, as agreed on the phone.")
        page.get_by_role("button", name="Save draft").click()
        assert "The draft is saved." in page.inner_text("main")
        page.get_by_role("link", name="Edit draft").click()
        page.get_by_text("by its domain or tenant id instead").click()
        page.get_by_label("Domain of the customer").fill("fernhill.example")
        page.get_by_role("button", name="Create request").click()
        made = world.alder.requests.get()
        assert (made.status, made.addressed_domain) == ("open", "fernhill.example")
        text = page.get_by_label("Text", exact=True).input_value()
        assert text.startswith("Hello, as agreed on the phone.")
        assert made.link in text
        assert page.get_by_role("button", name="Copy e-mail").count() == 0
        page.get_by_role("link", name="Edit the text").click()
        page.get_by_label("First paragraph").fill("")
        page.get_by_role("button", name="Save").click()
        text = page.get_by_label("Text", exact=True).input_value()
        assert text.startswith("If somebody else of your organisation")
        page.get_by_role("link", name="Cancel request").click()
        page.get_by_role("button", name="Cancel request").click()
        assert "The request is cancelled." in page.inner_text("main")
        page.get_by_role("link", name="Send again").click()
        assert page.get_by_label("Name of the request").input_value() == "Mail and support"
        assert page.get_by_label("Domain of the customer").input_value() == "fernhill.example"

    def test_a_standing_link_is_made_edited_and_replaced(
        self, page, visit, world, settings, live_server
    ):
        settings.SITE_URL = live_server.url
        visit(*PAGES["no standing link"])
        page.get_by_role("button", name="Make the link").click()
        first = page.get_by_label("Address", exact=True).input_value()
        page.get_by_role("link", name="Edit what it asks for").click()
        page.get_by_label("Name of the request").fill("Work with Alder")
        page.get_by_role("button", name="Save").click()
        assert "Work with Alder" in page.inner_text("main")
        assert page.get_by_label("Address", exact=True).input_value() == first
        page.get_by_role("link", name="Replace by a new link").click()
        page.get_by_role("button", name="Replace by a new link").click()
        assert page.get_by_label("Address", exact=True).input_value() != first
        page.goto(first)
        assert "replaced this link by a new one" in page.inner_text("main")

    def test_an_invitation_is_accepted(self, page, visit, world):
        visit(*PAGES["an invitation, to the invited"])
        page.get_by_role("button", name="Accept").click()
        assert world.fernhill.memberships.current().filter(user=world.nobody).exists()

    def test_a_request_is_declined(self, page, visit, world):
        visit(*PAGES["a decision"])
        page.get_by_label("Reason, if you decline").fill("Not this year.")
        page.get_by_role("button", name="Decline").click()
        assert "Not this year." in page.inner_text("main")
        world.decision.refresh_from_db()
        assert world.decision.status == "declined"

    def test_a_relationship_is_ended_by_the_partner(self, page, visit, world):
        visit(*PAGES["the end of a relationship"])
        page.get_by_label("We act in good faith", exact=False).check()
        page.get_by_role("button", name="End relationship").click()
        assert "You ended the reseller relationship" in page.inner_text("main")
        assert world.alder.reseller_relationships.get().status == "ended"

    def test_a_customer_is_found(self, page, visit, world):
        visit(*PAGES["partner's customers"])
        page.get_by_label("Name, domain or tenant id").fill("fernhill")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="Fernhill Foods", exact=False).click()
        assert page.inner_text("h1") == world.fernhill.name

    def test_the_menus_open(self, page, visit):
        page.set_viewport_size({"width": 390, "height": 844})
        visit(*PAGES["my partners"])
        page.get_by_role("link", name="Menu", exact=True).click()
        page.get_by_role("navigation").get_by_role("link", name="Subscriptions").click()
        page.locator(".user-menu summary").click()
        page.get_by_role("button", name="Sign out").click()
        assert "/accounts/login/" in page.url
