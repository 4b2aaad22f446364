"""A partner's customers page: who stands on it, in which order, and how one is found."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from audit.log import Side
from relationships.moves import ending
from relationships.moves.supervising import edit_customer
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill, listed, page_of, text_of

pytestmark = pytest.mark.django_db

# Without the session, which a site reads from the database and these tests from memory.
QUERIES, QUERIES_OF_A_SEARCH = 5, 6
NAMES = (
    "Ärzte am Ring",
    "Fernhill Foods",
    "FERNHILL, Inc.",
    "fernhüll",
    "Müller & Söhne",
    "100% Natural",
    "under_score",
    "한국 식품",
    "北京食品有限公司",
    "שלום מזון",
    "شركة الأغذية",
)


@pytest.fixture
def alder(client):
    partner = make.make_partner("Alder")
    client.force_login(make.make_admin_agent(partner))
    return partner


def names_on(answer) -> list[str]:
    return [row.customer.name for row in answer.context["customers"]]


class TestList:
    def test_says_what_the_partner_has_with_each(self, client):
        fernhill = Fernhill()
        alder = fernhill.alder
        first = fernhill.grant(alder, EXCHANGE, SUPPORT, days=20)
        fernhill.grant(alder, TEAMS, days=300)
        client.force_login(make.make_admin_agent(alder))
        answer = client.get(page_of("partner-customers", alder))
        (row,) = answer.context["customers"]
        assert (row.customer, row.selling.status) == (fernhill.customer, "active")
        assert (row.grants, row.next_end) == (2, first.ends_at)
        text = text_of(answer)
        for expected in ("Fernhill", fernhill.customer.primary_domain, "active", "2 grants"):
            assert expected in text
        assert page_of("partner-customer", alder, fernhill.customer.tenant_id) in text

    def test_holds_a_customer_from_its_approval_on_and_not_before_r13(self, client):
        fernhill = Fernhill()
        client.force_login(make.make_admin_agent(fernhill.alder))
        page = page_of("partner-customers", fernhill.alder)
        decision = fernhill.ask(fernhill.alder, EXCHANGE)
        assert fernhill.customer.name not in text_of(client.get(page))
        fernhill.approve(decision)
        assert fernhill.customer.name in text_of(client.get(page))

    def test_marks_a_domain_until_it_is_confirmed(self, client, alder):
        customer = listed(alder, "Fernhill")
        assert "domain not confirmed" in text_of(client.get(page_of("partner-customers", alder)))
        customer.confirm_domain(by=make.operator(), reason="looked at")
        assert "not confirmed" not in text_of(client.get(page_of("partner-customers", alder)))

    def test_says_that_selling_winds_down_and_that_nothing_is_administered(self, client):
        fernhill = Fernhill()
        make.make_subscription(fernhill.customer, seller=fernhill.alder)
        selling = fernhill.grant(fernhill.alder)
        ending.end_selling(selling, by=fernhill.by, side=Side.CUSTOMER)
        client.force_login(make.make_admin_agent(fernhill.alder))
        answer = client.get(page_of("partner-customers", fernhill.alder))
        assert "winding down" in text_of(answer)
        assert answer.context["customers"][0].grants == 0

    def test_leaves_out_who_has_nothing_with_the_partner_any_more_r40(self, client):
        fernhill = Fernhill()
        selling = fernhill.grant(fernhill.alder, asks_selling=True)
        client.force_login(make.make_admin_agent(fernhill.alder))
        assert names_on(client.get(page_of("partner-customers", fernhill.alder))) == ["Fernhill"]
        ending.end_selling(selling, by=fernhill.by, side=Side.CUSTOMER)
        answer = client.get(page_of("partner-customers", fernhill.alder))
        assert names_on(answer) == []
        assert "No customers" in text_of(answer)

    def test_holds_no_other_partner_s(self, client, alder):
        listed(make.make_partner("Birch"), "Fernhill")
        assert names_on(client.get(page_of("partner-customers", alder))) == []

    def test_counts_no_grant_past_its_end(self, client):
        fernhill = Fernhill()
        fernhill.grant(fernhill.alder, EXCHANGE, days=8, ago=9)
        client.force_login(make.make_admin_agent(fernhill.alder))
        (row,) = client.get(page_of("partner-customers", fernhill.alder)).context["customers"]
        assert (row.grants, row.next_end) == (0, None)

    def test_follows_a_new_name(self, client, alder):
        customer = listed(alder, "Fernhill")
        listed(alder, "Glenmoor")
        edit_customer(customer, {"name": "Zeder"}, by=make.operator(), reason="renamed")
        assert names_on(client.get(page_of("partner-customers", alder))) == ["Glenmoor", "Zeder"]


class TestPages:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        monkeypatch.setattr("relationships.views.partner_customers.PAGE", 3)

    @pytest.fixture
    def names(self, alder):
        for name in (*NAMES, "Same", "Same", "Same", "Same"):
            listed(alder, name)
        pairs = alder.pairs.listed().select_related("customer")
        # The order of bytes, on both engines.
        ordered = sorted(pairs, key=lambda pair: (pair.name_key.encode(), pair.pk))
        return [pair.customer.name for pair in ordered]

    def test_hold_every_customer_once_there_and_back(self, client, alder, names):
        seen, url = [], page_of("partner-customers", alder)
        while url:
            answer = client.get(url)
            seen.append(names_on(answer))
            last, url = url, answer.context["next_url"]
        assert [name for page in seen for name in page] == names
        back, url = [], last
        while url:
            answer = client.get(url)
            back.append(names_on(answer))
            url = answer.context["previous_url"]
        assert back == seen[::-1]

    def test_go_on_from_a_name_that_is_gone(self, client, alder, names):
        answer = client.get(page_of("partner-customers", alder), {"after": "fernhill zzz_999999"})
        assert names_on(answer) == ["FERNHILL, Inc.", "fernhüll", "Müller & Söhne"]

    def test_keep_what_is_sought(self, client, alder, names):
        answer = client.get(page_of("partner-customers", alder), {"q": "same"})
        assert names_on(answer) == ["Same"] * 3
        answer = client.get(answer.context["next_url"])
        assert names_on(answer) == ["Same"]
        assert answer.context["form"]["q"].value() == "same"
        assert names_on(client.get(answer.context["previous_url"])) == ["Same"] * 3

    @pytest.mark.parametrize(
        "place",
        ["x", "_", "x_", "_1", "a_b", "a_" + "9" * 99, "a_" + "9" * 9999, "a\x00b_1", "é" * 9999],
    )
    @pytest.mark.parametrize("way", ["after", "before"])
    def test_take_a_mangled_place(self, client, alder, names, way, place):
        answer = client.get(page_of("partner-customers", alder), {way: place})
        assert answer.status_code == 200


class TestSearch:
    @pytest.fixture(autouse=True)
    def customers(self, alder):
        return {name: listed(alder, name) for name in NAMES}

    @pytest.mark.parametrize(
        ("sought", "found"),
        [
            ("fernhill", ["Fernhill Foods", "FERNHILL, Inc."]),
            ("FERNHÜ", ["fernhüll"]),
            ("fernhu", ["fernhüll"]),
            ("  muller  &  ", ["Müller & Söhne"]),
            ("arzte", ["Ärzte am Ring"]),
            ("한국", ["한국 식품"]),
            ("北京", ["北京食品有限公司"]),
            ("שלום", ["שלום מזון"]),
            ("شركة", ["شركة الأغذية"]),
            ("hill", []),
            ("%", []),
            ("100%", ["100% Natural"]),
            ("_", []),
            ("under_", ["under_score"]),
            ("underXscore", []),
            ("\\", []),
            ("' OR 1=1 --", []),
            ("\U0010ffff", []),
        ],
    )
    def test_finds_by_the_beginning_of_the_folded_name(self, client, alder, sought, found):
        answer = client.get(page_of("partner-customers", alder), {"q": sought})
        assert answer.status_code == 200
        assert names_on(answer) == found

    def test_finds_by_the_whole_domain_or_tenant_id(self, client, alder, customers):
        one = customers["Müller & Söhne"]
        for sought in (
            one.primary_domain,
            one.primary_domain.upper(),
            f" {one.primary_domain}. ",
            str(one.tenant_id),
            str(one.tenant_id).upper(),
        ):
            answer = client.get(page_of("partner-customers", alder), {"q": sought})
            assert names_on(answer) == ["Müller & Söhne"], sought
        for part in (one.primary_domain[:-1], str(one.tenant_id)[:-1]):
            assert names_on(client.get(page_of("partner-customers", alder), {"q": part})) == []

    def test_shows_a_customer_once_whose_name_is_its_domain(self, client, alder):
        listed(alder, "shop.example", domain="shop.example")
        listed(alder, "shop.example.org")
        answer = client.get(page_of("partner-customers", alder), {"q": "shop.example"})
        assert names_on(answer) == ["shop.example", "shop.example.org"]

    def test_finds_nobody_of_another_partner(self, client, alder):
        other = listed(make.make_partner(), "Elsewhere")
        for sought in ("else", other.primary_domain, str(other.tenant_id)):
            answer = client.get(page_of("partner-customers", alder), {"q": sought})
            assert names_on(answer) == []
            assert "No customer is called so" in text_of(answer)

    @pytest.mark.parametrize("sought", ["x" * 200_000, "é" * 254, "a\x00b"])
    def test_says_what_is_wrong_with_what_was_typed(self, client, alder, sought):
        answer = client.get(page_of("partner-customers", alder), {"q": sought})
        assert answer.status_code == 422
        assert names_on(answer) == []
        assert "Please check this form" in text_of(answer)

    def test_shows_what_was_typed_as_text(self, client, alder):
        answer = client.get(page_of("partner-customers", alder), {"q": "<script>alert(1)</script>"})
        assert "<script>alert" not in answer.content.decode()


class TestCost:
    @pytest.mark.parametrize("count", [3, 60])
    @pytest.mark.parametrize(
        ("asked", "queries"), [({}, QUERIES), ({"q": "a.b"}, QUERIES_OF_A_SEARCH)]
    )
    def test_is_as_many_queries_for_many_customers(
        self, client, alder, count, asked, queries, django_assert_num_queries
    ):
        for number in range(count):
            listed(alder, f"A.b {number}")
        url = page_of("partner-customers", alder)
        client.get(url, asked)
        with django_assert_num_queries(queries):
            assert client.get(url, asked).status_code == 200

    @pytest.mark.parametrize(
        "asked", [{}, {"q": "fern"}, {"after": "fern_7"}, {"q": "fern", "before": "fernx_7"}]
    )
    def test_is_one_range_of_an_index(self, client, alder, asked):
        listed(alder, "Fernhill")
        with CaptureQueriesContext(connection) as captured:
            client.get(page_of("partner-customers", alder), asked)
        (sql,) = [
            query["sql"]
            for query in captured
            if re.search(r'ORDER BY "?relationships_partnerrelationship"?."?name_key', query["sql"])
        ]
        plan = explained(sql)
        assert "relationships_customers_page" in plan
        assert "SORT" not in plan.upper().replace("TEMP B-TREE", "SORT"), plan


def explained(sql: str) -> str:
    """The plan of a statement; PostgreSQL would read a table of one row without any index."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for way in ("seqscan", "bitmapscan"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
            cursor.execute(f"EXPLAIN {sql}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "\n".join(str(row) for row in cursor.fetchall())


def test_the_address_of_a_page_is_whole(client, alder, monkeypatch):
    monkeypatch.setattr("relationships.views.partner_customers.PAGE", 1)
    for name in ("a & b = c", "a & b = c"):
        listed(alder, name)
    answer = client.get(page_of("partner-customers", alder))
    first = alder.pairs.order_by("name_key", "pk").first()
    place = urlencode({"after": f"{first.name_key}_{first.pk}"})
    assert answer.context["next_url"].endswith(f"?{place}")
