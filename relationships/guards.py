"""What was decided, signed and granted stays as it was (design section 4, layer 4)."""

from partnercenter.lib.guards import (
    AppendOnly,
    Declaration,
    Frozen,
    Guard,
    Key,
    NoDelete,
    NoReplace,
)

GRANTED = (
    "EXISTS (SELECT 1 FROM relationships_adminrelationshiprole AS granted "
    "WHERE granted.role_id = OLD.id)"
)

# A sale locks the parties and their relationship before it looks, so it queues with an end.
PAIR = """
    SELECT 1 FROM relationships_resellerrelationship AS pair
    WHERE pair.partner_id = NEW.seller_id AND pair.customer_id = NEW.customer_id"""
LOCK_PAIR = f"PERFORM 1 FROM ({PAIR} FOR SHARE) AS locked;"
LOCK_PARTIES = f"""
    PERFORM 1 FROM customers_customer WHERE id = NEW.customer_id FOR SHARE;
    PERFORM 1 FROM partners_partner WHERE id = NEW.seller_id FOR SHARE;
    {LOCK_PAIR}"""
NO_SALE = f"""(
    NOT EXISTS ({PAIR} AND pair.status = 'active')
    OR NOT EXISTS (
        SELECT 1 FROM partners_partner AS seller
        WHERE seller.id = NEW.seller_id AND seller.status = 'active')
    OR NOT EXISTS (
        SELECT 1 FROM customers_customer AS customer
        WHERE customer.id = NEW.customer_id AND customer.status = 'active'))"""  # noqa: S608
ORDERED_BY_SELLER = """NEW.seller_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM subscriptions_subscriptionchange AS change
    WHERE change.id = NEW.last_change_id AND change.kind = 'subscribe')"""

BREACH_FACTS = (
    "id",
    "public_id",
    "found_at",
    "found_by",
    "problem",
    "customer_id",
    "subscription",
    "was",
    "found",
    "act",
    "actor_id",
)

REFUSAL_FACTS = (
    "id",
    "public_id",
    "request_id",
    "customer_id",
    "rules",
    "wrong_code",
    "met_at",
    "met_by_id",
    "tell_at",
)

# Only the clock moves an end date, forward, by the customer's standing yes (trap 13 of the peers).
EXTENDED = """
    OLD.status = 'active' AND NEW.status = 'active'
    AND OLD.extension_wished_at IS NOT NULL AND OLD.extension_allowed_at IS NOT NULL
    AND NEW.ends_at IS NOT NULL AND NEW.ends_at > OLD.ends_at
    AND NOT EXISTS (
        SELECT 1 FROM relationships_adminrelationshiprole AS given
        JOIN relationships_adminrole AS role ON role.id = given.role_id
        WHERE given.relationship_id = OLD.id AND given.removed_at IS NULL AND role.privileged)"""

# Somebody signed what was decided, and where it takes two, another person the very same.
SIGNED = """
    EXISTS (
        SELECT 1 FROM relationships_decisionsignature AS one
        WHERE one.decision_id = NEW.id AND one.content_digest = NEW.content_digest
        AND (NEW.signatures_demanded < 2 OR EXISTS (
            SELECT 1 FROM relationships_decisionsignature AS other
            WHERE other.decision_id = one.decision_id
            AND other.content_digest = one.content_digest
            AND other.granted_digest = one.granted_digest
            AND other.actor_id <> one.actor_id)))"""
# By the customer's policy privileged roles take two people (ADR 0019).
TAKES_TWO = """
    EXISTS (
        SELECT 1 FROM relationships_requestpolicy AS policy
        WHERE policy.customer_id = NEW.customer_id AND policy.second_person)
    AND EXISTS (
        SELECT 1 FROM relationships_accessterms_roles AS given
        JOIN relationships_adminrole AS role ON role.id = given.adminrole_id
        WHERE given.accessterms_id = NEW.granted_terms_id AND role.privileged)"""
APPROVED = "NEW.status = 'approved' AND OLD.status <> 'approved'"

STARTED_JOB = "SELECT 1 FROM relationships_bulkjob AS job WHERE job.status <> 'draft' AND"
BULK_FACTS = (
    "id",
    "public_id",
    "partner_id",
    "act",
    "source",
    "file_name",
    "file_digest",
    "total",
    "created_at",
    "created_by_id",
)

GUARDS: list[Declaration] = [
    # A draft may go; what somebody was asked for stays.
    NoDelete("relationships_adminrelationship", when="OLD.status <> 'created'"),
    NoReplace(
        "relationships_adminrelationship",
        (
            ("id",),
            ("public_id",),
            ("decision_id",),
            # Worded as the index is, without which SQLite would walk through all of a partner's.
            Key(("partner_id", "name_key"), "NOT ({row}.ended_because = 'lapsed')"),
            Key(("supersedes_id",), "{row}.status = 'approvalPending'"),
        ),
    ),
    Frozen(
        "relationships_adminrelationship",
        (
            "id",
            "public_id",
            "partner_id",
            "customer_id",
            "name",
            "name_key",
            "asked_terms_id",
            "granted_terms_id",
            "request_id",
            "decision_id",
            "supersedes_id",
            "created_at",
            "activated_at",
        ),
        when="OLD.activated_at IS NOT NULL",
        what="granted",
    ),
    Guard(
        "guard_relationships_adminrelationship_end",
        "relationships_adminrelationship",
        "UPDATE",
        when="OLD.ends_at IS NOT NULL AND OLD.ends_at IS DISTINCT FROM NEW.ends_at",
        forbidden=f"NOT ({EXTENDED})",
    ),
    Guard(
        "guard_relationships_adminrelationship_renewal",
        "relationships_adminrelationship",
        "UPDATE",
        when="NEW.supersedes_id IS NOT NULL AND NEW.status = 'active' AND OLD.status <> 'active'",
        forbidden=(
            "NOT EXISTS (SELECT 1 FROM relationships_adminrelationship AS renewed "
            "WHERE renewed.id = NEW.supersedes_id AND renewed.partner_id = NEW.partner_id "
            "AND renewed.customer_id = NEW.customer_id)"
        ),
    ),
    # Roles come with the approval, and are only ever taken away from then on.
    Guard(
        "guard_relationships_adminrelationshiprole_given",
        "relationships_adminrelationshiprole",
        "INSERT",
        forbidden=(
            "NOT EXISTS (SELECT 1 FROM relationships_adminrelationship AS relationship "
            "WHERE relationship.id = NEW.relationship_id AND relationship.status = 'active' "
            "AND relationship.activated_at = NEW.granted_at)"
        ),
    ),
    NoDelete("relationships_adminrelationshiprole"),
    NoReplace(
        "relationships_adminrelationshiprole",
        (("id",), ("relationship_id", "role_id")),
        frozen=("id", "relationship_id", "role_id"),
    ),
    Frozen(
        "relationships_adminrelationshiprole",
        ("id", "relationship_id", "role_id", "granted_at"),
    ),
    Frozen(
        "relationships_adminrelationshiprole",
        ("removed_at", "removed_by_id", "removed_because"),
        when="OLD.removed_at IS NOT NULL",
        what="removed",
    ),
    Guard(
        "guard_relationships_sale",
        "subscriptions_subscription",
        "INSERT",
        when=ORDERED_BY_SELLER,
        forbidden=NO_SALE,
        lock=LOCK_PARTIES,
    ),
    Guard(
        "guard_relationships_renewal",
        "subscriptions_subscription",
        "UPDATE",
        when=(
            "NEW.seller_id IS NOT NULL AND (OLD.term_end IS DISTINCT FROM NEW.term_end "
            "OR (NEW.auto_renew AND NOT OLD.auto_renew))"
        ),
        forbidden=f"EXISTS ({PAIR}) AND NOT EXISTS ({PAIR} AND pair.status = 'active')",
        lock=LOCK_PAIR,
    ),
    AppendOnly("relationships_accessterms"),
    AppendOnly("relationships_accessterms_roles", (("id",), ("accessterms_id", "adminrole_id"))),
    AppendOnly(
        "relationships_accessterms_planned_groups",
        (("id",), ("accessterms_id", "securitygroup_id")),
    ),
    AppendOnly(
        "relationships_decisionsignature",
        (("id",), ("decision_id", "actor_id", "content_digest", "granted_digest")),
    ),
    AppendOnly("relationships_certificate", (("id",), ("public_id",), ("event_id",))),
    AppendOnly("relationships_certificatesignature", (("id",), ("certificate_id", "key_id"))),
    NoDelete("relationships_decision"),
    NoReplace(
        "relationships_decision",
        (
            ("id",),
            ("public_id",),
            ("certificate_id",),
            Key(("request_id", "customer_id"), "{row}.status = 'open'"),
            Key(("request_id",), "{row}.status = 'approved' AND {row}.single_use"),
        ),
        frozen=("id", "public_id"),
    ),
    Frozen(
        "relationships_decision",
        ("id", "public_id", "request_id", "customer_id", "single_use", "opened_at", "opened_by_id"),
    ),
    Guard(
        "guard_relationships_decision_final",
        "relationships_decision",
        "UPDATE",
        when="OLD.status <> 'open'",
    ),
    Guard(
        "guard_relationships_decision_signed",
        "relationships_decision",
        "UPDATE",
        when=APPROVED,
        forbidden=f"NOT ({SIGNED})",
    ),
    Guard(
        "guard_relationships_decision_second_person",
        "relationships_decision",
        "UPDATE",
        when=APPROVED,
        forbidden=f"NEW.signatures_demanded < 2 AND {TAKES_TWO}",
    ),
    Guard(
        "guard_relationships_decision_single_use",
        "relationships_decision",
        "INSERT",
        forbidden=(
            "EXISTS (SELECT 1 FROM relationships_relationshiprequest AS request "
            "WHERE request.id = NEW.request_id "
            "AND NEW.single_use IS DISTINCT FROM (request.kind = 'single'))"
        ),
    ),
    # What was found stays as it was found; staff settle it, and the watch says when it is gone.
    NoDelete("relationships_breach"),
    NoReplace(
        "relationships_breach",
        (
            ("id",),
            ("public_id",),
            Key(("subscription",), "{row}.found_by = 'watch' AND {row}.gone_at IS NULL"),
        ),
        frozen=("id", "public_id"),
    ),
    Frozen("relationships_breach", BREACH_FACTS),
    Frozen(
        "relationships_breach",
        ("settled_at", "settled_by_id", "settled_because"),
        when="OLD.settled_at IS NOT NULL",
        what="settled",
    ),
    # That a policy refused a request stays, and when the partner was told.
    NoDelete("relationships_policyrefusal"),
    NoReplace("relationships_policyrefusal", (("id",), ("public_id",)), frozen=("id", "public_id")),
    Frozen("relationships_policyrefusal", REFUSAL_FACTS),
    Frozen(
        "relationships_policyrefusal",
        ("told_at",),
        when="OLD.told_at IS NOT NULL",
        what="told",
    ),
    Frozen(
        "relationships_policyrefusal",
        ("lifted_at",),
        when="OLD.lifted_at IS NOT NULL",
        what="lifted",
    ),
    NoDelete("relationships_requestpolicy"),
    NoReplace(
        "relationships_requestpolicy", (("id",), ("customer_id",)), frozen=("id", "customer_id")
    ),
    Frozen("relationships_requestpolicy", ("id", "customer_id")),
    # What a row of a bulk job came to stays: it is never worked on a second time. A job that was
    # never started may be discarded, with its rows.
    Guard(
        "guard_relationships_bulkrow_final",
        "relationships_bulkrow",
        "UPDATE",
        when="OLD.status <> 'waiting'",
    ),
    Frozen("relationships_bulkrow", ("id", "job_id", "number", "key", "name", "relationship_id")),
    NoReplace(
        "relationships_bulkrow",
        (
            ("id",),
            ("job_id", "number"),
            ("job_id", "relationship_id"),
        ),
        frozen=("id", "job_id", "number", "relationship_id"),
    ),
    NoReplace("relationships_bulkjob", frozen=("id", "public_id")),
    NoDelete("relationships_bulkrow", when=f"EXISTS ({STARTED_JOB} job.id = OLD.job_id)"),
    NoDelete("relationships_bulkjob", when="OLD.status <> 'draft'"),
    Frozen("relationships_bulkjob", BULK_FACTS),
    Frozen(
        "relationships_bulkjob",
        ("given", "started_at", "started_by_id"),
        when="OLD.status <> 'draft'",
        what="started",
    ),
    NoReplace("relationships_adminrole", (("id",), ("template_id",))),
    Guard(
        "guard_relationships_adminrole_granted",
        "relationships_adminrole",
        "UPDATE",
        when=(
            "OLD.service_id IS DISTINCT FROM NEW.service_id "
            "OR OLD.administers IS DISTINCT FROM NEW.administers"
        ),
        forbidden=GRANTED,
    ),
]
