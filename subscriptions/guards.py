"""The changes of subscriptions are append only (design section 4, layer 4)."""

from partnercenter.lib.guards import AppendOnly, Declaration

GUARDS: list[Declaration] = [
    AppendOnly(
        "subscriptions_subscriptionchange",
        (("id",), ("public_id",), ("subscription", "number")),
    ),
]
