"""What an approval gives, said exactly: each effect, and each row behind it."""

from datetime import timedelta

import pytest

from audit.log import Side
from partnercenter.lib.refusals import Refused
from relationships.ask import free_name
from relationships.effects import Effect, EffectKind, day_of
from relationships.models import (
    AdminRelationship,
    AdminStatus,
    Half,
    ResellerRelationship,
    ServiceAdministration,
)
from relationships.moves import ending
from relationships.moves.cancelling import cancel
from relationships.moves.granting import Given, ServiceTaken, grant
from tests import factories as make

from .scenes import EXCHANGE, TEAMS, Fernhill, Unchanged

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return Fernhill()


def name_of(role_id):
    (role,) = make.roles(role_id)
    return role.name


def names_of_services(*role_ids):
    return [role.service.name for role in make.roles(*role_ids)]


class TestSelling:
    def test_starts(self, scene):
        effects = scene.approve(scene.ask(scene.alder))
        assert effects == [Effect(EffectKind.SELLING_STARTS, "Alder")]

    def test_stays_as_it_is(self, scene):
        scene.grant(scene.alder)
        with Unchanged("relationships_resellerrelationship"):
            effects = scene.approve(scene.ask(scene.alder))
        assert effects == [Effect(EffectKind.SELLING_STAYS, "Alder")]

    def test_resumes_where_it_wound_down(self, scene):
        selling = scene.grant(scene.birch)
        ending.end_selling(selling, by=scene.by, side=Side.CUSTOMER)
        assert ResellerRelationship.objects.get(pk=selling.pk).status == "winding_down"
        effects = scene.approve(scene.ask(scene.birch))
        assert effects == [Effect(EffectKind.SELLING_RESUMES, "Birch")]
        again = ResellerRelationship.objects.get(pk=selling.pk)
        assert again.status == "active"
        assert (again.winding_down_at, again.winding_down_by) == (None, None)


class TestAdministration:
    def test_says_each_role_each_service_and_until_when(self, scene):
        decision = scene.ask(scene.alder, EXCHANGE, TEAMS, days=30)
        effects = scene.approve(decision)
        ends_at = AdminRelationship.objects.get(decision=decision).ends_at
        assert ends_at - decision.decided_at == timedelta(days=30)
        until = day_of(ends_at)
        roles = sorted([name_of(EXCHANGE), name_of(TEAMS)])
        services = sorted(names_of_services(EXCHANGE, TEAMS))
        assert effects == [
            Effect(EffectKind.SELLING_STARTS, "Alder"),
            *(Effect(EffectKind.ROLE_GIVEN, "Alder", role, day=until) for role in roles),
            *(Effect(EffectKind.SERVICE_TAKEN_UP, "Alder", service) for service in services),
        ]

    def test_of_a_service_that_one_has_already_takes_up_the_other_alone(self, scene):
        """Whichever of the two stands first in the order of names."""
        first, second = sorted(names_of_services(EXCHANGE, TEAMS))
        held = EXCHANGE if names_of_services(EXCHANGE) == [first] else TEAMS
        scene.grant(scene.alder, held)
        effects = scene.approve(scene.ask(scene.alder, EXCHANGE, TEAMS))
        taken = [effect for effect in effects if effect.kind == EffectKind.SERVICE_TAKEN_UP]
        assert taken == [Effect(EffectKind.SERVICE_TAKEN_UP, "Alder", second)]
        assert ServiceAdministration.objects.running().count() == 2

    def test_from_two_holders_says_what_both_lose(self, scene):
        cedar = make.make_partner("Cedar")
        scene.grant(scene.birch, EXCHANGE)
        scene.grant(cedar, TEAMS)
        switches = frozenset({"exchange", "teams"})
        effects = scene.approve(scene.ask(scene.alder, EXCHANGE, TEAMS), switches=switches)
        lost = {effect for effect in effects if effect.kind == EffectKind.ROLE_TAKEN}
        assert {(effect.partner, effect.thing) for effect in lost} == {
            ("Birch", name_of(EXCHANGE)),
            ("Cedar", name_of(TEAMS)),
        }
        assert effects[0] == Effect(EffectKind.SELLING_STARTS, "Alder")

    def test_of_a_service_says_by_which_decision(self, scene):
        decision = scene.ask(scene.alder, EXCHANGE)
        scene.approve(decision)
        held = ServiceAdministration.objects.running().get()
        assert (held.decision, held.partner) == (decision, scene.alder)

    def test_logs_the_roles_that_were_given(self, scene):
        decision = scene.ask(scene.alder, EXCHANGE, TEAMS)
        given = Given(selling=Half.DECLINED, administration=Half.APPROVED)
        answer = make.make_answer(decision)
        grant(decision, answer, given, by=scene.by, at=make.now())
        assert given.role_ids == sorted([EXCHANGE, TEAMS])

    def test_that_nobody_asked_for_is_refused(self, scene):
        decision = scene.ask(scene.alder)
        given = Given(selling=Half.DECLINED, administration=Half.APPROVED)
        answer = make.make_answer(decision)
        with Unchanged(), pytest.raises(Refused) as refused:
            grant(decision, answer, given, by=scene.by, at=make.now())
        assert str(refused.value) == "This request asks for no administration."

    def test_of_a_taken_service_says_what_to_do(self, scene):
        scene.grant(scene.birch, EXCHANGE)
        (service,) = names_of_services(EXCHANGE)
        said = (
            f"Birch administers {service} for you now, and only one partner that sells can. "
            f"Untick the roles that administer {service}, or tick the switch beside them."
        )
        decision = scene.ask(scene.alder, EXCHANGE)
        with Unchanged(), pytest.raises(ServiceTaken) as refused:
            scene.approve(decision)
        assert str(refused.value) == said


class TestNameOfAStandingLinksRelationship:
    """It is new at approval, and takes a name that its partner has not used."""

    @pytest.fixture
    def alder(self, scene):
        return scene.alder

    def named(self, alder, name):
        return make.make_request(alder, name=name)

    def test_is_the_wished_one(self, alder):
        assert free_name(alder, "Fernhill") == "Fernhill"

    def test_has_at_most_fifty_characters_and_no_space_at_its_end(self, alder):
        assert free_name(alder, "x" * 60) == "x" * 50
        assert free_name(alder, " " + "x" * 48 + " yz") == " " + "x" * 48

    def test_is_numbered_where_it_is_taken(self, alder):
        self.named(alder, "Fernhill")
        assert free_name(alder, "Fernhill") == "Fernhill (2)"
        self.named(alder, "Fernhill (2)")
        assert free_name(alder, "Fernhill") == "Fernhill (3)"
        self.named(alder, "Fernhill (3)")
        assert free_name(alder, "fernhill") == "fernhill (4)"

    def test_that_is_numbered_already_counts_on(self, alder):
        for name in ("Fernhill", "Fernhill (2)", "Budget (2026)", "(7)"):
            self.named(alder, name)
        assert free_name(alder, "Fernhill (2)") == "Fernhill (3)"
        assert free_name(alder, "Fernhill (9)") == "Fernhill (9)"
        assert free_name(alder, "Budget (2026)") == "Budget (2026) (2)"
        assert free_name(alder, "(7)") == "(7) (2)"
        self.named(alder, "z" * 44 + " (999)")
        assert free_name(alder, "z" * 44 + " (999)") == "z" * 43 + " (1000)"

    def test_is_shortened_for_its_number(self, alder):
        self.named(alder, "x" * 50)
        assert free_name(alder, "x" * 50) == "x" * 46 + " (2)"
        wished = " " + "y" * 44 + "    z"
        self.named(alder, wished)
        assert free_name(alder, wished) == " " + "y" * 44 + " (2)"

    def test_of_another_partner_is_free(self, scene, alder):
        self.named(scene.birch, "Fernhill")
        assert free_name(alder, "Fernhill") == "Fernhill"

    def test_is_free_again_once_the_request_lapsed(self, alder):
        request = self.named(alder, "Fernhill")
        AdminRelationship.objects.filter(pk=request.admin_relationships.get().pk).update(
            status=AdminStatus.TERMINATED,
            ended_because="lapsed",
            ended_at=make.now(),
            ended_by=make.operator(),
        )
        assert free_name(alder, "Fernhill") == "Fernhill"

    def test_is_not_free_though_the_request_was_cancelled(self, alder):
        request = self.named(alder, "Fernhill")
        cancel(request, by=request.created_by)
        assert free_name(alder, "Fernhill") == "Fernhill (2)"
