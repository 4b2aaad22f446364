from .group import SecurityGroup, SecurityGroupMember
from .invitation import PartnerInvitation
from .join_request import JoinRequest, JoinStatus
from .membership import PartnerMembership
from .partner import Partner, PartnerKind, PartnerKindChange, PartnerMarket, PartnerStatus
from .partnership import Partnership

__all__ = [
    "JoinRequest",
    "JoinStatus",
    "Partner",
    "PartnerInvitation",
    "PartnerKind",
    "PartnerKindChange",
    "PartnerMarket",
    "PartnerMembership",
    "PartnerStatus",
    "Partnership",
    "SecurityGroup",
    "SecurityGroupMember",
]
