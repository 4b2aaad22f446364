from .admin_relationship import (
    TAKEN,
    AccessAssignment,
    AdminRelationship,
    AdminRelationshipRole,
    AdminStatus,
    AssignmentStatus,
    EndedBecause,
)
from .admin_role import Administers, AdminRole
from .breach import Breach, FoundBy
from .bulk import BulkAct, BulkHalt, BulkJob, BulkRow, BulkSource, BulkStatus, RowStatus
from .certificate import Certificate, CertificateSignature
from .decision import Decision, DecisionSignature, DecisionStatus, Half
from .former_person import FormerPerson
from .identity_provider import IdentityProvider
from .pair import PartnerRelationship
from .pending_answer import PendingAnswer
from .request import RelationshipRequest, RequestKind, RequestStatus
from .request_policy import PolicyPartner, PolicyRefusal, RequestPolicy, WhoMayAsk
from .reseller_relationship import ResellerEndedBecause, ResellerRelationship, ResellerStatus
from .service_administration import ServiceAdministration, ServiceEndedBecause
from .terms import AccessTerms
from .watch import Watch

__all__ = [
    "TAKEN",
    "AccessAssignment",
    "AccessTerms",
    "AdminRelationship",
    "AdminRelationshipRole",
    "AdminRole",
    "AdminStatus",
    "Administers",
    "AssignmentStatus",
    "Breach",
    "BulkAct",
    "BulkHalt",
    "BulkJob",
    "BulkRow",
    "BulkSource",
    "BulkStatus",
    "Certificate",
    "CertificateSignature",
    "Decision",
    "DecisionSignature",
    "DecisionStatus",
    "EndedBecause",
    "FormerPerson",
    "FoundBy",
    "Half",
    "IdentityProvider",
    "PartnerRelationship",
    "PendingAnswer",
    "PolicyPartner",
    "PolicyRefusal",
    "RelationshipRequest",
    "RequestKind",
    "RequestPolicy",
    "RequestStatus",
    "ResellerEndedBecause",
    "ResellerRelationship",
    "ResellerStatus",
    "RowStatus",
    "ServiceAdministration",
    "ServiceEndedBecause",
    "Watch",
    "WhoMayAsk",
]
