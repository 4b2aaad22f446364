"""The staff's pages in a browser: no barriers, no broken rule of content, and by keyboard."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from partners.models import Partner
from relationships.models import AdminRelationship, Decision
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
