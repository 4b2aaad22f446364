from .actor import Actor, ActorKind, Origin
from .user import User

__all__ = ["Actor", "ActorKind", "Origin", "User"]
