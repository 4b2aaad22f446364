"""A customer changes its request policy: rules, lists and code."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Actor
from audit.log import entries
from audit.models import Event
from customers.rights import CustomerRole
from mail.models import Delivery
from relationships.models import PolicyPartner, PolicyRefusal, RequestPolicy
from relationships.models.request_policy import CODE_LENGTH, plain_code
from relationships.moves import policing
from relationships.moves.asking import ChangedMeanwhile
from relationships.moves.policing import LocksEveryoneOut, PolicyRefused, PolicyWish
from relationships.moves.sending import send
from relationships.moves.supervising import suspend_partner
from relationships.policy_summary import summary_of
from tests import factories as make

from .policies import Fenced, mails
from .scenes import Unchanged

pytestmark = pytest.mark.django_db
TABLES = (
    "relationships_requestpolicy",
    "relationships_policypartner",
    "relationships_policyrefusal",
    "audit_event",
    "audit_chainlink",
    "mail_delivery",
)


@pytest.fixture
def scene():
    return Fenced()


def policy_of(scene):
    return RequestPolicy.objects.of(scene.customer)


def newest(scene) -> Event:
    return entries(f"customer:{scene.customer.tenant_id}")[0]


class TestSetPolicy:
    def test_says_in_the_customers_log_what_was_before_and_after(self, scene):
        scene.rule(most_roles=3, never_privileged=True)
        scene.rule(who="known", most_roles=2, never_privileged=True, meant=True)
        event = newest(scene)
        assert event.kind == "customer.policy_changed"
        assert event.details == {
            "who": {"was": "anyone", "is": "known"},
            "most_roles": {"was": 3, "is": 2},
            "version": 2,
        }
        assert event.partner_id == ""
        assert policing.rules_of(policy_of(scene)) == PolicyWish(
            who="known", most_roles=2, never_privileged=True
        )
        assert policy_of(scene).changed_by == scene.by

    def test_tells_the_others_who_decide(self, scene):
        other = make.join_customer(scene.customer, CustomerRole.PARTNER_RELATIONSHIPS_ADMIN)
        for role in (CustomerRole.BILLING_ADMIN, CustomerRole.READER):
            make.join_customer(scene.customer, role)
        scene.rule(longest_days=30, quiet_days=14)
        mail = Delivery.objects.get(kind="policy_changed")
        assert mail.recipient == other.email
        for said in (
            f"{scene.admin.name} changed the request policy of Fernhill",
            "days of administration at most: 30. Before: no limit of time.",
            "quiet days after a decline: 14. Before: no quiet period after a decline.",
            "/request-policy/",
        ):
            assert said in mail.subject + mail.text

    def test_of_the_same_rules_writes_nothing(self, scene):
        with Unchanged(*TABLES):
            scene.rule()
        scene.rule(most_roles=3)
        with Unchanged(*TABLES):
            scene.rule(most_roles=3)

    def test_is_for_those_who_decide_there(self, scene):
        strangers = [
            make.join_customer(scene.customer, CustomerRole.BILLING_ADMIN),
            make.join_customer(scene.customer, CustomerRole.READER),
            make.join_customer(make.make_customer()),
            scene.agent,
        ]
        scene.rule(never_privileged=True)
        with Unchanged(*TABLES):
            for by in [Actor.objects.of(person) for person in strangers]:
                for act in (
                    lambda by=by: policing.set_policy(
                        scene.customer, PolicyWish(), by=by, seen=1, meant=True
                    ),
                    lambda by=by: policing.renew_code(scene.customer, by=by),
                    lambda by=by: policing.drop_code(scene.customer, by=by),
                    lambda by=by: policing.list_partner(
                        scene.customer, scene.alder, allowed=True, by=by
                    ),
                    lambda by=by: policing.unlist_partner(scene.customer, scene.alder, by=by),
                ):
                    with pytest.raises(PermissionDenied):
                        act()

    def test_is_refused_to_who_saw_an_older_one(self, scene):
        scene.rule(most_roles=3)
        with Unchanged(*TABLES), pytest.raises(ChangedMeanwhile):
            policing.set_policy(scene.customer, PolicyWish(quiet_days=3), by=scene.by, seen=0)

    def test_refuses_limits_that_mean_nothing(self, scene):
        for rules in (
            {"who": "nobody"},
            {"most_roles": -1},
            {"most_roles": 101},
            {"longest_days": 0},
            {"longest_days": 731},
            {"quiet_days": 0},
            {"quiet_days": 366},
        ):
            with Unchanged(*TABLES), pytest.raises(PolicyRefused):
                scene.rule(**rules)

    def test_of_one_customer_is_no_others(self, scene):
        other = make.make_customer()
        scene.rule(most_roles=1)
        assert policing.rules_of(RequestPolicy.objects.of(other)) == PolicyWish()


class TestLocksEveryoneOut:
    """It is warned about, and done once somebody says that they mean it."""

    def test_is_a_warning_and_then_allowed(self, scene):
        for rules in ({"who": "listed"}, {"who": "known"}):
            with Unchanged(*TABLES), pytest.raises(LocksEveryoneOut):
                scene.rule(**rules)
        scene.rule(who="listed", meant=True)
        assert policy_of(scene).who == "listed"

    def test_is_none_while_somebody_can_ask(self, scene):
        scene.allow()
        scene.rule(who="listed")
        scene.rule(who="known")  # the allow list counts there too
        policing.unlist_partner(scene.customer, scene.alder, by=scene.by, meant=True)
        scene.rule()
        scene.meet()
        scene.rule(who="known")

    def test_is_asked_of_every_act_that_does_it(self, scene):
        scene.allow()
        scene.rule(who="listed")
        with Unchanged(*TABLES):
            with pytest.raises(LocksEveryoneOut):
                policing.unlist_partner(scene.customer, scene.alder, by=scene.by)
            with pytest.raises(LocksEveryoneOut):
                scene.deny()
        policing.unlist_partner(scene.customer, scene.alder, by=scene.by, meant=True)
        assert not PolicyPartner.objects.exists()

    def test_counts_no_partner_that_cannot_ask(self, scene):
        scene.allow()
        suspend_partner(scene.alder, by=make.operator(), reason="unpaid")
        with pytest.raises(LocksEveryoneOut):
            scene.rule(who="listed")
        birch = make.make_partner()
        policing.list_partner(scene.customer, birch, allowed=True, by=scene.by)
        scene.rule(who="listed")

    def test_counts_no_known_partner_that_is_denied(self, scene):
        scene.meet()
        scene.rule(who="known")
        with Unchanged(*TABLES), pytest.raises(LocksEveryoneOut):
            scene.deny()


class TestLists:
    def test_a_partner_stands_on_one_of_them(self, scene):
        scene.allow()
        scene.deny()
        place = PolicyPartner.objects.get()
        assert (place.partner, place.allowed) == (scene.alder, False)
        event = newest(scene)
        assert event.kind == "customer.policy_listed"
        assert (event.details["was"], event.details["is"]) == ("allow", "deny")
        assert event.details["listed"] == "Alder"
        # Another's list is the customer's own business: it stands in no log of the partner.
        partners_own = entries(f"partner:{scene.alder.tenant_id}")
        assert not partners_own.filter(kind__startswith="customer.policy").exists()

    def test_twice_on_the_same_writes_nothing(self, scene):
        scene.deny()
        with Unchanged(*TABLES):
            scene.deny()

    def test_taking_off_one_that_is_on_none_is_refused(self, scene):
        with Unchanged(*TABLES), pytest.raises(PolicyRefused, match="on no list"):
            policing.unlist_partner(scene.customer, scene.alder, by=scene.by)
        scene.deny()
        policing.unlist_partner(scene.customer, scene.alder, by=scene.by)
        assert newest(scene).kind == "customer.policy_unlisted"

    def test_hold_so_many(self, scene, monkeypatch):
        monkeypatch.setattr(policing, "MOST_LISTED", 1)
        scene.deny()
        birch = make.make_partner()
        with Unchanged(*TABLES), pytest.raises(PolicyRefused, match="at most 1 partners"):
            policing.list_partner(scene.customer, birch, allowed=True, by=scene.by)
        scene.allow()

    def test_a_partner_is_found_by_its_whole_domain_or_tenant_id(self, scene):
        for text in ("alder.example", " ALDER.example. ", str(scene.alder.tenant_id)):
            assert policing.partner_called(text) == scene.alder
        for text in ("alder", "alder.exampl", "", "Alder", "%", str(scene.customer.tenant_id)):
            assert policing.partner_called(text) is None


class TestCode:
    def test_is_made_renewed_and_dropped(self, scene):
        first = policing.renew_code(scene.customer, by=scene.by).code
        second = policing.renew_code(scene.customer, by=scene.by).code
        assert len(first) == len(second) == CODE_LENGTH
        assert first != second
        policy = policy_of(scene)
        assert policy.code_is(second)
        assert not policy.code_is(first)
        assert not policy.code_is("")
        assert plain_code(policy.code_to_read.lower()) == second
        policing.drop_code(scene.customer, by=scene.by)
        assert not policy_of(scene).demands_code
        with pytest.raises(PolicyRefused):
            policing.drop_code(scene.customer, by=scene.by)

    def test_stands_in_no_log_no_mail_and_not_in_the_clear(self, scene):
        make.join_customer(scene.customer)
        code = policing.renew_code(scene.customer, by=scene.by).code
        assert not Event.objects.filter(payload__contains=code).exists()
        mail = Delivery.objects.get(kind="policy_changed")
        assert code not in mail.text + mail.html
        assert not RequestPolicy.objects.extra(where=["code LIKE %s"], params=[f"%{code}%"])

    def test_that_can_no_longer_be_read_lets_nobody_in(self, scene, settings):
        policing.renew_code(scene.customer, by=scene.by)
        settings.SECRET_KEY = "another"
        policy = policy_of(scene)
        assert policy.code == ""
        assert policy.demands_code
        assert not policy.code_is("")


class TestSummary:
    def test_has_a_sentence_for_each_rule(self, scene):
        assert summary_of(policy_of(scene)) == [
            "Every partner may ask, but none on your deny list."
        ]
        policing.renew_code(scene.customer, by=scene.by)
        scene.rule(
            who="listed",
            most_roles=1,
            longest_days=30,
            never_privileged=True,
            quiet_days=7,
            meant=True,
        )
        assert summary_of(policy_of(scene)) == [
            "Only partners on your allow list may ask.",
            "A request needs your request code.",
            "Privileged roles are never given to a partner.",
            "One request asks for at most 1 role.",
            "Administration lasts at most 30 days.",
            "After you declined, the same partner cannot ask again for 7 days.",
        ]
        scene.rule(most_roles=0)
        assert "No administration is given by a request." in summary_of(policy_of(scene))


class TestDatabase:
    def test_holds_the_limits_whatever_writes(self, scene):
        scene.rule(most_roles=1)
        rows = RequestPolicy.objects.filter(customer=scene.customer)
        for columns in (
            {"who": "nobody"},
            {"most_roles": 101},
            {"longest_days": 0},
            {"quiet_days": 366},
            {"code_since": make.now()},
            {"code": "A"},
            {"changed_at": None},
            {"customer": make.make_customer()},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**columns)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)

    def test_keeps_what_was_refused_as_it_was(self, scene):
        scene.deny()
        send(scene.ask(), by=scene.seller)
        assert mails() == []
        rows = PolicyRefusal.objects.all()
        told = {"told_at": rows.get().tell_at}
        for columns in (
            {"rules": []},
            {"customer": make.make_customer()},
            {"tell_at": make.now()},
            {"told_at": rows.get().met_at},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**columns)
        rows.update(**told)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(told_at=None)
        rows.update(lifted_at=make.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(lifted_at=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)
