"""
The negative controls of the promise: with the guards away, the certificate catches; with the
certificate away, the watch catches; and whoever is caught is recorded and reported.
"""

import json

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Actor
from audit.log import Side
from audit.models import Event
from audit.verify import Report, verify
from customers.models import Customer
from mail.models import Delivery
from partnercenter.lib import guards
from relationships import breaches
from relationships.breaches import Breached
from relationships.content import content_digest, content_of
from relationships.differences import Difference, columns
from relationships.models import Breach, Certificate, ResellerRelationship
from relationships.moves import deciding, ending, notices
from relationships.moves.previewing import as_seen
from subscriptions.comparing import Problem
from subscriptions.models import Subscription
from tests import factories as make

from . import bypassing
from .bypassing import COLUMNS
from .scenes import EXCHANGE, MADE, TEAMS, Fernhill, Unchanged, text_of


def careless(monkeypatch, write):
    """Let every move that ends in a mail do this on its way, as a fault of the code would."""
    for name in ("tell_decision", "tell_end"):
        told = getattr(notices, name)

        def tell(*args, told=told, **kwargs):
            write()
            return told(*args, **kwargs)

        monkeypatch.setattr(notices, name, tell)


@pytest.fixture
def fernhill():
    return Fernhill()


@pytest.fixture
def row(fernhill):
    return fernhill.customer.subscriptions.filter(seller=fernhill.birch).with_parties().first()


def approval(fernhill):
    decision = fernhill.ask(fernhill.alder, EXCHANGE)
    answer = make.make_answer(decision)
    return lambda: deciding.approve(decision, answer, by=fernhill.by)


def differing(difference):
    return {name for name, _was, _found in columns(difference.was, difference.found)}


@pytest.mark.django_db
class TestCertificateWithoutGuards:
    """Every column of a subscription and of the account, written by a move that must not."""

    def caught(self, move):
        with Unchanged(), pytest.raises(Breached) as caught, transaction.atomic():
            move()
        return caught.value.differences

    @pytest.mark.parametrize("name", COLUMNS)
    def test_catches_a_move_that_writes(self, fernhill, row, monkeypatch, name):
        bypassing.without_guards()
        bypassing.stand_ready(row, name)
        move = approval(fernhill)
        careless(monkeypatch, lambda: bypassing.write_column(row, name))
        found = self.caught(move)
        if name == "public_id":
            assert {difference.problem for difference in found} == {
                Problem.MISSING,
                Problem.EXTRA,
            }
            return
        (difference,) = found
        assert difference.subscription == row.public_id
        expected = {name} | set(bypassing.WITH_IT.get(name, ()))
        assert differing(difference) == expected - {"last_change"}

    @pytest.mark.parametrize(
        ("write", "problem"),
        [(bypassing.delete, Problem.MISSING), (bypassing.insert_beside, Problem.EXTRA)],
    )
    def test_catches_a_row_that_goes_or_comes(self, fernhill, row, monkeypatch, write, problem):
        bypassing.without_guards()
        move = approval(fernhill)
        careless(monkeypatch, lambda: write(row))
        assert [difference.problem for difference in self.caught(move)] == [problem]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("name", "Mine now"),
            ("primary_domain", "mine.example"),
            ("country", "FR"),
            ("tenant_id", "00000000-0000-4000-8000-000000000000"),
        ],
    )
    def test_catches_a_write_to_the_account(self, fernhill, monkeypatch, name, value):
        bypassing.without_guards()
        move = approval(fernhill)
        rows = Customer.objects.filter(pk=fernhill.customer.pk)
        careless(monkeypatch, lambda: rows.update(**{name: value}))
        (account, *rest) = self.caught(move)
        assert (account.subscription, differing(account)) == (None, {name})
        # Every subscription names the account by its tenant id.
        assert [differing(row) for row in rest] == ([{"customer"}] * 3 if "id" in name else [])

    @pytest.mark.parametrize("act", ["joins", "leaves"])
    def test_catches_a_change_of_the_account_s_administrators(self, fernhill, monkeypatch, act):
        bypassing.without_guards()
        move = approval(fernhill)
        if act == "joins":
            careless(monkeypatch, lambda: make.join_customer(fernhill.customer))
        else:
            places = fernhill.customer.memberships
            careless(monkeypatch, lambda: places.update(role="reader"))
        (difference,) = self.caught(move)
        assert differing(difference) == {"global_admins"}

    @pytest.mark.parametrize("act", ["decline", "terminate", "remove", "end"])
    def test_stands_at_every_act_of_a_person(self, fernhill, row, monkeypatch, act):
        bypassing.without_guards()
        grant = fernhill.grant(fernhill.alder, TEAMS)
        selling = ResellerRelationship.objects.get()
        by = fernhill.by
        declined = fernhill.ask(fernhill.birch, EXCHANGE)
        answer = make.make_answer(declined, selling=None, administration=None, roles=())
        moves = {
            "decline": lambda: deciding.decline(declined, answer, by=by),
            "terminate": lambda: ending.terminate(grant, by=by, side=Side.CUSTOMER),
            "remove": lambda: ending.remove_administration(
                fernhill.customer, fernhill.alder, by=by
            ),
            "end": lambda: ending.end_selling(selling, by=by, side=Side.CUSTOMER),
        }
        careless(monkeypatch, lambda: bypassing.write_column(row, "quantity"))
        assert self.caught(moves[act])

    def test_says_nothing_where_nothing_was_written(self, fernhill):
        bypassing.without_guards()
        approval(fernhill)()
        assert Certificate.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestRecord:
    """After the act is undone, in a transaction of its own."""

    @pytest.fixture(autouse=True)
    def guards_are_back_in_the_end(self):
        yield
        guards.install()

    @pytest.fixture
    def staff(self):
        readers = [make.make_staff("ada@operator.example"), make.make_staff("bo@operator.example")]
        make.make_user("temp@operator.example", is_staff=True)
        return readers

    @pytest.fixture
    def broken(self, fernhill, row, monkeypatch):
        """An approval that would change a quantity."""
        move = approval(fernhill)
        guards.uninstall()
        careless(monkeypatch, lambda: Subscription.objects.filter(pk=row.pk).update(quantity=99))
        return move

    def test_stands_while_nothing_of_the_act_does(self, fernhill, row, broken, staff):
        but_the_log = [t for t in MADE if not t.startswith(("audit_", "mail_"))]
        with Unchanged("subscriptions_subscription", *but_the_log), pytest.raises(Breached):
            broken()
        breach = Breach.objects.get()
        assert (breach.problem, breach.found_by) == ("changed", "certificate")
        assert (breach.customer, breach.subscription) == (fernhill.customer, row.public_id)
        assert (breach.act, breach.actor) == ("request.approved", fernhill.by)
        assert json.loads(breach.was)["quantity"] == 10
        assert json.loads(breach.found)["quantity"] == 99
        event = Event.objects.get(kind="breach.undone")
        assert event.customer_id == str(fernhill.customer.tenant_id)
        assert not Event.objects.filter(kind="request.approved").exists()
        assert not list(verify(Report()))

    def test_is_told_to_every_member_of_staff_who_looks_after_it(self, broken, staff):
        with pytest.raises(Breached):
            broken()
        told = Delivery.objects.filter(kind="breach")
        assert {row.recipient for row in told} == {reader.email for reader in staff}
        assert "is changed" in told[0].text
        call_command("worker", once=True)
        assert len([sent for sent in mail.outbox if "undone" in sent.subject]) == 2

    def test_names_who_acted_even_if_that_was_their_first_act(self, fernhill, broken):
        """An actor that was made with the act is gone with it."""
        gone = Actor(pk=10**6, kind="user", user=fernhill.admin)
        breached = Breached(
            fernhill.customer, [Difference(Problem.CHANGED, None)], "request.approved", by=gone
        )
        breaches.record_undone(breached)
        assert Breach.objects.get().actor.user == fernhill.admin

    def test_is_left_to_the_outermost_transaction(self, fernhill, broken):
        with pytest.raises(Breached), transaction.atomic():
            broken()
        assert not Breach.objects.exists()

    def test_follows_a_move_that_was_looked_at_first(self, fernhill, row, monkeypatch):
        grant = fernhill.grant(fernhill.alder, TEAMS)
        guards.uninstall()
        careless(monkeypatch, lambda: bypassing.delete(row))
        seen = "any"
        monkeypatch.setattr("relationships.moves.previewing.effects_digest", lambda effects: seen)
        with pytest.raises(Breached):
            as_seen(seen, ending.terminate, grant, by=fernhill.by, side=Side.CUSTOMER)
        assert Breach.objects.get().problem == "missing"

    def test_lets_the_act_stay_undone_where_it_fails_itself(
        self, fernhill, row, broken, monkeypatch, caplog
    ):
        def lost(*args, **kwargs):
            raise IntegrityError("the database is away")

        monkeypatch.setattr(breaches, "write_down", lost)
        with Unchanged(), pytest.raises(Breached):
            broken()
        assert "breach not recorded" in caplog.text

    def test_is_said_to_the_person_in_a_sentence(self, fernhill, row, monkeypatch):
        decision = fernhill.ask(fernhill.alder, EXCHANGE)
        client = Client(raise_request_exception=False)
        client.force_login(fernhill.admin)
        guards.uninstall()
        careless(monkeypatch, lambda: Subscription.objects.filter(pk=row.pk).update(quantity=99))
        with Unchanged("subscriptions_subscription", "relationships_decision"):
            answer = client.post(
                reverse(
                    "relationships:decision-approve",
                    args=[fernhill.customer.slug, decision.public_id],
                ),
                {
                    "seen_digest": content_digest(content_of(decision)),
                    "selling": "allow",
                    "administration": "allow",
                    "roles": [EXCHANGE],
                },
            )
        assert answer.status_code == 500
        text = text_of(answer)
        assert "Nothing was changed" in text
        assert f"Reference: {Breach.objects.get().public_id}" in text
