"""The staff's pages in a browser: no barriers, no broken rule of content, and by keyboard."""

import re
import uuid

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from customers.models import Customer
from partnercenter.lib.staff_tables import page_of
from partners.models import Partner
from relationships.models import AdminRelationship, Decision
from subscriptions.models import Subscription
from tests import factories as make
from tests.relationships.admin.world import make_pair

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def decision():
    return make_pair()


@pytest.fixture
def said(page):
    """What the browser complains about."""
    found = []
    page.on("console", lambda message: found.append(message.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def staff(page, sign_in):
    staff = make.make_staff("staff@operator.example")
    sign_in(page, staff.email, make.PASSWORD, next_url="/admin/")
    return staff


def address(kind, decision):
    partner, customer = decision.request.partner, decision.customer
    sold = Subscription.objects.get()
    direct = make.make_subscription(customer)
    suspend = reverse("admin:subscriptions_subscription_move", args=["suspend"])
    move = reverse("admin:partners_partner_move", args=["suspend"])
    return {
        "first page": reverse("admin:index"),
        "list": reverse("admin:partners_partner_changelist"),
        "form to add": reverse("admin:partners_partner_add"),
        "page to edit": reverse("admin:partners_partner_change", args=[partner.pk]),
        "page of a move": f"{move}?ids={partner.pk}",
        "page to look at": reverse("admin:relationships_decision_change", args=[decision.pk]),
        "list to look at": reverse("admin:audit_event_changelist"),
        "customer": reverse("admin:customers_customer_change", args=[customer.pk]),
        "group": reverse("admin:auth_group_add"),
        "list with tools": reverse("admin:subscriptions_subscription_changelist"),
        "subscription of a partner": page_of(sold),
        "subscription of the operator": page_of(direct),
        "move of a subscription": f"{suspend}?ids={direct.pk}",
        "subscribing": reverse("admin:subscriptions_subscription_subscribe"),
        "importing": reverse("admin:subscriptions_subscription_import"),
    }[kind]


KINDS = pytest.mark.parametrize(
    "kind",
    [
        "first page",
        "list",
        "form to add",
        "page to edit",
        "page of a move",
        "page to look at",
        "list to look at",
        "customer",
        "group",
        "list with tools",
        "subscription of a partner",
        "subscription of the operator",
        "move of a subscription",
        "subscribing",
        "importing",
    ],
)


@KINDS
def test_pages_have_no_barriers_and_keep_the_rules(
    page, live_server, staff, said, axe, decision, kind
):
    page.goto(live_server.url + address(kind, decision))
    page.wait_for_load_state("networkidle")
    assert not said
    axe(page)
    page.set_viewport_size({"width": 390, "height": 800})
    axe(page)


@KINDS
def test_pages_fit_a_small_screen(page, live_server, staff, decision, kind):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(live_server.url + address(kind, decision))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


class TestErrors:
    def test_stand_beside_what_was_typed_and_have_no_barriers(self, page, live_server, staff, axe):
        page.goto(live_server.url + reverse("admin:partners_partner_add"))
        page.fill("[name=name]", "Alder Cloud")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".errornote")).to_be_visible()
        assert page.input_value("[name=name]") == "Alder Cloud"
        assert page.title().startswith("Error:")
        axe(page)


class TestSuspend:
    def test_from_the_list_and_back_by_keyboard(self, page, live_server, staff):
        partners = [make.make_partner(name) for name in ("Alder", "Birch", "Cedar")]
        page.goto(live_server.url + reverse("admin:partners_partner_changelist"))
        for partner in partners[:2]:
            page.get_by_role(
                "checkbox", name=f"Select this object for an action - {partner}"
            ).check()
        page.select_option("[name=action]", "suspend")
        page.get_by_role("button", name="Go").press("Enter")
        expect(page.get_by_role("heading", name="Suspend: 2 partners")).to_be_visible()
        page.fill("[name=reason]", "unpaid")
        page.get_by_role("button", name="Suspend").press("Enter")
        expect(page.get_by_text(re.compile("Suspended: Alder, Birch"))).to_be_visible()
        assert Partner.objects.filter(status="suspended").count() == 2

    def test_works_without_scripts(self, browser, live_server, sign_in):
        make.make_staff("staff@operator.example")
        partner = make.make_partner("Alder")
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        sign_in(page, "staff@operator.example", make.PASSWORD, next_url="/admin/")
        page.goto(live_server.url + reverse("admin:partners_partner_change", args=[partner.pk]))
        page.get_by_role("link", name="Suspend").click()
        page.fill("[name=reason]", "unpaid")
        page.get_by_role("button", name="Suspend").click()
        expect(page.get_by_role("link", name="Restore")).to_be_visible()
        context.close()


class TestImport:
    HEADING = "id,product,quantity,status,reseller"

    @pytest.fixture
    def lines(self, db):
        make.make_partner("Alder", domain="alder.example")
        make.make_customer("Fernhill", domain="fernhill.example")
        return [f"{uuid.uuid4()},Exchange Online (Plan 1),7,active,alder.example" for _ in range(9)]

    def choose(self, page, *lines):
        content = "\r\n".join([self.HEADING, *lines]).encode()
        file = {"name": "export.csv", "mimeType": "text/csv", "buffer": content}
        page.set_input_files("[name=file]", file)
        page.get_by_role("button", name="Preview").click()

    def walk(self, page, lines):
        page.goto(page.url.partition("/admin/")[0] + reverse(self.LIST))
        page.get_by_role("link", name="Import").click()
        page.fill("[name=customer]", "fernhill.example")
        self.choose(page, *lines, "17,Nonsense,0,gone,nobody")
        expect(page.get_by_text("1 line is wrong.")).to_be_visible()
        expect(page.get_by_role("button", name="Import")).to_have_count(0)
        text = page.locator("[name=text]")
        text.fill("\n".join([self.HEADING, *lines]))
        page.press("[name=customer]", "Enter")  # the key looks, and never imports
        expect(page.get_by_text("9 subscriptions would be entered.")).to_be_visible()
        page.fill("[name=reason]", "first load")
        page.get_by_role("button", name="Import 9 subscriptions").click()
        expect(page.get_by_text("9 subscriptions were imported.")).to_be_visible()
        assert Subscription.objects.count() == 9

    LIST = "admin:subscriptions_subscription_changelist"

    def test_from_the_list_and_back(self, page, live_server, staff, lines):
        self.walk(page, lines)

    def test_works_without_scripts(self, browser, live_server, sign_in, lines):
        make.make_staff("staff@operator.example")
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        sign_in(page, "staff@operator.example", make.PASSWORD, next_url="/admin/")
        self.walk(page, lines)
        context.close()

    def test_what_was_looked_at_has_no_barriers_and_fits(
        self, page, live_server, staff, said, axe, lines
    ):
        page.goto(live_server.url + reverse("admin:subscriptions_subscription_import"))
        page.fill("[name=customer]", "fernhill.example")
        there = make.make_subscription(Customer.objects.get(), public_id=uuid.uuid4())
        exists = f"{there.public_id},Exchange Online (Plan 1),7,active,"
        for faulty in ([], ["17,Nonsense,0,gone,nobody"]):
            self.choose(page, *lines, exists, *faulty)
            expect(page.get_by_text("Nothing has been written yet.")).to_be_visible()
            assert not said
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 800})
                axe(page)
            page.set_viewport_size({"width": 320, "height": 640})
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            said.clear()  # axe itself breaks the rules of content
        self.choose(page, "\x00")
        expect(page.locator(".errornote")).to_be_visible()
        assert not said
        axe(page)


class TestSubscribe:
    def test_and_suspend_what_was_sold(self, page, live_server, staff):
        make.make_customer("Fernhill", domain="fernhill.example")
        page.goto(live_server.url + reverse("admin:subscriptions_subscription_changelist"))
        page.get_by_role("link", name="Subscribe a customer").click()
        page.fill("[name=customer]", "fernhill.example")
        page.select_option("[name=offer]", label="Exchange Online (Plan 1) (EXCHANGESTANDARD)")
        page.fill("[name=quantity]", "7")
        page.fill("[name=unit_price]", "12.50")
        page.fill("[name=currency]", "EUR")
        page.fill("[name=reason]", "ordered by phone")
        page.get_by_role("button", name="Subscribe").press("Enter")
        page.get_by_role("link", name="Suspend").click()
        page.get_by_label("non-payment").check()
        page.fill("[name=reason]", "unpaid since May")
        page.get_by_role("button", name="Suspend").press("Enter")
        expect(page.get_by_role("link", name="Reactivate")).to_be_visible()
        assert Subscription.objects.get().state == "suspended"


class TestLooking:
    def test_leads_from_a_partner_to_all_that_it_has(self, page, live_server, staff, decision):
        partner = decision.request.partner
        page.goto(live_server.url + reverse("admin:partners_partner_change", args=[partner.pk]))
        main = page.get_by_role("main")
        main.get_by_role("link", name="Admin relationships").click()
        main.get_by_role("link", name=AdminRelationship.objects.get().name).click()
        expect(main.get_by_text("Exchange Administrator").first).to_be_visible()
        main.get_by_role("link", name=str(Decision.objects.get())).click()
        expect(main.get_by_role("heading", name="Signatures")).to_be_visible()
