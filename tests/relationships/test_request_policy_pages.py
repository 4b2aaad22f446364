"""The page of a customer's request policy, what it refused, and what the partner reads of it."""

from html import unescape

import pytest
from django.core.cache import cache
from django.urls import reverse

from customers.rights import CustomerRole
from relationships.models import PolicyPartner, PolicyRefusal, RequestPolicy
from relationships.moves import policing
from relationships.moves.clock import sweep
from relationships.moves.policing import PolicyWish, rules_of
from relationships.moves.sending import send
from tests import factories as make

from .policies import Fenced, mails
from .scenes import EXCHANGE, SUPPORT, Unchanged, text_of
from .test_policing import TABLES

pytestmark = pytest.mark.django_db
QUERIES = {"new": 6, "full": 10, "refusal": 6}
RULES = {"who": "anyone", "most_roles": "", "longest_days": "", "quiet_days": "", "seen": "0"}


@pytest.fixture
def scene(client):
    scene = Fenced()
    scene.client = client
    client.force_login(scene.admin)
    return scene


def page(scene, name="customer-policy", *more):
    return reverse(f"relationships:{name}", args=[scene.customer.slug, *more])


def read(answer):
    return unescape(text_of(answer))


def save(scene, **rules):
    version = RequestPolicy.objects.of(scene.customer).version
    given = {**RULES, "seen": str(version), **rules}
    return scene.client.post(page(scene), given)


class TestOneAlone:
    def test_signs_in_again_and_keeps_what_was_typed(self, scene, monkeypatch):
        scene.rule(second_person=True)
        with Unchanged("relationships_requestpolicy"):
            answer = save(scene, most_roles="7")
        assert answer.url.startswith(reverse("signin:again"))
        assert 'value="7"' not in scene.client.get(page(scene)).content.decode()
        for where in ("views.request_policy", "signin.policy"):
            monkeypatch.setattr(f"relationships.{where}.is_fresh", lambda request: True)
        shown = scene.client.get(page(scene))
        assert "Nothing has been saved yet" in read(shown)
        assert 'value="7"' in shown.content.decode()


class TestPage:
    def test_says_what_is_in_force(self, scene, django_assert_max_num_queries):
        with django_assert_max_num_queries(QUERIES["new"]):
            shown = read(scene.client.get(page(scene)))
        assert "Every partner may ask, but none on your deny list." in shown
        policing.renew_code(scene.customer, by=scene.by)
        scene.deny()
        scene.go_on(scene.ask())
        code = scene.rule(most_roles=3, quiet_days=7).code_to_read
        with django_assert_max_num_queries(QUERIES["full"]):
            shown = read(scene.client.get(page(scene)))
        for said in (
            "One request asks for at most 3 roles.",
            "the same partner cannot ask again for 7 days",
            code,
            "Take Alder off the list",
            "The partner is on your deny list.",
            "A renewal is a request like any other.",
        ):
            assert said in shown

    def test_is_in_the_navigation_of_those_who_decide(self, scene):
        home = page(scene, "customer-home")
        assert page(scene) in scene.client.get(home).content.decode()
        scene.client.force_login(make.join_customer(scene.customer, CustomerRole.READER))
        assert page(scene) not in scene.client.get(home).content.decode()
        answer = scene.client.get(page(scene))
        assert answer.status_code == 403
        assert scene.admin.name in answer.content.decode()

    def test_saves_what_was_typed(self, scene):
        answer = save(
            scene, most_roles="2", longest_days="30", never_privileged="on", quiet_days="14"
        )
        assert answer.status_code == 302
        assert rules_of(RequestPolicy.objects.of(scene.customer)) == PolicyWish(
            most_roles=2, longest_days=30, never_privileged=True, quiet_days=14
        )
        shown = scene.client.get(page(scene)).content.decode()
        assert 'name="longest_days" value="30"' in shown

    def test_keeps_what_was_typed_where_it_is_refused(self, scene):
        scene.rule(most_roles=1)
        for rules, said in (
            ({"longest_days": "9999"}, "less than or equal to 730"),
            ({"who": ""}, "This field is required"),
            ({"most_roles": "7", "seen": "0"}, "Somebody changed the policy"),
        ):
            with Unchanged(*TABLES):
                answer = save(scene, quiet_days="12", **rules)
            assert answer.status_code == 422
            assert said in read(answer)
            assert 'name="quiet_days" value="12"' in answer.content.decode()
        # Having read it as it is now, the person may save again.
        assert 'name="seen" value="1"' in answer.content.decode()

    def test_warns_who_locks_everybody_out_and_lets_them(self, scene):
        with Unchanged(*TABLES):
            answer = save(scene, who="listed", quiet_days="12")
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert "no partner at all could ask you" in shown
        for kept in ('name="who" value="listed"', 'name="quiet_days" value="12"'):
            assert kept in shown
        assert save(scene, who="listed", quiet_days="12", meant="yes").status_code == 302
        assert "no partner at all can ask you" in read(scene.client.get(page(scene)))


class TestLists:
    def test_take_a_partner_by_its_domain_and_let_it_go(self, scene):
        url = page(scene, "customer-policy-list")
        answer = scene.client.post(url, {"partner": "alder.example", "on": "deny"}, follow=True)
        assert "Alder is on the deny list now." in read(answer)
        url = page(scene, "customer-policy-unlist")
        answer = scene.client.post(url, {"partner": str(scene.alder.tenant_id)}, follow=True)
        assert "Alder is on no list any more." in read(answer)
        assert not PolicyPartner.objects.exists()

    def test_do_not_take_what_names_no_partner(self, scene):
        for typed in ("alder", "Alder", "nobody.example", ""):
            with Unchanged(*TABLES):
                answer = scene.client.post(
                    page(scene, "customer-policy-list"), {"partner": typed, "on": "allow"}
                )
            assert answer.status_code == 422
            assert f'value="{typed}"' in answer.content.decode() or not typed
        with Unchanged(*TABLES):
            answer = scene.client.post(
                page(scene, "customer-policy-unlist"), {"partner": "x"}, follow=True
            )
        assert "on no list" in read(answer)

    def test_cannot_be_used_to_look_for_partners(self, scene, settings):
        settings.ACCOUNT_RATE_LIMITS = {"policy_partner": "2/h/user"}
        cache.clear()
        url = page(scene, "customer-policy-list")
        for number in range(2):
            scene.client.post(url, {"partner": f"partner{number}.example.org", "on": "deny"})
        with Unchanged(*TABLES):
            answer = scene.client.post(url, {"partner": "alder.example", "on": "deny"}, follow=True)
        cache.clear()
        assert "tried often already" in read(answer)

    def test_warn_who_takes_away_the_last_that_could_ask(self, scene):
        scene.allow()
        scene.rule(who="listed")
        for name, given in (
            ("customer-policy-unlist", {"partner": str(scene.alder.tenant_id)}),
            ("customer-policy-list", {"partner": "alder.example", "on": "deny"}),
        ):
            with Unchanged(*TABLES):
                answer = scene.client.post(page(scene, name), given)
            assert answer.status_code == 422
            assert f'value="{given["partner"]}"' in answer.content.decode()
        answer = scene.client.post(page(scene, name), {**given, "meant": "yes"})
        assert answer.status_code == 302
        assert not PolicyPartner.objects.get().allowed


class TestCode:
    def test_is_shown_renewed_and_dropped(self, scene):
        url = page(scene, "customer-policy-code")
        shown = []
        for _twice in range(2):
            answer = scene.client.post(url, {"step": "renew"}, follow=True)
            shown.append(RequestPolicy.objects.of(scene.customer).code_to_read)
            assert shown[-1] in read(answer)
        assert shown[0] not in read(answer)
        answer = scene.client.post(url, {"step": "drop"}, follow=True)
        assert "A request needs no code any more." in read(answer)
        with Unchanged(*TABLES):
            answer = scene.client.post(url, {"step": "drop"}, follow=True)
        assert "There is no request code." in read(answer)


class TestActs:
    ACTS = {
        "customer-policy": {**RULES, "most_roles": "1"},
        "customer-policy-list": {"partner": "alder.example", "on": "deny"},
        "customer-policy-unlist": {"partner": "x"},
        "customer-policy-code": {"step": "renew"},
    }

    def test_are_refused_to_who_does_not_decide_and_not_found_by_strangers(self, scene):
        people = {
            make.join_customer(scene.customer, CustomerRole.BILLING_ADMIN): 403,
            make.join_customer(scene.customer, CustomerRole.READER): 403,
            make.join_customer(make.make_customer()): 404,
            scene.agent: 404,
        }
        with Unchanged(*TABLES):
            for person, status in people.items():
                scene.client.force_login(person)
                for name, given in self.ACTS.items():
                    answer = scene.client.post(page(scene, name), given)
                    assert answer.status_code == status, name

    def test_are_done_by_nobody_who_only_looks(self, scene):
        with Unchanged(*TABLES):
            for name in self.ACTS:
                answer = scene.client.get(page(scene, name), self.ACTS[name])
                assert answer.status_code == (200 if name == "customer-policy" else 405)


class TestRefusal:
    """Whoever follows a link that the policy forbids reads why, and who can change it."""

    def follow(self, scene, request):
        on = reverse("relationships:landing-continue", args=[request.token])
        return scene.client.post(on, {"organisation": str(scene.customer.tenant_id)}, follow=True)

    @pytest.mark.parametrize("kind", ["standing", "single"])
    def test_names_the_rule_and_the_way_to_the_policy(
        self, scene, kind, django_assert_max_num_queries
    ):
        link = make.make_link(scene.alder, by=scene.agent) if kind == "standing" else scene.ask()
        scene.deny()
        answer = self.follow(scene, link)
        url = page(scene, "customer-refusal", PolicyRefusal.objects.get().public_id)
        assert answer.redirect_chain == [(url, 302)]
        for said in ("Refused by your request policy", "on your deny list", "Alder", page(scene)):
            assert said in read(answer)
        reader = make.join_customer(scene.customer, CustomerRole.READER)
        scene.client.force_login(reader)
        with django_assert_max_num_queries(QUERIES["refusal"]):
            answer = scene.client.get(url)
        assert scene.admin.name in read(answer)
        assert page(scene) not in read(answer)

    def test_does_not_appear_among_what_waits(self, scene):
        scene.deny()
        self.follow(scene, scene.ask(name="Mail help"))
        for name in ("decision-list", "customer-home"):
            assert "Mail help" not in read(scene.client.get(page(scene, name)))

    def test_is_the_customers_own(self, scene):
        scene.deny()
        refusal = scene.go_on(scene.ask())
        other = make.make_customer()
        scene.client.force_login(make.join_customer(other))
        answer = scene.client.get(
            reverse("relationships:customer-refusal", args=[other.slug, refusal.public_id])
        )
        assert answer.status_code == 404


class TestPartner:
    """On the page of its request the partner reads which rule it met."""

    def shown(self, scene, request):
        scene.client.force_login(scene.agent)
        return read(scene.client.get(request.get_absolute_url()))

    def press_send(self, scene, request):
        scene.client.force_login(scene.agent)
        url = reverse("relationships:request-send", args=[scene.alder.slug, request.public_id])
        return read(scene.client.post(url, follow=True))

    def test_types_the_code_and_sees_it_again(self, scene):
        scene.client.force_login(scene.agent)
        given = {
            "addressed_email": scene.admin.email,
            "name": "Mail help",
            "asks_selling": "on",
            "request_code": "k7qm2-xpd4r",
        }
        url = reverse("relationships:request-new", args=[scene.alder.slug])
        answer = scene.client.post(url, given, follow=True)
        assert answer.status_code == 200
        assert scene.alder.requests.get().request_code == "K7QM2XPD4R"
        assert "K7QM2XPD4R" in read(answer)

    def test_that_is_a_stranger_reads_the_rule_later(self, scene):
        scene.rule(most_roles=1)
        request, said = scene.ask(role_ids=(EXCHANGE, SUPPORT)), "at most so many roles: 1"
        assert f"The mail to {scene.admin.email} is on its way." in self.press_send(scene, request)
        shown = self.shown(scene, request)
        assert said not in shown
        assert "Nobody has opened it yet." in shown
        assert not mails()
        sweep(make.now() + make.days(1.1))
        shown = self.shown(scene, request)
        assert said in shown
        assert "make a new request that is within the rule" in shown
        assert "Fernhill" not in shown
        home = reverse("relationships:partner-home", args=[scene.alder.slug])
        assert "a request policy refused it: ask otherwise, or cancel it" in read(
            scene.client.get(home)
        )
        scene.rule()
        scene.go_on(request)
        assert said not in self.shown(scene, request)

    def test_that_is_known_reads_it_at_once(self, scene):
        scene.meet()
        scene.deny()
        request = scene.ask(email="", addressed_domain="fernhill.example")
        shown = self.press_send(scene, request)
        assert "nobody there gets a mail" in shown
        assert "gets the mail, if" not in shown
        assert "It takes no requests of your organisation." in shown

    def test_reads_on_its_standing_link_what_a_customer_refused(self, scene):
        link = make.make_link(scene.alder, by=scene.agent)
        policing.renew_code(scene.customer, by=scene.by)
        scene.go_on(link)
        scene.client.force_login(scene.agent)
        url = reverse("relationships:standing-link", args=[scene.alder.slug])
        shown = read(scene.client.get(url))
        assert "It asks for its request code, and none was given." in shown
        assert "The link still works for other customers." in shown
        assert "Fernhill" not in shown


class TestDecisionPage:
    def test_says_beforehand_what_is_against_a_newer_policy(self, scene):
        request = scene.ask(role_ids=(EXCHANGE, SUPPORT), days=90)
        decision = make.make_decision(request, scene.customer, by=scene.admin)
        url = decision.get_absolute_url()
        assert "against the request policy" not in read(scene.client.get(url))
        scene.rule(longest_days=30)
        shown = read(scene.client.get(url))
        assert "against the request policy of your organisation" in shown
        assert "Administration may last at most so many days: 30." in shown

    def test_refuses_more_than_the_policy_allows(self, scene):
        request = scene.ask(role_ids=(EXCHANGE, SUPPORT), days=90)
        decision = make.make_decision(request, scene.customer, by=scene.admin)
        scene.rule(longest_days=30)
        answer = make.make_answer(decision)
        given = {
            "seen_digest": answer.seen_digest,
            "selling": "allow",
            "administration": "allow",
            "roles": [EXCHANGE, SUPPORT],
        }
        url = reverse(
            "relationships:decision-approve", args=[scene.customer.slug, decision.public_id]
        )
        with Unchanged():
            refused = scene.client.post(url, {**given, "days": "31"})
        assert refused.status_code == 422
        assert "Allow less, or change the policy first." in read(refused)
        assert scene.client.post(url, {**given, "days": "30"}).status_code == 302


def test_activity_says_what_was_refused_and_what_was_changed(scene):
    scene.deny()
    send(scene.ask(), by=scene.seller)
    scene.rule(quiet_days=3)
    shown = read(scene.client.get(page(scene, "customer-activity")))
    for said in (
        "Your request policy refused a request of Alder.",
        "The request policy of Fernhill was changed.",
        "Alder was put on a list of the request policy.",
    ):
        assert said in shown
