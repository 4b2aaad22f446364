"""Programs follow every link of every mail, often and unasked: nothing may come of it."""

import re

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Actor, User
from customers.models import CustomerInvitation
from customers.rights import CustomerRole
from mail.models import Delivery
from partners.models import PartnerInvitation
from partners.rights import Admin, Agent
from relationships.breaches import write_down
from relationships.differences import Difference
from relationships.models import FoundBy
from relationships.moves import (
    bulk_work,
    clock,
    deciding,
    deleting,
    ending,
    groups,
    joining,
    people,
)
from relationships.moves.accepting import accept_registration, refuse_registration
from relationships.moves.assignments import assign
from relationships.moves.cancelling import cancel
from relationships.moves.domain_mails import tell_lost
from relationships.moves.policing import PolicyWish, set_policy
from relationships.moves.sending import send
from subscriptions.comparing import Problem
from tests import factories as make
from tests.conventions.sources import templates
from tests.tables import rows_of_all_tables

from .scenes import EXCHANGE, GLOBAL, Fernhill
from .test_bulk import Scene

pytestmark = pytest.mark.django_db

LINK = re.compile(re.escape(settings.SITE_URL) + r"[^\s\"'<>]*")
TIMES = 10
# The partner sends it by itself; from here the same text goes as "request".
DRAFT = "request_draft"


def send_request():
    partner = make.make_partner()
    agent = make.make_admin_agent(partner)
    decider = make.join_customer(make.make_customer())
    request = make.make_request(partner, by=agent, email=decider.email)
    send(request, by=Actor.objects.of(agent))


def invite():
    make.make_user("invited@larch.example")
    CustomerInvitation.objects.invite(
        by=make.operator(),
        customer=make.make_customer(domain="larch.example"),
        email="invited@larch.example",
        role=CustomerRole.GLOBAL_ADMIN,
        reason="the first",
    )
    PartnerInvitation.objects.invite(
        by=make.operator(),
        partner=make.make_partner(),
        email="invited@larch.example",
        agent=Agent.ADMIN_AGENT,
        reason="the first",
    )


def decide():
    customer = make.make_customer()
    decider = make.join_customer(customer)
    decision = make.make_decision(make.make_request(), customer, by=decider)
    deciding.approve(decision, make.make_answer(decision), by=Actor.objects.of(decider))


def decide_for_a_mail_of_the_day():
    fernhill = Fernhill()
    agent = make.make_admin_agent(fernhill.alder)
    User.objects.filter(pk=agent.pk).update(answers_daily=True)
    fernhill.grant(fernhill.alder, EXCHANGE)
    clock.sweep(make.now() + make.days(1))


def claim():
    holder = make.make_customer()
    make.join_customer(holder)
    make.make_claim(holder)
    make.make_staff()
    make.make_claim(make.make_customer())


def accept():
    person = make.make_user("robin@gmail.com")
    registration = make.make_registration(person, request=make.make_request(email=person.email))
    accept_registration(registration, by=make.operator(), domain="larch.example", reason="known")


def refuse():
    person = make.make_user("robin@gmail.com")
    registration = make.make_registration(person, request=make.make_request(email=person.email))
    refuse_registration(registration, by=make.operator(), reason="unknown")


def end():
    fernhill = Fernhill()
    make.make_admin_agent(fernhill.alder)
    fernhill.grant(fernhill.alder, EXCHANGE)
    ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)


def give_to_a_group():
    """To somebody who manages groups, and to somebody who does nothing but help."""
    fernhill = Fernhill()
    grant = fernhill.grant(fernhill.alder, EXCHANGE)
    by = Actor.objects.of(make.make_admin_agent(fernhill.alder))
    helper = make.join_partner(fernhill.alder, agent=Agent.HELPDESK_AGENT)
    group = groups.open_group(fernhill.alder, "Mail people", by=by)
    groups.add_person(group, helper.partner_memberships.get(), by=by)
    assign(grant, group, make.roles(EXCHANGE), by=by)


def work_in_bulk():
    scene = Scene()
    group = scene.mail_people()
    helper = make.join_partner(scene.alder, agent=Agent.HELPDESK_AGENT)
    groups.add_person(group, helper.partner_memberships.get(), by=scene.actor)
    scene.start(scene.assigning(group))
    bulk_work.sweep()


def expire():
    fernhill = Fernhill()
    make.make_admin_agent(fernhill.alder)
    grant = fernhill.grant(fernhill.alder, EXCHANGE, days=40)
    clock.sweep(grant.ends_at - make.days(30))
    clock.sweep(grant.ends_at)


def displace():
    fernhill = Fernhill()
    make.make_admin_agent(fernhill.birch)
    fernhill.grant(fernhill.birch, EXCHANGE)
    fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])


def approve_first():
    fernhill = Fernhill()
    make.join_customer(fernhill.customer)
    wish = PolicyWish(second_person=True)
    set_policy(fernhill.customer, wish, by=fernhill.by, seen=0)
    fernhill.approve(fernhill.ask(fernhill.alder, GLOBAL, days=30))


def pass_on():
    fernhill = Fernhill()
    other = make.join_customer(fernhill.customer)
    decision = fernhill.ask(fernhill.alder, EXCHANGE)
    deciding.pass_on(decision, other.customer_memberships.get(), by=fernhill.by)


def withdraw():
    fernhill = Fernhill()
    agent = make.make_admin_agent(fernhill.alder)
    decision = fernhill.ask(fernhill.alder, EXCHANGE)
    cancel(decision.request, by=Actor.objects.of(agent))


def change_people():
    fernhill = make.make_customer()
    by = Actor.objects.of(make.join_customer(fernhill))
    for act in ("change", "remove"):
        place = make.join_customer(fernhill, CustomerRole.READER).customer_memberships.get()
        if act == "change":
            people.change_roles(place, {"role": CustomerRole.BILLING_ADMIN}, by=by)
        else:
            people.remove(place, by=by)


def refuse_to_join():
    alder = make.make_partner(domain="alder.example")
    chief = Actor.objects.of(make.join_partner(alder, admin=Admin.GLOBAL_ADMIN))
    person = Actor.objects.of(make.make_user("rita@alder.example"))
    join = joining.ask_to_join(alder, by=person)
    joining.refuse_join(join, by=chief, reason="unknown")


def delete_account():
    person = make.make_user()
    deleting.delete_account(person, by=Actor.objects.of(person))


def breach():
    make.make_staff()
    row = make.make_subscription(make.make_customer())
    found = Difference(Problem.CHANGED, row.public_id, row.canonical_form(), "{}")
    write_down([(found, row.customer)], found_by=FoundBy.WATCH)


def lose_domain():
    make.make_staff()
    tell_lost(make.make_customer(), key="x")


def change_policy():
    fernhill = make.make_customer()
    make.join_customer(fernhill)
    make.make_refusal(fernhill)


def refuse_by_policy():
    partner = make.make_partner()
    make.make_admin_agent(partner)
    make.make_refusal(make.make_customer(), make.make_request(partner))


# What sends each kind of mail.
SCENES = {
    "people": change_people,
    "join_refused": refuse_to_join,
    "account_deleted": delete_account,
    "breach": breach,
    "domain_lost": lose_domain,
    "request": send_request,
    "invitation": invite,
    "decision_partner": decide,
    "decision_customer": decide,
    "answers": decide_for_a_mail_of_the_day,
    "assignment": give_to_a_group,
    "assignment_customer": give_to_a_group,
    "group": give_to_a_group,
    "bulk_job": work_in_bulk,
    "taken_back_partner": end,
    "taken_back_customer": end,
    "time_partner": expire,
    "time_customer": expire,
    "displaced": displace,
    "second_approval": approve_first,
    "passed_on": pass_on,
    "request_withdrawn": withdraw,
    "policy_changed": change_policy,
    "request_against_policy": refuse_by_policy,
    "claim": claim,
    "registration_accepted": accept,
    "registration_refused": refuse,
}


def paths_of(letter: Delivery) -> set[str]:
    found = set(LINK.findall(letter.text)) | set(LINK.findall(letter.html))
    return {link.removeprefix(settings.SITE_URL) or "/" for link in found}


def browsers(letter: Delivery) -> list[Client]:
    """Nobody in particular, and whoever got the mail."""
    readers = [Client()]
    if reader := User.objects.filter(email=letter.recipient).first():
        readers.append(Client())
        readers[-1].force_login(reader)
    return readers


@pytest.mark.parametrize("kind", SCENES)
def test_trap_3_following_them_changes_nothing(kind):
    SCENES[kind]()
    letters = Delivery.objects.filter(kind=kind)
    assert letters
    for letter in letters:
        paths = paths_of(letter)
        assert len(paths) > 1, "the site's own address, and one that leads on"
        for browser in browsers(letter):
            before = rows_of_all_tables()
            answers = {
                (path, method, getattr(browser, method)(path).status_code)
                for _ in range(TIMES)
                for path in paths
                for method in ("get", "head")
            }
            assert rows_of_all_tables() == before
            assert all(status in (200, 302) for _path, _method, status in answers)
            # Every time the same: no link is used up by being followed.
            assert len(answers) == 2 * len(paths)


def test_every_mail_is_followed():
    kinds = {path.stem for path in templates(".txt") if path.parent.name == "mail"}
    assert {kind for kind in kinds if not kind.startswith("_")} == {*SCENES, DRAFT}
