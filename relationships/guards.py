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

GUARDS: list[Declaration] = [
    AppendOnly("relationships_accessterms"),
    AppendOnly("relationships_accessterms_roles", (("id",), ("accessterms_id", "adminrole_id"))),
    AppendOnly(
        "relationships_accessterms_planned_groups",
        (("id",), ("accessterms_id", "securitygroup_id")),
    ),
    AppendOnly("relationships_decisionsignature", (("id",), ("decision_id", "actor_id"))),
    NoDelete("relationships_decision"),
    NoReplace(
        "relationships_decision",
        (
            ("id",),
            ("public_id",),
            Key(("request_id", "customer_id"), "{row}.status = 'open'"),
            Key(("request_id",), "{row}.status = 'approved' AND {row}.single_use"),
        ),
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
        "guard_relationships_decision_single_use",
        "relationships_decision",
        "INSERT",
        forbidden=(
            "EXISTS (SELECT 1 FROM relationships_relationshiprequest AS request "
            "WHERE request.id = NEW.request_id "
            "AND NEW.single_use IS DISTINCT FROM (request.kind = 'single'))"
        ),
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
