"""The pages of the standing link: read and copied, edited, replaced."""

import pytest

from accounts.models import Actor
from mail.models import Delivery
from partners.models import PartnerKind
from partners.rights import Admin, Agent
from relationships.models import RelationshipRequest
from relationships.moves import deciding
from relationships.moves.standing import rotate
from relationships.moves.supervising import suspend_partner
from tests import factories as make

from .partner_side import page, said, typed

pytestmark = pytest.mark.django_db

# Without the session, which a site reads from the database and these tests from memory.
QUERIES = {"standing-link": 7, "link-edit": 7, "link-rotate": 4}


@pytest.fixture
def link(partner, agent):
    return make.make_link(partner, by=agent)


def accept(link, name: str) -> None:
    customer = make.make_customer(name)
    admin = make.join_customer(customer)
    decision = make.make_decision(link, customer, by=admin)
    deciding.approve(decision, make.make_answer(decision), by=Actor.objects.of(admin))


@pytest.mark.parametrize("count", [2, 10])
@pytest.mark.parametrize("shown", QUERIES)
def test_page_asks_the_database_as_often_for_many(
    client, partner, link, shown, count, django_assert_max_num_queries
):
    for number in range(count):
        accept(link, f"Customer {number}")
    url = page(shown, partner)
    client.get(url)
    with django_assert_max_num_queries(QUERIES[shown]):
        assert client.get(url).status_code == 200


class TestLink:
    def test_is_the_same_whatever_customer_is_known_r4(self, client, partner, link):
        url = page("standing-link", partner)
        before = client.get(url)
        assert link.link in before.content.decode()
        accept(link, "Fernhill Foods")
        after = client.get(url)
        assert link.link in after.content.decode()
        assert after.context["mail"] == before.context["mail"]

    def test_shows_what_became_of_it_and_names_nobody(self, client, partner, link):
        for name in ("Fernhill Foods", "Glenmoor"):
            accept(link, name)
        admin = make.join_customer(make.make_customer("Hazel"))
        make.make_decision(link, admin.customer_memberships.get().customer, by=admin)
        answer = client.get(page("standing-link", partner))
        counts = answer.context["counts"]
        assert (counts["opened"], counts["waiting"], counts["approved"], counts["declined"]) == (
            3,
            1,
            2,
            0,
        )
        for name in ("Fernhill Foods", "Glenmoor", "Hazel"):
            assert name not in answer.content.decode()

    def test_can_be_copied_by_a_sales_agent_and_not_changed(self, client, partner, link):
        client.force_login(make.join_partner(partner, agent=Agent.SALES_AGENT))
        text = client.get(page("standing-link", partner)).content.decode()
        assert link.link in text
        assert "Copy e-mail" in text
        for name in ("link-edit", "link-rotate"):
            assert page(name, partner) not in text
        assert page("request-text", partner, link.public_id) not in text

    def test_looking_makes_none(self, client, partner, agent):
        text = client.get(page("standing-link", partner)).content.decode()
        assert "Make the link" in text
        assert not RelationshipRequest.objects.exists()

    def test_that_is_not_there_names_who_can_make_it(self, client, partner):
        holder = make.join_partner(partner, admin=Admin.GLOBAL_ADMIN)
        client.force_login(make.join_partner(partner, agent=Agent.SALES_AGENT))
        text = client.get(page("standing-link", partner)).content.decode()
        assert "Make the link" not in text
        assert holder.get_full_name() in text

    def test_is_made_by_one_press_and_not_twice(self, client, partner, agent):
        for _ in range(2):
            answer = client.post(page("link-make", partner), follow=True)
        link = partner.requests.standing().get()
        assert link.link in answer.content.decode()
        assert client.get(page("link-make", partner)).status_code == 405

    def test_is_not_made_while_suspended_r14(self, client, partner, agent):
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        assert "Make the link" not in client.get(page("standing-link", partner)).content.decode()
        answer = client.post(page("link-make", partner), follow=True)
        assert "Your organisation is suspended." in said(answer)[0]
        assert not RelationshipRequest.objects.exists()


class TestEdit:
    def edit(self, client, partner, **fields):
        return client.post(page("link-edit", partner), typed(**fields))

    def test_keeps_the_address(self, client, partner, link):
        form = client.get(page("link-edit", partner)).context["form"]
        assert form["name"].value() == "Alder Cloud"
        assert form["seen"].value() == 1
        answer = self.edit(client, partner, seen="1")
        assert answer["Location"] == page("standing-link", partner)
        edited = RelationshipRequest.objects.get()
        assert (edited.token, edited.name, edited.version) == (link.token, "Mail and support", 2)
        assert edited.terms.roles.get().name == "Exchange Administrator"
        # Whoever types an address here addresses nobody: a link is for all (rule R4).
        assert edited.addressed_email == ""

    def test_in_two_tabs_loses_nothing_that_was_typed(self, client, partner, link):
        self.edit(client, partner, name="First tab", seen="1")
        answer = self.edit(client, partner, name="Second tab", seen="1")
        assert answer.status_code == 422
        text = answer.content.decode()
        for part in ("Somebody changed the link", "As it is now", "First tab", "Second tab"):
            assert part in text
        assert RelationshipRequest.objects.get().name == "First tab"
        seen = answer.context["form"]["seen"].value()
        assert self.edit(client, partner, name="Second tab", seen=seen).status_code == 302
        assert RelationshipRequest.objects.get().name == "Second tab"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"name": "n" * 200_000},
            {"days": "731"},
            {"days": "0"},
            {"roles": [make.USER_ADMINISTRATOR], "days": "91"},
            {"roles": ["no-role"]},
            {"roles": [], "asks_selling": None},
            {"reason": "r" * 200_000},
        ],
        ids=lambda wrong: "-".join(f"{key}-{str(value)[:12]}" for key, value in wrong.items()),
    )
    def test_with_an_error_keeps_what_was_typed(self, client, partner, link, wrong):
        answer = self.edit(client, partner, seen="1", **wrong)
        assert answer.status_code == 422
        data = typed(**wrong)
        for name in ("name", "reason", "days"):
            assert answer.context["form"][name].value() == data[name]
        assert RelationshipRequest.objects.get().version == 1

    def test_of_an_advisor_makes_the_link(self, client):
        advisor = make.make_partner(kind=PartnerKind.ADVISOR)
        client.force_login(make.make_admin_agent(advisor))
        assert (
            "Choose what it asks for" in client.get(page("standing-link", advisor)).content.decode()
        )
        self.edit(client, advisor)
        link = advisor.requests.standing().get()
        assert (link.asks_selling, link.terms.days) == (False, 365)
        assert link.first_paragraph

    def test_while_suspended_is_refused_r61(self, client, partner, link):
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        answer = self.edit(client, partner, seen="1")
        assert answer.status_code == 422
        assert "suspended" in answer.context["form"].non_field_errors()[0]
        assert RelationshipRequest.objects.get().version == 1


class TestRotate:
    def press(self, client, partner, link, **more):
        return client.post(page("link-rotate", partner), {"link": link.public_id}, **more)

    def test_says_what_ends_and_what_stays_before_anything_is_done(self, client, partner, link):
        admin = make.join_customer(make.make_customer())
        make.make_decision(link, admin.customer_memberships.get().customer, by=admin)
        text = client.get(page("link-rotate", partner)).content.decode()
        for sentence in (
            "The old link says that it was replaced",
            "opened it and not decided: 1",
            "What customers approved through the old link stays as it is.",
        ):
            assert sentence in text
        link.refresh_from_db()
        assert link.status == "open"

    def test_shows_the_new_link(self, client, partner, link):
        answer = self.press(client, partner, link, follow=True)
        new = partner.requests.standing().open().get()
        assert new.link in answer.content.decode()
        assert link.link not in answer.content.decode()
        old = client.get(f"/r/{link.token}/").content.decode()
        assert "The partner has replaced this link by a new one" in old

    def test_pressed_twice_replaces_once_and_says_so(self, client, partner, link):
        self.press(client, partner, link)
        answer = self.press(client, partner, link, follow=True)
        assert "Somebody has replaced this link by a new one already." in said(answer)[-1]
        assert partner.requests.standing().count() == 2
        assert not Delivery.objects.exists()

    @pytest.mark.parametrize("named", ["", "x", "5e0d1f3a-8a3e-4a55-9a53-0d3f0e2a1c44"])
    def test_of_no_link_changes_nothing(self, client, partner, link, named):
        answer = client.post(page("link-rotate", partner), {"link": named})
        assert answer["Location"] == page("standing-link", partner)
        assert partner.requests.standing().get().status == "open"

    def test_of_another_partners_link_changes_nothing(self, client, partner, link):
        other = make.make_link()
        self.press(client, partner, other)
        other.refresh_from_db()
        assert other.status == "open"

    def test_where_there_is_no_link_leads_to_its_page(self, client, partner, agent):
        answer = client.get(page("link-rotate", partner))
        assert answer["Location"] == page("standing-link", partner)

    def test_while_suspended_is_refused_r61(self, client, partner, link):
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        answer = self.press(client, partner, link, follow=True)
        assert "suspended" in said(answer)[0]
        link.refresh_from_db()
        assert link.status == "open"

    def test_leaves_the_rotated_one_to_be_read(self, client, partner, link, agent):
        rotate(link, by=Actor.objects.of(agent))
        text = client.get(page("request-detail", partner, link.public_id)).content.decode()
        assert "any customer" in text
        assert "The standing link was replaced by a new one." in text
