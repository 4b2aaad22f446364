from .group import SecurityGroup, SecurityGroupMember
from .invitation import PartnerInvitation
from .membership import PartnerMembership
from .partner import Partner, PartnerKind, PartnerKindChange, PartnerMarket, PartnerStatus
from .partnership import Partnership

__all__ = [
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
