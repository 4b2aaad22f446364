"""A partner reads its own log: whose lines, in which words, by which choice, and as a file."""

import csv
import io
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from accounts.models import Actor
from audit.log import Side, entries, record
from audit.models import Event
from partners.rights import Admin, Agent
from relationships.activity import chosen
from relationships.moves import ending
from relationships.moves.deciding import decline
from relationships.moves.supervising import edit_customer, suspend_partner
from relationships.passing import acts
from subscriptions.moves import changing
from tests import factories as make

from .scenes import EXCHANGE, TEAMS, Fernhill, Unchanged, page_of, text_of

pytestmark = pytest.mark.django_db

# Without the session, which a site reads from the database and these tests from memory.
QUERIES, QUERIES_OF_A_FILE = 5, 6


class Log(Fernhill):
    def __init__(self, client):
        super().__init__()
        self.client = client
        self.agent = make.make_admin_agent(self.alder)
        client.force_login(self.agent)

    def get(self, **asked):
        return self.client.get(page_of("partner-activity", self.alder), asked)

    def titles(self, **asked):
        return [line.title for line in self.get(**asked).context["lines"]]

    def file(self, **asked):
        answer = self.client.get(page_of("partner-activity-download", self.alder), asked)
        assert answer.status_code == 200
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return answer, list(csv.DictReader(io.StringIO(text)))

    def happened(self, *, days_ago, kind="partner.edited", by=None, **fields):
        """An event of the partner's at another time, which the log takes in as it comes."""
        return record(
            kind,
            by=by or make.operator(),
            at=make.now() - make.days(days_ago),
            side=fields.pop("side", Side.OPERATOR),
            subject=("partner", str(self.alder.tenant_id)),
            partner=self.alder.party,
            **fields,
        )


@pytest.fixture
def log(client):
    return Log(client)


class TestLines:
    def test_are_the_partner_s_own_chain_the_newest_first(self, log):
        log.grant(log.alder, EXCHANGE)
        log.grant(log.birch, TEAMS)
        answer = log.get()
        shown = [line.event for line in answer.context["lines"]]
        own = list(acts(entries(f"partner:{log.alder.tenant_id}")))
        assert shown == sorted(own, key=lambda event: (event.at, event.pk), reverse=True)
        assert set(shown) == set(own)
        assert "Fernhill approved the request of Alder." in text_of(answer)

    def test_say_by_whom_and_name_a_person_only_of_the_partner(self, log):
        log.grant(log.alder, EXCHANGE)
        row = make.make_subscription(log.customer, seller=log.alder)
        changing.change_quantity(row, 3, by=Actor.objects.of(log.agent))
        suspend_partner(log.alder, by=make.operator(), reason="unpaid")
        who = {line.event.kind: line.who for line in log.get().context["lines"]}
        assert who["subscription.quantity_changed"] == log.agent.get_full_name()
        assert who["request.approved"] == "Fernhill"
        assert who["request.opened"] == "the customer"
        assert who["partner.suspended"] == "Partner Center"
        assert log.admin.name not in text_of(log.get())

    def test_name_nobody_who_acted_for_the_customer_though_the_partner_knows_them(self, log):
        log.grant(log.alder)
        make.join_partner(log.alder, agent=Agent.HELPDESK_AGENT, user=log.admin)
        assert log.admin.get_full_name() not in text_of(log.get())

    def test_call_the_clock_by_its_name(self, log):
        log.happened(days_ago=1, by=Actor.objects.clock())
        who = {line.event.kind: line.who for line in log.get().context["lines"]}
        assert (who["partner.edited"], who["partner.added"]) == ("the clock", "Partner Center")

    def test_show_nothing_of_what_is_sealed(self, log):
        colleague = make.make_admin_agent(log.alder)
        by = Actor.objects.of(colleague)
        by.origin = type(by.origin)(address="203.0.113.77", user_agent="Mosaic/1.0")
        log.happened(days_ago=1, by=by, side=Side.PARTNER)
        text = text_of(log.get())
        assert "203.0.113.77" not in text
        assert "Mosaic" not in text
        assert colleague.name in text
        assert colleague.email not in text

    def test_hold_no_other_partner_s_name(self, log):
        log.grant(log.alder, EXCHANGE, TEAMS)
        log.grant(log.birch, EXCHANGE, switches=("exchange",))
        log.grant(log.alder, EXCHANGE, switches=("exchange",))
        text = text_of(log.get()) + str(log.file()[1])
        assert "another partner does" in text
        assert "Birch" not in text
        assert str(log.birch.tenant_id) not in text

    def test_leave_a_customer_that_declined_without_a_name(self, log):
        decision = log.ask(log.alder)
        decline(decision, make.make_answer(decision), by=log.by)
        answer = log.get()
        assert "The customer declined the request." in text_of(answer)
        for text in (text_of(answer), str(log.file()[1])):
            assert "Fernhill" not in text
            assert str(log.customer.tenant_id) not in text

    def test_lead_to_the_customer_where_there_is_a_page(self, log):
        make.make_subscription(log.customer, seller=log.alder)
        page = page_of("partner-customer", log.alder, log.customer.tenant_id)
        assert "Fernhill" in text_of(log.get())
        assert page not in text_of(log.get())
        log.grant(log.alder)
        assert page in text_of(log.get())

    def test_keep_the_name_that_a_customer_had(self, log):
        log.grant(log.alder)
        edit_customer(log.customer, {"name": "Fernhill New"}, by=make.operator(), reason="so")
        assert "Fernhill approved the request of Alder." in log.titles()

    def test_call_an_unknown_kind_by_itself(self, log):
        log.happened(days_ago=1, kind="partner.something_new")
        assert "partner.something_new" in log.titles()


class TestWhose:
    def test_all_is_for_admin_agents_and_global_admins_and_own_for_the_others(self, log):
        log.grant(log.alder)
        row = make.make_subscription(log.customer, seller=log.alder)
        people = {}
        for role in (
            {"agent": Agent.SALES_AGENT},
            {"admin": Admin.GLOBAL_ADMIN},
            {"agent": Agent.ADMIN_AGENT},
        ):
            people[str(role)] = make.join_partner(log.alder, **role)
        for number, person in enumerate(people.values()):
            changing.change_quantity(row, 20 + number, by=Actor.objects.of(person))
        seller, *others = people.values()
        log.client.force_login(seller)
        assert log.titles() == [f"The quantity of a subscription changed: {row.offer.name}."]
        assert [line["Performed by"] for line in log.file()[1]] == [seller.get_full_name()]
        for person in others:
            log.client.force_login(person)
            assert len(log.titles()) > 5

    @pytest.mark.parametrize(
        "role",
        [
            {"agent": Agent.SALES_AGENT},
            {"agent": Agent.HELPDESK_AGENT},
            {"admin": Admin.BILLING_ADMIN},
            {"admin": Admin.USER_MANAGEMENT_ADMIN},
        ],
    )
    def test_own_is_nothing_for_who_never_did_anything(self, log, role):
        log.grant(log.alder)
        log.client.force_login(make.join_partner(log.alder, **role))
        with Unchanged():
            answer = log.get()
        assert answer.context["lines"] == []
        assert "of what you did yourself" in text_of(answer)
        assert log.file()[1] == []
        assert log.get(customer=str(log.customer.tenant_id)).context["lines"] == []

    def test_own_is_of_this_partner_alone(self, log):
        seller = make.join_partner(log.alder, agent=Agent.SALES_AGENT)
        make.join_partner(log.birch, agent=Agent.SALES_AGENT, user=seller)
        row = log.customer.subscriptions.filter(seller=log.birch).first()
        changing.change_quantity(row, 3, by=Actor.objects.of(seller))
        log.client.force_login(seller)
        assert log.titles() == []


class TestChoice:
    def test_is_the_latest_month_where_nothing_is_said_r83(self, log):
        log.happened(days_ago=40, kind="partner.old")
        log.happened(days_ago=20, kind="partner.new")
        assert "partner.new" in log.titles()
        assert "partner.old" not in log.titles()
        form = log.get().context["form"]
        assert form["until"].value() == timezone.localdate().isoformat()

    def test_by_days_holds_both_of_them_whole(self, log):
        for days_ago in (9, 10, 11, 12):
            log.happened(days_ago=days_ago, kind=f"partner.day{days_ago}")
        day = timezone.localdate()
        since, until = day - timedelta(days=11), day - timedelta(days=10)
        assert log.titles(since=since, until=until) == ["partner.day10", "partner.day11"]
        assert log.titles(since=until, until=until) == ["partner.day10"]

    def test_by_days_is_in_the_reader_s_own_zone(self, log):
        log.agent.time_zone = "Pacific/Kiritimati"  # 14 hours ahead
        log.agent.save(update_fields=["time_zone"])
        at = timezone.now().replace(hour=20, minute=0) - timedelta(days=3)
        log.happened(days_ago=(make.now() - at) / timedelta(days=1), kind="partner.late")
        there = (at + timedelta(hours=14)).date()
        assert there == at.date() + timedelta(days=1)
        assert log.titles(since=there, until=there) == ["partner.late"]
        assert log.titles(since=at.date(), until=at.date()) == []

    def test_of_no_days_holds_everything(self, log):
        log.happened(days_ago=4000, kind="partner.ancient")
        assert "partner.ancient" in log.titles(since="", until="")

    @pytest.mark.parametrize("thing", ["request", "selling", "administration", "subscription"])
    def test_by_thing_holds_nothing_else(self, log, thing):
        log.grant(log.alder, EXCHANGE)
        make.make_subscription(log.customer, seller=log.alder, state="active")
        ending.remove_administration(log.customer, log.alder, by=log.by)
        row = log.alder.sold_subscriptions.get()
        changing.suspend(row, "misuse", by=Actor.objects.of(log.agent))
        by = Actor.objects.of(log.agent)
        selling = log.customer.reseller_relationships.get(partner=log.alder)
        ending.end_selling(selling, by=by, side=Side.PARTNER, good_faith="So it is.")
        kinds = {line.event.kind for line in log.get(thing=thing).context["lines"]}
        assert kinds
        assert {kind.partition(".")[0] for kind in kinds} == {thing}

    def test_by_customer_holds_what_the_two_had(self, log):
        log.grant(log.alder)
        other = make.make_customer("Glenmoor")
        make.make_subscription(other, seller=log.alder)
        titles = log.titles(customer=str(log.customer.tenant_id))
        assert titles == ["Fernhill approved the request of Alder."]
        assert log.titles(customer=str(make.make_customer().tenant_id)) == []

    @pytest.mark.parametrize(
        "asked",
        [
            {"thing": "weather"},
            {"since": "yesterday"},
            {"since": "2026-02-30"},
            {"since": "0001-01-01"},
            {"until": "9999-12-31"},
            {"since": "2026-05-02", "until": "2026-05-01"},
            {"customer": "nobody"},
            {"thing": "x" * 200_000},
            {"until": "9" * 200_000},
        ],
        ids=lambda asked: str(asked)[:40],
    )
    def test_that_is_none_is_named_on_the_page_and_for_the_file(self, log, asked):
        for name in ("partner-activity", "partner-activity-download"):
            answer = log.client.get(page_of(name, log.alder), asked)
            assert answer.status_code == 422
            assert "Please check this form" in text_of(answer)

    @pytest.mark.parametrize("before", ["x", "_", "2026-01-01T00:00:00Z_" + "9" * 99])
    def test_takes_a_mangled_place(self, log, before):
        assert log.get(before=before).status_code == 200


class TestPages:
    def test_hold_every_line_once_and_keep_the_choice(self, log, monkeypatch):
        monkeypatch.setattr("relationships.views.partner_activity.PAGE", 3)
        at = make.now() - make.days(2)
        for number in range(10):
            # Some at the very same moment.
            log.happened(
                days_ago=(make.now() - at) / timedelta(days=1) if number % 2 else number / 24,
                kind=f"partner.number{number}",
            )
        expected = [event.pk for event in chosen(log.alder, thing="partner").order_by("-at", "-pk")]
        seen, answer = [], log.get(thing="partner")
        while True:
            page = [line.event.pk for line in answer.context["lines"]]
            assert len(page) <= 3
            seen += page
            if not answer.context["older_url"]:
                break
            answer = log.client.get(answer.context["older_url"])
            assert answer.context["form"]["thing"].value() == "partner"
        assert seen == expected


class TestFile:
    def test_holds_what_the_page_holds_r83(self, log):
        log.grant(log.alder, EXCHANGE)
        answer, rows = log.file()
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert "attachment" in answer["Content-Disposition"]
        assert [row["Action"] for row in rows] == log.titles()
        (approved,) = [row for row in rows if row["Kind"] == "request.approved"]
        event = Event.objects.get(kind="request.approved", partner_id=str(log.alder.tenant_id))
        assert approved["When (UTC)"] == event.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert (approved["Customer"], approved["Performed by"]) == ("Fernhill", "Fernhill")
        assert approved["Tenant id"] == str(log.customer.tenant_id)
        assert approved["Event"] == str(event.public_id)

    def test_follows_the_choice(self, log):
        log.grant(log.alder)
        assert {row["Kind"] for row in log.file(thing="partner")[1]} == {
            "partner.added",
            "partner.verified",
        }
        download = log.get(thing="partner").context["download_url"]
        assert download.endswith("?thing=partner")

    @pytest.mark.parametrize(
        "name", ["=HYPERLINK(1)", "+49", "-1", "@SUM(A1)", "＝1", 'a "b", c', "한국 식품", "שלום"]
    )
    def test_holds_no_formula(self, log, name):
        log.customer.name = name
        log.customer.save(update_fields=["name"])
        log.grant(log.alder)
        row = next(row for row in log.file()[1] if row["Kind"] == "request.approved")
        escaped = f"'{name}" if name[0] in "=+-@＝" else name
        assert row["Customer"] == escaped
        assert not row["Action"].startswith(("=", "+", "-", "@"))

    def test_is_written_portion_by_portion_without_loss(self, log, monkeypatch):
        monkeypatch.setattr("relationships.views.partner_activity.AT_ONCE", 3)
        for number in range(10):
            log.happened(days_ago=number / 24, kind=f"partner.number{number}")
        rows = log.file()[1]
        expected = chosen(log.alder).order_by("-at", "-pk")
        assert [row["Event"] for row in rows] == [str(event.public_id) for event in expected]
        assert len(rows) == 12
        assert all(one["When (UTC)"] >= two["When (UTC)"] for one, two in pairwise(rows))

    def test_changes_nothing(self, log):
        with Unchanged():
            log.file()
        answer = log.client.post(page_of("partner-activity-download", log.alder))
        assert answer.status_code == 405


class TestCost:
    @pytest.fixture(params=[3, 120])
    def many(self, log, request):
        log.grant(log.alder)
        row = make.make_subscription(log.customer, seller=log.alder)
        by = Actor.objects.of(log.agent)
        for number in range(request.param):
            changing.change_quantity(row, 100 + number, by=by)

    def test_of_a_page_is_as_many_queries(self, log, many, django_assert_num_queries):
        log.get()
        with django_assert_num_queries(QUERIES):
            assert log.get().status_code == 200

    def test_of_a_file_is_as_many_queries_for_each_portion(
        self, log, many, django_assert_num_queries
    ):
        log.file()
        with django_assert_num_queries(QUERIES_OF_A_FILE):
            log.file()
