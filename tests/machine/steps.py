"""The acts that are shown before they are done, as steps; each reads its rows afresh."""

from typing import Any

from accounts.models import Actor
from audit.log import Side
from customers.models import Customer
from partners.models import Partner
from relationships.models import AdminRelationship, AdminRole, Decision, ResellerRelationship
from relationships.moves import deciding, ending, extending, pausing, taking
from relationships.moves.previewing import preview
from tests import factories as make

from .naive_policy import Signing, signing
from .snapshots import Snapshot
from .witness import Step

GOOD_FAITH = "I act in good faith."


def approving(decision: int, *, by: Actor, rows: Snapshot | None = None, **answer: Any) -> Step:
    """
    What is not answered is allowed; the page was opened just before.

    From the rows it is foretold whether it takes another person.
    """
    shown = decision_of(decision)
    seen = make.make_answer(shown).seen_digest
    foretold = make.make_answer(shown, **{"seen_digest": seen} | answer)

    def run(move: Any) -> Any:
        row = decision_of(decision)
        return move(row, make.make_answer(row, **{"seen_digest": seen} | answer), by=by)

    return Step(
        kind="approve",
        move=lambda: run(deciding.approve),
        preview=lambda: run(deciding.preview_approval),
        certified=True,
        signs=signing(rows, decision, foretold, by.pk) if rows else Signing.DECIDES,
    )


def terminating(grant: int, *, by: Actor, side: Side) -> Step:
    who: dict[str, Any] = {"by": by, "side": side}
    return Step(
        kind="terminate",
        move=lambda: ending.terminate(grant_of(grant), **who),
        preview=lambda: preview(ending.terminating, grant_of(grant), **who),
        certified=True,
    )


def removing_administration(customer: int, partner: int, *, by: Actor) -> Step:
    def pair() -> tuple[Customer, Partner]:
        return Customer.objects.get(pk=customer), partner_of(partner)

    return Step(
        kind="remove administration",
        move=lambda: ending.remove_administration(*pair(), by=by),
        preview=lambda: preview(ending.removing_administration, *pair(), by=by),
        certified=True,
    )


def pausing_or_resuming(customer: int, *, by: Actor, on: bool, **of: int) -> Step:
    """Of one grant (`grant`), or of all of a partner's (`partner`)."""

    def run(move: Any) -> Any:
        rows = {"grant": grant_of, "partner": partner_of}
        chosen = {name: rows[name](key) for name, key in of.items()}
        return move(Customer.objects.get(pk=customer), by=by, **chosen)

    move, show = (pausing.pause, pausing.pausing) if on else (pausing.resume, pausing.resuming)
    return Step(
        kind="pause" if on else "resume",
        move=lambda: run(move),
        preview=lambda: run(lambda *given, **more: preview(show, *given, **more)),
        certified=True,
    )


def taking_roles_away(grant: int, roles: list[int], *, by: Actor, side: Side) -> Step:
    who: dict[str, Any] = {"by": by, "side": side}

    def chosen() -> list[AdminRole]:
        return list(AdminRole.objects.filter(pk__in=roles))

    return Step(
        kind="take roles away",
        move=lambda: taking.take_away(grant_of(grant), chosen(), **who),
        preview=lambda: preview(taking.taking_away, grant_of(grant), chosen(), **who),
        certified=True,
    )


def extension(grant: int, *, by: Actor, side: Side, yes: bool) -> Step:
    """The partner's wish or the customer's yes, given or taken back."""
    wishes = side == Side.PARTNER
    about: dict[str, Any] = {"wished" if wishes else "allowed": yes, "by": by}
    move, show = (
        (extending.wish, extending.wishing) if wishes else (extending.allow, extending.allowing)
    )
    return Step(
        kind=f"{'wish' if wishes else 'allow'} extension" if yes else "no extension",
        move=lambda: move(grant_of(grant), **about),
        preview=lambda: preview(show, grant_of(grant), **about),
        certified=True,
    )


def ending_selling(pair: int, *, by: Actor, side: Side) -> Step:
    who: dict[str, Any] = {"by": by, "side": side}
    good_faith = GOOD_FAITH if side == Side.PARTNER else ""
    return Step(
        kind="end selling",
        move=lambda: ending.end_selling(pair_of(pair), good_faith=good_faith, **who),
        preview=lambda: preview(ending.ending_selling, pair_of(pair), **who),
        certified=True,
    )


def decision_of(key: int) -> Decision:
    rows = Decision.objects.select_related("request__partner", "request__administrator", "customer")
    return rows.get(pk=key)


def grant_of(key: int) -> AdminRelationship:
    return AdminRelationship.objects.select_related("partner", "customer").get(pk=key)


def pair_of(key: int) -> ResellerRelationship:
    return ResellerRelationship.objects.select_related("partner", "customer").get(pk=key)


def partner_of(key: int) -> Partner:
    return Partner.objects.get(pk=key)
