"""What a move changes, as facts that pages say and that a preview and the real run compare."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _


class EffectKind(StrEnum):
    """What happens; each has a sentence, and a place under begins, ends or stays."""

    SELLING_STARTS = "selling_starts"
    SELLING_RESUMES = "selling_resumes"
    SELLING_STAYS = "selling_stays"
    SELLING_WINDS_DOWN = "selling_winds_down"
    SELLING_ENDS = "selling_ends"
    ROLE_GIVEN = "role_given"
    ROLE_TAKEN = "role_taken"
    SERVICE_TAKEN_UP = "service_taken_up"
    SERVICE_SWITCHES = "service_switches"
    SERVICE_FREED = "service_freed"
    ADMINISTRATION_ENDS = "administration_ends"
    ADMINISTRATION_PAUSES = "administration_pauses"
    ADMINISTRATION_RESUMES = "administration_resumes"
    ADMINISTRATION_RENEWED = "administration_renewed"
    EXTENSION_ALLOWED = "extension_allowed"
    EXTENSION_FORBIDDEN = "extension_forbidden"
    EXTENSION_WISHED = "extension_wished"
    EXTENSION_NOT_WISHED = "extension_not_wished"
    SUBSCRIPTION_EXPIRES = "subscription_expires"


STARTS = {
    EffectKind.SELLING_STARTS,
    EffectKind.SELLING_RESUMES,
    EffectKind.ROLE_GIVEN,
    EffectKind.SERVICE_TAKEN_UP,
    EffectKind.ADMINISTRATION_RESUMES,
    EffectKind.EXTENSION_ALLOWED,
    EffectKind.EXTENSION_WISHED,
}
STAYS = {EffectKind.SELLING_STAYS}


@dataclass(frozen=True, order=True)
class Effect:
    """One fact: what, for which partner, on which thing, until when, and whose it was before."""

    kind: str
    partner: str
    thing: str = ""
    other: str = ""
    # For people the day counts; two runs of one move differ by the moment between them.
    day: str = ""
    # The same for whoever reads: in their language, on their side of midnight.
    until: datetime | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.until is not None:
            object.__setattr__(self, "day", day_of(self.until))

    @property
    def direction(self) -> str:
        if self.kind in STARTS:
            return "starts"
        return "stays" if self.kind in STAYS else "ends"

    @property
    def sentence(self) -> str:
        return self._filled(SENTENCES)

    @property
    def sentence_to_customer(self) -> str:
        """The same, where the customer itself reads it."""
        return self._filled(SENTENCES | TO_CUSTOMER)

    def _filled(self, sentences: dict[EffectKind, Callable[[], str]]) -> str:
        return sentences[EffectKind(self.kind)]() % {
            "partner": self.partner,
            "thing": self.thing,
            "other": self.other,
            "day": day_of(self.until) if self.until else self.day,
        }


def day_of(moment: datetime) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")


SENTENCES = {
    EffectKind.SELLING_STARTS: lambda: _("%(partner)s may sell."),
    EffectKind.SELLING_RESUMES: lambda: _("%(partner)s may take new orders again."),
    EffectKind.SELLING_STAYS: lambda: _("%(partner)s may sell, as before."),
    EffectKind.SELLING_WINDS_DOWN: lambda: _(
        "%(partner)s takes no new orders. What it sold runs on until the end of its term."
    ),
    EffectKind.SELLING_ENDS: lambda: _("%(partner)s may no longer sell."),
    EffectKind.ROLE_GIVEN: lambda: _("%(partner)s gets the role %(thing)s until %(day)s."),
    EffectKind.ROLE_TAKEN: lambda: _("%(partner)s loses the role %(thing)s."),
    EffectKind.SERVICE_TAKEN_UP: lambda: _("%(partner)s administers %(thing)s."),
    EffectKind.SERVICE_SWITCHES: lambda: _(
        "%(partner)s administers %(thing)s from now on, and %(other)s no longer does."
    ),
    EffectKind.SERVICE_FREED: lambda: _("%(partner)s no longer administers %(thing)s."),
    EffectKind.ADMINISTRATION_ENDS: lambda: _(
        "%(partner)s: the administration “%(thing)s” ends as a whole."
    ),
    EffectKind.ADMINISTRATION_PAUSES: lambda: _(
        "%(partner)s cannot use “%(thing)s” until it is resumed; its end stays %(day)s."
    ),
    EffectKind.ADMINISTRATION_RESUMES: lambda: _(
        "%(partner)s can use “%(thing)s” again, until %(day)s."
    ),
    EffectKind.ADMINISTRATION_RENEWED: lambda: _(
        "%(partner)s: “%(thing)s” ends, because “%(other)s” takes its place."
    ),
    EffectKind.EXTENSION_ALLOWED: lambda: _(
        "At its end, %(day)s, “%(thing)s” is extended by 180 days, and so on each time, as long as "
        "%(partner)s wishes it and the customer allows it."
    ),
    EffectKind.EXTENSION_FORBIDDEN: lambda: _(
        "“%(thing)s” of %(partner)s is not extended: it ends on %(day)s."
    ),
    EffectKind.EXTENSION_WISHED: lambda: _(
        "%(partner)s wishes that “%(thing)s” be extended by 180 days at its end, %(day)s. It is, "
        "if the customer allows it."
    ),
    EffectKind.EXTENSION_NOT_WISHED: lambda: _(
        "%(partner)s no longer wishes that “%(thing)s” be extended: it ends on %(day)s."
    ),
    EffectKind.SUBSCRIPTION_EXPIRES: lambda: _("“%(thing)s” expires on %(day)s."),
}
TO_CUSTOMER = {
    EffectKind.EXTENSION_ALLOWED: lambda: _(
        "At its end, %(day)s, “%(thing)s” is extended by 180 days, and so on each time, as long as "
        "%(partner)s wishes it and you allow it."
    ),
    EffectKind.EXTENSION_WISHED: lambda: _(
        "%(partner)s wishes that “%(thing)s” be extended by 180 days at its end, %(day)s. It is, "
        "if you allow it."
    ),
}


def grouped(effects: list[Effect], *, to_customer: bool = False) -> dict[str, list[str]]:
    """Sentences under what begins, what ends and what stays."""
    found: dict[str, list[str]] = {"starts": [], "ends": [], "stays": []}
    for effect in effects:
        said = effect.sentence_to_customer if to_customer else effect.sentence
        found[effect.direction].append(said)
    return found
