from .chain import ChainHead, ChainLink
from .event import Event, EventQuerySet, SealedPart, Side

__all__ = ["ChainHead", "ChainLink", "Event", "EventQuerySet", "SealedPart", "Side"]
