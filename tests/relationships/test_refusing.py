"""What is against a customer's request policy reaches nobody, and the partner is told the rule."""

import pytest

from accounts.models import Actor
from audit.log import entries
from audit.models import Event
from customers.rights import CustomerRole
from mail.models import Delivery
from partnercenter.lib.refusals import Refused
from partners.models import PartnerKind
from relationships.models import Decision, PolicyRefusal, RequestPolicy
from relationships.moves import deciding, policing
from relationships.moves.cancelling import cancel
from relationships.moves.clock import sweep
from relationships.moves.opening import open_decision
from relationships.moves.pausing import pause, resume
from relationships.moves.refusing import AgainstPolicy
from relationships.moves.sending import send
from relationships.moves.standing import rotate
from relationships.policy_rules import CODE_TRIES, CUSTOMER_READS, PARTNER_READS, Rule, met_by
from tests import factories as make

from .policies import Fenced, mails, nothing_waits, rules_of
from .scenes import EXCHANGE, SUPPORT, TEAMS, USERS, Unchanged

pytestmark = pytest.mark.django_db
TWO = (EXCHANGE, SUPPORT)
# What nobody has until the partner is told, and nobody at all ever.
UNTOUCHED = (
    "relationships_decision",
    "relationships_adminrelationship",
    "relationships_resellerrelationship",
    "relationships_partnerrelationship",
    "mail_delivery",
)


@pytest.fixture
def scene():
    return Fenced()


def limited(**rules):
    return lambda scene: scene.rule(meant=True, **rules)


def code(scene):
    return policing.renew_code(scene.customer, by=scene.by)


def declined(scene):
    """A request was declined, and quiet is kept after that."""
    decision = make.make_decision(scene.ask(), scene.customer, by=scene.admin)
    deciding.decline(decision, make.make_answer(decision), by=scene.by)
    Delivery.objects.all().delete()
    scene.rule(quiet_days=10)


# rule: (what makes it, what is asked against it)
RULES = {
    Rule.DENIED: (Fenced.deny, {}),
    Rule.NOT_LISTED: (limited(who="listed"), {}),
    Rule.NOT_KNOWN: (limited(who="known"), {}),
    Rule.QUIET: (declined, {}),
    Rule.CODE_MISSING: (code, {}),
    Rule.CODE_WRONG: (code, {"request_code": "AAAAA-AAAAA"}),
    Rule.PRIVILEGED: (
        limited(never_privileged=True),
        {"role_ids": (EXCHANGE, USERS), "days": 90},
    ),
    Rule.ROLES: (limited(most_roles=1), {"role_ids": TWO}),
    Rule.DAYS: (limited(longest_days=30), {"role_ids": TWO, "days": 31}),
}


def told(scene) -> list[Event]:
    found = entries(f"partner:{scene.alder.tenant_id}").filter(kind="request.met_policy")
    return list(found)


def noted(scene) -> list[Event]:
    found = entries(f"customer:{scene.customer.tenant_id}").filter(kind="request.against_policy")
    return list(found)


class TestSend:
    @pytest.mark.parametrize("rule", RULES)
    def test_by_whatever_address_reaches_nobody(self, scene, rule):
        prepare, wish = RULES[rule]
        prepare(scene)
        make.join_customer(scene.customer, CustomerRole.PARTNER_RELATIONSHIPS_ADMIN)
        for named, address in scene.ways_in().items():
            request = scene.ask(**wish, **address)
            with Unchanged(*UNTOUCHED):
                assert send(request, by=scene.seller) == [], named
            assert nothing_waits(), named
            refusal = PolicyRefusal.objects.latest("pk")
            assert (refusal.request, refusal.customer) == (request, scene.customer), named
            assert rules_of(refusal) == [rule], named
            request.refresh_from_db()
            assert request.sent_at is not None, named
        assert not told(scene)
        assert len(noted(scene)) == len(scene.ways_in())
        # The customer's event is in no partner's log, and the partner's says no more than ever.
        assert all(event.partner_id == "" for event in noted(scene))
        assert noted(scene)[0].details["asked_by"] == "Alder"

    def test_within_the_policy_reaches_those_who_decide(self, scene):
        scene.allow()
        scene.rule(
            who="listed", most_roles=2, longest_days=30, never_privileged=True, quiet_days=10
        )
        given = policing.renew_code(scene.customer, by=scene.by).code_to_read
        wish = {"request_code": f" {given.lower()} ", "days": 30, "role_ids": TWO}
        for named, address in scene.ways_in().items():
            Delivery.objects.all().delete()
            request = scene.ask(**wish, **address)
            send(request, by=scene.seller)
            assert len(mails()) == 1, named
            # The address of nobody here opens for whoever proves it first.
            if named != "an address of the domain":
                assert isinstance(scene.go_on(request), Decision), named
            scene.alder.requests.update(sent_at=None, sent_by=None)
        assert not PolicyRefusal.objects.exists()

    def test_answers_as_it_does_where_nobody_is(self, scene):
        """Addressing reveals nothing (design 5.2): the partner's rows are the same until told."""
        scene.deny()
        at, answers = make.now(), []
        for domain in ("fernhill.example", "glenmoor.example"):
            request = scene.ask(email="", addressed_domain=domain, name="Mail help")
            answers.append(send(request, by=scene.seller, at=at))
            request.refresh_from_db()
            events = entries(f"partner:{scene.alder.tenant_id}").filter(
                subject_id=request.public_id
            )
            answers.append(
                [
                    request.status,
                    request.sent_at,
                    request.policy_refusals.told().count(),
                    [(event.kind, event.payload, event.side) for event in events],
                ]
            )
        assert answers[:2] == answers[2:]

    def test_again_after_the_policy_let_it_in_goes_out(self, scene):
        scene.deny()
        request, at = scene.ask(), make.now()
        send(request, by=scene.seller, at=at)
        scene.allow()
        send(request, by=scene.seller, at=at + make.days(1))
        assert mails() == [scene.admin.email]
        # Nobody is told any more that it does not get through.
        sweep(at + make.days(2))
        assert not told(scene)

    def test_that_was_told_and_gets_through_later_can_be_refused_anew(self, scene):
        scene.deny()
        request, at = scene.ask(), make.now()
        send(request, by=scene.seller, at=at)
        sweep(at + make.days(1))
        scene.allow()
        send(request, by=scene.seller, at=at + make.days(2))
        assert not request.policy_refusals.standing().exists()
        scene.deny()
        (refusal,) = send(request, by=scene.seller, at=at + make.days(3))
        assert refusal == request.policy_refusals.standing().get()
        assert len(told(scene)) == 2

    def test_again_and_still_refused_is_noted_once(self, scene):
        scene.deny()
        request, at = scene.ask(), make.now()
        send(request, by=scene.seller, at=at)
        sweep(at + make.days(1))
        (refusal,) = send(request, by=scene.seller, at=at + make.days(2))
        assert refusal == PolicyRefusal.objects.get()
        assert len(noted(scene)) == len(told(scene)) == 1

    def test_to_somebody_of_two_organisations_goes_out_for_the_one_that_lets_it_in(self, scene):
        other = make.make_customer()
        make.join_customer(other, user=scene.admin)
        scene.deny()
        request = scene.ask()
        send(request, by=scene.seller)
        assert mails() == [scene.admin.email]
        assert not PolicyRefusal.objects.exists()
        assert isinstance(scene.go_on(request), PolicyRefusal)
        assert isinstance(make.make_decision(request, other, by=scene.admin), Decision)

    def test_asks_no_policy_of_whom_it_is_not_for(self, scene):
        scene.deny()
        for address in ("somebody@glenmoor.example", "fernhill@gmail.com"):
            send(scene.ask(email=address), by=scene.seller)
        assert mails() == ["somebody@glenmoor.example", "fernhill@gmail.com"]

    def test_asks_no_unproved_address_where_its_owner_belongs(self, scene):
        scene.admin.emailaddress_set.create(email="mine@other.example", verified=False)
        scene.deny()
        send(scene.ask(email="mine@other.example"), by=scene.seller)
        assert mails() == ["mine@other.example"]


class TestContinue:
    @pytest.mark.parametrize("rule", RULES)
    def test_of_a_link_that_is_against_the_policy_opens_nothing(self, scene, rule):
        prepare, wish = RULES[rule]
        prepare(scene)
        request = scene.ask(email="", **wish)
        with Unchanged("relationships_decision", "relationships_partnerrelationship"):
            refusal = scene.go_on(request)
        assert isinstance(refusal, PolicyRefusal)
        assert rules_of(refusal) == [rule]
        assert refusal.told_at == refusal.met_at
        assert len(noted(scene)) == len(told(scene)) == 1
        # The partner learns by which rule, and neither by whom nor where.
        event = told(scene)[0]
        assert event.customer_id == ""
        assert event.actor_kind == "clock"
        assert "Fernhill" not in event.payload
        mail = Delivery.objects.get(kind="request_against_policy")
        assert mail.recipient == scene.agent.email
        assert met_by(refusal)[0].to_partner in mail.text.replace("\n", " ")
        assert "Fernhill" not in mail.subject + mail.text

    def test_of_a_standing_link_is_refused_by_every_rule_that_it_can_meet(self, scene):
        link = make.make_link(scene.alder, by=scene.agent)
        scene.deny()
        assert rules_of(scene.go_on(link)) == [Rule.DENIED]
        policing.unlist_partner(scene.customer, scene.alder, by=scene.by)
        policing.renew_code(scene.customer, by=scene.by)
        assert rules_of(scene.go_on(link)) == [Rule.CODE_MISSING]
        policing.drop_code(scene.customer, by=scene.by)
        scene.rule(who="known", meant=True)
        assert rules_of(scene.go_on(link)) == [Rule.NOT_KNOWN]
        scene.rule()
        assert link.policy_refusals.standing().count() == 3
        assert isinstance(scene.go_on(link), Decision)
        assert not link.policy_refusals.standing().exists()
        assert len(told(scene)) == 3
        # Other customers open it as before.
        assert isinstance(make.make_decision(link, make.make_customer()), Decision)
        rotate(link, by=Actor.objects.of(scene.agent))

    def test_pressed_again_writes_nothing_more(self, scene):
        scene.deny()
        request = scene.ask()
        first = scene.go_on(request)
        with Unchanged(*UNTOUCHED, "relationships_policyrefusal", "audit_event"):
            assert scene.go_on(request) == first

    def test_names_every_limit_at_once(self, scene):
        scene.rule(most_roles=2, longest_days=30, never_privileged=True)
        request = scene.ask(role_ids=(EXCHANGE, TEAMS, USERS), days=90)
        assert rules_of(scene.go_on(request)) == [Rule.PRIVILEGED, Rule.ROLES, Rule.DAYS]

    def test_of_what_was_opened_before_leads_to_its_decision(self, scene):
        request = scene.ask()
        decision = scene.go_on(request)
        scene.deny()
        assert scene.go_on(request) == decision
        link = make.make_link(scene.alder, by=scene.agent)
        assert isinstance(scene.go_on(link), PolicyRefusal)

    def test_is_asked_first_whether_the_link_is_the_persons_at_all(self, scene):
        scene.deny()
        request = scene.ask(email="somebody@glenmoor.example")
        with (
            Unchanged(*UNTOUCHED, "relationships_policyrefusal", "audit_event"),
            pytest.raises(Refused, match="addressed to someone else"),
        ):
            scene.go_on(request)

    def test_without_the_note_raises_and_changes_nothing(self, scene):
        scene.deny()
        request = scene.ask()
        with (
            Unchanged(*UNTOUCHED, "relationships_policyrefusal", "audit_event"),
            pytest.raises(AgainstPolicy, match="on your deny list"),
        ):
            open_decision(request, scene.customer, by=scene.by)


class TestWhoAsks:
    def test_known_are_those_with_whom_there_is_or_was_something(self, scene):
        scene.meet()
        scene.rule(who="known")
        assert isinstance(scene.go_on(scene.ask()), Decision)
        birch = make.make_partner()
        stranger = make.make_request(birch, email=scene.admin.email, role_ids=())
        assert rules_of(scene.go_on(stranger)) == [Rule.NOT_KNOWN]
        policing.list_partner(scene.customer, birch, allowed=True, by=scene.by)
        assert isinstance(scene.go_on(stranger), Decision)

    def test_the_deny_list_goes_before_everything(self, scene):
        scene.meet()
        scene.deny()
        for rules in ({}, {"who": "known"}, {"who": "listed"}):
            scene.rule(meant=True, **rules)
            assert rules_of(scene.go_on(scene.ask())) == [Rule.DENIED]

    def test_who_shall_administer_must_be_let_in_too(self, scene):
        cedar = make.make_partner("Cedar", kind=PartnerKind.INDIRECT_PROVIDER)
        dogwood = make.make_partner("Dogwood", kind=PartnerKind.INDIRECT_RESELLER)
        make.work_together(cedar, dogwood)
        for partner, allowed in ((cedar, True), (dogwood, False)):
            policing.list_partner(scene.customer, partner, allowed=allowed, by=scene.by)
        scene.rule(who="listed")

        def ask():
            return make.make_request(cedar, administrator=dogwood, role_ids=TWO)

        assert rules_of(scene.go_on(ask())) == [Rule.DENIED]
        policing.unlist_partner(scene.customer, dogwood, by=scene.by)
        assert rules_of(scene.go_on(ask())) == [Rule.NOT_LISTED]
        policing.list_partner(scene.customer, dogwood, allowed=True, by=scene.by)
        assert isinstance(scene.go_on(ask()), Decision)


class TestQuiet:
    def test_lasts_so_many_days_and_says_until_when(self, scene):
        declined(scene)
        moment = Decision.objects.get().decided_at
        request = scene.ask()
        refusal = scene.go_on(request, at=moment + make.days(9.9))
        (met,) = met_by(refusal)
        assert met.until == moment + make.days(10)
        assert f"{met.until:%Y}" in met.to_partner
        assert isinstance(scene.go_on(request, at=moment + make.days(10)), Decision)

    def test_is_the_same_partners_alone_and_after_a_decline_alone(self, scene):
        scene.meet()
        scene.rule(quiet_days=10)
        assert isinstance(scene.go_on(scene.ask()), Decision)
        decision = Decision.objects.get(status="open")
        deciding.decline(decision, make.make_answer(decision), by=scene.by)
        other = make.make_request(email=scene.admin.email, role_ids=())
        assert isinstance(scene.go_on(other), Decision)
        assert rules_of(scene.go_on(scene.ask())) == [Rule.QUIET]

    def test_is_not_begun_by_a_refusal_of_the_policy(self, scene):
        scene.rule(most_roles=1, quiet_days=10)
        assert rules_of(scene.go_on(scene.ask(role_ids=TWO))) == [Rule.ROLES]
        assert isinstance(scene.go_on(scene.ask()), Decision)


class TestCode:
    def test_is_guessed_so_often_a_day_and_then_not_looked_at(self, scene):
        right = policing.renew_code(scene.customer, by=scene.by).code
        at = make.now()
        for number in range(CODE_TRIES):
            guess = scene.ask(request_code=f"GUESS{number}")
            assert rules_of(scene.go_on(guess, at=at)) == [Rule.CODE_WRONG]
            scene.go_on(guess, at=at)  # the same guess once more counts once
        request = scene.ask(request_code=right)
        assert rules_of(scene.go_on(request, at=at + make.days(0.9))) == [Rule.CODE_TRIES]
        # Another partner's tries are its own.
        other = make.make_request(email=scene.admin.email, role_ids=(), request_code=right)
        assert isinstance(scene.go_on(other, at=at), Decision)
        assert isinstance(scene.go_on(request, at=at + make.days(1.1)), Decision)

    def test_that_is_missing_is_no_guess(self, scene):
        right = policing.renew_code(scene.customer, by=scene.by).code
        for _number in range(CODE_TRIES):
            scene.go_on(scene.ask())
        assert isinstance(scene.go_on(scene.ask(request_code=right)), Decision)

    def test_of_yesterday_works_no_more(self, scene):
        old = policing.renew_code(scene.customer, by=scene.by).code
        request = scene.ask(request_code=old)
        policing.renew_code(scene.customer, by=scene.by)
        assert rules_of(scene.go_on(request)) == [Rule.CODE_WRONG]
        assert old not in str(PolicyRefusal.objects.get().rules)

    def test_stands_sealed_in_the_request(self, scene):
        request = scene.ask(request_code="K7QM2-XPD4R")
        assert request.request_code == "K7QM2XPD4R"
        rows = type(request).objects.extra(where=["request_code LIKE %s"], params=["%K7QM2%"])
        assert not rows.exists()

    def test_that_is_too_long_is_refused(self, scene):
        with (
            Unchanged("relationships_relationshiprequest"),
            pytest.raises(Refused, match="at most"),
        ):
            scene.ask(request_code="A" * 41)


class TestTelling:
    """A stranger is told as late as a person's answer would come; who is known is told at once."""

    def test_waits_for_a_stranger_and_then_tells_once(self, scene, settings):
        scene.deny()
        request, at = scene.ask(), make.now()
        send(request, by=scene.seller, at=at)
        sweep(at + make.days(0.99))
        assert not told(scene)
        assert not mails("request_against_policy")
        for _twice in range(2):
            sweep(at + make.days(1))
        assert len(told(scene)) == 1
        assert mails("request_against_policy") == [scene.agent.email]

    def test_is_at_once_where_the_partner_knows_the_organisation(self, scene):
        scene.meet()
        scene.deny()
        for named, address in scene.ways_in().items():
            request = scene.ask(**address)
            assert len(send(request, by=scene.seller)) == 1, named
        assert len(told(scene)) == len(scene.ways_in())

    def test_is_later_where_a_known_organisations_person_has_an_address_elsewhere(self, scene):
        person = make.make_user("person@elsewhere.example")
        make.join_customer(scene.customer, user=person)
        scene.meet()
        scene.deny()
        assert send(scene.ask(email=person.email), by=scene.seller) == []
        assert PolicyRefusal.objects.get().told_at is None
        assert not told(scene)

    def test_comes_also_when_the_request_is_over(self, scene):
        scene.deny()
        request, at = scene.ask(), make.now()
        send(request, by=scene.seller, at=at)
        cancel(request, by=scene.seller, at=at)
        sweep(at + make.days(1))
        assert len(told(scene)) == 1

    def test_has_a_sentence_of_each_rule_for_either_side(self):
        assert set(PARTNER_READS) == set(CUSTOMER_READS) == set(Rule)


class TestApprove:
    """The limits hold for what is granted, and who is not let in gets nothing (ADR 0016)."""

    def approve(self, scene, decision, **answer):
        by = Actor.objects.of(scene.admin)
        by.signed_in_again_at = make.now()
        return deciding.approve(decision, make.make_answer(decision, **answer), by=by)

    @pytest.mark.parametrize(
        ("rules", "less"),
        [
            ({"most_roles": 1}, {"roles": [EXCHANGE]}),
            ({"longest_days": 30}, {"days": 30}),
            ({"never_privileged": True}, {"roles": [EXCHANGE]}),
            ({"most_roles": 0}, {"administration": False, "roles": []}),
        ],
    )
    def test_of_more_than_the_policy_allows_is_refused_and_of_less_is_not(self, scene, rules, less):
        request = scene.ask(role_ids=(EXCHANGE, USERS), days=90)
        decision = make.make_decision(request, scene.customer, by=scene.admin)
        scene.rule(**rules)
        with Unchanged(), pytest.raises(Refused, match="against the request policy"):
            self.approve(scene, decision)
        with Unchanged(), pytest.raises(Refused, match="against the request policy"):
            deciding.preview_approval(decision, make.make_answer(decision), by=scene.by)
        if "roles" in less:
            less = {**less, "roles": make.roles(*less["roles"])}
        self.approve(scene, decision, **less)
        decision.refresh_from_db()
        assert decision.status == "approved"

    def test_of_who_is_no_longer_let_in_is_refused_and_declining_is_not(self, scene):
        birch = make.make_partner()
        policing.list_partner(scene.customer, birch, allowed=True, by=scene.by)
        for tighten in (lambda: scene.rule(who="listed"), scene.deny):
            decision = make.make_decision(scene.ask(), scene.customer, by=scene.admin)
            tighten()
            with Unchanged(), pytest.raises(Refused, match="against the request policy"):
                self.approve(scene, decision)
            deciding.decline(decision, make.make_answer(decision), by=scene.by)
            decision.refresh_from_db()
            assert decision.status == "declined"
            scene.rule()

    def test_asks_neither_for_the_code_nor_for_quiet(self, scene):
        waiting = [
            make.make_decision(scene.ask(), scene.customer, by=scene.admin) for _number in range(2)
        ]
        scene.rule(quiet_days=100)
        policing.renew_code(scene.customer, by=scene.by)
        deciding.decline(waiting[0], make.make_answer(waiting[0]), by=scene.by)
        self.approve(scene, waiting[1])

    def test_what_was_approved_goes_on_whatever_the_policy(self, scene):
        decision = make.make_decision(scene.ask(role_ids=TWO), scene.customer, by=scene.admin)
        self.approve(scene, decision)
        had = (
            "relationships_adminrelationship",
            "relationships_adminrelationshiprole",
            "relationships_accessassignment",
            "relationships_resellerrelationship",
            "relationships_decision",
        )
        with Unchanged(*had):
            scene.deny()
            scene.rule(
                who="listed", most_roles=0, longest_days=1, never_privileged=True, meant=True
            )
        # What the customer does itself is never refused.
        pause(scene.customer, by=scene.by)
        resume(scene.customer, by=scene.by)
        assert RequestPolicy.objects.of(scene.customer).most_roles == 0
