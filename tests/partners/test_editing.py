"""Staff edit a partner's profile: what differs is written, and told in the log."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Actor
from audit.models import Event
from partnercenter.lib.refusals import Refused
from partners.editing import edit_partner
from partners.models import Partner
from partners.rights import Admin
from tests import factories as make

pytestmark = pytest.mark.django_db


def edits():
    return Event.objects.filter(kind="partner.edited")


def markets(partner):
    return {str(market.country) for market in partner.markets.all()}


class TestEditPartner:
    def test_writes_what_differs_with_old_and_new_value(self):
        partner = make.make_partner("Alder", country="DE", markets=("FR",))
        changes = {"name": "Alder Cloud", "country": "DE", "programme_id": "4100001"}
        edit_partner(partner, changes, by=make.operator(), reason="renamed", markets=["FR", "AT"])
        partner.refresh_from_db()
        assert (partner.name, partner.programme_id) == ("Alder Cloud", "4100001")
        assert markets(partner) == {"AT", "DE", "FR"}
        event = edits().get()
        assert event.partner_name == "Alder Cloud"
        assert event.details == {
            "reason": "renamed",
            "columns": {
                "name": {"was": "Alder", "is": "Alder Cloud"},
                "programme_id": {"was": "", "is": "4100001"},
                "markets": {"was": ["DE", "FR"], "is": ["AT", "DE", "FR"]},
            },
        }

    def test_keeps_what_was_changed_meanwhile(self):
        partner = make.make_partner("Alder")
        Partner.objects.filter(pk=partner.pk).update(programme_id="meanwhile")
        edit_partner(partner, {"name": "Alder Cloud"}, by=make.operator(), reason="renamed")
        assert Partner.objects.get(pk=partner.pk).programme_id == "meanwhile"

    def test_lets_a_partner_sell_at_home_always(self):
        partner = make.make_partner(country="DE", markets=("FR",))
        edit_partner(partner, {"country": "AT"}, by=make.operator(), reason="moved", markets=["FR"])
        assert markets(partner) == {"AT", "FR"}

    def test_leaves_markets_alone_where_none_are_given(self):
        partner = make.make_partner(country="DE", markets=("FR",))
        edit_partner(partner, {"name": "Alder"}, by=make.operator(), reason="renamed")
        assert markets(partner) == {"DE", "FR"}

    def test_records_nothing_where_nothing_differs(self):
        partner = make.make_partner("Alder", markets=("FR",))
        edit_partner(
            partner, {"name": "Alder"}, by=make.operator(), reason="because", markets=["FR"]
        )
        assert not edits().exists()

    @pytest.mark.parametrize("column", ["tenant_id", "kind", "status", "slug", "primary_domain"])
    def test_refuses_what_is_not_edited(self, column):
        partner = make.make_partner()
        before = Partner.objects.values().get()
        with pytest.raises(Refused):
            edit_partner(partner, {column: "advisor"}, by=make.operator(), reason="because")
        assert Partner.objects.values().get() == before
        assert not edits().exists()

    def test_needs_a_reason(self):
        partner = make.make_partner("Alder")
        with pytest.raises(Refused):
            edit_partner(partner, {"name": "x"}, by=make.operator(), reason=" ")
        assert Partner.objects.get().name == "Alder"

    def test_is_the_operators_alone(self):
        partner = make.make_partner("Alder")
        insider = make.join_partner(partner, admin=Admin.GLOBAL_ADMIN)
        for person in (insider, make.make_user(is_staff=True)):
            with pytest.raises(PermissionDenied):
                edit_partner(partner, {"name": "x"}, by=Actor.objects.of(person), reason="because")
        assert Partner.objects.get().name == "Alder"
