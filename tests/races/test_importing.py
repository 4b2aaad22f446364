"""A first load and the sellers' own changes at the same moment: both come through."""

import uuid

import pytest

from accounts.models import Actor
from subscriptions.import_lines import Given, read
from subscriptions.models import Subscription
from subscriptions.moves import changing
from subscriptions.moves.importing import import_lines
from tests import factories as make

from .at_once import at_once
from .repeating import attempts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def load(customers, ids=None):
    ids = ids or [uuid.uuid4() for _ in customers]
    text = "id,product,quantity,status,reseller,customer\n" + "".join(
        f"{public_id},Exchange Online (Plan 1),7,active,alder.example,{customer.primary_domain}\n"
        for public_id, customer in zip(ids, customers, strict=True)
    )
    lines = read(text, Given(), make.now())

    def act():
        import_lines(lines, by=make.operator(), reason="first load")

    return act


class TestImportLines:
    def test_and_its_seller_s_change_come_one_after_the_other(self):
        seller = make.make_partner(domain="alder.example")
        by = Actor.objects.of(make.make_admin_agent(seller))
        for _ in attempts(10, 2):
            first, last = make.make_customer(), make.make_customer()
            row = make.make_subscription(last, seller=seller)

            def change(row=row):
                fresh = Subscription.objects.select_related("last_change").get(pk=row.pk)
                changing.change_quantity(fresh, 11, by=by)

            assert at_once(load([*[first] * 10, last]), change, change).count("done") == 2
            assert Subscription.objects.filter(customer__in=[first, last]).count() == 12

    def test_of_one_file_twice_enters_it_once(self):
        make.make_partner(domain="alder.example")
        for _ in attempts(10, 2):
            customers = [make.make_customer() for _ in range(2)]
            ids = [uuid.uuid4() for _ in customers]
            outcomes = at_once(load(customers, ids), load(customers, ids))
            assert outcomes == ["This subscription exists already.", "done"]
            assert Subscription.objects.filter(customer__in=customers).count() == 2
