"""What a change of a request policy was, in sentences, read from its event."""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from audit.models import Event

from .models import WhoMayAsk


class PolicyChanges:
    """The sentences of one event, each time in the language of whoever reads them then."""

    def __init__(self, event: Event) -> None:
        self.kind, self.details = event.kind, event.details

    def __iter__(self) -> Iterator[str]:
        if self.kind != "customer.policy_changed":
            yield self._of_list_or_code()
            return
        for column, says in RULES.items():
            if change := self.details.get(column):
                yield _("%(rule)s. Before: %(was)s.") % {
                    "rule": says(change["is"]),
                    "was": says(change["was"]),
                }

    def _of_list_or_code(self) -> str:
        named = {"partner": self.details.get("listed", "")}
        if self.kind == "customer.policy_unlisted":
            return _("%(partner)s is on no list any more") % named
        if self.kind == "customer.policy_listed":
            allowed = self.details["is"] == "allow"
            said = (
                _("%(partner)s is on the allow list now")
                if allowed
                else _("%(partner)s is on the deny list now")
            )
            return said % named
        if self.kind == "customer.policy_code_dropped":
            return _("A request needs no code any more")
        return _("A request needs the new request code; an old one no longer works")


def who(value: str) -> str:
    return _("who may ask: %(who)s") % {"who": WhoMayAsk(value).label}


def roles(value: int | None) -> str:
    if value is None:
        return _("no limit of roles")
    return _("roles at most: %(limit)s") % {"limit": value}


def days(value: int | None) -> str:
    if value is None:
        return _("no limit of time")
    return _("days of administration at most: %(limit)s") % {"limit": value}


def privileged(value: Any) -> str:
    return _("privileged roles never") if value else _("privileged roles may be asked for")


def two_people(value: Any) -> str:
    return _("two people for privileged roles") if value else _("one person for privileged roles")


def quiet(value: int | None) -> str:
    if value is None:
        return _("no quiet period after a decline")
    return _("quiet days after a decline: %(limit)s") % {"limit": value}


RULES: dict[str, Callable[[Any], str]] = {
    "who": who,
    "most_roles": roles,
    "longest_days": days,
    "never_privileged": privileged,
    "second_person": two_people,
    "quiet_days": quiet,
}
