"""A first load from the field's CSV: what it makes, what it refuses, what it leaves alone."""

import uuid
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from accounts.models import Actor
from partnercenter.lib.refusals import Refused
from partners.models import PartnerKind
from subscriptions.import_file import OPTIONAL, REQUIRED, FileRefused
from subscriptions.import_lines import Given, read
from subscriptions.models import Offer, Subscription, SubscriptionChange
from subscriptions.moves.importing import import_lines
from subscriptions.moves.writing import SubscriptionRefused
from tests import factories as make

from .forging import dump

pytestmark = pytest.mark.django_db

HEADING = "id,product,quantity,status,reseller"
ID = "7b6a3c1e-1111-4222-8333-944455556666"


class Files:
    def __init__(self):
        self.alder = make.make_partner("Alder, Ltd.", domain="alder.example")
        self.fernhill = make.make_customer("Fernhill", domain="fernhill.example")
        self.offer = Offer.objects.filter(service__key="exchange").order_by("name").first()

    def text(self, *lines, heading=HEADING):
        return "\n".join([heading, *lines]) + "\n"

    def line(self, **values):
        told = {
            "id": ID,
            "product": self.offer.name,
            "quantity": "7",
            "status": "active",
            "reseller": "alder.example",
        }
        return ",".join(f'"{value}"' for value in (told | values).values())

    def read(self, *lines, heading=HEADING, **given):
        given.setdefault("customer", self.fernhill)
        return read(self.text(*lines, heading=heading), Given(**given), make.now())

    def load(self, *lines, **more):
        return import_lines(self.read(*lines, **more), by=make.operator(), reason="first load")


@pytest.fixture
def files():
    return Files()


class TestRead:
    def test_makes_of_a_line_what_it_says(self, files):
        (line,) = files.read(files.line())
        assert line.is_new
        assert line.fields["public_id"] == uuid.UUID(ID)
        assert (line.fields["offer"], line.fields["quantity"]) == (files.offer, 7)
        assert (line.fields["seller"], line.fields["customer"]) == (files.alder, files.fernhill)

    @pytest.mark.parametrize("name", ["name", "sku", "offer_id"])
    def test_knows_a_product_by_name_sku_and_id(self, files, name):
        product = str(getattr(files.offer, name))
        (line,) = files.read(files.line(product=product.upper()))
        assert line.fields["offer"].name == files.offer.name

    def test_takes_no_reseller_for_the_operator(self, files):
        (line,) = files.read(files.line(reseller=""))
        assert line.is_new
        assert line.fields["seller"] is None

    @pytest.mark.parametrize(
        ("heading", "delimiter"),
        [
            ("Subscription ID;Product;Quantity;Status;Reseller", ";"),
            ("ID\tPRODUCT\tLICENSES\tSTATE\tSELLER", "\t"),
        ],
    )
    def test_reads_other_headings_and_delimiters(self, files, heading, delimiter):
        line = files.line().replace('","', f'"{delimiter}"')
        (found,) = files.read(line, heading=heading)
        assert found.is_new, found.problems

    def test_reads_a_byte_order_mark_and_names_with_commas(self, files):
        text = "\ufeff" + files.text(files.line(reseller="Alder, Ltd."))
        (found,) = read(text.encode(), Given(customer=files.fernhill), make.now())
        assert found.fields["seller"] == files.alder

    def test_reads_every_further_column(self, files):
        heading = ",".join([*REQUIRED, *OPTIONAL])
        more = (
            "fernhill.example,alder.example,alder.example,2024-01-31,2024-01-31T00:00:00Z,P1M,"
            "annual,12.5,chf,2024-02,no,Head office,misuse,2026-01-05"
        )
        line = f"{files.line(status='suspended')},{more}"
        (found,) = files.read(line, heading=heading, customer=None)
        assert not found.problems
        assert found.fields["currency"] == "CHF"
        assert found.fields["suspension_reason"] == "misuse"
        assert found.fields["suspended_at"].year == 2026
        assert found.fields["auto_renew"] is False

    def test_brings_a_term_that_began_long_ago_to_the_running_one(self, files):
        heading = f"{HEADING},term start,term length"
        (found,) = files.read(f"{files.line()},2020-02-29,P1Y", heading=heading)
        assert found.fields["term_end"] > make.now()
        assert (found.fields["term_end"].month, found.fields["term_start"].day) == (2, 29)

    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            ({"id": "17"}, "no id"),
            ({"product": "Nonsense"}, "no product “Nonsense”"),
            ({"quantity": "0"}, "from 1 to"),
            ({"quantity": "-3"}, "from 1 to"),
            ({"quantity": "1.5"}, "from 1 to"),
            ({"quantity": "9999999"}, "from 1 to"),
            ({"quantity": "9" * 5000}, "from 1 to"),
            ({"quantity": "٣"}, "from 1 to"),
            ({"status": "pending"}, "must be one of active"),
            ({"reseller": "Unknown"}, "no partner “Unknown”"),
        ],
    )
    def test_says_what_is_wrong_with_a_line(self, files, values, sentence):
        (line,) = files.read(files.line(**values))
        assert not line.is_new
        assert any(sentence in problem for problem in line.problems), line.problems

    @pytest.mark.parametrize(
        ("column", "value", "sentence"),
        [
            ("customer", "nobody.example", "no customer"),
            ("term start", "yesterday", "no date"),
            ("term start", "2026-02-30", "no date"),
            ("term start", "9999-12-31", "no date"),
            ("term start", "0001-01-01T00:00:00+14:00", "no date"),
            ("term start", "1969-12-31", "no date"),
            ("ordered", "2200-01-01", "no date"),
            ("term length", "P2Y", "must be one of P1M"),
            ("billing cycle", "weekly", "must be one of monthly"),
            ("unit price", "cheap", "no price"),
            ("unit price", "NaN", "no price"),
            ("unit price", "1.23456", "no price"),
            ("unit price", "-1", "no price"),
            ("unit price", "-0", "no price"),
            ("unit price", "1_0", "no price"),
            ("unit price", "0E+9999999999", "no price"),
            ("unit price", "100000000", "no price"),
            ("currency", "EURO", "no currency"),
            ("agreement version", "x" * 21, "longer than 20"),
            ("friendly name", "x" * 101, "longer than 100"),
            ("auto renew", "maybe", "yes or no"),
        ],
    )
    def test_says_what_is_wrong_with_a_further_column(self, files, column, value, sentence):
        (line,) = files.read(f"{files.line()},{value}", heading=f"{HEADING},{column}")
        assert not line.is_new
        assert any(sentence in problem for problem in line.problems), line.problems

    def test_says_it_in_a_sentence_however_long_the_value_is(self, files):
        book = "x" * 100_000
        told = {"id": book, "product": book, "quantity": book, "status": book, "reseller": book}
        heading = f"{HEADING},{','.join(OPTIONAL)}"
        (line,) = files.read(
            files.line(**told) + f",{book}" * len(OPTIONAL), heading=heading, customer=None
        )
        assert len(line.problems) == 11  # one of each part
        assert all(len(problem) < 250 for problem in line.problems), line.problems

    def test_reads_prices_as_they_are_exported(self, files):
        for text, price in (("12", "12"), ("0", "0"), ("7.20", "7.2"), ("1.500000", "1.5")):
            (line,) = files.read(f"{files.line()},{text}", heading=f"{HEADING},unit price")
            assert line.fields["unit_price"] == Decimal(price)

    def test_finds_customers_by_domain_and_tenant_id_and_asks_for_no_others(self, files):
        closed = make.make_customer(domain="closed.example")
        closed.move_to("closed", closed_at=make.YEAR_START, closed_by=make.operator())
        names = ["FERNHILL.example", str(files.fernhill.tenant_id).upper(), "closed.example"]
        lines = [f"{files.line(id=str(uuid.uuid4()))},{name}" for name in names]
        found = files.read(*lines, heading=f"{HEADING},customer", customer=None)
        assert [line.fields.get("customer") for line in found] == [files.fernhill] * 2 + [None]
        assert "no customer “closed.example”" in found[2].problems[0]

    def test_sees_that_an_id_is_another_customers(self, files):
        other = make.make_customer()
        make.make_subscription(other, public_id=uuid.UUID(ID))
        (line,) = files.read(files.line())
        assert not line.is_new
        assert line.problems == ["A subscription of another customer has this id."]

    def test_skips_blank_lines_before_the_heading(self, files):
        text = "\n , \n" + files.text(files.line())
        (found,) = read(text, Given(customer=files.fernhill), make.now())
        assert (found.is_new, found.number) == (True, 4)

    def test_reads_no_more_lines_than_are_asked_for(self, files):
        text = files.text(*(files.line(id=str(uuid.uuid4())) for _ in range(3)))
        given = Given(customer=files.fernhill)
        assert len(read(text, given, make.now(), most=3)) == 3
        with pytest.raises(FileRefused, match="more than 2 lines"):
            read(text, given, make.now(), most=2)

    def test_refuses_an_advisor_as_seller_an_ambiguous_name_and_no_customer(self, files):
        make.make_partner("Elm", kind=PartnerKind.ADVISOR)
        for _ in range(2):
            make.make_partner("Twin")
        problems = [
            files.read(files.line(reseller="Elm"))[0].problems,
            files.read(files.line(reseller="Twin"))[0].problems,
            files.read(files.line(), customer=None)[0].problems,
        ]
        assert ["advisor" in problems[0][0], "several" in problems[1][0]] == [True, True]
        assert "No customer" in problems[2][0]

    def test_sees_an_id_that_stands_twice_and_a_line_that_is_too_short(self, files):
        _first, second, short = files.read(files.line(), files.line(), "a,b")
        assert "line 2 already" in second.problems[0]
        assert "more or fewer" in short.problems[0]

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "missing"),
            (b"id,product\n", "missing: quantity, status, reseller"),
            (f"{HEADING},colour\n".encode(), "Unknown columns: colour"),
            (f"{HEADING},id\n".encode(), "twice: id"),
            ("ä".encode("latin-1"), "UTF-8"),
            (f'{HEADING}\n"a'.encode(), "cannot be read as CSV"),
            (f"{HEADING}\n\x00".encode(), "null characters"),
            (b"\x89PNG\r\n\x1a\n", "UTF-8"),
            (f"{HEADING}\n{'x' * 200_000},".encode(), "cannot be read as CSV"),
            (b"x" * 100_000, "missing"),
            ((f"{HEADING}," + "x" * 100_000).encode(), "Unknown columns: x{60}…"),
        ],
    )
    def test_refuses_a_file_that_is_none(self, content, sentence):
        with pytest.raises(FileRefused, match=sentence):
            read(content, Given(), make.now())


class TestImportLines:
    def test_enters_every_new_line_with_its_change(self, files):
        other = make.make_customer(domain="glenmoor.example")
        lines = [
            f"{files.line(id=str(uuid.uuid4()))},glenmoor.example",
            f"{files.line(id=str(uuid.uuid4()), reseller='')},fernhill.example",
        ]
        assert files.load(*lines, heading=f"{HEADING},customer") == 2
        assert other.subscriptions.get().seller == files.alder
        assert files.fernhill.subscriptions.get().seller is None
        for change in SubscriptionChange.objects.all():
            assert (change.kind, change.reason) == ("import", "first load")

    def test_leaves_what_exists_as_it_is(self, files):
        files.load(files.line())
        before = dump()
        line = files.read(files.line(quantity="99"))[0]
        assert line.exists
        assert not line.is_new
        assert files.load(files.line(quantity="99")) == 0
        assert dump() == before

    def test_enters_nothing_where_one_line_is_faulty(self, files):
        with pytest.raises(SubscriptionRefused, match="line 3"):
            files.load(files.line(), files.line(id="17"))
        assert not Subscription.objects.exists()

    def test_is_the_operator_s_alone_and_has_a_reason(self, files):
        lines = files.read(files.line())
        for person in (make.make_admin_agent(files.alder), make.make_user(is_staff=True)):
            with pytest.raises(PermissionDenied):
                import_lines(lines, by=Actor.objects.of(person), reason="mine")
        with pytest.raises(Refused, match="reason"):
            import_lines(lines, by=make.operator(), reason=" ")
        assert not Subscription.objects.exists()

    def test_takes_over_every_state(self, files):
        states = ("active", "suspended", "cancelled", "expired", "disabled", "deleted")
        files.load(*(files.line(id=str(uuid.uuid4()), status=state) for state in states))
        assert set(Subscription.objects.values_list("state", flat=True)) == set(states)


class TestCommand:
    def run(self, path, **options):
        out, err = StringIO(), StringIO()
        call_command("import_subscriptions", str(path), stdout=out, stderr=err, **options)
        return out.getvalue(), err.getvalue()

    @pytest.fixture
    def path(self, files, tmp_path):
        path = tmp_path / "export.csv"
        path.write_text(files.text(files.line(), files.line(id=str(uuid.uuid4()))))
        return path

    def test_previews_without_writing(self, path):
        out, _err = self.run(path, customer="fernhill.example", preview=True)
        assert "2 new, 0 exist already, 0 faulty." in out
        assert not Subscription.objects.exists()

    def test_loads_once(self, path):
        out, _err = self.run(path, customer="fernhill.example", reason="first load")
        assert "Imported 2." in out
        out, _err = self.run(path, customer="fernhill.example", reason="again")
        assert "0 new, 2 exist already" in out
        assert Subscription.objects.count() == 2

    def test_says_which_line_is_wrong_and_loads_nothing(self, files, tmp_path):
        path = tmp_path / "wrong.csv"
        path.write_text(files.text(files.line(), files.line(id="17")))
        with pytest.raises(CommandError, match="line 3"):
            self.run(path, customer="fernhill.example", reason="first load")
        assert not Subscription.objects.exists()

    def test_names_a_file_or_a_customer_that_is_not_there(self, path, tmp_path):
        with pytest.raises(CommandError, match="No such file"):
            self.run(tmp_path / "none.csv")
        with pytest.raises(CommandError, match=r"nobody\.example"):
            self.run(path, customer="nobody.example")
