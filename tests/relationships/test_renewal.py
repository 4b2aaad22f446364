"""A renewal takes the place of the administration that it renews."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Actor
from partnercenter.lib.refusals import Refused
from partners.models import PartnerKind
from partners.rights import Agent
from relationships.again import to_renew
from relationships.effects import EffectKind
from relationships.models import AdminRelationship, AdminRole, AdminStatus, RelationshipRequest
from relationships.moves import clock, deciding, ending, groups, pausing, taking
from relationships.moves.asking import RequestRefused
from relationships.moves.assignments import assign
from relationships.moves.cancelling import cancel
from relationships.moves.opening import open_decision
from relationships.moves.requesting import create_request
from relationships.who_may import Link, may
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill, Unchanged, page_of, text_of
from .test_people import Nothing

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    scene = Fernhill()
    scene.mail = scene.grant(scene.alder, EXCHANGE, SUPPORT, days=200)
    scene.agent = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
    scene.partner_by = Actor.objects.of(scene.agent)
    return scene


def renew(scene, **fields):
    ask = replace(to_renew(scene.mail), **fields)
    return create_request(scene.alder, ask, by=scene.partner_by)


def opened(scene, request):
    return open_decision(request, scene.customer, by=scene.by)


def now_of(grant):
    return AdminRelationship.objects.get(pk=grant.pk)


class TestRenewal:
    def test_asks_for_the_same_roles_and_groups_under_a_free_name(self, scene):
        taking.take_away(scene.mail, make.roles(SUPPORT), by=scene.by, side="customer")
        ask = to_renew(scene.mail)
        assert [str(role.template_id) for role in ask.roles] == [EXCHANGE]
        assert (ask.days, ask.supersedes) == (200, scene.mail)
        assert ask.addressed_tenant_id == scene.customer.tenant_id
        assert ask.groups == tuple(scene.alder.security_groups.filter(built_in=True))
        assert ask.name != scene.mail.name

    def test_approved_ends_the_old_one_and_interrupts_nobody(self, scene):
        decision = opened(scene, renew(scene))
        answer = make.make_answer(decision)
        seen = deciding.preview_approval(decision, answer, by=scene.by)
        with Unchanged("subscriptions_subscription", "relationships_serviceadministration"):
            effects = scene.approve(decision)
        assert effects == seen
        old, new = scene.alder.admin_relationships.order_by("pk")
        assert (old.status, old.ended_because) == (AdminStatus.TERMINATED, "renewed")
        assert (new.status, new.supersedes) == (AdminStatus.ACTIVE, old)
        assert scene.roles_of(new) == [EXCHANGE, SUPPORT]
        (replaced,) = [e for e in effects if e.kind == EffectKind.ADMINISTRATION_RENEWED]
        assert (replaced.thing, replaced.other) == (old.name, new.name)
        assert not any(effect.kind == EffectKind.ROLE_TAKEN for effect in effects)
        role = AdminRole.objects.get(template_id=EXCHANGE)
        assert may(scene.agent, scene.customer, role, make.now()).relationship == new
        assert scene.holder("exchange") == scene.alder

    def test_with_fewer_roles_takes_the_others_and_frees_the_service(self, scene):
        decision = opened(scene, renew(scene, roles=tuple(make.roles(SUPPORT))))
        effects = scene.approve(decision)
        kinds = {effect.kind: effect.thing for effect in effects}
        assert kinds[EffectKind.ROLE_TAKEN] == "Exchange Administrator"
        assert kinds[EffectKind.SERVICE_FREED] == "Exchange Online"
        assert scene.holder("exchange") is None

    def test_of_what_is_paused_stays_paused_and_says_so(self, client, scene):
        pausing.pause(scene.customer, grant=scene.mail, by=scene.by)
        decision = opened(scene, renew(scene))
        client.force_login(scene.admin)
        page = text_of(client.get(decision.get_absolute_url()))
        assert "the new one stays paused until you resume it" in page
        effects = scene.approve(decision)
        assert EffectKind.ADMINISTRATION_PAUSES in {effect.kind for effect in effects}
        role = AdminRole.objects.get(template_id=EXCHANGE)
        assert may(scene.agent, scene.customer, role, make.now()).link == Link.PAUSED
        pausing.resume(scene.customer, partner=scene.alder, by=scene.by)
        assert may(scene.agent, scene.customer, role, make.now())

    def test_declined_or_cancelled_leaves_the_old_one(self, scene):
        decision = opened(scene, renew(scene))
        deciding.decline(decision, make.make_answer(decision), by=scene.by)
        cancel(renew(scene, name="Once more"), by=scene.partner_by)
        scene.mail.refresh_from_db()
        assert scene.mail.status == AdminStatus.ACTIVE
        assert scene.roles_of(scene.mail) == [EXCHANGE, SUPPORT]

    def test_of_what_ended_meanwhile_gives_what_was_asked(self, scene):
        decision = opened(scene, renew(scene, lifetime_days=90))
        ending.terminate(scene.mail, by=scene.by, side="customer")
        effects = scene.approve(decision)
        assert all(effect.kind != EffectKind.ADMINISTRATION_RENEWED for effect in effects)
        scene.mail.refresh_from_db()
        assert scene.mail.ended_because == "customer"

    def test_of_what_came_to_its_end_meanwhile_too(self, scene):
        request = renew(scene, lifetime_days=90)
        decision = opened(scene, request)
        clock.sweep(scene.mail.ends_at)
        assert AdminRelationship.objects.get(pk=scene.mail.pk).status == AdminStatus.EXPIRED
        request.refresh_from_db()
        assert request.status == "expired"
        assert not decision.customer.admin_relationships.exclude(pk=scene.mail.pk).exists()


class TestRefusals:
    def test_of_another_s_of_what_is_over_and_to_somebody_else(self, scene):
        theirs = scene.grant(scene.birch, TEAMS)
        other = make.make_customer("Glenmoor").tenant_id
        for fields, why in (
            ({"supersedes": theirs}, "cannot be renewed"),
            ({"addressed_tenant_id": other}, "A renewal goes to the customer"),
            ({"addressed_tenant_id": None}, "A renewal goes to the customer"),
        ):
            with Nothing(), pytest.raises(RequestRefused, match=why):
                renew(scene, **fields)
        ending.terminate(scene.mail, by=scene.by, side="customer")
        with Nothing(), pytest.raises(RequestRefused, match="cannot be renewed"):
            renew(scene)

    def test_of_a_second_one_that_waits(self, scene):
        first = renew(scene)
        with Nothing(), pytest.raises(RequestRefused, match="waits for the customer already"):
            renew(scene)
        cancel(first, by=scene.partner_by)
        renew(scene, name="Once more")

    def test_database_gives_it_to_no_other_customer(self, scene):
        request = renew(scene)
        other = Fernhill()
        other.grant(scene.alder, EXCHANGE)
        given = other.customer.admin_relationships.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            AdminRelationship.objects.filter(request=request).update(
                status="active",
                customer=other.customer,
                decision=opened(scene, request),
                granted_terms=given.granted_terms,
                activated_at=given.activated_at,
                ends_at=given.ends_at,
            )

    def test_a_name_that_was_used_is_refused_as_ever(self, scene):
        with Nothing(), pytest.raises(Refused, match="was used before"):
            renew(scene, name=scene.mail.name)


class TestPages:
    def test_partner_renews_from_the_grant_and_the_customer_reads_what_it_replaces(
        self, client, scene
    ):
        client.force_login(scene.agent)
        place = (scene.customer.tenant_id, scene.mail.public_id)
        page = client.get(page_of("administration", scene.alder, *place))
        assert f"?renew={scene.mail.public_id}" in text_of(page)
        url = f"{page_of('request-new', scene.alder)}?renew={scene.mail.public_id}"
        answer = client.get(url)
        assert f"This renews “{scene.mail.name}” for Fernhill" in text_of(answer)
        form = answer.context["form"]
        fields = {name: form[name].value() for name in form.fields if form[name].value()}
        made = client.post(url, {**fields, "step": "create"})
        request = RelationshipRequest.objects.order_by("pk").last()
        assert made["Location"] == request.get_absolute_url()
        assert request.admin_relationships.get().supersedes == scene.mail
        client.force_login(scene.admin)
        decision = opened(scene, request)
        text = text_of(client.get(decision.get_absolute_url()))
        assert f"This renews “{scene.mail.name}”, which runs until" in text

    def test_a_draft_of_a_renewal_stays_one(self, client, scene):
        client.force_login(scene.agent)
        url = f"{page_of('request-new', scene.alder)}?renew={scene.mail.public_id}"
        form = client.get(url).context["form"]
        fields = {name: form[name].value() for name in form.fields if form[name].value()}
        draft = client.post(url, {**fields, "step": "draft"})["Location"]
        form = client.get(draft + "edit/").context["form"]
        fields = {name: form[name].value() for name in form.fields if form[name].value()}
        client.post(draft + "edit/", {**fields, "step": "create"})
        request = RelationshipRequest.objects.order_by("pk").last()
        assert (request.status, request.renews()) == ("open", scene.mail)

    def test_provider_renews_what_its_reseller_administers_for_the_same_groups(self, client, scene):
        provider = make.make_partner("Cedar", kind=PartnerKind.INDIRECT_PROVIDER)
        reseller, other = (
            make.make_partner(name, kind=PartnerKind.INDIRECT_RESELLER) for name in ("Dog", "Elm")
        )
        make.work_together(provider, reseller)
        make.work_together(provider, other)
        grant = scene.grant(provider, TEAMS, administrator=reseller, asks_selling=False)
        agent = Actor.objects.of(make.make_admin_agent(reseller))
        group = groups.open_group(reseller, "Meeting people", by=agent)
        assign(grant, group, make.roles(TEAMS), by=agent)
        assign(grant, reseller.security_groups.get(built_in=True), [], by=agent)

        client.force_login(make.make_admin_agent(provider))
        url = f"{page_of('request-new', provider)}?renew={grant.public_id}"
        assert url in text_of(client.get(grant.request.get_absolute_url()))
        page = client.get(url)
        assert f"This renews “{grant.name}” for Fernhill" in text_of(page)
        assert "Meeting people" not in text_of(page)
        form = page.context["form"]
        assert [label for _key, label in form["administrator"].field.choices] == ["Dog"]
        fields = {name: form[name].value() for name in form.fields if form[name].value()}
        for administrator in ("", other.tenant_id):
            with Nothing():
                told = client.post(url, {**fields, "administrator": administrator})
                assert told.status_code == 422
        made = client.post(url, {**fields, "step": "create"})["Location"]
        assert "Meeting people" not in text_of(client.get(made))

        request = RelationshipRequest.objects.order_by("pk").last()
        scene.approve(opened(scene, request))
        renewed = request.admin_relationships.get()
        assert (renewed.partner, renewed.supersedes) == (reseller, grant)
        assert now_of(grant).ended_because == "renewed"
        assert [row.group for row in renewed.assignments.all()] == [group]
        # Who works no longer with its reseller renews nothing of it.
        make.part(provider, reseller)
        page = client.get(f"{page_of('request-new', provider)}?renew={renewed.public_id}")
        assert "This renews" not in text_of(page)

    def test_of_another_partner_s_is_not_to_be_had(self, client, scene):
        theirs = scene.grant(scene.birch, TEAMS)
        client.force_login(scene.agent)
        url = page_of("request-new", scene.alder)
        answer = client.get(f"{url}?renew={theirs.public_id}")
        assert theirs.name not in text_of(answer)
        fields = {
            "name": "Meetings",
            "roles": [TEAMS],
            "days": "30",
            "renews": str(theirs.public_id),
            "addressed_tenant_id": str(scene.customer.tenant_id),
            "step": "create",
        }
        with Nothing():
            answer = client.post(url, fields)
        assert answer.status_code == 422
        assert "has no such administration" in text_of(answer)
        assert theirs.name not in text_of(answer)
