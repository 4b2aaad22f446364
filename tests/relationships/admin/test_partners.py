"""Staff enrol, edit, verify, suspend and restore partners in the admin."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from audit.models import Event
from mail.models import Delivery
from partnercenter.lib.refusals import Refused
from partners.models import Partner, PartnerInvitation, PartnerKind
from partners.rights import Admin
from relationships.models import ServiceAdministration
from relationships.moves.supervising import suspend_partner
from tests import factories as make
from tests.relationships.admin.world import grant

pytestmark = pytest.mark.django_db
ADD = "admin:partners_partner_add"
NEW = {
    "name": "Alder Cloud",
    "primary_domain": "Alder.Example",
    "country": "DE",
    "kind": PartnerKind.DIRECT_BILL,
    "programme_id": "4100001",
    "markets": ["AT", "FR"],
    "reason": "contract signed",
}


@pytest.fixture
def staff(client):
    staff = make.make_user(is_staff=True, name="Stella Staff")
    permissions = Permission.objects.filter(content_type__app_label="partners")
    staff.user_permissions.set(permissions.exclude(codename__startswith="delete"))
    client.force_login(staff)
    return staff


def page(partner):
    return reverse("admin:partners_partner_change", args=[partner.pk])


def move(name, *partners):
    ids = ",".join(str(partner.pk) for partner in partners)
    return f"{reverse('admin:partners_partner_move', args=[name])}?ids={ids}"


def text_of(answer):
    return answer.content.decode()


def profile(partner, **fields):
    return {
        "name": partner.name,
        "country": str(partner.country),
        "programme_id": partner.programme_id,
        "markets": [str(market.country) for market in partner.markets.all()],
        "reason": "because",
        **fields,
    }


class TestAdd:
    def test_enrols_by_the_move(self, client, staff):
        answer = client.post(reverse(ADD), NEW)
        partner = Partner.objects.get()
        assert answer["Location"] == page(partner)
        assert (partner.slug, partner.primary_domain) == ("alder-example", "alder.example")
        assert {str(market.country) for market in partner.markets.all()} == {"AT", "DE", "FR"}
        assert partner.security_groups.filter(built_in=True).count() == 1
        event = Event.objects.get(kind="partner.added")
        assert event.details["reason"] == "contract signed"
        assert event.sealed.actor_label.startswith("Stella Staff")

    def test_takes_a_tenant_id_and_a_place_that_were_given(self, client, staff):
        tenant_id = "3f0c1e52-6f43-4f0c-9d7e-0a1b2c3d4e5f"
        client.post(reverse(ADD), {**NEW, "tenant_id": tenant_id, "slug": "alder"})
        partner = Partner.objects.get()
        assert (str(partner.tenant_id), partner.slug) == (tenant_id, "alder")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"reason": " \n"},
            {"reason": "x" * 501},
            {"primary_domain": "no domain"},
            {"kind": "wholesaler"},
            {"markets": ["XX"]},
            {"name": ""},
        ],
    )
    def test_keeps_what_was_typed_where_it_is_refused(self, client, staff, wrong):
        answer = client.post(reverse(ADD), {**NEW, **wrong})
        form = answer.context["adminform"].form
        assert set(form.errors) == set(wrong)
        for name, value in {**NEW, **wrong}.items():
            assert form[name].value() == value
        assert "4100001" in text_of(answer)
        assert not Partner.objects.exists()

    @pytest.mark.parametrize(
        ("taken", "field"),
        [({"domain": "alder.example"}, "primary_domain"), ({"domain": "al.der-example"}, "slug")],
    )
    def test_is_refused_where_domain_or_place_is_taken(self, client, staff, taken, field):
        there = make.make_partner(**taken)
        Partner.objects.filter(pk=there.pk).update(slug="alder-example")
        answer = client.post(reverse(ADD), NEW)
        assert field in answer.context["adminform"].form.errors
        assert Partner.objects.get() == there


class TestEdit:
    def test_writes_what_was_typed_anew(self, client, staff):
        partner = make.make_partner("Alder", markets=("FR",))
        given = profile(partner, name="Alder Cloud", markets=["AT", "DE", "FR"], reason="renamed")
        assert client.post(page(partner), given)["Location"] == page(partner)
        partner.refresh_from_db()
        assert partner.name == "Alder Cloud"
        columns = Event.objects.get(kind="partner.edited").details["columns"]
        assert columns == {
            "name": {"was": "Alder", "is": "Alder Cloud"},
            "markets": {"was": ["DE", "FR"], "is": ["AT", "DE", "FR"]},
        }
        shown = text_of(client.get(page(partner)))
        assert "The operator edited Alder Cloud." in shown
        assert "renamed" in shown

    def test_needs_a_reason_and_keeps_what_was_typed(self, client, staff):
        partner = make.make_partner("Alder")
        answer = client.post(page(partner), profile(partner, name="Alder Cloud", reason=" "))
        assert set(answer.context["adminform"].form.errors) == {"reason"}
        assert 'value="Alder Cloud"' in text_of(answer)
        assert Partner.objects.get().name == "Alder"

    def test_says_so_where_nothing_was_changed(self, client, staff):
        partner = make.make_partner("Alder")
        answer = client.post(page(partner), profile(partner))
        assert "Nothing has been changed." in text_of(answer)
        assert not Event.objects.filter(kind="partner.edited").exists()

    def test_never_touches_id_kind_or_status(self, client, staff):
        partner = make.make_partner("Alder")
        before = Partner.objects.values("tenant_id", "kind", "status", "slug").get()
        client.post(
            page(partner),
            profile(
                partner,
                name="Alder Cloud",
                tenant_id="3f0c1e52-6f43-4f0c-9d7e-0a1b2c3d4e5f",
                kind="advisor",
                status="suspended",
                slug="elsewhere",
            ),
        )
        assert Partner.objects.values("tenant_id", "kind", "status", "slug").get() == before

    def test_shows_what_a_move_refuses_beside_what_was_typed(self, client, staff, monkeypatch):
        def refuse(*args, **kwargs):
            raise Refused("It cannot be.")

        monkeypatch.setattr("relationships.admin.partners.edit_partner", refuse)
        partner = make.make_partner("Alder")
        answer = client.post(page(partner), profile(partner, name="Alder Cloud"))
        assert "It cannot be." in text_of(answer)
        assert 'value="Alder Cloud"' in text_of(answer)


class TestSuspend:
    def test_says_what_follows_and_changes_nothing_before(self, client, staff):
        partner = make.make_partner("Alder")
        shown = text_of(client.get(move("suspend", partner)))
        for words in ("place no orders", "transition no subscriptions", "What stays", "Alder"):
            assert words in shown
        assert Partner.objects.get().status == "active"

    def test_several_at_once_from_the_list(self, client, staff):
        partners = [make.make_partner() for _ in range(3)]
        chosen = {"action": "suspend", "_selected_action": [p.pk for p in partners[:2]]}
        led = client.post(reverse("admin:partners_partner_changelist"), chosen)
        assert led["Location"] == move("suspend", *partners[:2]).replace(",", "%2C")
        answer = client.post(led["Location"], {"reason": "unpaid"}, follow=True)
        assert "Suspended:" in text_of(answer)
        assert Partner.objects.filter(status="suspended").count() == 2
        assert Event.objects.filter(kind="partner.suspended").count() == 2

    @pytest.mark.parametrize("reason", ["", "  \n ", "x" * 501])
    def test_needs_a_reason(self, client, staff, reason):
        partner = make.make_partner()
        answer = client.post(move("suspend", partner), {"reason": reason})
        assert set(answer.context["errors"]) == {"reason"}
        assert Partner.objects.get().status == "active"
        assert not Event.objects.filter(kind="partner.suspended").exists()

    def test_leaves_out_who_is_suspended_already(self, client, staff):
        active, suspended = make.make_partner("Alder"), make.make_partner("Birch")
        suspend_partner(suspended, by=make.operator(), reason="unpaid")
        answer = client.get(move("suspend", active, suspended))
        assert "1 other that you chose" in text_of(answer)
        client.post(move("suspend", active, suspended), {"reason": "unpaid"})
        assert Event.objects.filter(kind="partner.suspended").count() == 2

    def test_shows_what_the_move_refuses(self, client, staff, monkeypatch):
        partner = make.make_partner("Alder")
        monkeypatch.setattr(Partner, "TRANSITIONS", {})
        answer = client.post(move("suspend", partner), {"reason": "unpaid"})
        assert "cannot become" in text_of(answer)
        assert answer.context["adminform"].form["reason"].value() == "unpaid"
        assert Partner.objects.get().status == "active"


class TestRestore:
    def test_is_offered_to_the_suspended_only(self, client, staff):
        partner = make.make_partner()
        assert "moves/restore/" not in text_of(client.get(page(partner)))
        answer = client.post(move("restore", partner), {"reason": "paid"}, follow=True)
        assert "Nothing was done" in text_of(answer)
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        shown = text_of(client.get(page(partner)))
        assert "moves/restore/" in shown
        assert "unpaid" in shown
        client.post(move("restore", partner), {"reason": "paid"})
        assert Partner.objects.get().status == "active"


class TestVerify:
    def test_names_who_vouched(self, client, staff):
        partner = make.make_partner(verified=False)
        client.post(move("verify", partner), {"reason": "papers seen"})
        partner.refresh_from_db()
        assert partner.verified_by.user == staff
        assert "moves/verify/" not in text_of(client.get(page(partner)))


class TestChangeKind:
    def test_enters_what_the_advisor_administers(self, client, staff):
        advisor = make.make_partner(kind=PartnerKind.ADVISOR)
        grant(advisor, make.make_customer())
        client.post(move("change-kind", advisor), {"kind": "direct_bill", "reason": "signed"})
        assert ServiceAdministration.objects.running().get().partner == advisor

    def test_names_the_customers_where_it_is_refused(self, client, staff):
        advisor, customer = make.make_partner(kind=PartnerKind.ADVISOR), make.make_customer()
        grant(advisor, customer)
        grant(make.make_partner(), customer)
        answer = client.post(
            move("change-kind", advisor), {"kind": "direct_bill", "reason": "signed"}
        )
        assert customer.name in text_of(answer)
        assert Partner.objects.get(pk=advisor.pk).kind == PartnerKind.ADVISOR

    def test_is_for_one_at_a_time(self, client, staff):
        two = make.make_partner(), make.make_partner()
        assert client.get(move("change-kind", *two)).status_code == 404


class TestInvite:
    def test_writes_to_the_first_global_admin(self, client, staff):
        partner = make.make_partner()
        given = {"email": "Gwen@alder.example", "reason": "contract signed"}
        client.post(move("invite", partner), given)
        invitation = PartnerInvitation.objects.get()
        assert (invitation.email, invitation.admin) == ("gwen@alder.example", Admin.GLOBAL_ADMIN)
        assert Delivery.objects.get(kind="invitation").recipient == "gwen@alder.example"
        assert Event.objects.get(kind="partner.invited").details["reason"] == "contract signed"
        shown = text_of(client.get(page(partner)))
        assert "gwen@alder.example" in shown
        assert invitation.token not in shown

    def test_is_over_once_somebody_has_taken_the_place(self, client, staff):
        partner = make.make_partner()
        make.join_partner(partner, admin=Admin.GLOBAL_ADMIN)
        assert "moves/invite/" not in text_of(client.get(page(partner)))
        client.post(move("invite", partner), {"email": "x@alder.example", "reason": "because"})
        assert not PartnerInvitation.objects.exists()

    @pytest.mark.parametrize("given", [{"email": "nobody"}, {"email": ""}, {"reason": " "}])
    def test_needs_an_address_and_a_reason(self, client, staff, given):
        partner = make.make_partner()
        complete = {"email": "gwen@alder.example", "reason": "because"}
        answer = client.post(move("invite", partner), {**complete, **given})
        assert set(answer.context["errors"]) == set(given)
        assert not PartnerInvitation.objects.exists()


class TestMovePages:
    @pytest.mark.parametrize("name", ["verify", "suspend", "restore", "change-kind", "invite"])
    def test_are_closed_to_who_may_only_look(self, client, name):
        partner = make.make_partner(verified=False)
        looks = make.make_user(is_staff=True)
        looks.user_permissions.add(Permission.objects.get(codename="view_partner"))
        client.force_login(looks)
        before = Partner.objects.values().get()
        given = {"reason": "because", "kind": "advisor", "email": "a@b.example"}
        assert client.get(move(name, partner)).status_code == 403
        assert client.post(move(name, partner), given).status_code == 403
        assert Partner.objects.values().get() == before
        assert not PartnerInvitation.objects.exists()

    @pytest.mark.parametrize("ids", ["", "0", "x", "9" * 40, "1;2"])
    def test_of_nobody_do_not_exist(self, client, staff, ids):
        make.make_partner()
        url = reverse("admin:partners_partner_move", args=["suspend"])
        assert client.get(url, {"ids": ids}).status_code == 404

    def test_of_no_such_move_do_not_exist(self, client, staff):
        assert client.get(move("delete", make.make_partner())).status_code == 404

    def test_take_at_most_a_hundred(self, client, staff):
        Partner.objects.bulk_create(
            Partner(
                name=f"P{n}",
                slug=f"p{n}",
                primary_domain=f"p{n}.example",
                country="DE",
                kind="advisor",
                created_at=make.YEAR_START,
            )
            for n in range(101)
        )
        chosen = {
            "action": "suspend",
            "select_across": "1",
            "_selected_action": [Partner.objects.first().pk],
        }
        answer = client.post(reverse("admin:partners_partner_changelist"), chosen, follow=True)
        assert "at most 100" in text_of(answer)


class TestList:
    @pytest.mark.parametrize("by", ["name", "primary_domain", "tenant_id"])
    def test_finds_by_name_domain_and_tenant_id(self, client, staff, by):
        found, _other = make.make_partner("Alder Cloud"), make.make_partner("Birch")
        answer = client.get(
            reverse("admin:partners_partner_changelist"), {"q": str(getattr(found, by))}
        )
        assert list(answer.context["cl"].queryset) == [found]

    @pytest.mark.parametrize(
        "chosen", [{"verified": "no"}, {"status__exact": "suspended"}, {"kind__exact": "advisor"}]
    )
    def test_is_filtered(self, client, staff, chosen):
        make.make_partner()
        found = make.make_partner(kind=PartnerKind.ADVISOR, verified=False)
        suspend_partner(found, by=make.operator(), reason="unpaid")
        answer = client.get(reverse("admin:partners_partner_changelist"), chosen)
        assert list(answer.context["cl"].queryset) == [found]
