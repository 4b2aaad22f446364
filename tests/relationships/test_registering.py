"""Registering an organisation on the way from a link: by the move, and by its page."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Actor
from audit.models import Event
from customers.identity import IdentityRefused
from customers.models import Customer, CustomerMembership, CustomerRegistration
from customers.rights import CustomerRole
from mail.models import Delivery
from partners.models import Partnership
from relationships.models import Decision, RelationshipRequest
from relationships.moves import registering
from relationships.moves.opening import NotAddressed
from relationships.moves.registering import RegistrationRefused
from relationships.moves.supervising import suspend_partner
from tests import factories as make
from tests.tables import rows_of_all_tables

pytestmark = pytest.mark.django_db

TYPED = {"name": "Larch Bakery", "country": "FR"}


@pytest.fixture
def person():
    person = make.make_user("robin@larch.example", "Robin Fern")
    Actor.objects.of(person)
    return person


@pytest.fixture
def asked(person):
    return make.make_request(make.make_partner("Alder Cloud"), email=person.email)


def to_domain(request: RelationshipRequest, domain: str) -> RelationshipRequest:
    request.addressed_email, request.addressed_domain = "", domain
    request.save(update_fields=["addressed_email", "addressed_domain"])
    return request


def to_tenant(request: RelationshipRequest, tenant_id) -> RelationshipRequest:
    request.addressed_email, request.addressed_tenant_id = "", tenant_id
    request.save(update_fields=["addressed_email", "addressed_tenant_id"])
    return request


def refused(person, request, because, error=RegistrationRefused, **fields):
    """The move is refused with this sentence, and not a row is another."""
    before = rows_of_all_tables()
    with pytest.raises(error, match=because):
        make.make_registration(person, request=request, **fields)
    assert rows_of_all_tables() == before


class TestRegister:
    def test_makes_the_organisation_with_the_person_as_its_global_admin(self, person, asked):
        at = timezone.now()
        customer = make.make_registration(person, request=asked, name="  Larch   Bakery ", at=at)
        assert isinstance(customer, Customer)
        assert (customer.name, customer.primary_domain) == ("Larch Bakery", "larch.example")
        assert (customer.country.code, customer.slug) == ("FR", "larch-example")
        assert (customer.status, customer.created_at) == ("active", at)
        assert customer.domain_confirmed_at is None
        place = CustomerMembership.objects.get()
        assert (place.user, place.customer, place.role) == (
            person,
            customer,
            CustomerRole.GLOBAL_ADMIN,
        )
        assert not CustomerRegistration.objects.exists()

    def test_is_told_to_the_organisation_and_to_no_partner(self, person, asked):
        customer = make.make_registration(person, request=asked)
        event = Event.objects.get(kind="customer.registered")
        assert (event.customer_id, event.partner_id) == (str(customer.tenant_id), "")
        assert event.side == "customer"
        assert event.details == {"domain": "larch.example", "request": str(asked.public_id)}
        assert list(event.links.values_list("chain", flat=True)) == [
            f"customer:{customer.tenant_id}"
        ]

    def test_takes_the_domain_to_which_the_mail_went(self):
        person = make.make_user("robin@straße.example")
        customer = make.make_registration(person)
        assert customer.primary_domain == "strasse.example"

    def test_finds_a_domain_in_either_spelling(self):
        make.make_customer(domain="münchen.example")
        person = make.make_user("robin@xn--mnchen-3ya.example")
        assert isinstance(make.make_registration(person), CustomerRegistration)
        assert Customer.objects.count() == 1

    def test_gives_a_second_domain_with_the_same_hyphens_a_place_of_its_own(self):
        first = make.make_registration(make.make_user("robin@a-b.example"))
        second = make.make_registration(make.make_user("robin@a.b.example"))
        assert first.slug == "a-b-example"
        assert second.slug.startswith("a-b-example-")

    def test_by_somebody_who_has_a_place_in_it_gives_it_back_as_it_is(self, person, asked):
        customer = make.make_registration(person, request=asked)
        before = rows_of_all_tables()
        again = make.make_registration(person, request=asked, name="Another name")
        assert again == customer
        assert rows_of_all_tables() == before

    def test_works_for_a_request_to_the_domain_of_the_address(self, person, asked):
        made = make.make_registration(person, request=to_domain(asked, "larch.example"))
        assert isinstance(made, Customer)

    def test_works_for_a_request_to_nobody(self, person):
        assert isinstance(make.make_registration(person, request=make.make_request()), Customer)

    def test_takes_the_address_to_which_the_request_went(self, person):
        EmailAddress.objects.create(user=person, email="robin@fernhill.example", verified=True)
        asked = make.make_request(email="robin@fernhill.example")
        made = make.make_registration(person, request=asked)
        assert made.primary_domain == "fernhill.example"


class TestWhoDoesNotRegister:
    def test_somebody_who_has_not_confirmed_the_address(self, person, asked):
        person.emailaddress_set.update(verified=False)
        refused(person, asked, "Confirm your e-mail address first")

    def test_somebody_with_another_verified_address_than_the_asked_one(self, asked):
        stranger = make.make_user("robin@birch.example")
        Actor.objects.of(stranger)
        EmailAddress.objects.create(user=stranger, email="robin2@larch.example", verified=False)
        refused(stranger, asked, "addressed to someone else", NotAddressed)

    def test_somebody_of_another_domain_than_the_asked_one(self, person, asked):
        to_domain(asked, "fernhill.example")
        refused(person, asked, "addressed to someone else", NotAddressed)

    @pytest.mark.parametrize("domain", ["sub.larch.example", "arch.example"])
    def test_somebody_of_a_domain_that_only_looks_like_it(self, person, asked, domain):
        to_domain(asked, domain)
        refused(person, asked, "addressed to someone else", NotAddressed)

    def test_anybody_for_a_request_to_a_tenant_id(self, person, asked):
        to_tenant(asked, make.make_customer().tenant_id)
        refused(person, asked, "addressed to someone else", NotAddressed)

    def test_somebody_who_works_for_the_partner(self, person, asked):
        make.join_partner(asked.partner, agent="admin_agent", user=person)
        refused(person, asked, "You work for a partner")

    def test_somebody_who_works_for_its_provider(self, person, asked):
        provider = make.make_partner(kind="indirect_provider")
        Partnership.objects.create(
            provider=provider,
            reseller=asked.partner,
            started_at=make.now(),
            started_by=make.operator(),
        )
        make.join_partner(provider, agent="sales_agent", user=person)
        refused(person, asked, "You work for a partner")

    def test_anybody_while_the_partner_is_suspended(self, person, asked):
        suspend_partner(asked.partner, by=make.operator(), reason="unpaid")
        refused(person, asked, "This partner is suspended")

    def test_anybody_after_the_request_expired(self, person, asked):
        asked = make.make_request(
            asked.partner, email=person.email, at=timezone.now() - timedelta(days=40)
        )
        refused(person, asked, "has expired")

    def test_a_program(self, asked):
        with pytest.raises(PermissionDenied):
            make.register(asked, by=make.operator(), **TYPED)
        assert not Customer.objects.exists()

    def test_a_person_whose_account_is_off(self, person, asked):
        person.is_active = False
        person.save(update_fields=["is_active"])
        refused(person, asked, None, PermissionDenied)

    def test_a_member_of_a_closed_organisation(self, person, asked):
        customer = make.make_registration(person, request=asked)
        customer.move_to("closed", closed_at=make.now(), closed_by=make.operator())
        refused(person, asked, "is closed")


class TestNames:
    @pytest.mark.parametrize("name", ["", "   ", "\u2003\u00a0", "...", "\u200b"])
    def test_that_say_nothing_are_refused(self, person, asked, name):
        refused(person, asked, "Give the name", IdentityRefused, name=name)

    @pytest.mark.parametrize(
        "name", ["Larch\x00", "<b>Larch</b>", "see https://a.example", "\u202eLarch"]
    )
    def test_that_are_more_than_a_name_are_refused(self, person, asked, name):
        refused(person, asked, "Write the name without", IdentityRefused, name=name)

    def test_that_are_too_long_are_refused(self, person, asked):
        refused(person, asked, "at most 200", IdentityRefused, name="x" * 200_000)

    @pytest.mark.parametrize("country", ["", "XX", "Germany", "de", "\x00", "x" * 200_000])
    def test_of_countries_that_do_not_exist_are_refused(self, person, asked, country):
        refused(person, asked, "Choose the country", IdentityRefused, country=country)

    @pytest.mark.parametrize("name", ["한국 제과", "O'Neill & Søn, “Café”", "株式会社 落葉松"])
    def test_are_written_in_every_script(self, person, asked, name):
        assert make.make_registration(person, request=asked, name=name).name == name


class TestFreeMail:
    def test_makes_no_organisation_but_waits_for_staff(self):
        asked = make.make_request()
        registration = make.make_registration(request=asked)
        assert isinstance(registration, CustomerRegistration)
        assert (registration.kind, registration.status) == ("waits_for_staff", "waiting")
        assert (registration.name, registration.country.code) == ("Larch Bakery", "FR")
        assert (registration.domain, registration.customer) == ("", None)
        assert registration.request == asked.public_id
        assert not Customer.objects.exists()
        assert not CustomerMembership.objects.exists()
        assert not Delivery.objects.exists()

    def test_is_told_to_the_operator_alone(self):
        registration = make.make_registration()
        event = Event.objects.get(kind="registration.made")
        assert (event.customer_id, event.partner_id) == ("", "")
        assert event.subject_id == str(registration.public_id)
        assert list(event.links.values_list("chain", flat=True)) == ["operator"]

    def test_counts_subdomains_of_a_provider_too(self):
        person = make.make_user("robin@larch.fastmail.com")
        assert isinstance(make.make_registration(person), CustomerRegistration)

    def test_twice_with_one_name_waits_once(self):
        person, asked = make.make_user("robin@gmail.com"), make.make_request()
        first = make.make_registration(person, request=asked)
        before = rows_of_all_tables()
        assert make.make_registration(person, request=asked) == first
        assert rows_of_all_tables() == before

    def test_waits_three_times_at_most(self):
        person, asked = make.make_user("robin@gmail.com"), make.make_request()
        for number in range(3):
            make.make_registration(person, request=asked, name=f"Larch {number}")
        refused(person, asked, "You have 3 registrations", name="Larch 3")
        make.make_registration(make.make_user("other@gmail.com"), request=asked)
        assert CustomerRegistration.objects.count() == 4

    def test_has_room_again_after_an_answer(self):
        person, asked = make.make_user("robin@gmail.com"), make.make_request()
        rows = [
            make.make_registration(person, request=asked, name=f"Larch {number}")
            for number in range(3)
        ]
        rows[0].move_to(
            "refused", refused_at=make.now(), refused_by=make.operator(), reason="no such company"
        )
        assert make.make_registration(person, request=asked, name="Larch 3").pk


class TestTakenDomain:
    @pytest.fixture
    def holder(self):
        return make.make_customer("Fernhill Foods", domain="larch.example")

    def test_makes_nothing_but_a_claim(self, person, asked, holder):
        claim = make.make_registration(person, request=asked)
        assert isinstance(claim, CustomerRegistration)
        assert (claim.kind, claim.status) == ("claim", "waiting")
        assert (claim.domain, claim.customer) == ("larch.example", holder)
        assert Customer.objects.count() == 1
        assert not holder.memberships.exists()
        assert not Decision.objects.exists()

    def test_is_told_to_the_global_admins_and_to_nobody_else(self, person, asked, holder):
        admins = [make.join_customer(holder) for _ in range(2)]
        for role in (CustomerRole.READER, CustomerRole.PARTNER_RELATIONSHIPS_ADMIN):
            make.join_customer(holder, role)
        away = make.join_customer(holder)
        away.is_active = False
        away.save(update_fields=["is_active"])
        make.make_staff("staff@operator.example")
        make.make_registration(person, request=asked)
        letters = Delivery.objects.filter(kind="claim")
        assert {letter.recipient for letter in letters} == {admin.email for admin in admins}
        for letter in letters:
            for body in (letter.text, letter.html):
                assert "Robin Fern" in body
                assert person.email in body
                assert "/customers/larch-example/" in body
                assert "No link in this mail changes anything." in body
                # What a stranger typed is no message to the organisation.
                assert "Larch Bakery" not in body
                assert "Alder" not in body
                assert asked.token not in body

    @pytest.mark.parametrize("why", ["no admins", "closed"])
    def test_is_told_to_staff_who_can_answer_where_nobody_rules(self, person, asked, holder, why):
        if why == "closed":
            make.join_customer(holder)
            holder.move_to("closed", closed_at=make.now(), closed_by=make.operator())
        may = make.make_user("may@operator.example", is_staff=True)
        may.user_permissions.add(Permission.objects.get(codename="change_customerregistration"))
        make.make_user("may.not@operator.example", is_staff=True)
        make.make_staff("rules@operator.example")
        claim = make.make_registration(person, request=asked)
        letters = Delivery.objects.filter(kind="claim")
        assert {letter.recipient for letter in letters} == {may.email, "rules@operator.example"}
        page = reverse("admin:customers_customerregistration_change", args=[claim.pk])
        assert all(page in letter.text and page in letter.html for letter in letters)

    def test_is_told_once_a_day_for_each_person(self, person, asked, holder):
        make.join_customer(holder)
        noon = timezone.now().replace(hour=12)
        for hours in (0, 1, 2):
            make.make_registration(person, request=asked, at=noon + timedelta(hours=hours))
        assert Delivery.objects.filter(kind="claim").count() == 1
        make.make_registration(person, request=asked, at=noon + timedelta(days=1))
        assert Delivery.objects.filter(kind="claim").count() == 2
        make.make_claim(holder, at=noon + timedelta(days=1))
        assert Delivery.objects.filter(kind="claim").count() == 3

    def test_again_and_again_is_one_claim(self, person, asked, holder):
        first = make.make_registration(person, request=asked)
        again = make.make_registration(person, request=asked, name="Another name")
        assert again == first
        assert CustomerRegistration.objects.count() == 1
        assert Event.objects.filter(kind="registration.claimed").count() == 1

    def test_is_claimed_by_whoever_is_slower(self, person, asked, holder, monkeypatch):
        looks = iter([None, holder])
        monkeypatch.setattr(registering, "holder_of", lambda domain: next(looks))
        claim = make.make_registration(person, request=asked)
        assert (claim.kind, claim.customer) == ("claim", holder)
        assert Customer.objects.count() == 1

    def test_is_an_event_of_the_organisation(self, person, asked, holder):
        make.make_registration(person, request=asked)
        event = Event.objects.get(kind="registration.claimed")
        assert (event.customer_id, event.side) == (str(holder.tenant_id), "customer")
        assert person.email not in event.payload


@pytest.fixture
def url(asked):
    return reverse("relationships:landing-register", args=[asked.token])


@pytest.fixture
def link(asked):
    return reverse("relationships:landing", args=[asked.token])


def text_of(answer):
    return answer.content.decode()


class TestPage:
    def test_shows_the_domain_and_asks_for_name_and_country(self, client, person, url):
        client.force_login(person)
        answer = client.get(url)
        assert answer.status_code == 200
        text = text_of(answer)
        for expected in (person.email, "larch.example", 'name="name"', 'name="country"', "France"):
            assert expected in text
        assert 'name="domain"' not in text

    def test_says_what_free_mail_means(self, client):
        person = make.make_user("robin@gmail.com")
        asked = make.make_request(email=person.email)
        client.force_login(person)
        text = text_of(client.get(reverse("relationships:landing-register", args=[asked.token])))
        assert "Everybody can have an address at gmail.com" in text
        assert "the operator looks at your registration first" in text

    def test_says_the_same_whether_the_domain_is_taken(self, client, person, url):
        client.force_login(person)
        free = client.get(url)
        make.join_customer(make.make_customer("Fernhill Foods", domain="larch.example"))
        taken = client.get(url)
        assert without_token(text_of(free)) == without_token(text_of(taken))

    def test_is_kept_from_referrers_indexes_and_caches(self, client, person, url):
        client.force_login(person)
        for answer in (client.get(url), client.post(url)):
            assert answer["Referrer-Policy"] == "strict-origin"
            assert "noindex" in answer["X-Robots-Tag"]
            assert "no-store" in answer["Cache-Control"]

    def test_needs_a_sign_in_and_comes_back(self, client, person, url):
        for answer in (client.get(url), client.post(url, TYPED)):
            assert answer.status_code == 302
            assert answer["Location"].startswith("/accounts/login/?next=/r/")
        assert not Customer.objects.exists()

    def test_sends_who_cannot_register_to_the_link(self, client, asked, url, link):
        for visitor in (make.make_user(), make.make_admin_agent(asked.partner)):
            client.force_login(visitor)
            before = rows_of_all_tables()
            assert client.get(url)["Location"] == link
            assert client.post(url, TYPED)["Location"] == link
            assert rows_of_all_tables() == before

    def test_sends_everybody_to_the_link_once_that_is_over(self, client, person, asked, url, link):
        asked.move_to("cancelled", closed_at=make.now(), closed_by=make.operator())
        client.force_login(person)
        before = rows_of_all_tables()
        assert client.get(url)["Location"] == link
        answer = client.post(url, TYPED, follow=True)
        assert "The partner has cancelled this request" in text_of(answer)
        assert rows_of_all_tables() == before

    @pytest.mark.parametrize("token", ["no-such-token", "x" * 2000, "%00"])
    def test_of_an_unknown_token_is_not_found(self, client, person, token):
        client.force_login(person)
        assert client.get(f"/r/{token}/register/").status_code == 404
        assert client.post(f"/r/{token}/register/", TYPED).status_code == 404

    def test_asks_the_database_seldom(self, client, person, url, django_assert_max_num_queries):
        client.force_login(person)
        client.get(url)
        with django_assert_max_num_queries(9):
            assert client.get(url).status_code == 200


def without_token(text: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


class TestPost:
    def test_registers_and_leads_to_the_decision(self, client, person, asked, url):
        client.force_login(person)
        answer = client.post(url, TYPED)
        decision = Decision.objects.get()
        assert answer["Location"] == decision.get_absolute_url()
        assert (decision.request, decision.customer) == (asked, Customer.objects.get())
        assert asked.token not in answer["Location"]
        shown = client.get(answer["Location"])
        assert shown.status_code == 200
        assert "Approve" in text_of(shown)

    def test_shows_the_partner_nothing_before_an_approval(self, client, person, asked, url):
        agent = make.make_admin_agent(asked.partner)
        client.force_login(person)
        client.post(url, TYPED)
        assert Decision.objects.get().status == "open"
        client.force_login(agent)
        home = reverse("relationships:partner-home", args=[asked.partner.slug])
        for page in (home, asked.get_absolute_url()):
            text = text_of(client.get(page))
            for secret in ("Larch", "larch", person.name):
                assert secret not in text.replace(person.email, "")

    def test_doubled_makes_one_organisation_and_one_decision(self, client, person, url):
        client.force_login(person)
        first, second = client.post(url, TYPED), client.post(url, TYPED)
        assert first["Location"] == second["Location"]
        assert Customer.objects.count() == CustomerMembership.objects.count() == 1
        assert Decision.objects.count() == 1

    def test_goes_nowhere_else(self, client, person, url):
        client.force_login(person)
        answer = client.post(
            f"{url}?next=https://evil.example/", {**TYPED, "next": "//evil.example"}
        )
        assert answer["Location"].startswith("/customers/larch-example/requests/")

    def test_without_the_form_s_token_does_nothing(self, person, url):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(person)
        before = rows_of_all_tables()
        assert browser.post(url, TYPED).status_code == 403
        assert rows_of_all_tables() == before

    @pytest.mark.parametrize(
        "typed",
        [
            {"name": ""},
            {"name": "    "},
            {"name": "\x00"},
            {"name": "x" * 200_000},
            {"name": "<script>"},
            {"country": ""},
            {"country": "XX"},
            {"country": "\x00"},
        ],
        ids=repr,
    )
    def test_of_something_that_is_no_name_or_country_says_so(self, client, person, url, typed):
        client.force_login(person)
        before = rows_of_all_tables()
        answer = client.post(url, TYPED | typed)
        assert answer.status_code == 422
        assert "Please check this form" in text_of(answer)
        assert rows_of_all_tables() == before

    def test_takes_no_domain_from_the_form(self, client, person, url):
        client.force_login(person)
        client.post(url, {**TYPED, "domain": "fernhill.example", "primary_domain": "a.example"})
        assert Customer.objects.get().primary_domain == "larch.example"

    def test_by_somebody_unverified_is_sent_to_confirm(self, client, person, url, link):
        person.emailaddress_set.update(verified=False)
        client.force_login(person)
        before = rows_of_all_tables()
        answer = client.post(url, TYPED, follow=True)
        assert answer.redirect_chain == [(link, 302)]
        assert "Confirm your e-mail address first." in text_of(answer)
        assert "/accounts/email/" in text_of(answer)
        assert rows_of_all_tables() == before

    def test_with_free_mail_says_that_it_waits(self, client):
        person = make.make_user("robin@gmail.com")
        asked = make.make_request(email=person.email)
        client.force_login(person)
        url = reverse("relationships:landing-register", args=[asked.token])
        answer = client.post(url, TYPED, follow=True)
        assert "The registration of Larch Bakery waits for the operator" in text_of(answer)
        assert not Customer.objects.exists()

    def test_past_the_limit_says_so(self, client):
        person, asked = make.make_user("robin@gmail.com"), make.make_request()
        for number in range(3):
            make.make_registration(person, request=asked, name=f"Larch {number}")
        client.force_login(person)
        url = reverse("relationships:landing-register", args=[asked.token])
        answer = client.post(url, TYPED)
        assert answer.status_code == 422
        assert "You have 3 registrations that wait" in text_of(answer)

    def test_too_often_asks_for_patience(self, client, person, url, settings):
        from partnercenter.settings import ACCOUNT_RATE_LIMITS

        settings.ACCOUNT_RATE_LIMITS = ACCOUNT_RATE_LIMITS
        cache.clear()
        client.force_login(person)
        answers = [client.post(url, TYPED) for _ in range(11)]
        cache.clear()
        assert [answer.status_code for answer in answers] == [302] * 10 + [429]
        assert "Too many attempts." in text_of(answers[-1])


class TestAnswerToAClaim:
    """Equal for everybody: it tells that the domain is taken, and nothing of whose it is."""

    def holder(self, how):
        customer = make.make_customer("Fernhill Foods", domain="larch.example", country="NL")
        if how == "with global admins":
            make.join_customer(customer)
        elif how == "with readers":
            make.join_customer(customer, CustomerRole.READER)
        elif how == "closed":
            customer.move_to("closed", closed_at=make.now(), closed_by=make.operator())
        return customer

    @pytest.mark.parametrize("how", ["with global admins", "with readers", "empty", "closed"])
    def test_says_that_we_have_written(self, client, person, url, link, how):
        self.holder(how)
        client.force_login(person)
        for _ in range(2):
            answer = client.post(url, TYPED)
            assert (answer.status_code, answer["Location"]) == (302, link)
            text = text_of(client.get(link))
            assert "We have written to those who can let you in" in text
            assert "larch.example" in text
            for secret in ("Fernhill", "Netherlands", "larch-example", "closed"):
                assert secret not in text
        assert Customer.objects.count() == 1

    def test_is_word_for_word_the_same(self, client, person, url, link):
        texts = set()
        client.force_login(person)
        domains = {"with global admins": "a", "with readers": "b", "empty": "c", "closed": "d"}
        for how, letter in domains.items():
            customer = self.holder(how)
            client.post(url, TYPED)
            texts.add(without_token(text_of(client.get(link))))
            Customer.objects.filter(pk=customer.pk).update(primary_domain=f"{letter}.example")
            Customer.objects.filter(pk=customer.pk).update(slug=f"{letter}-example")
            CustomerRegistration.objects.all().delete()
        assert len(texts) == 1

    def test_leads_on_once_the_person_was_let_in(self, client, person, asked, url, link):
        holder = self.holder("with global admins")
        client.force_login(person)
        client.post(url, TYPED)
        make.join_customer(holder, user=person)
        text = text_of(client.get(link))
        assert "Fernhill Foods" in text
        assert "We have written" not in text
