"""Who a partner is never changes, and nothing of it is deleted (design section 4)."""

from partnercenter.lib.guards import Declaration, Frozen, Guard, Key, NoDelete, NoReplace

PLACES = "partners_partnermembership"
# A place that rules and no longer does, where nobody else rules; two that remove each other queue.
RULED = "OLD.admin = 'global_admin' AND OLD.removed_at IS NULL"
RULES = "NEW.admin = 'global_admin' AND NEW.removed_at IS NULL"
ANOTHER_RULES = f"""EXISTS (
    SELECT 1 FROM {PLACES} AS another
    WHERE another.partner_id = OLD.partner_id AND another.id <> OLD.id
        AND another.admin = 'global_admin' AND another.removed_at IS NULL)"""  # noqa: S608
LOCK = "PERFORM 1 FROM partners_partner WHERE id = OLD.partner_id FOR NO KEY UPDATE;"

GUARDS: list[Declaration] = [
    # Subscriptions name their seller by it.
    Frozen("partners_partner", ("id", "tenant_id")),
    NoDelete("partners_partner"),
    NoReplace(
        "partners_partner",
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
    Frozen(PLACES, ("id", "user_id", "partner_id", "created_at", "created_by_id")),
    NoDelete(PLACES),
    NoReplace(
        PLACES,
        (("id",), Key(("user_id", "partner_id"), "{row}.removed_at IS NULL")),
        frozen=("id",),
    ),
]
