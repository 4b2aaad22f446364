"""A first load in the browser: a look at what each line would make, then all of it or nothing."""

import uuid

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Actor
from audit.models import Event
from partners.rights import Admin
from subscriptions.admin import import_form
from subscriptions.models import Subscription, SubscriptionChange
from subscriptions.moves import importing
from subscriptions.moves.writing import SubscriptionRefused
from tests import factories as make
from tests.test_pages import rows_of_all_tables

pytestmark = pytest.mark.django_db
QUERIES = 12
HEADING = "id,product,quantity,status,reseller"
GIVEN = {
    "customer": "fernhill.example",
    "term_start": "2026-01-31",
    "term_length": "P1Y",
    "billing_cycle": "annual",
    "unit_price": "12.50",
    "currency": "chf",
    "agreement_version": "2025-07",
    "reason": "first load",
}


def staff(*codenames):
    person = make.make_user(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return person


def url():
    return reverse("admin:subscriptions_subscription_import")


def line(public_id="", product="Exchange Online (Plan 1)", quantity="7", reseller="alder.example"):
    return f"{public_id or uuid.uuid4()},{product},{quantity},active,{reseller}"


def text(*lines):
    return "\r\n".join([HEADING, *(lines or [line()])])


def text_of(answer):
    return " ".join(answer.content.decode().split())


class Nothing:
    """No row of any table differs at the end of the block."""

    def __enter__(self):
        self.before = rows_of_all_tables()

    def __exit__(self, *_error):
        assert rows_of_all_tables() == self.before


class Desk:
    """Staff at the page; what the page holds is what is sent next, as a browser does."""

    def __init__(self, client):
        self.client = client
        self.fernhill = make.make_customer("Fernhill", domain="fernhill.example")
        self.alder = make.make_partner("Alder", domain="alder.example")
        self.person = staff("add_subscription", "view_subscription")
        Actor.objects.of(self.person)
        client.force_login(self.person)
        client.get(url())

    def send(self, button, **fields):
        fields = {name: value for name, value in (GIVEN | fields).items() if value is not None}
        return self.client.post(url(), {**fields, button: button})

    def preview(self, content="", **fields):
        return self.send("preview", text=content, **fields)

    def import_after(self, shown, **fields):
        """Press *Import* on the page that was shown."""
        form = shown.context["adminform"].form
        held = {name: form[name].value() or "" for name in GIVEN}
        held["text"] = form["text"].value().replace("\r\n", "\n").replace("\n", "\r\n")
        return self.send("import", **{**held, "seen": shown.context["seen"], **fields})


@pytest.fixture
def desk(client):
    return Desk(client)


def upload(content, name="export.csv"):
    content = content if isinstance(content, bytes) else content.encode()
    return SimpleUploadedFile(name, content, content_type="text/csv")


class TestPreview:
    def test_says_of_each_line_what_it_would_make_and_writes_nothing(self, desk):
        with Nothing():
            shown = text_of(desk.preview(text(line(), line(reseller=""))))
        for words in (
            "2 subscriptions would be entered.",
            "Nothing has been written yet.",
            "Exchange Online (Plan 1)",
            "31 Jan 2026 to 31 Jan 2027",
            "12.50 CHF, annual",
            "Alder",
            "the operator",
            'value="Import 2 subscriptions"',
        ):
            assert words in shown

    def test_says_what_exists_and_what_is_wrong(self, desk):
        there = make.make_subscription(desk.fernhill)
        others = make.make_subscription(make.make_customer())
        twice = uuid.uuid4()
        lines = [
            line(there.public_id, quantity="99"),
            line(others.public_id),
            line(twice),
            line(twice),
            line(product="Nonsense"),
        ]
        with Nothing():
            answer = desk.preview(text(*lines))
        shown = text_of(answer)
        for words in (
            "3 lines are wrong.",
            "1 subscription would be entered.",
            "1 exists already and is left as it is.",
            "A subscription of another customer has this id.",
            "This id stands in line 4 already.",
            "There is no product “Nonsense”.",
        ):
            assert words in shown
        assert 'name="import"' not in shown

    def test_needs_no_reason(self, desk):
        assert "1 subscription would be entered." in text_of(desk.preview(text(), reason=""))

    def test_reads_a_file_and_carries_its_text_along(self, desk):
        content = text(line(reseller="Alder"))
        with Nothing():
            answer = desk.preview("typed before", file=upload("\ufeff" + content))
        assert answer.context["adminform"].form["text"].value() == content
        assert content.replace("\r\n", " ") in text_of(answer)
        assert answer.context["importable"] == 1

    def test_takes_what_the_file_does_not_say_from_the_page(self, desk):
        answer = desk.preview(text(), customer="", term_start="")
        assert "No customer: name it by tenant id or domain, or choose one for all." in text_of(
            answer
        )
        heading = f"{HEADING},customer,unit price,currency"
        content = f"{heading}\n{line()},fernhill.example,3,usd"
        assert "3 USD, annual" in text_of(desk.preview(content, customer=""))

    def test_costs_at_most_12_queries_however_many_lines_there_are(self, desk):
        def queries(count):
            with CaptureQueriesContext(connection) as asked:
                desk.preview(text(*(line() for _ in range(count))))
            return len(asked)

        assert queries(2) == queries(200) <= QUERIES

    @pytest.mark.parametrize(
        "wrong",
        [
            {"customer": "nobody.example"},
            {"term_start": "31.1.2026"},
            {"term_start": "0001-01-01"},
            {"term_length": "P2Y"},
            {"billing_cycle": "weekly"},
            {"unit_price": "cheap"},
            {"currency": "EURO"},
            {"agreement_version": ""},
            {"agreement_version": "x" * 21},
        ],
    )
    def test_keeps_what_was_typed_where_it_is_refused(self, desk, wrong):
        content = text()
        with Nothing():
            answer = desk.preview(content, **wrong)
        form = answer.context["adminform"].form
        assert set(form.errors) == set(wrong)
        for name, value in (GIVEN | wrong).items():
            assert form[name].value() == value
        assert form["text"].value() == content


FILES = {
    "nothing": (b"", "missing: id, product, quantity, status, reseller"),
    "no heading": (line().encode(), "The first line must name the columns"),
    "another heading": (b"name,price\na,b", "The first line must name the columns"),
    "not UTF-8": ("ä".encode("latin-1"), "The file is not UTF-8 text."),
    "UTF-16": (text().encode("utf-16"), "The file is not UTF-8 text."),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "The file is not UTF-8 text."),
    "null characters": (f"{HEADING}\n\x00".encode(), "The file holds null characters"),
    "a cell of 200,000 characters": (
        f"{HEADING}\n{'x' * 200_000},".encode(),
        "Line 2 cannot be read as CSV",
    ),
    "no end of a quotation": (f'{HEADING}\n"a'.encode(), "cannot be read as CSV"),
}


@pytest.mark.parametrize(("content", "sentence"), FILES.values(), ids=FILES)
class TestFilesThatAreNone:
    def test_are_refused_with_the_reader_s_sentence(self, desk, content, sentence):
        with Nothing():
            answer = desk.preview(file=upload(content))
        assert sentence in text_of(answer)
        assert "would be entered" not in text_of(answer)
        form = answer.context["adminform"].form
        assert {name: form[name].value() for name in GIVEN} == GIVEN

    def test_are_refused_as_a_pasted_text(self, desk, content, sentence):
        pasted = content.decode("utf-8", errors="ignore")
        if not pasted or "UTF-8" in sentence:
            pytest.skip("there is no such text")
        with Nothing():
            answer = desk.preview(pasted)
        assert sentence in text_of(answer)
        assert answer.context["adminform"].form["text"].value() == pasted

    def test_are_not_imported(self, desk, content, sentence):
        with Nothing():
            answer = desk.send("import", file=upload(content), seen="")
        assert sentence in text_of(answer)


class TestTooMuch:
    def test_says_that_the_browser_does_not_keep_the_file(self, desk):
        answer = desk.preview("typed before", file=upload(b"\xff"))
        assert "Your browser does not keep the file: choose one again." in text_of(answer)
        assert answer.context["adminform"].form["text"].value() == "typed before"

    def test_is_a_megabyte(self, desk):
        content = text() + "\n" * import_form.MOST_BYTES
        with Nothing():
            answers = desk.preview(file=upload(content)), desk.preview(content)
        for answer in answers:
            assert "This is more than 1 MB" in text_of(answer)
            assert "manage.py import_subscriptions" in text_of(answer)
        assert answers[1].context["adminform"].form["text"].value() == content

    def test_is_more_lines_than_a_browser_takes(self, desk, monkeypatch):
        assert import_form.MOST_LINES == 5000
        monkeypatch.setattr(import_form, "MOST_LINES", 2)
        content = text(line(), line(), line())
        answer = desk.preview(content)
        assert "The file has more than 2 lines. Load it with manage.py" in text_of(answer)
        assert answer.context["adminform"].form["text"].value() == content

    def test_is_not_a_file_of_one_megabyte_in_other_scripts(self, desk):
        name = "文" * 90
        content = f"{HEADING},friendly name\n" + "\n".join(f"{line()},{name}" for _ in range(2600))
        assert 900_000 < len(content.encode()) < import_form.MOST_BYTES
        answer = desk.preview(content)
        assert answer.context["importable"] == 2600

    def test_is_no_text_at_all(self, desk):
        assert "Choose a file, or paste its text." in text_of(desk.preview(""))


class TestImport:
    def test_enters_every_new_line_and_says_so(self, desk):
        there = make.make_subscription(desk.fernhill)
        before = Subscription.objects.values().get()
        new = [uuid.uuid4(), uuid.uuid4()]
        shown = desk.preview(text(line(new[0]), line(there.public_id), line(new[1], reseller="")))
        answer = desk.import_after(shown)
        assert answer["Location"] == reverse("admin:subscriptions_subscription_changelist")
        assert Subscription.objects.values().get(pk=there.pk) == before
        first, second = (Subscription.objects.get(public_id=public_id) for public_id in new)
        assert (first.seller, second.seller) == (desk.alder, None)
        assert (first.customer, first.currency, first.agreement_version) == (
            desk.fernhill,
            "CHF",
            "2025-07",
        )
        for row in (first, second):
            change = SubscriptionChange.objects.get(subscription=row.public_id)
            assert (change.kind, change.made_by) == ("import", "operator")
            assert (change.reason, change.actor.user) == ("first load", desk.person)
        said = text_of(desk.client.get(answer["Location"]))
        assert "2 subscriptions were imported." in said
        assert "1 exists already and is left as it is." in said

    def test_needs_a_reason_and_shows_the_lines_again(self, desk):
        for reason in ("", " \n", "x" * 501):
            shown = desk.preview(text())
            with Nothing():
                answer = desk.import_after(shown, reason=reason)
            assert set(answer.context["errors"]) == {"reason"}
            assert answer.context["importable"] == 1

    def test_enters_nothing_where_one_line_is_wrong(self, desk):
        shown = desk.preview(text(line(), line(product="Nonsense")))
        with Nothing():
            answer = desk.import_after(shown)
        assert "Nothing was imported: mend line 3 first." in text_of(answer)

    def test_enters_nothing_where_a_line_fails_at_last(self, desk, monkeypatch):
        ids = [uuid.uuid4() for _ in range(3)]
        shown = desk.preview(text(*map(line, ids)))
        enter = importing.import_one

        def enter_all_but_the_last(**fields):
            if fields["public_id"] == ids[2]:
                raise SubscriptionRefused("Not this one.")
            return enter(**fields)

        monkeypatch.setattr(importing, "import_one", enter_all_but_the_last)
        with Nothing():
            answer = desk.import_after(shown)
        assert "Not this one." in text_of(answer)

    @pytest.mark.parametrize(
        "changed",
        [
            {"text": text()},
            {"unit_price": "13"},
            {"customer": "glenmoor.example"},
            {"term_start": ""},
            {"seen": "0" * 64},
            {"seen": None},
        ],
    )
    def test_is_of_what_was_looked_at(self, desk, changed):
        make.make_customer(domain="glenmoor.example")
        shown = desk.preview(text())
        with Nothing():
            answer = desk.import_after(shown, **changed)
        assert "What you sent is not what you saw. Look at it again." in text_of(answer)
        desk.import_after(answer)
        assert Subscription.objects.count() == 1

    def test_reads_and_checks_anew(self, desk):
        public_id = uuid.uuid4()
        shown = desk.preview(text(line(public_id), line()))
        make.make_subscription(desk.fernhill, public_id=public_id, quantity=99)
        answer = desk.import_after(shown)
        said = text_of(desk.client.get(answer["Location"]))
        assert "1 subscription was imported." in said
        assert Subscription.objects.get(public_id=public_id).quantity == 99

    def test_says_where_there_is_nothing_to_enter(self, desk):
        there = make.make_subscription(desk.fernhill)
        shown = desk.preview(text(line(there.public_id)))
        assert 'name="import"' not in text_of(shown)
        with Nothing():
            answer = desk.import_after(shown)
        assert "There is nothing to enter." in text_of(answer)

    def test_of_a_file_that_was_previewed_works_from_the_text_alone(self, desk):
        shown = desk.preview(file=upload(text()))
        desk.import_after(shown)
        assert (
            Subscription.objects.count()
            == Event.objects.filter(kind="subscription.imported").count()
        )
        assert Subscription.objects.count() == 1


class TestWho:
    def test_is_led_there_from_the_list(self, client, desk):
        changelist = reverse("admin:subscriptions_subscription_changelist")
        assert f'href="{url()}"' in text_of(client.get(changelist))

    def test_looking_writes_nothing(self, client, desk):
        for method in (client.get, client.head):
            with Nothing():
                assert method(url()).status_code == 200

    def test_is_none_of_the_staff_without_the_right(self, client, desk):
        shown = desk.preview(text())
        client.force_login(staff("view_subscription", "change_subscription", "add_offer"))
        with Nothing():
            assert client.get(url()).status_code == 403
            assert desk.preview(text()).status_code == 403
            assert desk.import_after(shown).status_code == 403

    def test_is_nobody_of_an_organisation(self, client, desk):
        shown = desk.preview(text())
        insider = make.join_partner(desk.alder, admin=Admin.GLOBAL_ADMIN)
        for person in (insider, make.join_customer(desk.fernhill)):
            client.force_login(person)
            with Nothing():
                desk.import_after(shown)
            assert client.get(url(), follow=True).status_code == 403
