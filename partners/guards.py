"""Who a partner is never changes, and nothing of it is deleted (design section 4)."""

from partnercenter.lib.guards import Declaration, Frozen, NoDelete, NoReplace

GUARDS: list[Declaration] = [
    # Subscriptions name their seller by it.
    Frozen("partners_partner", ("id", "tenant_id")),
    NoDelete("partners_partner"),
    NoReplace("partners_partner", (("id",), ("tenant_id",), ("slug",), ("primary_domain",))),
]
