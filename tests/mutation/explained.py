"""Mutants that no test can see, or need not, each with its reason."""

SEEN_BY_ANOTHER = "refused by another guard as well: "
BY_A_CHECK = "a check constraint of the table lets no such row in: "
ONE_USE = "the decisions of one request are all of one use, or none is"
A_QUERY = "it saves queries, and finds the same"
FINAL = "a decision that is over does not open again, and request and customer are frozen"
FOLLOWS = "a link has the number after its head's, which no other link has"

DELETED = "json_extract(change.canonical_form, '$.deleted_at')"
DELETED_SAID = (
    f"(substr({DELETED}, 1, 10) || ' ' || substr({DELETED}, 12, 8) || CASE "
    f"substr({DELETED}, 21, 6) WHEN '000000' THEN '' ELSE '.' || substr({DELETED}, 21, 6) END)"
)

# The mutant as `tests.mutation.guards` prints it.
GUARDS: dict[str, str] = {
    "guard_relationships_renewal: when without NEW.seller_id IS NOT NULL": (
        "where there is no seller there is no pair, so the guard's other half does not hold"
    ),
    "guard_relationships_decision_replace: forbidden without kept.single_use": ONE_USE,
    "guard_relationships_decision_replace: forbidden without NEW.single_use": ONE_USE,
    "guard_relationships_decision_overwrite: forbidden without kept.single_use": ONE_USE,
    "guard_relationships_decision_overwrite: forbidden without NEW.single_use": ONE_USE,
    **dict.fromkeys(
        (
            f"guard_relationships_decision_overwrite: forbidden without {term}"
            for term in (
                "EXISTS (SELECT 1 FROM relationships_decision AS kept WHERE kept.request_id = "
                "NEW.request_id AND kept.customer_id = NEW.customer_id AND (kept.status = 'open') "
                "AND (NEW.status = 'open') AND kept.rowid <> OLD.rowid)",
                "(NEW.status = 'open')",
            )
        ),
        f"{SEEN_BY_ANOTHER}{FINAL}",
    ),
    **dict.fromkeys(
        (
            f"guard_relationships_decision_overwrite: forbidden without kept.rowid <> OLD.rowid{n}"
            for n in ("", " (3)")
        ),
        "before it is decided a row has no such key, and afterwards it changes no more",
    ),
    "guard_subscriptions_subscription_overwrite: left out": (
        f"{SEEN_BY_ANOTHER}a last change belongs to its subscription"
    ),
    "guard_audit_chainhead_overwrite: left out": (
        f"{SEEN_BY_ANOTHER}the step of a head keeps its name"
    ),
    "guard_audit_chainlink_replace: forbidden without EXISTS (SELECT 1 FROM audit_chainlink AS "
    "kept WHERE kept.chain = NEW.chain AND kept.number = NEW.number AND (TRUE) AND (TRUE))": (
        f"{SEEN_BY_ANOTHER}{FOLLOWS}"
    ),
    "guard_subscriptions_subscriptionchange_own_hand: forbidden without NEW.made_by = 'seller'": (
        f"{BY_A_CHECK}only a seller's change names a seller"
    ),
    **dict.fromkeys(
        (
            f"guard_subscriptions_subscription_change: forbidden without {term}"
            for term in (
                "( (change.made_by = 'seller' AND change.seller_id = NEW.seller_id) OR "
                "(change.made_by = 'operator' AND NEW.seller_id IS NULL) OR "
                "change.made_by = 'clock')",
                "change.made_by = 'seller'",
                "change.seller_id = NEW.seller_id",
                "change.made_by = 'operator'",
                "NEW.seller_id IS NULL",
            )
        ),
        f"{SEEN_BY_ANOTHER}a change is only ever written by a hand that may change the row",
    ),
    "guard_subscriptions_subscription_frozen: forbidden without "
    "OLD.public_id IS DISTINCT FROM NEW.public_id": (
        f"{SEEN_BY_ANOTHER}a change is of a subscription that is there, and of the row's own"
    ),
    "guard_subscriptions_subscription_was_as_said: forbidden without OLD.state IS DISTINCT FROM "
    "json_extract(change.canonical_form, '$.state')": (
        f"{BY_A_CHECK}each state has stamps of its own, so it is never touched alone"
    ),
    "guard_subscriptions_subscription_was_as_said: forbidden without OLD.deleted_at IS DISTINCT "
    f"FROM {DELETED_SAID}": f"{SEEN_BY_ANOTHER}no change leads on from what is deleted",
    "guard_subscriptions_subscription_birth: forbidden without change.reason <> ''": (
        f"{BY_A_CHECK}an import has a reason"
    ),
    "guard_subscriptions_subscription_birth: forbidden without change.number = 1": (
        f"{BY_A_CHECK}only a first change is an order or an import"
    ),
    "guard_subscriptions_subscription_birth: forbidden without change.kind = 'subscribe' (2)": (
        "an operator's first change is an order or an import, and may be either"
    ),
    "guard_subscriptions_subscription_birth: forbidden without change.made_by = 'seller'": (
        f"{BY_A_CHECK}only a seller's change names a seller"
    ),
    "guard_subscriptions_subscription_birth: forbidden without change.made_by = 'operator' (2)": (
        f"{BY_A_CHECK}only the operator imports"
    ),
    "guard_subscriptions_subscription_birth: forbidden without change.kind = 'subscribe'": (
        f"{BY_A_CHECK}a seller's first change is an order"
    ),
    "guard_subscriptions_subscription_birth: forbidden without change.id = NEW.last_change_id": (
        f"{SEEN_BY_ANOTHER}the row is what its last change says, the public id included"
    ),
}

# Module to the change, as `tests.mutation.modules` prints it, to the reason.
MODULES: dict[str, dict[str, str]] = {
    "partnercenter/lib/canonical.py": {
        "- ensure_ascii=False, + ensure_ascii=None,": "None is as false",
        "- allow_nan=False, + allow_nan=None,": "None is as false",
        "- allow_nan=False, - ) + )": "a float is refused before",
        "- allow_nan=False, + allow_nan=True,": "a float is refused before",
        '- text = format(value, "f") + text = format(value, "F")': (
            "the two differ for what is not finite, which is refused before"
        ),
        '- return text.rstrip("0").rstrip(".") if "." in text else text '
        '+ return text.rstrip("XX0XX").rstrip(".") if "." in text else text': (
            "a number's text holds no X"
        ),
        '- return text.rstrip("0").rstrip(".") if "." in text else text '
        '+ return text.rstrip("0").rstrip("XX.XX") if "." in text else text': (
            "a number's text holds no X"
        ),
    },
    "relationships/who_may.py": {
        '- found = whole.order_by("-relationship__ends_at", "pk") '
        '+ found = whole.order_by("-relationship__ends_at", )': (
            "of two ways that end at the same moment either is right; SQLite takes the older anyway"
        ),
    },
    "relationships/certificates.py": {
        '- found = list(unsigned.select_related("customer", "event").order_by("pk")[:BATCH]) '
        '+ found = list(unsigned.select_related("event").order_by("pk")[:BATCH])': A_QUERY,
        '- found = list(unsigned.select_related("customer", "event").order_by("pk")[:BATCH]) '
        '+ found = list(unsigned.select_related("customer", ).order_by("pk")[:BATCH])': A_QUERY,
        "- found = SubscriptionChange.objects.in_bulk(wanted) "
        "+ found = SubscriptionChange.objects.in_bulk(None)": "it reads less, and finds the same",
    },
    "relationships/moves/administration.py": {
        '- ).select_related("role__service") + ).select_related(None)': A_QUERY,
        '- freed = [held.service for held in over.select_related("service")'
        '.order_by("service__name")] + freed = [held.service for held in over'
        '.select_related(None).order_by("service__name")]': A_QUERY,
    },
    "relationships/moves/displacing.py": {
        '- taken = list(_administering(grant, services).select_related("role")'
        '.order_by("role__name")) + taken = list(_administering(grant, services)'
        '.select_related(None).order_by("role__name"))': A_QUERY,
        "- take_roles(grant, taken, by=by, at=at, because=because) "
        "+ take_roles(grant, taken, by=by, at=at, )": "the default is the same reason",
    },
}
