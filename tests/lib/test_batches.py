import pytest

from partnercenter.lib.batches import batches


@pytest.mark.parametrize(
    ("items", "found"),
    [([], []), ("abc", [["a", "b"], ["c"]]), (iter("abcd"), [["a", "b"], ["c", "d"]])],
)
def test_hold_every_item_once_and_in_order(items, found):
    assert list(batches(items, size=2)) == found
