"""One move on several organisations: on all, or on none."""

import pytest

from audit.models import Event
from customers.models import Customer
from partnercenter.lib.refusals import Refused
from partners.models import Partner
from relationships.moves.supervising import restore_partner, suspend_partner
from relationships.moves.together import together
from tests import factories as make

pytestmark = pytest.mark.django_db


class TestTogether:
    def test_moves_all_at_one_moment(self):
        partners = [make.make_partner() for _ in range(3)]
        together(suspend_partner, reversed(partners), by=make.operator(), reason="unpaid")
        assert set(Partner.objects.values_list("status", flat=True)) == {"suspended"}
        events = Event.objects.filter(kind="partner.suspended").order_by("pk")
        assert [event.partner_name for event in events] == [partner.name for partner in partners]
        assert len({event.at for event in events}) == 1

    def test_moves_none_where_one_refuses_and_says_which(self):
        active, suspended = make.make_partner("Alder"), make.make_partner("Birch")
        suspend_partner(suspended, by=make.operator(), reason="unpaid")
        with pytest.raises(Refused, match="Birch: "):
            together(suspend_partner, [active, suspended], by=make.operator(), reason="again")
        active.refresh_from_db()
        assert active.status == "active"
        assert Event.objects.filter(kind="partner.suspended").count() == 1

    def test_knows_both_kinds_of_organisation(self):
        customers = [make.make_customer() for _ in range(2)]
        together(Customer.confirm_domain, customers, by=make.operator(), reason="seen")
        assert not Customer.objects.filter(domain_confirmed_at__isnull=True).exists()

    def test_undoes_as_well(self):
        partners = [make.make_partner() for _ in range(2)]
        together(suspend_partner, partners, by=make.operator(), reason="unpaid")
        together(restore_partner, partners, by=make.operator(), reason="paid")
        assert set(Partner.objects.values_list("status", flat=True)) == {"active"}
