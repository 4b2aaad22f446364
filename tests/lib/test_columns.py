import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partnercenter.lib.columns import for_the_log, write
from partnercenter.lib.refusals import Refused
from partners.models import Partner
from tests import factories as make

pytestmark = pytest.mark.django_db
AMONG = frozenset({"name", "country"})


class TestWrite:
    def test_saves_what_differs_and_nothing_else(self):
        partner = make.make_partner("Alder")
        Partner.objects.filter(pk=partner.pk).update(programme_id="meanwhile")
        with CaptureQueriesContext(connection) as asked:
            differences = write(partner, {"name": "Alder Cloud", "country": "DE"}, among=AMONG)
        assert differences == {"name": {"was": "Alder", "is": "Alder Cloud"}}
        (statement,) = asked
        assert "country" not in statement["sql"]
        partner.refresh_from_db()
        assert (partner.name, partner.programme_id) == ("Alder Cloud", "meanwhile")

    def test_asks_the_database_nothing_where_nothing_differs(self):
        partner = make.make_partner("Alder")
        with CaptureQueriesContext(connection) as asked:
            assert write(partner, {"name": "Alder"}, among=AMONG) == {}
        assert not len(asked)

    def test_refuses_other_columns(self):
        partner = make.make_partner("Alder")
        with pytest.raises(Refused, match="kind, tenant_id"):
            write(partner, {"name": "x", "tenant_id": "y", "kind": "advisor"}, among=AMONG)
        partner.refresh_from_db()
        assert partner.name == "Alder"


def test_the_log_keeps_nothing_and_truth_as_they_are_and_all_else_as_text():
    country = make.make_partner(country="FR").country
    values = (None, False, True, 3, country)
    assert [for_the_log(value) for value in values] == [None, False, True, "3", "FR"]
