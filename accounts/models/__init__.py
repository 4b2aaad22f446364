from .actor import Actor, ActorKind, Origin
from .invitation import Invitation, InvitationQuerySet, InvitationRefused, invitation_constraints
from .user import User

__all__ = [
    "Actor",
    "ActorKind",
    "Invitation",
    "InvitationQuerySet",
    "InvitationRefused",
    "Origin",
    "User",
    "invitation_constraints",
]
