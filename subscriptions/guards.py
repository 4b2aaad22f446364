"""
A subscription changes by its seller's hand, by the operator's where it has no seller, by the clock
as the rules say, and by nothing else (design section 4, layer 4).

A write is accepted only together with a change row that is newer than the last one, belongs to the
subscription, was made by the right hand, does what its kind may do, and says in its canonical form
exactly what the row then is.
"""

from partnercenter.lib.guards import (
    AppendOnly,
    Declaration,
    Frozen,
    Guard,
    NoDelete,
    NoReplace,
)

from .form_columns import differences
from .lifecycle import EFFECTS
from .models.change import MadeBy
from .models.subscription import FROZEN, LIVE, Subscription

TABLE = "subscriptions_subscription"
CHANGES = "subscriptions_subscriptionchange"


def column(name: str) -> str:
    return str(Subscription._meta.get_field(name).column)  # type: ignore[union-attr]


def texts(values: object) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))  # type: ignore[call-overload]


OWN_HAND = """(
    (change.made_by = 'seller' AND change.seller_id = NEW.seller_id)
    OR (change.made_by = 'operator' AND NEW.seller_id IS NULL)
    OR change.made_by = 'clock')"""


def right_hand() -> str:
    """Each kind of change is made by the hands that its table names."""
    by_clock = texts(kind for kind, effect in EFFECTS.items() if MadeBy.CLOCK in effect.hands)
    by_hand = texts(kind for kind, effect in EFFECTS.items() if MadeBy.CLOCK not in effect.hands)
    return (
        f"((change.made_by = 'clock' AND change.kind IN ({by_clock})) "
        f"OR (change.made_by <> 'clock' AND change.kind IN ({by_hand})))"
    )


def allowed_effects() -> str:
    """Nothing but the columns of its kind differs, and the state goes one of its ways."""
    kinds = []
    for kind, effect in sorted(EFFECTS.items()):
        # The ways say of the state what stays, too.
        touched = {*effect.columns, "state", "last_change"}
        kept = [column(name) for name in LIVE if name not in touched]
        same = " AND ".join(f"OLD.{name} IS NOT DISTINCT FROM NEW.{name}" for name in kept)
        ways = " OR ".join(
            f"(OLD.state = '{before}' AND NEW.state = '{after}')"
            for before, after in sorted(effect.states)
        )
        kinds.append(f"(change.kind = '{kind}' AND ({ways}) AND {same})")
    return f"({' OR '.join(kinds)})"


NEWER_CHANGE = f"""EXISTS (
    SELECT 1 FROM {CHANGES} AS change
    JOIN {CHANGES} AS before ON before.id = OLD.last_change_id
    WHERE change.id = NEW.last_change_id
        AND change.subscription = NEW.public_id AND change.number > before.number
        AND {OWN_HAND} AND {right_hand()} AND {allowed_effects()})"""  # noqa: S608

BIRTH = f"""EXISTS (
    SELECT 1 FROM {CHANGES} AS change
    WHERE change.id = NEW.last_change_id
        AND change.subscription = NEW.public_id AND change.number = 1
        AND (
            (change.kind = 'subscribe' AND change.made_by = 'seller'
                AND change.seller_id = NEW.seller_id)
            OR (change.kind = 'subscribe' AND change.made_by = 'operator'
                AND NEW.seller_id IS NULL)
            OR (change.kind = 'import' AND change.made_by = 'operator'
                AND change.reason <> '')))"""  # noqa: S608

# A change of what is there already is written by the hand that may change it, or not at all.
FOREIGN_CHANGE = f"""NOT EXISTS (
    SELECT 1 FROM {TABLE} AS subscription
    WHERE subscription.public_id = NEW.subscription AND (
        (NEW.made_by = 'seller' AND NEW.seller_id = subscription.seller_id)
        OR (NEW.made_by = 'operator' AND subscription.seller_id IS NULL)
        OR NEW.made_by = 'clock'))"""  # noqa: S608


def not_what_the_change_says(engine: str, row: str) -> str:
    if engine == "sqlite":
        differs = differences(engine, row, "change.canonical_form")
        return (
            f"EXISTS (SELECT 1 FROM {CHANGES} AS change "  # noqa: S608
            f"WHERE change.id = {row}.last_change_id AND ({differs}))"
        )
    # Read the text as JSON once, not once for each column.
    differs = differences(engine, row, "said.form")
    return (
        f"EXISTS (WITH said AS MATERIALIZED (SELECT canonical_form::jsonb AS form "  # noqa: S608
        f"FROM {CHANGES} WHERE id = {row}.last_change_id) SELECT 1 FROM said WHERE {differs})"
    )


def form_guards() -> list[Declaration]:
    """A row is what its change says; one that was not, before, is not made history by a new one."""
    return [
        Guard(
            f"guard_{TABLE}_{what}",
            TABLE,
            event,
            forbidden=not_what_the_change_says(engine, row),
            engine=engine,
        )
        for engine in ("sqlite", "postgresql")
        for what, event, row in (
            ("born_as_said", "INSERT", "NEW"),
            ("is_as_said", "UPDATE", "NEW"),
            ("was_as_said", "UPDATE", "OLD"),
        )
    ]


GUARDS: list[Declaration] = [
    AppendOnly(CHANGES, (("id",), ("public_id",), ("subscription", "number"))),
    Guard(
        f"guard_{CHANGES}_own_hand",
        CHANGES,
        "INSERT",
        when="NEW.number > 1",
        forbidden=FOREIGN_CHANGE,
    ),
    Guard(f"guard_{TABLE}_birth", TABLE, "INSERT", forbidden=f"NOT {BIRTH}"),
    Guard(f"guard_{TABLE}_change", TABLE, "UPDATE", forbidden=f"NOT {NEWER_CHANGE}"),
    Frozen(TABLE, ("id", *(column(name) for name in FROZEN))),
    *form_guards(),
    NoDelete(TABLE),
    NoReplace(TABLE, (("id",), ("public_id",), ("last_change_id",)), frozen=("id", "public_id")),
    # The ids by which forms name an offer and a service.
    Frozen("subscriptions_offer", ("id", "offer_id")),
    NoReplace("subscriptions_offer", (("id",), ("offer_id",)), frozen=("id", "offer_id")),
    Frozen("subscriptions_service", ("id", "key")),
    NoReplace("subscriptions_service", (("id",), ("key",)), frozen=("id", "key")),
]
