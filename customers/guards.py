"""Who the customer is never changes, and nothing of it is deleted (design section 4, layer 4)."""

from partnercenter.lib.guards import Declaration, Frozen, NoDelete, NoReplace

GUARDS: list[Declaration] = [
    Frozen("customers_customer", ("id", "tenant_id")),
    NoDelete("customers_customer"),
    NoReplace("customers_customer", (("id",), ("tenant_id",), ("slug",), ("primary_domain",))),
]
