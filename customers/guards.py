"""Who the customer is never changes, and nothing of it is deleted (design section 4, layer 4)."""

from partnercenter.lib.guards import Declaration, Frozen, Guard, Key, NoDelete, NoReplace

PLACES = "customers_customermembership"
# A place that rules and no longer does, where nobody else rules; two that remove each other queue.
RULED = "OLD.role = 'global_admin' AND OLD.removed_at IS NULL"
RULES = "NEW.role = 'global_admin' AND NEW.removed_at IS NULL"
ANOTHER_RULES = f"""EXISTS (
    SELECT 1 FROM {PLACES} AS another
    WHERE another.customer_id = OLD.customer_id AND another.id <> OLD.id
        AND another.role = 'global_admin' AND another.removed_at IS NULL)"""  # noqa: S608
LOCK = "PERFORM 1 FROM customers_customer WHERE id = OLD.customer_id FOR NO KEY UPDATE;"

GUARDS: list[Declaration] = [
    Frozen("customers_customer", ("id", "tenant_id")),
    NoDelete("customers_customer"),
    NoReplace(
        "customers_customer",
        (("id",), ("tenant_id",), ("slug",), ("primary_domain",)),
        frozen=("id", "tenant_id"),
    ),
    Guard(
        f"guard_{PLACES}_last",
        PLACES,
        "UPDATE",
        when=f"({RULED}) AND NOT ({RULES})",
        forbidden=f"NOT {ANOTHER_RULES}",
        lock=LOCK,
    ),
    Frozen(PLACES, ("id", "user_id", "customer_id", "created_at", "created_by_id")),
    NoDelete(PLACES),
    NoReplace(
        PLACES,
        (("id",), Key(("user_id", "customer_id"), "{row}.removed_at IS NULL")),
        frozen=("id",),
    ),
]
