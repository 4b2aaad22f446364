"""The log is append only, and a chain grows by one link at a time."""

from partnercenter.lib.guards import (
    AppendOnly,
    Declaration,
    Guard,
    NeverUpdated,
    NoDelete,
    NoReplace,
)

HEAD_BEFORE = """EXISTS (
    SELECT 1 FROM audit_chainhead AS head
    WHERE head.name = NEW.chain AND head.number = NEW.number - 1
        AND head.hash = NEW.previous_hash)"""

OWN_CHAIN = """EXISTS (
    SELECT 1 FROM audit_event AS event
    WHERE event.id = NEW.event_id AND (
        (event.customer_id <> '' AND NEW.chain = 'customer:' || event.customer_id)
        OR (event.partner_id <> '' AND NEW.chain = 'partner:' || event.partner_id)
        OR (event.customer_id = '' AND event.partner_id = '' AND NEW.chain = 'operator')))"""

LINK_OF_HEAD = """EXISTS (
    SELECT 1 FROM audit_chainlink AS link
    WHERE link.chain = NEW.name AND link.number = NEW.number AND link.hash = NEW.hash)"""

GUARDS: list[Declaration] = [
    AppendOnly("audit_event"),
    NeverUpdated("audit_sealedpart", unique=(("id",), ("event_id",))),
    AppendOnly("audit_chainlink", unique=(("id",), ("chain", "number"), ("event_id", "chain"))),
    Guard(
        "guard_audit_chainlink_follows",
        "audit_chainlink",
        "INSERT",
        forbidden=f"NOT {HEAD_BEFORE} OR NOT {OWN_CHAIN}",
    ),
    NoDelete("audit_chainhead"),
    NoReplace("audit_chainhead", unique=(("name",),)),
    Guard("guard_audit_chainhead_start", "audit_chainhead", "INSERT", forbidden="NEW.number <> 0"),
    Guard(
        "guard_audit_chainhead_step",
        "audit_chainhead",
        "UPDATE",
        forbidden=(f"NEW.name <> OLD.name OR NEW.number <> OLD.number + 1 OR NOT {LINK_OF_HEAD}"),
    ),
]
