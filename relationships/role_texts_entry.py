"""The shape of a role's plain words."""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

RiskLevel = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class RoleText:
    """The plain words in which a customer reads what one delegated role means.

    `can` and `cannot` continue the sentences "They can …" and "They cannot …".
    """

    summary: Promise
    can: tuple[Promise, ...]
    cannot: tuple[Promise, ...]
    risk: Promise
    # high: could take over accounts or the organisation, or read everybody's mail or files;
    # medium: changes what people work with, or reads a whole service; low: looks, or little more.
    risk_level: RiskLevel
