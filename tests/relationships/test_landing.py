"""The link of a request: what everybody reads, who goes on, and that looking changes nothing."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Actor
from audit.models import Event
from customers.rights import CustomerRole
from partners.models import PartnerKind, Partnership
from relationships.models import Decision, RelationshipRequest
from relationships.moves import deciding
from relationships.moves.clock import sweep
from relationships.moves.supervising import suspend_partner
from tests import factories as make
from tests.tables import rows_of_all_tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    class World:
        partner = make.make_partner("Alder Cloud")
        customer = make.make_customer("Fernhill Foods")

    world = World()
    world.decider = make.join_customer(world.customer)
    world.agent = make.make_admin_agent(world.partner)
    world.request = make.make_request(world.partner, by=world.agent, email=world.decider.email)
    world.url = reverse("relationships:landing", args=[world.request.token])
    world.on = reverse("relationships:landing-continue", args=[world.request.token])
    return world


def choose(client, world, customer=None):
    chosen = (customer or world.customer).tenant_id
    return client.post(world.on, {"organisation": str(chosen)})


class TestPage:
    def test_tells_everybody_who_asks_for_what(self, client, world):
        answer = client.get(world.url)
        text = answer.content.decode()
        for fact in (
            "Alder Cloud",
            "verified",
            "Germany",
            world.partner.primary_domain,
            "Here since",
            "direct bill partner",
            "To sell to your organisation.",
            "Exchange Administrator",
            "What happens next",
        ):
            assert fact in text
        assert f"/accounts/login/?next={world.url.replace('/', '%2F')}" in text
        # What the partner typed as address is not told to whoever finds the link.
        assert world.decider.email not in text
        assert "Fernhill" not in text

    def test_is_kept_from_referrers_indexes_and_caches(self, client, world):
        for url in (world.url, reverse("relationships:landing", args=[world.request.token])):
            answer = client.get(url)
            assert answer["Referrer-Policy"] == "strict-origin"
            assert "noindex" in answer["X-Robots-Tag"]
            assert "no-store" in answer["Cache-Control"]

    @pytest.mark.parametrize("token", ["no-such-token", "x" * 2000, "%00"])
    def test_of_an_unknown_token_is_not_found(self, client, db, token):
        assert client.get(f"/r/{token}/").status_code == 404

    def test_changes_nothing_for_whoever_looks(self, client, world):
        events = Event.objects.count()
        for person in (None, world.decider, world.agent, make.make_user()):
            if person:
                client.force_login(person)
            assert client.get(world.url).status_code == 200
        assert (Event.objects.count(), Decision.objects.count()) == (events, 0)

    def test_tells_the_partners_own_people_that_the_customer_decides(self, client, world):
        client.force_login(world.agent)
        text = client.get(world.url).content.decode()
        assert "Only the customer decides" in text
        assert 'name="organisation"' not in text

    def test_tells_somebody_else_so_and_names_nobody(self, client, world):
        client.force_login(make.join_customer(make.make_customer()))
        text = client.get(world.url).content.decode()
        assert "addressed to someone else" in text
        assert world.decider.email not in text
        assert "Fernhill" not in text

    def test_offers_the_organisations_by_name_and_domain(self, client, world):
        elsewhere = make.make_customer("Glenmoor")
        make.join_customer(elsewhere, user=world.decider)
        client.force_login(world.decider)
        text = client.get(world.url).content.decode()
        for customer in (world.customer, elsewhere):
            assert customer.name in text
            assert customer.primary_domain in text

    @pytest.mark.parametrize(
        ("who", "number"), [(None, 2), ("decider", 8), ("agent", 8), ("newcomer", 8)]
    )
    def test_asks_the_database_seldom(
        self, client, world, who, number, django_assert_max_num_queries
    ):
        if who:
            world.newcomer = make.make_user()
            client.force_login(getattr(world, who))
            if who != "newcomer":
                for _ in range(5):
                    make.join_customer(make.make_customer(), user=getattr(world, who))
        client.get(world.url)
        with django_assert_max_num_queries(number):
            assert client.get(world.url).status_code == 200


OTHERS = "This request is addressed to someone else"


def shown_to(client, person, world):
    """The page as this person reads it."""
    client.force_login(person)
    answer = client.get(world.url)
    assert answer.status_code == 200
    return answer.content.decode()


def asked_of(world, **address):
    """The world's request, addressed anew."""
    fields = {"addressed_email": "", "addressed_domain": "", "addressed_tenant_id": None} | address
    RelationshipRequest.objects.filter(pk=world.request.pk).update(**fields)
    world.request.refresh_from_db()
    return world


class TestVisitor:
    def test_who_decides_chooses_the_organisation_and_goes_on(self, client, world):
        text = shown_to(client, world.decider, world)
        assert "Fernhill Foods" in text
        assert "others decide" not in text
        assert "Continue" in text
        assert "Register my organisation" not in text

    @pytest.mark.parametrize("role", [CustomerRole.READER, CustomerRole.BILLING_ADMIN])
    def test_who_does_not_decide_reads_so_and_goes_on(self, client, world, role):
        text = shown_to(client, make.join_customer(world.customer, role), world)
        assert f"as {role.label} you read the request, and others decide" in text
        assert "Continue" in text

    def test_sees_that_it_waits_for_a_decision_already(self, client, world):
        make.make_decision(world.request, world.customer, by=world.decider)
        assert "waits for a decision since" in shown_to(client, world.decider, world)

    def test_sees_that_it_was_answered_where_others_can_answer_still(self, client, world):
        asked_of(world)
        decision = make.make_decision(world.request, world.customer, by=world.decider)
        by = Actor.objects.of(world.decider)
        deciding.decline(decision, make.make_answer(decision), by=by)
        RelationshipRequest.objects.filter(pk=world.request.pk).update(
            status="open", closed_at=None, closed_by=None
        )
        assert "has been answered there" in shown_to(client, world.decider, world)
        assert choose(client, world)["Location"] == decision.get_absolute_url()

    def test_with_no_organisation_can_register_one(self, client, world):
        person = make.make_user("robin@larch.example")
        asked_of(world, addressed_email=person.email)
        text = shown_to(client, person, world)
        assert "Register my organisation" in text
        assert reverse("relationships:landing-register", args=[world.request.token]) in text
        assert 'name="organisation"' not in text

    def test_with_another_organisation_than_that_of_the_address_can_register_too(
        self, client, world
    ):
        person = make.join_customer(world.customer, user=make.make_user("robin@larch.example"))
        asked_of(world, addressed_email=person.email)
        text = shown_to(client, person, world)
        assert "Fernhill Foods" in text
        assert "My organisation is not in this list" in text

    def test_with_the_organisation_of_the_address_need_not(self, client, world):
        text = shown_to(client, world.decider, world)
        assert "/register/" not in text

    @pytest.mark.parametrize("of", ["partner", "administrator", "provider", "reseller"])
    def test_of_a_concerned_partner_reads_that_only_the_customer_decides(self, client, world, of):
        asked_of(world)
        place = world.partner
        if of != "partner":
            place = make.make_partner("Birch IT", kind=kind_for(of))
        if of == "administrator":
            RelationshipRequest.objects.filter(pk=world.request.pk).update(administrator=place)
        if of != "partner":
            Partnership.objects.create(
                provider=place if of == "provider" else world.partner,
                reseller=world.partner if of == "provider" else place,
                started_at=make.now(),
                started_by=make.operator(),
            )
        text = shown_to(client, make.join_partner(place, agent="helpdesk_agent"), world)
        assert "Only the customer decides" in text
        for act in ('name="organisation"', "/register/", OTHERS):
            assert act not in text

    def test_of_a_partner_that_it_no_longer_concerns_is_a_visitor_like_others(self, client, world):
        asked_of(world)
        person = make.make_admin_agent(world.partner)
        place = person.partner_memberships.get()
        place.removed_at, place.removed_by = make.now(), make.operator()
        place.save(update_fields=["removed_at", "removed_by"])
        text = shown_to(client, person, world)
        assert "Only the customer decides" not in text
        assert "/register/" in text

    def test_of_both_sides_can_read_it_and_not_decide(self, client, world):
        both = make.join_partner(world.partner, agent="admin_agent", user=world.decider)
        text = shown_to(client, both, world)
        assert "Only the customer decides" in text
        assert "others of that organisation decide" in text
        assert "Fernhill Foods" in text
        assert "/register/" not in text
        answer = client.post(world.on, {"organisation": str(world.customer.tenant_id)})
        decision = Decision.objects.get()
        assert answer["Location"] == decision.get_absolute_url()
        assert not decision.decidable_by(Actor.objects.of(both))

    def test_whose_address_is_not_confirmed_reads_so(self, client, world):
        person = make.make_user("robin@larch.example")
        person.emailaddress_set.update(verified=False)
        asked_of(world, addressed_email=person.email)
        text = shown_to(client, person, world)
        assert "You have not confirmed your e-mail address yet" in text
        assert "/accounts/email/" in text
        assert "/register/" not in text

    def test_of_the_operator_s_staff_sees_no_more_than_others(self, client, world):
        make.make_decision(world.request, world.customer, by=world.decider)
        staff = make.make_staff()
        text = shown_to(client, staff, world)
        assert OTHERS in text
        assert "Fernhill" not in text
        assert choose(client, world).status_code == 404

    def test_who_signed_out_reads_what_everybody_reads(self, client, world):
        text = client.get(world.url).content.decode()
        assert "or register it if it is not here yet" in text
        assert 'name="organisation"' not in text


def kind_for(of: str) -> str:
    return PartnerKind.INDIRECT_PROVIDER if of == "provider" else PartnerKind.INDIRECT_RESELLER


class TestRegistrationOfTheVisitor:
    @pytest.fixture
    def person(self, world):
        person = make.make_user("robin@gmail.com")
        asked_of(world, addressed_email=person.email)
        return person

    def test_that_waits_is_shown(self, client, world, person):
        make.make_registration(person, request=world.request)
        text = shown_to(client, person, world)
        assert "The registration of Larch Bakery waits for the operator" in text
        assert "Register once more" in text

    def test_that_was_refused_is_shown_with_the_reason(self, client, world, person):
        row = make.make_registration(person, request=world.request)
        row.move_to(
            "refused", refused_at=make.now(), refused_by=make.operator(), reason="<no> company"
        )
        text = shown_to(client, person, world)
        assert "Larch Bakery was not registered" in text
        assert "&lt;no&gt; company" in text
        assert "Register my organisation" in text

    def test_of_others_is_not_shown(self, client, world, person):
        make.make_registration(make.make_user("other@gmail.com"), name="Hazel Mills")
        assert "Hazel Mills" not in shown_to(client, person, world)

    def test_is_not_shown_where_somebody_else_is_asked(self, client, world, person):
        make.make_registration(person, request=world.request)
        asked_of(world, addressed_email="other@larch.example")
        text = shown_to(client, person, world)
        assert OTHERS in text
        assert "Larch Bakery" not in text


class TestAddress:
    """Who can go on, by whom the request is addressed to."""

    def goes_on(self, client, world, person, customer=None) -> bool:
        """What the page offers and what the press does are the same."""
        text = shown_to(client, person, world)
        offered = str((customer or world.customer).tenant_id) in text
        before = rows_of_all_tables()
        answer = choose(client, world, customer)
        opened = Decision.objects.exists()
        if not opened:
            assert answer.status_code in (302, 404)
            assert rows_of_all_tables() == before
            assert OTHERS in text
            assert "Fernhill" not in text
        assert offered == opened
        return opened

    def test_of_nobody_lets_every_customer_s_person_go_on(self, client, world):
        stranger = make.make_customer()
        person = make.join_customer(stranger, CustomerRole.READER)
        assert self.goes_on(client, asked_of(world), person, stranger)

    def test_by_tenant_id_lets_that_organisation_s_go_on(self, client, world):
        asked_of(world, addressed_tenant_id=world.customer.tenant_id)
        assert self.goes_on(client, world, make.join_customer(world.customer, "reader"))

    def test_by_tenant_id_lets_nobody_else_go_on(self, client, world):
        asked_of(world, addressed_tenant_id=world.customer.tenant_id)
        other = make.make_customer()
        assert not self.goes_on(client, world, make.join_customer(other), other)
        assert not self.goes_on(client, world, make.make_user())

    def test_by_tenant_id_opens_no_other_organisation_of_its_person(self, client, world):
        asked_of(world, addressed_tenant_id=world.customer.tenant_id)
        other = make.make_customer()
        make.join_customer(other, user=world.decider)
        text = shown_to(client, world.decider, world)
        assert other.name not in text
        choose(client, world, other)
        assert not Decision.objects.exists()

    @pytest.mark.parametrize("written", ["fern.example", "münchen.example"])
    def test_by_domain_lets_that_organisation_s_go_on(self, client, world, written):
        customer = make.make_customer(domain=written)
        asked_of(world, addressed_domain=written)
        assert self.goes_on(client, world, make.join_customer(customer), customer)

    def test_by_domain_lets_nobody_else_go_on(self, client, world):
        asked_of(world, addressed_domain=world.customer.primary_domain)
        other = make.make_customer()
        assert not self.goes_on(client, world, make.join_customer(other), other)

    def test_by_e_mail_lets_colleagues_of_the_addressed_go_on(self, client, world):
        colleague = make.join_customer(world.customer, CustomerRole.PARTNER_RELATIONSHIPS_ADMIN)
        assert self.goes_on(client, world, colleague)

    def test_by_e_mail_counts_verified_addresses_only(self, client, world):
        other = make.make_customer()
        person = make.join_customer(other)
        asked_of(world, addressed_email="robin@larch.example")
        EmailAddress.objects.create(user=person, email="robin@larch.example", verified=False)
        assert not self.goes_on(client, world, person, other)

    def test_by_e_mail_follows_who_has_it_now(self, client, world):
        colleague = make.join_customer(world.customer)
        place = world.decider.customer_memberships.get()
        place.removed_at, place.removed_by = make.now(), make.operator()
        place.save(update_fields=["removed_at", "removed_by"])
        assert not self.goes_on(client, world, colleague)

    def test_opens_no_closed_organisation(self, client, world):
        world.customer.move_to("closed", closed_at=make.now(), closed_by=make.operator())
        client.force_login(world.decider)
        before = rows_of_all_tables()
        assert choose(client, world)["Location"] == world.url
        assert rows_of_all_tables() == before


class TestContinue:
    def test_opens_one_decision_and_leads_to_it(self, client, world):
        client.force_login(world.decider)
        first, second = choose(client, world), choose(client, world)
        decision = Decision.objects.get()
        assert (decision.request, decision.customer) == (world.request, world.customer)
        assert first["Location"] == second["Location"] == decision.get_absolute_url()
        assert world.request.token not in first["Location"]
        assert client.get(first["Location"]).status_code == 200

    def test_leads_a_colleague_to_the_same_decision(self, client, world):
        decision = make.make_decision(world.request, world.customer, by=world.decider)
        client.force_login(make.join_customer(world.customer, "reader"))
        assert choose(client, world)["Location"] == decision.get_absolute_url()
        assert Decision.objects.count() == 1

    def test_does_nothing_for_whom_it_is_not_addressed_to(self, client, world):
        other = make.make_customer()
        client.force_login(make.join_customer(other))
        answer = choose(client, world, other)
        assert answer["Location"] == world.url
        text = client.get(world.url).content.decode()
        assert "This request is addressed to someone else." in text
        assert not Decision.objects.exists()

    def test_does_not_reach_an_organisation_of_others(self, client, world):
        client.force_login(make.join_customer(make.make_customer()))
        assert choose(client, world).status_code == 404
        assert not Decision.objects.exists()

    @pytest.mark.parametrize("organisation", ["fernhill", "x" * 200_000, "\x00"])
    def test_of_no_organisation_is_not_found(self, client, world, organisation):
        client.force_login(world.decider)
        assert client.post(world.on, {"organisation": organisation}).status_code == 404
        assert not Decision.objects.exists()

    def test_without_a_choice_asks_for_one(self, client, world):
        client.force_login(world.decider)
        answer = client.post(world.on, follow=True)
        assert answer.redirect_chain == [(world.url, 302)]
        assert "Choose your organisation." in answer.content.decode()
        assert not Decision.objects.exists()

    def test_needs_a_sign_in_and_comes_back_to_the_link(self, client, world):
        answer = choose(client, world)
        assert answer["Location"].startswith("/accounts/login/")
        assert not Decision.objects.exists()
        client.force_login(world.decider)
        assert client.get(world.on)["Location"] == world.url
        assert not Decision.objects.exists()

    def test_is_refused_while_the_partner_is_suspended(self, client, world):
        suspend_partner(world.partner, by=make.operator(), reason="unpaid")
        client.force_login(world.decider)
        assert choose(client, world)["Location"] == world.url
        assert "This partner is suspended." in client.get(world.url).content.decode()
        assert not Decision.objects.exists()

    def test_at_the_link_of_another_request_opens_that_one_alone(self, client, world):
        other = make.make_request(email="somebody@larch.example")
        client.force_login(world.decider)
        before = rows_of_all_tables()
        on = reverse("relationships:landing-continue", args=[other.token])
        answer = client.post(on, {"organisation": str(world.customer.tenant_id)})
        assert answer["Location"] == reverse("relationships:landing", args=[other.token])
        assert rows_of_all_tables() == before

    def test_without_the_form_s_token_does_nothing(self, world):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(world.decider)
        before = rows_of_all_tables()
        typed = {"organisation": str(world.customer.tenant_id)}
        assert browser.post(world.on, typed).status_code == 403
        assert rows_of_all_tables() == before

    def test_goes_nowhere_else(self, client, world):
        client.force_login(world.decider)
        typed = {"organisation": str(world.customer.tenant_id), "next": "https://evil.example/"}
        answer = client.post(f"{world.on}?next=//evil.example", typed)
        assert answer["Location"] == Decision.objects.get().get_absolute_url()


def cancel(world):
    end(world, "cancelled")


def rotate(world):
    RelationshipRequest.objects.filter(pk=world.request.pk).update(kind="standing", expires_at=None)
    world.request.refresh_from_db()
    end(world, "rotated")


def end(world, status):
    with transaction.atomic():
        world.request.move_to(status, closed_at=make.now(), closed_by=make.operator())


def expire(world):
    RelationshipRequest.objects.filter(pk=world.request.pk).update(
        expires_at=timezone.now() - timedelta(minutes=1)
    )


def expire_and_sweep(world):
    expire(world)
    sweep()


def decide(move):
    def act(world):
        decision = make.make_decision(world.request, world.customer, by=world.decider)
        move(decision, make.make_answer(decision), by=Actor.objects.of(world.decider))

    return act


def suspend(world):
    suspend_partner(world.partner, by=make.operator(), reason="unpaid")


def unverify(world):
    type(world.partner).objects.filter(pk=world.partner.pk).update(
        verified_at=None, verified_by=None
    )


# state: what leads to it, what the page is called, and what its reader can do
CLOSED = {
    "decided": (
        decide(deciding.approve),
        "This request has been decided",
        "ask it for a new request",
    ),
    "declined": (
        decide(deciding.decline),
        "This request was declined",
        "ask the partner for a new request",
    ),
    "cancelled": (
        cancel,
        "The partner has cancelled this request",
        "ask the partner for a new one",
    ),
    "expired": (expire, "This request has expired", "Ask the partner to send it again"),
    "swept": (expire_and_sweep, "This request has expired", "Ask the partner to send it again"),
    "rotated": (
        rotate,
        "The partner has replaced this link by a new one",
        "Ask the partner for the new link",
    ),
    "suspended": (suspend, "Nothing can be decided here now", "This partner is suspended"),
    "unverified": (unverify, "Nothing can be decided here now", "has not verified this partner"),
}


@pytest.mark.parametrize("state", CLOSED)
class TestClosedLink:
    def everybody(self, world):
        newcomer = make.make_user()
        RelationshipRequest.objects.filter(pk=world.request.pk).update(
            addressed_email=newcomer.email
        )
        return [None, world.decider, world.agent, newcomer, make.make_staff()]

    def test_says_so_to_everybody_and_what_to_do(self, client, world, state):
        act, title, what_now = CLOSED[state]
        act(world)
        for person in self.everybody(world):
            client.logout()
            if person:
                client.force_login(person)
            answer = client.get(world.url)
            assert answer.status_code == 200
            text = answer.content.decode()
            assert f"<h1>{title}</h1>" in text
            assert what_now in text
            assert "Alder Cloud" in text
            for offer in ('name="organisation"', "/register/", "What it asks for"):
                assert offer not in text
            if person != world.decider:
                assert "Fernhill" not in text

    def test_opens_and_registers_nothing(self, client, world, state):
        CLOSED[state][0](world)
        register = reverse("relationships:landing-register", args=[world.request.token])
        typed = {
            "organisation": str(world.customer.tenant_id),
            "name": "Larch Bakery",
            "country": "FR",
        }
        for person in filter(None, self.everybody(world)):
            client.force_login(person)
            before = rows_of_all_tables()
            for url in (world.on, register):
                assert client.post(url, typed).status_code in (302, 404)
                assert client.get(url)["Location"] == world.url
            assert rows_of_all_tables() == before

    def test_asks_the_database_seldom(self, client, world, state, django_assert_max_num_queries):
        CLOSED[state][0](world)
        with django_assert_max_num_queries(1):
            client.get(world.url)
        client.force_login(world.decider)
        client.get(world.url)
        with django_assert_max_num_queries(7):
            client.get(world.url)


def test_a_draft_has_no_link(client, world):
    draft = RelationshipRequest.objects.create(
        partner=world.partner,
        administrator=world.partner,
        kind="single",
        name="A draft",
        created_at=make.now(),
        created_by=make.operator(),
    )
    assert draft.token is None
    for token in ("None", "null", str(draft.public_id), draft.pk):
        assert client.get(f"/r/{token}/").status_code == 404


class TestUsedLink:
    @pytest.mark.parametrize(
        ("move", "sentence"),
        [(deciding.approve, "has been decided"), (deciding.decline, "was declined")],
    )
    def test_says_so_and_leads_those_who_decided_to_the_receipt(
        self, client, world, move, sentence
    ):
        decision = make.make_decision(world.request, world.customer, by=world.decider)
        move(decision, make.make_answer(decision), by=Actor.objects.of(world.decider))
        answer = client.get(world.url)
        assert answer.status_code == 200
        assert sentence in answer.content.decode()
        assert "Fernhill" not in answer.content.decode()
        assert "Sign in to see what your organisation decided" in answer.content.decode()

        client.force_login(world.decider)
        text = client.get(world.url).content.decode()
        assert decision.get_absolute_url() in text
        assert choose(client, world)["Location"] == decision.get_absolute_url()

        client.force_login(make.join_customer(make.make_customer()))
        assert decision.get_absolute_url() not in client.get(world.url).content.decode()

    def test_is_led_back_by_those_who_opened_it_before_it_was_cancelled(self, client, world):
        decision = make.make_decision(world.request, world.customer, by=world.decider)
        cancel(world)
        client.force_login(world.decider)
        text = client.get(world.url).content.decode()
        assert "See the request at Fernhill Foods" in text
        assert decision.get_absolute_url() in text

    def test_shows_staff_no_receipt_of_others(self, client, world):
        decide(deciding.approve)(world)
        staff = make.make_user(is_staff=True)
        staff.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
        client.force_login(staff)
        assert "Fernhill" not in client.get(world.url).content.decode()
