"""The sentence for who came second to a value that only one row may have."""

import pytest
from django.db import IntegrityError, transaction

from customers.models import Customer
from partnercenter.lib.refusals import Refused
from partnercenter.lib.uniqueness import refused_where_taken
from tests import factories as make

pytestmark = pytest.mark.django_db
COLUMNS = ("primary_domain", "slug", "tenant_id")


def twin(**fields):
    fields = {
        "name": "Twin",
        "slug": "twin",
        "primary_domain": "twin.example",
        "country": "DE",
        "created_at": make.YEAR_START,
        **fields,
    }
    return Customer(**fields)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("primary_domain", "primary domain: fernhill.example"),
        ("slug", "place in addresses: fernhill-example"),
        ("tenant_id", "tenant id"),
    ],
)
def test_names_the_column_and_leaves_the_transaction_usable(column, words):
    there = make.make_customer(domain="fernhill.example")
    row = twin(**{column: getattr(there, column)})
    with transaction.atomic():
        with pytest.raises(Refused, match=words), refused_where_taken(row, *COLUMNS):
            row.save(force_insert=True)
        assert list(Customer.objects.all()) == [there]


def test_lets_any_other_error_be_what_it_is():
    row = twin(status="closed")
    refused = pytest.raises(IntegrityError, match="closed")
    with refused, transaction.atomic(), refused_where_taken(row, *COLUMNS):
        row.save(force_insert=True)
    assert not Customer.objects.exists()
