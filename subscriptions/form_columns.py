"""
A row of `subscriptions_subscription` compared with a canonical form, in each engine's SQL.

A form is JSON text (`docs/certificate.md`); a guard asks whether it says what the row says, column
by column. Each expression below gives the value of a column as the form would have it stored.
"""

from .models.subscription import FORM_COLUMNS

UUIDS = ("public_id",)
MOMENTS = (
    "ordered_at",
    "term_start",
    "term_end",
    "suspended_at",
    "cancelled_at",
    "expired_at",
    "disabled_at",
    "deleted_at",
)
# Another row stands in the form as the id by which programs know it: (table, its id, is a uuid).
REFERENCES = {
    "customer": ("customers_customer", "tenant_id", True),
    "offer": ("subscriptions_offer", "offer_id", True),
    "service": ("subscriptions_service", "key", False),
    "seller": ("partners_partner", "tenant_id", True),
    "partner_of_record": ("partners_partner", "tenant_id", True),
    "reseller_of_record": ("partners_partner", "tenant_id", True),
    "base_subscription": ("subscriptions_subscription", "public_id", True),
}
PRICES = ("unit_price",)
# What PostgreSQL makes of the text before it compares.
CASTS = {
    **dict.fromkeys(UUIDS, "uuid"),
    **dict.fromkeys(MOMENTS, "timestamptz"),
    **dict.fromkeys(PRICES, "numeric"),
    "quantity": "bigint",
    "auto_renew": "boolean",
}


def differences(engine: str, row: str, form: str) -> str:
    """SQL that is true where a column of `row` is not what the JSON text `form` says."""
    said = _sqlite if engine == "sqlite" else _postgresql
    pairs = (said(name, row, form) for name in FORM_COLUMNS)
    return " OR ".join(f"{stored} IS DISTINCT FROM {expected}" for stored, expected in pairs)


def _sqlite(name: str, row: str, form: str) -> tuple[str, str]:
    value = f"json_extract({form}, '$.{name}')"
    if name in REFERENCES:
        return _referred(name, row), _bare(value) if REFERENCES[name][2] else value
    if name in UUIDS:
        return f"{row}.{name}", _bare(value)
    if name in MOMENTS:
        # As Django writes a moment: no fraction where it is zero.
        return f"{row}.{name}", (
            f"(substr({value}, 1, 10) || ' ' || substr({value}, 12, 8) || "
            f"CASE substr({value}, 21, 6) WHEN '000000' THEN '' "
            f"ELSE '.' || substr({value}, 21, 6) END)"
        )
    if name in PRICES:
        return f"printf('%.4f', {row}.{name})", value
    return f"{row}.{name}", value


def _postgresql(name: str, row: str, form: str) -> tuple[str, str]:
    value = f"({form} ->> '{name}')"
    if name in REFERENCES:
        return _referred(name, row), f"{value}::uuid" if REFERENCES[name][2] else value
    return f"{row}.{name}", f"{value}::{CASTS[name]}" if name in CASTS else value


def _referred(name: str, row: str) -> str:
    table, column, _is_uuid = REFERENCES[name]
    return f"(SELECT named.{column} FROM {table} AS named WHERE named.id = {row}.{name}_id)"  # noqa: S608


def _bare(value: str) -> str:
    # SQLite keeps a uuid as 32 digits.
    return f"replace({value}, '-', '')"
