import pytest
from django.core.exceptions import ValidationError

from partnercenter.lib.domains import DomainField


@pytest.mark.parametrize("typed", ["Fernhill.Example", " fernhill.example. ", "fernhill.example"])
def test_is_folded(typed):
    assert DomainField().clean(typed) == "fernhill.example"


@pytest.mark.parametrize(
    "typed", ["", "fernhill", "https://fernhill.example", "a b.example", "@x.example"]
)
def test_is_a_domain(typed):
    with pytest.raises(ValidationError):
        DomainField().clean(typed)
